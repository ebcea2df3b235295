"""One version in the address of all static files: browsers may keep them for ever, and never mix two releases.

Modules import each other, and styles their fonts, by relative names; so the version of the folder covers them all.
"""

from __future__ import annotations

import hashlib
from pathlib import Path


def version_of(source: Path) -> str:
    """A short hash of every file in a `static` folder under `source`, the same on every machine that has the same files."""
    files = sorted(path for folder in source.rglob("static") for path in folder.rglob("*") if path.is_file())
    told = hashlib.blake2b(digest_size=6)
    for path in files:
        told.update(path.relative_to(source).as_posix().encode() + b"\0")
        told.update(hashlib.blake2b(path.read_bytes()).digest())
    return told.hexdigest()
