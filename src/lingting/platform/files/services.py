"""Takes files in and lets unused ones go."""

from __future__ import annotations

import hashlib
import os
import re
import tempfile
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import IO, Any

from django.conf import settings
from django.db import IntegrityError, connection, transaction
from django.db.models import ProtectedError
from django.utils.translation import gettext as _

from lingting.platform.files import kinds, pictures, registry
from lingting.platform.files.models import StoredFile
from lingting.platform.files.refusals import ContradictingType, EmptyFile, TooLarge
from lingting.platform.files.stores import CHUNK_BYTES, current_store, incoming_folder

GRACE = timedelta(hours=24)
SWEEP_BATCH = 500
LONGEST_NAME = 200
INCOMING_PREFIX = "lingting-upload-"
_NOT_IN_NAMES = re.compile(r"[\x00-\x1f\x7f\u200b-\u200f\u202a-\u202e\u2066-\u2069/\\:*?\"<>|]")


@dataclass(frozen=True)
class Swept:
    """How many unused files were forgotten and how many blobs were deleted."""

    files: int
    blobs: int


def store_upload(
    upload: Any, *, actor_kind: str, actor_id: str = "", now: datetime, name: str = "", largest_bytes: int = 0
) -> StoredFile:
    """Takes in an uploaded file (Django's, or anything with `read`) and returns its row.

    Reads in chunks, never the whole file in memory. Equal bytes are kept once. Raises `EmptyFile`, `TooLarge` (the
    limit is `largest_bytes` or `FILES_MAX_BYTES`) and `ContradictingType`. Holds a shared advisory lock on the bytes until
    the transaction ends, so that no sweep takes the blob away in between; others may store the same bytes meanwhile.
    """
    shown_name = clean_name(name or getattr(upload, "name", "") or "")
    limit = largest_bytes or int(settings.FILES_MAX_BYTES)
    with tempfile.NamedTemporaryFile(dir=incoming_folder(), prefix=INCOMING_PREFIX, delete=False) as incoming:
        path = Path(incoming.name)
        try:
            sha256, size = _copy(_chunks(upload), incoming, limit=limit)
            content_type = kinds.detect(incoming, name=shown_name)
            if kinds.contradicts(content_type, name=shown_name):
                raise ContradictingType(
                    _("The content of “%(name)s” is not what its name says. Rename it or save it again, then send it.")
                    % {"name": shown_name}
                )
            sides = pictures.dimensions(incoming, content_type=content_type)
            return _keep(
                incoming,
                StoredFile(
                    sha256=sha256,
                    size=size,
                    content_type=content_type,
                    original_name=shown_name,
                    storage_key=f"{sha256[:2]}/{sha256[2:4]}/{sha256}",
                    width=sides[0] if sides else None,
                    height=sides[1] if sides else None,
                    uploaded_by_kind=actor_kind,
                    uploaded_by_id=actor_id,
                    created_at=now,
                ),
            )
        finally:
            path.unlink(missing_ok=True)


def sweep_unused(*, now: datetime) -> Swept:
    """Forgets files nobody refers to a day after they came, and deletes blobs no file needs.

    Works in batches, each its own transaction, so that it can be stopped at any time.
    """
    return Swept(_forget_unused(before=now - GRACE), _delete_orphans(before=now - GRACE))


def clean_name(name: str) -> str:
    """A name fit for any system: no path, no control or direction characters, at most 200 characters."""
    last = unicodedata.normalize("NFC", name.replace("\\", "/").rsplit("/", 1)[-1])
    last = _NOT_IN_NAMES.sub("_", last).strip(" .")
    if len(last) > LONGEST_NAME:
        ending = kinds.extension(last)[:20]
        last = last[: LONGEST_NAME - len(ending) - 1] + "." + ending
    return last or "file"


def _keep(incoming: IO[bytes], file: StoredFile) -> StoredFile:
    """Only bytes that the store does not have yet are written through to the disk."""
    store = current_store()
    with transaction.atomic():
        _keep_from_sweep(file.sha256)
        if not store.has(file.storage_key):
            incoming.flush()
            os.fsync(incoming.fileno())
            store.put(file.storage_key, Path(incoming.name))
        file.save(force_insert=True)
    return file


def _keep_from_sweep(sha256: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock_shared(hashtextextended('files ' || %s, 0))", [sha256])


def _lock_bytes(sha256: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended('files ' || %s, 0))", [sha256])


def _copy(chunks: Iterable[bytes], target: IO[bytes], *, limit: int) -> tuple[str, int]:
    digest = hashlib.sha256()
    size = 0
    for chunk in chunks:
        size += len(chunk)
        if size > limit:
            megabytes = max(1, limit // (1024 * 1024))
            raise TooLarge(_("The file is larger than %(most)d MB. Send a smaller one.") % {"most": megabytes})
        digest.update(chunk)
        target.write(chunk)
    if not size:
        raise EmptyFile(_("The file is empty. Choose another one."))
    return digest.hexdigest(), size


def _chunks(upload: Any) -> Iterator[bytes]:
    if hasattr(upload, "chunks"):
        yield from upload.chunks(CHUNK_BYTES)
        return
    while chunk := upload.read(CHUNK_BYTES):
        yield chunk


def _forget_unused(*, before: datetime) -> int:
    forgotten, last = 0, 0
    while True:
        old = StoredFile.objects.filter(created_at__lt=before, id__gt=last).order_by("id")
        candidates = list(old.values_list("id", flat=True)[:SWEEP_BATCH])
        if not candidates:
            return forgotten
        last = candidates[-1]
        try:
            with transaction.atomic():
                unused = set(candidates) - registry.in_use(candidates)
                deleted = StoredFile.objects.filter(id__in=unused).delete()[0]
        except (ProtectedError, IntegrityError):
            continue  # one of them came into use just now: the next sweep looks again
        forgotten += deleted


def _delete_abandoned_uploads(*, before: datetime) -> None:
    """Uploads that a killed process left in the folder where they wait."""
    for path in incoming_folder().glob(f"{INCOMING_PREFIX}*"):
        if path.stat().st_mtime < before.timestamp():
            path.unlink(missing_ok=True)


def _delete_orphans(*, before: datetime) -> int:
    _delete_abandoned_uploads(before=before)
    store = current_store()
    deleted = 0
    for blob in store.blobs():
        if blob.stored_at >= before:
            continue
        sha256 = blob.key.rsplit("/", 1)[-1]
        with transaction.atomic():
            _lock_bytes(sha256)
            if not StoredFile.objects.filter(sha256=sha256).exists():
                store.delete(blob.key)
                deleted += 1
    return deleted
