"""Reads of stored files and addresses under which they can be fetched."""

from __future__ import annotations

import io
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.core import signing
from django.urls import reverse

from lingting.platform.files.models import StoredFile
from lingting.platform.files.stores import current_store

_SALT = "lingting.files"
ANYONE = "anyone"


def file_of(public_id: UUID | str) -> StoredFile | None:
    """The file with a public identifier; None if there is none."""
    return StoredFile.objects.filter(public_id=public_id).first()


def open_file(file: StoredFile) -> io.BufferedReader:
    """A file's bytes as a readable stream; close it, or use it in a `with`. Raises `FileNotFoundError`."""
    return io.BufferedReader(_ChunkStream(current_store().read(file.storage_key)))


def plain_url(file: StoredFile) -> str:
    """The address for those whom an app's access check lets in."""
    return reverse("files:download", args=[file.public_id, file.original_name])


def signed_url(file: StoredFile, *, audience: str, now: datetime, ttl: timedelta) -> str:
    """An address that opens one file without signing in, until `now + ttl`.

    `audience` says for whom it was made: `anyone`, `visitor:…` (whoever holds the address), or `account:<id>`, which
    then works only for that signed-in person. The same file, audience and moment give the same address, so that
    browsers can keep what they have.
    """
    token = signing.Signer(salt=_SALT).sign_object([file.pk, audience, int((now + ttl).timestamp())])
    return f"{plain_url(file)}?token={token}"


def token_opens(token: str, *, file: StoredFile, account_id: str, now: datetime) -> bool:
    """Whether a token of `signed_url` opens this file now, for the signed-in account (empty if nobody is)."""
    try:
        file_id, audience, until = signing.Signer(salt=_SALT).unsign_object(token)
    except (signing.BadSignature, ValueError, TypeError):
        return False
    if file_id != file.pk or until <= now.timestamp():
        return False
    kind, _colon, identifier = str(audience).partition(":")
    return kind != "account" or (bool(account_id) and identifier == account_id)


class _ChunkStream(io.RawIOBase):
    """Chunks as a raw stream."""

    def __init__(self, chunks: Iterator[bytes]) -> None:
        self._chunks = chunks
        self._rest = b""

    def readable(self) -> bool:
        return True

    def readinto(self, target: Any) -> int:
        if not self._rest:
            self._rest = next(self._chunks, b"")
        taken = self._rest[: len(target)]
        target[: len(taken)] = taken
        self._rest = self._rest[len(taken) :]
        return len(taken)

    def close(self) -> None:
        closing = getattr(self._chunks, "close", None)
        if closing is not None:
            closing()
        super().close()
