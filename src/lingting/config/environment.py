"""What the environment says: the data folder, the secret key, the database address."""

from __future__ import annotations

import os
import secrets
from pathlib import Path
from typing import Any


def home() -> Path:
    """The data folder: `LINGTING_HOME`, else `.lingting` beside the checkout or in the home folder."""
    named = os.environ.get("LINGTING_HOME")
    if named:
        return Path(named).expanduser().resolve()
    checkout = Path(__file__).resolve().parents[3]
    if (checkout / "pyproject.toml").is_file():
        return checkout / ".lingting"
    return Path.home() / ".lingting"


def flag(name: str, *, default: bool) -> bool:
    """A yes/no variable: 1, true, yes, on against 0, false, no, off (any case)."""
    text = os.environ.get(name, "").strip().lower()
    if not text:
        return default
    return text in {"1", "true", "yes", "on"}


def secret_key() -> str:
    """`SECRET_KEY` from the environment, else one made once and kept in the data folder (mode 600)."""
    named = os.environ.get("SECRET_KEY")
    if named:
        return named
    path = home() / "secret-key"
    try:
        return path.read_text().strip()
    except FileNotFoundError:
        pass
    path.parent.mkdir(parents=True, exist_ok=True)
    fresh = secrets.token_urlsafe(48)
    try:
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as handle:
            handle.write(fresh)
    except FileExistsError:
        return path.read_text().strip()
    return fresh


def database() -> dict[str, Any]:
    """Django's entry for `DATABASE_URL`, else for the embedded server that runs for this data folder."""
    from lingting.platform.database.external import django_database

    url = os.environ.get("DATABASE_URL")
    if not url:
        from lingting.platform.database.server import EmbeddedServer

        found = EmbeddedServer(home()).address()
        url = found.url if found else "postgresql:///lingting?host=/nonexistent/lingting-is-not-running"
    return django_database(url)
