"""What `lingting doctor` asks about the database, each answer with what to do."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import psycopg

from .external import check_url, without_password
from .failures import explained_connection_error
from .placement import office_of, recorded_placement
from .refusals import DatabaseRefusal
from .unprivileged import DEDICATED_NAME, account_for
from .wording import gettext as _

OLDEST_VERSION = 15
_SKEW_LIMIT_SECONDS = 2.0
_LEAST_FREE_MEGABYTES = 1_000
_CONNECT_TIMEOUT_SECONDS = 5


@dataclass(frozen=True)
class Check:
    """One question: how it stands in a sentence and, where it is not well, what to do (else empty)."""

    name: str
    is_ok: bool
    sentence: str
    advice: str = ""


def database_checks(url: str, *, clock: Callable[[], datetime]) -> Iterator[Check]:
    """Everything that can be asked of any PostgreSQL; ends after the first answer where it cannot be
    reached.

    `clock` tells our time with its zone; it is read around the question to the database, so that the
    journey does not count.
    """
    try:
        check_url(url)
        connection = psycopg.connect(url, connect_timeout=_CONNECT_TIMEOUT_SECONDS, autocommit=True)
    except DatabaseRefusal as refusal:
        yield Check(name=_("Database"), is_ok=False, sentence=str(refusal), advice=_("Correct DATABASE_URL."))
        return
    except psycopg.Error as error:
        yield Check(
            name=_("Database"),
            is_ok=False,
            sentence=explained_connection_error(error, url=url),
            advice=_("Start the database, or correct DATABASE_URL."),
        )
        return
    with connection:
        yield Check(name=_("Database"), is_ok=True, sentence=_("%(url)s answers.") % {"url": without_password(url)})
        yield _version(connection)
        yield _writable(connection)
        yield _rights(connection)
        yield _encoding(connection)
        yield _clock_skew(connection, clock=clock)
        yield _connections(connection)


def home_checks(home: Path) -> Iterator[Check]:
    """Where the embedded server of a home keeps its data, who owns them, and how much room is left."""
    try:
        placement = recorded_placement(home)
    except (DatabaseRefusal, OSError) as refusal:
        yield Check(
            name=_("Data folder"),
            is_ok=False,
            sentence=str(refusal),
            advice=_("Restore the folder from a backup."),
        )
        return
    if placement is None:
        yield Check(
            name=_("Data folder"),
            is_ok=True,
            sentence=_("%(home)s has no database yet: `lingting up` creates it.") % {"home": home},
        )
        return
    try:
        account = account_for(placement.cluster)
    except DatabaseRefusal as refusal:
        yield Check(
            name=_("Data folder"),
            is_ok=False,
            sentence=str(refusal),
            advice=_("Use the account the data belong to."),
        )
        return
    where = {"folder": placement.cluster, "home": home, "name": account.name}
    sentence = (
        _("The data are in %(folder)s, because the account %(name)s cannot enter %(home)s; back up both.")
        if placement.is_elsewhere
        else _("The data are in %(folder)s and belong to the account %(name)s.")
    ) % where
    yield Check(name=_("Data folder"), is_ok=True, sentence=sentence)
    if account.name in ("nobody", "daemon"):
        yield Check(
            name=_("Database account"),
            is_ok=False,
            sentence=_("PostgreSQL runs as %(name)s, which other services may use too.") % where,
            advice=_("Make an account of its own with `useradd --system %(dedicated)s` and give it the folder with chown -R.")
            % {"dedicated": DEDICATED_NAME},
        )
    yield _free_room(placement.place)


def supervisor_of(home: Path) -> int | None:
    """The process that said it supervises this home's server, whether or not it still lives."""
    try:
        return int(json.loads((office_of(home) / "running.json").read_text("utf-8"))["supervisor"])
    except (OSError, ValueError, KeyError, TypeError):
        return None


def _version(connection: psycopg.Connection[tuple[object, ...]]) -> Check:
    number = connection.info.server_version
    shown = f"{number // 10_000}.{number % 10_000}"
    is_ok = number >= OLDEST_VERSION * 10_000
    return Check(
        name=_("Database version"),
        is_ok=is_ok,
        sentence=_("PostgreSQL %(version)s.") % {"version": shown},
        advice="" if is_ok else _("Lingting needs PostgreSQL %(version)d or newer.") % {"version": OLDEST_VERSION},
    )


def _writable(connection: psycopg.Connection[tuple[object, ...]]) -> Check:
    read_only, standby = _row(connection, query="SELECT current_setting('transaction_read_only')::bool, pg_is_in_recovery()")
    if standby or read_only:
        return Check(
            name=_("Write access"),
            is_ok=False,
            sentence=_("This server is a standby.") if standby else _("This database is set to read only."),
            advice=_("Name all servers in DATABASE_URL and add target_session_attrs=read-write.")
            if standby
            else _("Set default_transaction_read_only off for this role and database."),
        )
    return Check(name=_("Write access"), is_ok=True, sentence=_("The database accepts writes."))


def _rights(connection: psycopg.Connection[tuple[object, ...]]) -> Check:
    """In the schema new tables go to, and on what is there: a role that owns only some tables breaks the
    next migration.
    """
    role, schema, may_create, foreign = _row(
        connection,
        query="""
        SELECT current_user, current_schema(), coalesce(has_schema_privilege(current_schema(), 'CREATE'), false),
        (SELECT count(*) FROM pg_class WHERE relnamespace = current_schema()::regnamespace AND relkind IN ('r', 'p')
            AND NOT pg_has_role(relowner, 'USAGE'))""",
    )
    name = {"role": role, "schema": schema, "count": foreign}
    if not may_create:
        return Check(
            name=_("Database rights"),
            is_ok=False,
            sentence=_("The role %(role)s may not create tables.") % name,
            advice=_("As a superuser: ALTER DATABASE … OWNER TO %(role)s;") % name,
        )
    if foreign:
        return Check(
            name=_("Database rights"),
            is_ok=False,
            sentence=_("%(count)d tables in the schema %(schema)s belong to another role.") % name,
            advice=_("As a superuser: REASSIGN OWNED BY … TO %(role)s;") % name,
        )
    return Check(name=_("Database rights"), is_ok=True, sentence=_("The role %(role)s may create and change tables.") % name)


def _encoding(connection: psycopg.Connection[tuple[object, ...]]) -> Check:
    (encoding,) = _row(connection, query="SHOW server_encoding")
    return Check(
        name=_("Database encoding"),
        is_ok=encoding == "UTF8",
        sentence=_("The database stores text as %(encoding)s.") % {"encoding": encoding},
        advice="" if encoding == "UTF8" else _("Create the database again with ENCODING 'UTF8' TEMPLATE template0."),
    )


def _clock_skew(connection: psycopg.Connection[tuple[object, ...]], *, clock: Callable[[], datetime]) -> Check:
    before = clock()
    (theirs,) = _row(connection, query="SELECT clock_timestamp()")
    after = clock()
    assert isinstance(theirs, datetime)
    # Their moment lies between ours, so only what reaches out on either side is skew.
    skew = max((before - theirs).total_seconds(), (theirs - after).total_seconds(), 0.0)
    is_ok = skew <= _SKEW_LIMIT_SECONDS
    return Check(
        name=_("Database clock"),
        is_ok=is_ok,
        sentence=_("The clocks of database and application differ by %(seconds).1f s.") % {"seconds": skew},
        advice="" if is_ok else _("Keep both clocks right with an NTP service such as chrony or systemd-timesyncd."),
    )


def _connections(connection: psycopg.Connection[tuple[object, ...]]) -> Check:
    used, limit = _row(
        connection,
        query="""
        SELECT (SELECT coalesce(sum(numbackends), 0)::int FROM pg_stat_database),
        current_setting('max_connections')::int - current_setting('superuser_reserved_connections')::int""",
    )
    assert isinstance(used, int) and isinstance(limit, int)
    is_ok = used < limit * 0.9
    return Check(
        name=_("Database connections"),
        is_ok=is_ok,
        sentence=_("%(used)d of %(limit)d connections are in use.") % {"used": used, "limit": limit},
        advice="" if is_ok else _("Raise max_connections, or stop what holds them (SELECT * FROM pg_stat_activity)."),
    )


def _free_room(folder: Path) -> Check:
    free = shutil.disk_usage(folder).free // 1_000_000
    is_ok = free >= _LEAST_FREE_MEGABYTES
    return Check(
        name=_("Free disk space"),
        is_ok=is_ok,
        sentence=_("%(free)d MB are free in %(folder)s.") % {"free": free, "folder": folder},
        advice="" if is_ok else _("Make room: PostgreSQL stops when its disk is full."),
    )


def _row(connection: psycopg.Connection[tuple[object, ...]], *, query: str) -> tuple[object, ...]:
    row = connection.execute(query).fetchone()
    assert row is not None
    return row
