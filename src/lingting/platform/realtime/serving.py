"""Running the live road under uvicorn."""

from __future__ import annotations

import contextlib
import signal
import socket
from collections.abc import Callable, Iterator
from typing import Any

import uvicorn
from django.db import DEFAULT_DB_ALIAS, connections
from psycopg.conninfo import make_conninfo

from lingting.platform.realtime.application import LiveApplication
from lingting.platform.realtime.limits import LiveLimits
from lingting.platform.realtime.table_source import TableSource

KEEPALIVE_IDLE_SECONDS = 5
KEEPALIVE_INTERVAL_SECONDS = 3
KEEPALIVE_PROBES = 3
UNANSWERED_MILLISECONDS = 14_000

_NOT_FOR_LIBPQ = {
    "cursor_factory",
    "context",
    "prepare_threshold",
    "row_factory",
    "autocommit",
    "server_side_binding",
}


def live_application(
    *, table: str = "timeline_entry", limits: LiveLimits | None = None, using: str = DEFAULT_DB_ALIAS
) -> LiveApplication:
    """The hub over Django's database: what `config` mounts. Connects to nothing until it starts."""
    conninfo = database_conninfo(using=using)
    return LiveApplication(TableSource(conninfo, table=table), conninfo=conninfo, limits=limits)


def database_conninfo(*, using: str = DEFAULT_DB_ALIAS) -> str:
    """Django's database settings as a libpq connection string."""
    params = connections[using].get_connection_params()
    return make_conninfo(**{name: value for name, value in params.items() if name not in _NOT_FOR_LIBPQ})


def listening_socket(host: str, *, port: int) -> socket.socket:
    """A bound socket whose connections notice a dead peer in 14 s by themselves.

    The kernel probes idle connections and gives up on unanswered data; accepted sockets
    inherit this on Linux. Raises `OSError` when the address is taken.
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listener = socket.socket(family, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
    for name, value in (
        ("TCP_KEEPIDLE", KEEPALIVE_IDLE_SECONDS),
        ("TCP_KEEPINTVL", KEEPALIVE_INTERVAL_SECONDS),
        ("TCP_KEEPCNT", KEEPALIVE_PROBES),
        ("TCP_USER_TIMEOUT", UNANSWERED_MILLISECONDS),
    ):
        if hasattr(socket, name):
            listener.setsockopt(socket.IPPROTO_TCP, getattr(socket, name), value)
    try:
        listener.bind((host, port))
    except OSError:
        listener.close()
        raise
    listener.set_inheritable(True)
    return listener


class LiveServer(uvicorn.Server):
    """A uvicorn that lets live clients go before it waits for connections to end."""

    def __init__(self, config: uvicorn.Config, *, live: LiveApplication) -> None:
        super().__init__(config)
        self._live = live

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        for server in self.servers:
            server.close()
        await self._live.say_goodbye()
        await super().shutdown(sockets)


def serve(
    live: LiveApplication,
    *,
    listener: socket.socket,
    application: Callable[..., Any] | None = None,
    on_started: Callable[[], None] | None = None,
) -> None:
    """Serve until SIGTERM or SIGINT, then return; from the main thread.

    `application` is the whole site when it is not the hub alone: it must pass the lifespan
    protocol and `/live/` on to `live`. `on_started` is called once the socket accepts.
    """
    config = uvicorn.Config(
        application or live,
        loop="uvloop",
        http="httptools",
        ws="none",
        lifespan="on",
        access_log=False,
        log_config=None,
        server_header=False,
        timeout_keep_alive=30,
        timeout_graceful_shutdown=5,
        backlog=2048,
    )
    server = _Announcing(config, live=live, on_started=on_started)
    with _signals_end_here(), contextlib.suppress(KeyboardInterrupt):
        server.run(sockets=[listener])


@contextlib.contextmanager
def _signals_end_here() -> Iterator[None]:
    """Uvicorn raises a handled signal once more after it has stopped; let that be no second death."""
    before = signal.signal(signal.SIGTERM, lambda _number, _frame: None)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)


class _Announcing(LiveServer):
    """Says when it has begun to accept."""

    def __init__(self, config: uvicorn.Config, *, live: LiveApplication, on_started: Callable[[], None] | None) -> None:
        super().__init__(config, live=live)
        self._on_started = on_started

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        if self.started and self._on_started is not None:
            self._on_started()
