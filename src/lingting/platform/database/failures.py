"""PostgreSQL's last words turned into one sentence a person can act on."""

from __future__ import annotations

import errno
import re
from pathlib import Path

from .refusals import AlreadyRunning, BinariesUnusable, DatabaseRefusal, DidNotStart, DiskFull, PortTaken, WrongOwner, WrongVersion
from .wording import gettext as _


def explained(output: str, *, folder: Path) -> DatabaseRefusal:
    """The refusal for what PostgreSQL printed (in English) before it ended; `folder` is where its files are."""
    place = {"folder": folder, "words": _last_words(output)}
    if "No space left on device" in output or "Disk quota exceeded" in output:
        return DiskFull(_("The disk that holds %(folder)s is full: make room there and start again.") % place)
    if "could not bind" in output or "Address already in use" in output or "could not create any" in output:
        return PortTaken(_("Another program already uses the database's port or socket: stop it or choose another port (%(words)s).") % place)
    if "incompatible with server" in output or "not compatible with" in output:
        return WrongVersion(_("The data in %(folder)s were written by another version of PostgreSQL: %(words)s") % place)
    if "wrong ownership" in output or "invalid permissions" in output or "Permission denied" in output:
        return WrongOwner(_("PostgreSQL may not use %(folder)s as it stands: %(words)s") % place)
    if "already exists" in output and "lock file" in output:
        return AlreadyRunning(_("Another PostgreSQL already works in %(folder)s: stop it first (%(words)s).") % place)
    if "error while loading shared libraries" in output:
        return BinariesUnusable(_("PostgreSQL's programs lack a library of the system: %(words)s") % place)
    return DidNotStart(_("PostgreSQL could not start in %(folder)s: %(words)s") % place)


def explained_os_error(error: OSError, *, folder: Path) -> DatabaseRefusal:
    """The refusal for an error of our own file work in `folder`."""
    place = {"folder": folder, "words": error.strerror or str(error)}
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        return DiskFull(_("The disk that holds %(folder)s is full: make room there and start again.") % place)
    return WrongOwner(_("The database cannot use %(folder)s (%(words)s): choose a LINGTING_HOME where you may write.") % place)


def _last_words(output: str) -> str:
    lines = [line.strip() for line in output.splitlines() if line.strip()]
    telling = [line for line in lines if re.search(r"\b(FATAL|PANIC)\b", line)] or [
        line for line in lines if re.search(r"\berror\b", line, re.IGNORECASE)] or lines[-1:]
    return re.sub(r"^.*?\b(FATAL|PANIC|error):\s*", "", telling[-1]) if telling else _("it said nothing")
