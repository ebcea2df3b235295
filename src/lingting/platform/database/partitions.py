"""Tables cut into months by one `timestamptz` column.

A migration lets Django create the table and then calls `create_partitioned`; a daily job calls
`ensure_partitions`. Each month in UTC has its partition `<table>_y2026m11`; rows of a month that has none
wait in `<table>_default`.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from contextlib import AbstractContextManager
from datetime import UTC, datetime
from typing import Any, Protocol

_NAME = re.compile(r"[a-z_][a-z0-9_]{0,49}")
_OLDEST_MONTHS = 120
_ATTEMPTS = 10
# Shorter than PostgreSQL's deadlock_timeout of 1 s: where we and a writer wait for each other, we give
# way, not the writer.
_LOCK_TIMEOUT = "400ms"

Month = tuple[int, int]


class _Cursor(Protocol):
    def execute(self, query: Any, /) -> Any: ...

    def fetchall(self) -> Sequence[Sequence[Any]]: ...


class Connection(Protocol):
    """Django's connection and psycopg's alike."""

    def cursor(self) -> AbstractContextManager[_Cursor]: ...


def create_partitioned(table: str, *, column: str, primary_key: str = "id") -> str:
    """SQL that turns the empty table a migration has just created into one cut by month, with its DEFAULT
    partition.

    For `migrations.RunSQL(create_partitioned("timeline_fact", column="recorded_at"),
    migrations.RunSQL.noop)` behind the `CreateModel` of the same table. Columns, checks, indexes and
    foreign keys stay; the key becomes (primary_key, column), so no foreign key can point at such a table
    (`db_constraint=False`) and unique constraints must contain the column. The SQL fails where the table
    holds rows.
    """
    _check_names(table, column, primary_key)
    return f"""
DO $partition$
DECLARE
    kept text[];
    statement text;
    sequence_name text := pg_get_serial_sequence('{table}', '{primary_key}');
BEGIN
    IF EXISTS (SELECT 1 FROM {table}) THEN
        RAISE EXCEPTION 'table {table} holds rows: only an empty table can be cut into months';
    END IF;
    SELECT coalesce(array_agg(pg_get_indexdef(indexrelid)), '{{}}') INTO kept FROM pg_index
        WHERE indrelid = '{table}'::regclass
        AND NOT EXISTS (SELECT 1 FROM pg_constraint WHERE conindid = indexrelid AND contype IN ('p', 'u', 'x'));
    SELECT kept || coalesce(array_agg(
            format('ALTER TABLE {table} ADD CONSTRAINT %I %s', conname, pg_get_constraintdef(oid))), '{{}}')
        INTO kept FROM pg_constraint WHERE conrelid = '{table}'::regclass AND contype IN ('u', 'f');
    ALTER TABLE {table} RENAME TO {table}_whole;
    CREATE TABLE {table} (LIKE {table}_whole INCLUDING DEFAULTS INCLUDING CONSTRAINTS INCLUDING GENERATED
        INCLUDING IDENTITY INCLUDING STORAGE INCLUDING COMMENTS) PARTITION BY RANGE ({column});
    DROP TABLE {table}_whole;
    IF sequence_name IS NOT NULL AND pg_get_serial_sequence('{table}', '{primary_key}') <> sequence_name THEN
        EXECUTE format('ALTER SEQUENCE %s RENAME TO %s', pg_get_serial_sequence('{table}', '{primary_key}'),
            split_part(sequence_name, '.', 2));
    END IF;
    ALTER TABLE {table} ADD CONSTRAINT {table}_pkey PRIMARY KEY ({primary_key}, {column});
    FOREACH statement IN ARRAY kept LOOP
        EXECUTE statement;
    END LOOP;
    CREATE TABLE {table}_default PARTITION OF {table} DEFAULT;
END
$partition$;
"""


def ensure_partitions(connection: Connection, *, table: str, months_ahead: int, now: datetime, months_back: int = 0) -> list[str]:
    """Create the missing partitions from `months_back` before this month to `months_ahead` after it; return
    their names.

    Months whose rows wait in the DEFAULT partition (a late job, imported history up to ten years old) get
    theirs too, and the rows move there. Each month is one statement and so one transaction; several callers
    at once are welcome. Writers wait for that moment; raises psycopg's LockNotAvailable where others hold
    the table for several seconds: call again later.
    """
    _check_names(table)
    column = _partition_column(connection, table=table)
    this_month = _month_of(now)
    wanted = {_shifted(this_month, months=offset) for offset in range(-months_back, months_ahead + 1)}
    wanted |= set(_waiting_months(connection, table=table, column=column, last=_shifted(this_month, months=months_ahead)))
    missing = sorted(
        month for month in wanted if partition_name(table, month=month) not in partition_names(connection, table=table)
    )
    columns = _stored_columns(connection, table=table)
    for month in missing:
        with connection.cursor() as cursor:
            cursor.execute(_month_sql(table, column=column, month=month, columns=columns))
    return [partition_name(table, month=month) for month in missing]


def partition_names(connection: Connection, *, table: str) -> list[str]:
    """The partitions of a table, the DEFAULT one included, in order of their names."""
    _check_names(table)
    rows = _rows(
        connection,
        query=f"""
        SELECT child.relname FROM pg_inherits JOIN pg_class child ON child.oid = inhrelid
        WHERE inhparent = '{table}'::regclass ORDER BY child.relname""",
    )
    return [row[0] for row in rows]


def partition_name(table: str, *, month: Month) -> str:
    """The name of a month's partition; `month` is (year, month of the year)."""
    return f"{table}_y{month[0]:04}m{month[1]:02}"


def _month_sql(table: str, *, column: str, month: Month, columns: Sequence[str]) -> str:
    """One statement: take the lock, look again, build aside, move waiting rows, attach."""
    name = partition_name(table, month=month)
    start, end = (f"{year:04}-{number:02}-01 00:00:00+00" for year, number in (month, _shifted(month, months=1)))
    listed = ", ".join(f'"{stored}"' for stored in columns)
    default = f"{table}_default"
    return f"""
DO $partition$
DECLARE
    timeout_before text := current_setting('lock_timeout');
    attempts int := {_ATTEMPTS};
BEGIN
    PERFORM pg_advisory_xact_lock(hashtext('lingting.partitions'), hashtext('{table}'));
    IF to_regclass('{name}') IS NOT NULL THEN
        RETURN;
    END IF;
    PERFORM set_config('lock_timeout', '{_LOCK_TIMEOUT}', true);
    LOOP
        BEGIN
            -- Writers stop here, before they choose a partition: one that had chosen the DEFAULT would fail afterwards.
            LOCK TABLE {table} IN SHARE ROW EXCLUSIVE MODE;
            LOCK TABLE {default} IN ACCESS EXCLUSIVE MODE;
            EXIT;
        EXCEPTION WHEN lock_not_available THEN
            attempts := attempts - 1;
            IF attempts = 0 THEN
                RAISE;
            END IF;
            PERFORM pg_sleep(0.2);
        END;
    END LOOP;
    CREATE TABLE {name} (LIKE {table} INCLUDING DEFAULTS INCLUDING CONSTRAINTS INCLUDING GENERATED INCLUDING STORAGE);
    IF EXISTS (SELECT 1 FROM {default} WHERE {column} >= '{start}' AND {column} < '{end}') THEN
        ALTER TABLE {default} DISABLE TRIGGER USER;
        WITH moved AS (DELETE FROM {default} WHERE {column} >= '{start}' AND {column} < '{end}' RETURNING {listed})
            INSERT INTO {name} ({listed}) SELECT {listed} FROM moved;
        ALTER TABLE {default} ENABLE TRIGGER USER;
    END IF;
    ALTER TABLE {table} ATTACH PARTITION {name} FOR VALUES FROM ('{start}') TO ('{end}');
    PERFORM set_config('lock_timeout', timeout_before, true);
END
$partition$;
"""


def _partition_column(connection: Connection, *, table: str) -> str:
    rows = _rows(
        connection,
        query=f"""
        SELECT attname FROM pg_partitioned_table JOIN pg_attribute ON attrelid = partrelid AND attnum = partattrs[0]
        WHERE partrelid = to_regclass('{table}')""",
    )
    if not rows:
        raise ValueError(f"{table} is not a partitioned table: its migration lacks create_partitioned()")
    return str(rows[0][0])


def _waiting_months(connection: Connection, *, table: str, column: str, last: Month) -> list[Month]:
    """Months with rows in the DEFAULT partition; a date no service centre can have written stays where it
    is.
    """
    oldest = _shifted(last, months=-_OLDEST_MONTHS)
    rows = _rows(
        connection,
        query=f"""
        SELECT DISTINCT extract(year FROM {column} AT TIME ZONE 'UTC')::int, extract(month FROM {column} AT TIME ZONE 'UTC')::int
        FROM {table}_default WHERE isfinite({column})""",
    )
    months = [(int(year), int(number)) for year, number in rows]
    return [month for month in months if oldest <= month <= last]


def _stored_columns(connection: Connection, *, table: str) -> list[str]:
    rows = _rows(
        connection,
        query=f"""
        SELECT attname FROM pg_attribute WHERE attrelid = '{table}'::regclass
        AND attnum > 0 AND NOT attisdropped AND attgenerated = '' ORDER BY attnum""",
    )
    return [row[0] for row in rows]


def _rows(connection: Connection, *, query: str) -> Sequence[Sequence[Any]]:
    with connection.cursor() as cursor:
        cursor.execute(query)
        return cursor.fetchall()


def _month_of(moment: datetime) -> Month:
    if moment.tzinfo is None:
        raise ValueError("now must carry its time zone")
    moment = moment.astimezone(UTC)
    return moment.year, moment.month


def _shifted(month: Month, *, months: int) -> Month:
    year, index = divmod(month[0] * 12 + month[1] - 1 + months, 12)
    return year, index + 1


def _check_names(*names: str) -> None:
    """Names go into SQL as they are, and partitions add thirteen letters at most to the 63 that PostgreSQL
    allows.
    """
    for name in names:
        if not _NAME.fullmatch(name):
            raise ValueError(f"not a plain lower-case name of at most 50 letters: {name!r}")
