"""Taking in a table of customers: uploaded, mapped, tried on its first rows, then applied in chunks."""

from __future__ import annotations

import tempfile
from collections.abc import Mapping
from contextlib import contextmanager
from datetime import datetime
from itertools import islice
from typing import IO, TYPE_CHECKING, Any

from django.db import transaction
from django.db.models import F
from django.utils import translation
from django.utils.translation import gettext as _

from lingting.kernel.accounts.models import Account
from lingting.platform.files.selectors import open_file
from lingting.platform.files.services import store_upload
from lingting.platform.refusals import Conflict, Invalid, Refusal
from lingting.platform.tables import BadTable, Shape, rows_of, shape_of
from lingting.service.crm.models import Import, ImportRow
from lingting.service.crm.services.import_columns import FIELDS, guessed_mapping
from lingting.service.crm.services.import_rows import Outcome, Row, apply_row, check_row, row_of

if TYPE_CHECKING:
    from collections.abc import Iterator

PREVIEW_ROWS = 20
CHUNK_ROWS = 200
MOST_PROBLEM_ROWS = 10_000


class BadMapping(Invalid):
    """Two columns for one field, or none from which a customer could be made."""

    code = "bad_mapping"


class ImportStarted(Conflict):
    """The import runs or has run already."""

    code = "import_started"


def start_import(upload: Any, *, account: Account, now: datetime) -> Import:
    """Keeps the file and looks at its shape. Raises `BadTable` and what `store_upload` raises; nothing stays then."""
    with transaction.atomic():
        stored = store_upload(upload, actor_kind="account", actor_id=str(account.pk), now=now)
        with _seekable(open_file(stored)) as stream:
            shape = shape_of(stream)
        return Import.objects.create(
            file=stored, file_name=stored.original_name, kind=shape.kind, encoding=shape.encoding, delimiter=shape.delimiter,
            columns=shape.columns, mapping=guessed_mapping(shape.columns), total_rows=shape.rows, created_at=now,
            created_by=account,
        )  # fmt: skip


@transaction.atomic
def set_mapping(import_id: int, *, mapping: Mapping[int, str]) -> Import:
    """Says which column is which field ("" for none). Raises `BadMapping`, `ImportStarted`."""
    run = Import.objects.select_for_update().get(pk=import_id)
    if run.state != "mapping":
        raise ImportStarted(_("This import has begun already; its columns stand."))
    chosen = {index: name for index, name in mapping.items() if name in FIELDS and 0 <= index < len(run.columns)}
    single = [name for name in chosen.values() if not FIELDS[name].repeats]
    twice = next((name for name in single if single.count(name) > 1), None)
    if twice:
        raise BadMapping(_("Two columns say “%(field)s”. Choose one of them.") % {"field": FIELDS[twice].label})
    run.mapping = {str(index): name for index, name in sorted(chosen.items())}
    run.save(update_fields=["mapping"])
    return run


def preview_rows(run: Import) -> list[Row]:
    """The first twenty rows as they would be taken in, each with its problems and outcome. Writes nothing."""
    with _table(run) as (stream, shape):
        first = list(islice(rows_of(stream, shape=shape), PREVIEW_ROWS))
    return [check_row(row_of(number, cells, mapping=run.mapping)) for number, cells in first]


@transaction.atomic
def begin_application(import_id: int, *, now: datetime) -> Import:
    """Lets the import run; the job is a row of the same transaction. Raises `BadMapping`, `ImportStarted`."""
    from lingting.service.crm import jobs

    run = Import.objects.select_for_update().get(pk=import_id)
    if run.state != "mapping":
        raise ImportStarted(_("This import has begun already."))
    if not {"name", "phone", "email", "wechat", "external_id"} & set(run.mapping.values()):
        raise BadMapping(_("Choose at least one column for the name, a number, an address or your own id."))
    run.state, run.applied_at = "running", now
    run.save(update_fields=["state", "applied_at"])
    jobs.apply_import.later(import_id=run.pk, only_once=f"crm-import:{run.pk}", one_at_a_time=f"crm-import:{run.pk}")
    return run


def apply_import(import_id: int, *, now: datetime) -> Import:
    """Takes in the rows that are left, a chunk per transaction; run again, it goes on where it stopped.

    A chunk's rows, their outcomes and the place reached are written together, so every row counts once whatever dies.
    Problems are told in the language of whoever began the import.
    """
    run = Import.objects.select_related("created_by", "file").get(pk=import_id)
    if run.state != "running":
        return run
    with translation.override(run.created_by.language):
        return _apply_rows(run, now=now)


def _apply_rows(run: Import, *, now: datetime) -> Import:
    try:
        with _table(run) as (stream, shape):
            rows = rows_of(stream, shape=shape, after=run.done_rows)
            while chunk := list(islice(rows, CHUNK_ROWS)):
                if not _apply_chunk(run, chunk, now=now):
                    return Import.objects.get(pk=run.pk)
    except BadTable as refusal:
        Import.objects.filter(pk=run.pk).update(state="failed", trouble=str(refusal)[:300])
        return Import.objects.get(pk=run.pk)
    total = F("added") + F("changed") + F("unchanged") + F("failed")
    Import.objects.filter(pk=run.pk, state="running").update(state="finished", total_rows=total)
    return Import.objects.get(pk=run.pk)


@transaction.atomic
def _apply_chunk(run: Import, chunk: list[tuple[int, list[str]]], *, now: datetime) -> bool:
    """False when another worker has come further already."""
    locked = Import.objects.select_for_update().get(pk=run.pk)
    if locked.done_rows >= chunk[0][0] or locked.state != "running":
        return False
    actor = run.created_by.as_actor
    problems = []
    for number, cells in chunk:
        row = _applied(row_of(number, cells, mapping=run.mapping), run, now=now, actor=actor)
        setattr(locked, row.outcome, getattr(locked, row.outcome) + 1)
        if row.outcome == Outcome.FAILED and locked.failed <= MOST_PROBLEM_ROWS:
            problems.append(ImportRow(run=locked, number=number, cells=cells, outcome=row.outcome, problems=row.problems))
    ImportRow.objects.bulk_create(problems)
    locked.done_rows = chunk[-1][0]
    locked.save(update_fields=["done_rows", "added", "changed", "unchanged", "failed"])
    return True


def _applied(row: Row, run: Import, *, now: datetime, actor: Any) -> Row:
    try:
        with transaction.atomic():
            return apply_row(row, actor=actor, now=now)
    except Refusal as refusal:
        row.problems.append(str(refusal))
        row.outcome = Outcome.FAILED
        return row


@contextmanager
def _table(run: Import) -> Iterator[tuple[IO[bytes], Shape]]:
    if run.file is None:
        raise BadTable(_("The file of this import is gone. Upload it again."))
    shape = Shape(kind=run.kind, columns=run.columns, rows=run.total_rows, encoding=run.encoding, delimiter=run.delimiter)
    with _seekable(open_file(run.file)) as stream:
        yield stream, shape


@contextmanager
def _seekable(source: IO[bytes]) -> Iterator[IO[bytes]]:
    """The stored bytes as a seekable file on disk: stores give streams only."""
    with source, tempfile.SpooledTemporaryFile(max_size=1024 * 1024) as copy:
        while step := source.read(256 * 1024):
            copy.write(step)
        copy.seek(0)
        yield copy
