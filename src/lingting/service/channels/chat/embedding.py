"""The files a host page loads: one classic script, and modules under an address that changes with their content.

The modules import each other by relative names, so one version in the path covers all of them: they may be kept for
ever, and a new release is never mixed with an old one.
"""

from __future__ import annotations

import gzip
import hashlib
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from django.conf import settings

import lingting
from lingting.platform.refusals import NotFound

SCRIPT = "widget.js"
_FOLDER = Path(__file__).parent / "static" / "chat"
_SOURCE = Path(lingting.__file__).parent
_SHARED = {
    "live-stream.js": _SOURCE / "platform" / "realtime" / "static" / "realtime" / "live-stream.js",
    "conditions.js": _SOURCE / "kernel" / "questionnaires" / "static" / "questionnaires" / "conditions.js",
}
_MODULES = (
    "afterwards.js", "attention.js", "composer.js", "conversation.js", "delivery.js", "document.js", "element.js", "files.js", "forms.js",
    "home.js", "keeping.js", "listening.js", "outbox.js", "panel.js", "place.js", "questions.js", "receipts.js", "sentences.js",
    "server.js", "styles.js", "thread.js", "waking.js",
)  # fmt: skip
_VERSION_MARK = b"{version}"


class NoSuchFile(NotFound):
    """The widget has no such file."""

    code = "no_such_file"


@dataclass(frozen=True)
class WidgetFile:
    """A file as it goes out, plain and compressed, with a hash of its content."""

    body: bytes
    gzipped: bytes
    etag: str


@dataclass(frozen=True)
class WidgetFiles:
    """All files of one release of the widget."""

    version: str
    files: dict[str, WidgetFile]

    @property
    def gzipped_bytes(self) -> int:
        """What a browser transfers that has none of them."""
        return sum(len(file.gzipped) for file in self.files.values())


def widget_files() -> WidgetFiles:
    """The widget as it stands; read once, and anew each time while developing."""
    return _read() if settings.DEBUG else _kept()


def widget_file(name: str) -> WidgetFile:
    """One file. Raises `NoSuchFile`."""
    file = widget_files().files.get(name)
    if file is None:
        raise NoSuchFile()
    return file


@lru_cache(maxsize=1)
def _kept() -> WidgetFiles:
    return _read()


def _read() -> WidgetFiles:
    bodies = {name: (_FOLDER / name).read_bytes() for name in _MODULES}
    bodies |= {name: path.read_bytes() for name, path in _SHARED.items()}
    digest = hashlib.sha256(b"".join(name.encode() + body for name, body in sorted(bodies.items())))
    version = digest.hexdigest()[:12]
    bodies[SCRIPT] = (_FOLDER / SCRIPT).read_bytes().replace(_VERSION_MARK, version.encode())
    return WidgetFiles(version, {name: _packed(body) for name, body in bodies.items()})


def _packed(body: bytes) -> WidgetFile:
    return WidgetFile(body, gzip.compress(body, compresslevel=9, mtime=0), hashlib.sha256(body).hexdigest()[:24])
