"""Where the bytes lie: a folder, or a bucket that speaks S3."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache
from pathlib import Path
from typing import IO, Any, Protocol

from django.conf import settings

CHUNK_BYTES = 64 * 1024
INCOMING = "incoming"


@dataclass(frozen=True)
class Blob:
    """Bytes that lie in a store: their key and when they were put there."""

    key: str
    stored_at: datetime


class Store(Protocol):
    """What a store of blobs can do. Keys are `ab/cd/<sha256>`; a blob never changes."""

    def has(self, key: str) -> bool:
        """Whether the blob lies there."""

    def put(self, key: str, path: Path) -> None:
        """Takes the bytes of a file on this machine; the file may be gone afterwards."""

    def read(self, key: str, *, start: int = 0, end: int | None = None) -> Iterator[bytes]:
        """The bytes from `start` up to and without `end`, in chunks. Raises `FileNotFoundError`."""

    def delete(self, key: str) -> None:
        """Removes a blob; nothing happens if it is gone."""

    def blobs(self) -> Iterator[Blob]:
        """All blobs, in no order."""


class FolderStore:
    """Blobs as files under `FILES_ROOT`, each put in place by one rename."""

    def __init__(self, root: Path) -> None:
        self.root = root

    def has(self, key: str) -> bool:
        return (self.root / key).is_file()

    def put(self, key: str, path: Path) -> None:
        target = self.root / key
        target.parent.mkdir(parents=True, exist_ok=True)
        os.replace(path, target)  # noqa: PTH105
        _sync_folder(target.parent)

    def read(self, key: str, *, start: int = 0, end: int | None = None) -> Iterator[bytes]:
        handle = (self.root / key).open("rb")
        return _bounded(handle, start=start, end=end)

    def delete(self, key: str) -> None:
        (self.root / key).unlink(missing_ok=True)

    def blobs(self) -> Iterator[Blob]:
        for path in self.root.glob("[0-9a-f][0-9a-f]/[0-9a-f][0-9a-f]/*"):
            stored_at = datetime.fromtimestamp(path.stat().st_mtime, tz=UTC)
            yield Blob(path.relative_to(self.root).as_posix(), stored_at)


class BucketStore:
    """Blobs as objects of an S3-compatible bucket. boto3 is only imported where this store is used."""

    def __init__(self, *, bucket: str, endpoint: str, access_key: str, secret_key: str, region: str) -> None:
        import boto3
        from botocore.config import Config

        self.bucket = bucket
        self.client: Any = boto3.client(
            "s3",
            endpoint_url=endpoint or None,
            aws_access_key_id=access_key or None,
            aws_secret_access_key=secret_key or None,
            region_name=region or "us-east-1",
            config=Config(s3={"addressing_style": "path"}, connect_timeout=5, read_timeout=30, retries={"max_attempts": 3}),
        )

    def has(self, key: str) -> bool:
        from botocore.exceptions import ClientError

        try:
            self.client.head_object(Bucket=self.bucket, Key=key)
        except ClientError as error:
            if error.response["ResponseMetadata"]["HTTPStatusCode"] == 404:
                return False
            raise
        return True

    def put(self, key: str, path: Path) -> None:
        self.client.upload_file(str(path), self.bucket, key)

    def read(self, key: str, *, start: int = 0, end: int | None = None) -> Iterator[bytes]:
        from botocore.exceptions import ClientError

        if end is not None and end <= start:
            return iter(())
        wanted = f"bytes={start}-{'' if end is None else end - 1}"
        whole = {} if start == 0 and end is None else {"Range": wanted}
        try:
            answer = self.client.get_object(Bucket=self.bucket, Key=key, **whole)
        except ClientError as error:
            if error.response["ResponseMetadata"]["HTTPStatusCode"] == 404:
                raise FileNotFoundError(key) from error
            raise
        return _closing(answer["Body"])

    def delete(self, key: str) -> None:
        self.client.delete_object(Bucket=self.bucket, Key=key)

    def blobs(self) -> Iterator[Blob]:
        pages = self.client.get_paginator("list_objects_v2").paginate(Bucket=self.bucket)
        for page in pages:
            for found in page.get("Contents", ()):
                yield Blob(found["Key"], found["LastModified"])


def current_store() -> Store:
    """The store the settings name: the bucket if there is one, else the folder."""
    bucket = getattr(settings, "FILES_S3_BUCKET", "")
    if not bucket:
        return FolderStore(Path(settings.FILES_ROOT))
    names = ("ENDPOINT", "ACCESS_KEY", "SECRET_KEY", "REGION")
    return _bucket_store(bucket, *(getattr(settings, f"FILES_S3_{name}", "") for name in names))


def incoming_folder() -> Path:
    """Where uploads wait while they are read: beside the blobs, so that a rename is enough, else the system's place."""
    if getattr(settings, "FILES_S3_BUCKET", ""):
        return Path(tempfile.gettempdir())
    folder = Path(settings.FILES_ROOT) / INCOMING
    folder.mkdir(parents=True, exist_ok=True)
    return folder


@lru_cache(maxsize=4)
def _bucket_store(bucket: str, endpoint: str, access_key: str, secret_key: str, region: str) -> BucketStore:
    return BucketStore(bucket=bucket, endpoint=endpoint, access_key=access_key, secret_key=secret_key, region=region)


def _bounded(handle: IO[bytes], *, start: int, end: int | None) -> Iterator[bytes]:
    with handle:
        handle.seek(start)
        left = None if end is None else end - start
        while left is None or left > 0:
            chunk = handle.read(CHUNK_BYTES if left is None else min(CHUNK_BYTES, left))
            if not chunk:
                return
            if left is not None:
                left -= len(chunk)
            yield chunk


def _closing(body: Any) -> Iterator[bytes]:
    try:
        yield from body.iter_chunks(CHUNK_BYTES)
    finally:
        body.close()


def _sync_folder(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
