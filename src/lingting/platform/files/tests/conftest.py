"""Both stores: a folder, and a bucket behind a real S3 protocol on loopback."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import boto3
import pytest
from moto.server import ThreadedMotoServer

from lingting.platform.files import registry


@pytest.fixture(scope="session")
def s3_server() -> Iterator[str]:
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0)
    server.start()
    host, port = server.get_host_and_port()
    yield f"http://{host}:{port}"
    server.stop()


@pytest.fixture
def folder(settings: Any, tmp_path: Path) -> Path:
    settings.FILES_S3_BUCKET = ""
    settings.FILES_ROOT = tmp_path / "files"
    return tmp_path / "files"


@pytest.fixture
def bucket(settings: Any, s3_server: str) -> Iterator[str]:
    settings.FILES_S3_BUCKET = "lingting"
    settings.FILES_S3_ENDPOINT = s3_server
    settings.FILES_S3_ACCESS_KEY = "key"
    settings.FILES_S3_SECRET_KEY = "secret"
    settings.FILES_S3_REGION = "us-east-1"
    client = boto3.client(
        "s3", endpoint_url=s3_server, aws_access_key_id="key", aws_secret_access_key="secret", region_name="us-east-1"
    )
    client.create_bucket(Bucket="lingting")
    yield "lingting"
    for found in client.list_objects_v2(Bucket="lingting").get("Contents", ()):
        client.delete_object(Bucket="lingting", Key=found["Key"])
    client.delete_bucket(Bucket="lingting")


@pytest.fixture(params=["folder", "bucket"])
def store(request: pytest.FixtureRequest) -> str:
    request.getfixturevalue(request.param)
    return str(request.param)


@pytest.fixture(autouse=True)
def no_other_app(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody else's access checks and references: each test brings its own."""
    monkeypatch.setattr(registry, "_checks", [])
    monkeypatch.setattr(registry, "_referencers", {})
