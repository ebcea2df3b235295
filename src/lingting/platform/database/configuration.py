"""PostgreSQL's settings: safe on a power cut, small in memory, deaf to the network."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

SOCKET_PORT = 5432
"""Only names the socket file while nothing listens on TCP; below 32768, where the kernel's own client
ports begin.
"""

_ALWAYS: Mapping[str, str] = {
    "listen_addresses": "",
    "unix_socket_permissions": "0700",
    "max_connections": "100",
    "password_encryption": "scram-sha-256",
    # memory: the whole of Lingting fits a small machine; the kernel's page cache does the rest
    "shared_buffers": "64MB",
    "huge_pages": "off",
    "effective_cache_size": "1GB",
    "work_mem": "8MB",
    "maintenance_work_mem": "64MB",
    "io_method": "sync",
    "max_worker_processes": "4",
    "max_parallel_workers": "2",
    "max_parallel_workers_per_gather": "0",
    "max_logical_replication_workers": "0",
    "autovacuum_max_workers": "2",
    # durability
    "fsync": "on",
    "synchronous_commit": "on",
    "full_page_writes": "on",
    "wal_compression": "pglz",
    "max_wal_size": "512MB",
    "min_wal_size": "80MB",
    "max_wal_senders": "2",
    "checkpoint_timeout": "15min",
    # plans: short queries on an SSD
    "jit": "off",
    "random_page_cost": "1.1",
    # one clock, one language, whatever the shell says
    "timezone": "UTC",
    "log_timezone": "UTC",
    "lc_messages": "C",
    "lc_monetary": "C",
    "lc_numeric": "C",
    "lc_time": "C",
    # a file for each weekday, overwritten a week later
    "logging_collector": "on",
    "log_filename": "postgresql-%a.log",
    "log_rotation_age": "1d",
    "log_rotation_size": "0",
    "log_truncate_on_rotation": "on",
    "log_checkpoints": "off",
    "log_line_prefix": "%m [%p] ",
}

_FORGETFUL: Mapping[str, str] = {
    "fsync": "off",
    "full_page_writes": "off",
    "max_wal_size": "2GB",
}


@dataclass(frozen=True)
class ServerSettings:
    """What differs between servers: `tcp_port` also listens on 127.0.0.1, `overrides` win over our own
    values.
    """

    tcp_port: int | None = None
    overrides: Mapping[str, str] = field(default_factory=dict)

    @property
    def port(self) -> int:
        return self.tcp_port or SOCKET_PORT


PRODUCTION = ServerSettings()
FORGETFUL = ServerSettings(overrides=_FORGETFUL)
"""For tests only: a power cut may lose everything; a kill of PostgreSQL still loses nothing."""

ACCESS_RULES = """\
# Written by Lingting at every start. Nobody gets in without a password, not even locally.
local all all scram-sha-256
local replication all scram-sha-256
host all all 127.0.0.1/32 scram-sha-256
"""


def configuration_text(settings: ServerSettings, *, log_folder: Path) -> str:
    """The content of `lingting.conf`, which postgresql.conf includes last.

    `local.conf` in the same folder belongs to the person who runs the machine, and wins.
    """
    values = dict(_ALWAYS) | {"log_directory": str(log_folder), "port": str(settings.port)}
    if settings.tcp_port:
        values["listen_addresses"] = "127.0.0.1"
    values |= settings.overrides
    lines = [f"{name} = '{_escaped(value)}'" for name, value in values.items()]
    return "\n".join(
        [
            "# Written by Lingting at every start; put your own settings into local.conf.",
            *lines,
            "include_if_exists 'local.conf'",
            "",
        ]
    )


def _escaped(value: str) -> str:
    return value.replace("\\", "\\\\").replace("'", "''")
