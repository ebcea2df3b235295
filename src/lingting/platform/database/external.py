"""`DATABASE_URL` read, checked and turned into Django's `DATABASES` entry."""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import unquote

import psycopg
from psycopg import conninfo, pq

from .refusals import WrongAddress
from .wording import gettext as _

CONNECTION_AGE_SECONDS = 600
CONNECT_TIMEOUT_SECONDS = 5
_SCHEMES = ("postgresql://", "postgres://")
_EXAMPLE = "postgresql://user:password@host:5432/lingting"
_DJANGO_NAMES = {"dbname": "NAME", "user": "USER", "password": "PASSWORD", "host": "HOST", "port": "PORT"}
_SESSION_ATTRIBUTES = ("any", "read-write", "read-only", "primary", "standby", "prefer-standby")


def check_url(url: str) -> dict[str, str]:
    """The parts of a database URL by libpq's names (`host` and `port` hold commas when there are several
    hosts).

    Raises WrongAddress with a sentence that names the mistake and never the password.
    """
    url = url.strip()
    if not url.startswith(_SCHEMES):
        raise WrongAddress(_("DATABASE_URL must start with postgresql://, for example %(example)s.") % {"example": _EXAMPLE})
    _check_option_names(url)
    try:
        parts = {name: str(value) for name, value in conninfo.conninfo_to_dict(url).items() if value not in (None, "")}
    except psycopg.Error:
        raise _unreadable() from None
    # An unescaped @ or / in the password slides into the next part, where neither can stand.
    if "@" in parts.get("host", "") or re.search(r"[@/?#]", parts.get("dbname", "")):
        raise _unreadable()
    if "dbname" not in parts:
        raise WrongAddress(
            _("DATABASE_URL names no database: put its name after the host, as in %(example)s.") % {"example": _EXAMPLE}
        )
    _check_hosts(parts)
    return parts


def django_database(url: str, *, connection_age_seconds: int = CONNECTION_AGE_SECONDS) -> dict[str, Any]:
    """The `DATABASES["default"]` entry for a database URL; options Django does not know go on to libpq.

    Several hosts without a `target_session_attrs` get `read-write`, so that a fail-over finds the primary.
    """
    parts = check_url(url)
    entry: dict[str, Any] = {
        "ENGINE": "lingting.platform.database.postgresql",
        "CONN_MAX_AGE": connection_age_seconds,
        "CONN_HEALTH_CHECKS": True,
    }
    entry |= {django: parts.pop(libpq, "") for libpq, django in _DJANGO_NAMES.items()}
    options: dict[str, Any] = dict(parts)
    options.setdefault("connect_timeout", str(CONNECT_TIMEOUT_SECONDS))
    options.setdefault("application_name", "lingting")
    if "," in entry["HOST"] or "," in options.get("hostaddr", ""):
        options.setdefault("target_session_attrs", "read-write")
    entry["OPTIONS"] = options
    return entry


def without_password(url: str) -> str:
    """The URL as it may be printed: the password, wherever it stands, is replaced by three stars."""
    scheme, separator, rest = url.partition("://")
    if not separator:
        return "***"
    # The last @ of all ends the password, so that an unescaped @, / or ? inside it is hidden too.
    if "@" in rest:
        credentials, _at, rest = rest.rpartition("@")
        user, colon, _password = credentials.partition(":")
        scheme = f"{scheme}://{user}{':***' if colon else ''}@"
    else:
        scheme = f"{scheme}://"
    return scheme + re.sub(r"(?i)([?&](?:ssl)?password=)[^&]*", r"\1***", rest)


def _unreadable() -> WrongAddress:
    return WrongAddress(
        _(
            "DATABASE_URL cannot be read. Write it as %(example)s; a character such as @ : / # ? or %% in the name or "
            "password must be percent-encoded (@ is %%40)."
        )
        % {"example": _EXAMPLE}
    )


def _check_option_names(url: str) -> None:
    known = {option.keyword.decode() for option in pq.Conninfo.get_defaults()} | {"ssl"}
    for pair in filter(None, url.partition("?")[2].split("&")):
        name = unquote(pair.partition("=")[0])
        if name not in known and "@" not in url.partition("?")[2]:
            raise WrongAddress(_("DATABASE_URL has an option that PostgreSQL does not know: %(name)s.") % {"name": name})


def _check_hosts(parts: dict[str, str]) -> None:
    ports = parts.get("port", "").split(",")
    if any(port and not (port.isascii() and port.isdigit() and 0 < int(port) < 65536) for port in ports):
        raise WrongAddress(_("A port in DATABASE_URL is not a number between 1 and 65535."))
    hosts = parts.get("host", parts.get("hostaddr", "")).split(",")
    if len(ports) > 1 and len(ports) != len(hosts):
        raise WrongAddress(
            _("DATABASE_URL names %(ports)d ports for %(hosts)d hosts: give one port, or one for each host.")
            % {"ports": len(ports), "hosts": len(hosts)}
        )
    attributes = parts.get("target_session_attrs", "any")
    if attributes not in _SESSION_ATTRIBUTES:
        raise WrongAddress(
            _("target_session_attrs in DATABASE_URL must be one of: %(choices)s.") % {"choices": ", ".join(_SESSION_ATTRIBUTES)}
        )
