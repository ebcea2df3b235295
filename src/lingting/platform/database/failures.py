"""PostgreSQL's last words turned into one sentence a person can act on."""

from __future__ import annotations

import errno
import os
import re
from pathlib import Path

import psycopg

from .external import without_password
from .refusals import (
    AlreadyRunning,
    BinariesUnusable,
    DatabaseRefusal,
    DidNotStart,
    DiskFull,
    NoUnprivilegedAccount,
    PortTaken,
    WrongOwner,
    WrongVersion,
)
from .wording import gettext as _

_ABOUT_CLIENTS = re.compile(r"starting up|not yet accepting|shutting down|authentication failed|administrator command")


def explained(output: str, *, folder: Path) -> DatabaseRefusal:
    """The refusal for what PostgreSQL printed (in English) before it ended; `folder` is where its files
    are.
    """
    place = {"folder": folder, "words": _last_words(output)}
    if "No space left on device" in output or "Disk quota exceeded" in output:
        return DiskFull(_("The disk that holds %(folder)s is full: make room there and start again.") % place)
    if "could not bind" in output or "Address already in use" in output or "could not create any" in output:
        return PortTaken(
            _("Another program already uses the database's port or socket: stop it or choose another port (%(words)s).") % place
        )
    if "incompatible with server" in output or "not compatible with" in output:
        return WrongVersion(_("The data in %(folder)s were written by another version of PostgreSQL: %(words)s") % place)
    if "wrong ownership" in output or "invalid permissions" in output or "Permission denied" in output:
        return WrongOwner(_("PostgreSQL may not use %(folder)s as it stands: %(words)s") % place)
    if "already exists" in output and "lock file" in output:
        return AlreadyRunning(_("Another PostgreSQL already works in %(folder)s: stop it first (%(words)s).") % place)
    if "could not look up effective user ID" in output:
        return NoUnprivilegedAccount(
            _(
                "PostgreSQL needs an account with a name and this one has only a number (%(uid)d): "
                "add it to /etc/passwd, or set DATABASE_URL to a PostgreSQL that runs elsewhere."
            )
            % {"uid": os.geteuid()}
        )
    if "error while loading shared libraries" in output:
        return BinariesUnusable(_("PostgreSQL's programs lack a library of the system: %(words)s") % place)
    return DidNotStart(_("PostgreSQL could not start in %(folder)s: %(words)s") % place)


def explained_os_error(error: OSError, *, folder: Path) -> DatabaseRefusal:
    """The refusal for an error of our own file work in `folder`."""
    place = {"folder": folder, "words": error.strerror or str(error)}
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        return DiskFull(_("The disk that holds %(folder)s is full: make room there and start again.") % place)
    return WrongOwner(_("The database cannot use %(folder)s (%(words)s): choose a LINGTING_HOME where you may write.") % place)


def explained_connection_error(error: psycopg.Error, *, url: str) -> str:
    """Why a database could not be reached, without its password."""
    words = str(error).strip()
    place = {"url": without_password(url), "words": " ".join(words.split())}
    if "password authentication failed" in words or "no password supplied" in words:
        return _("The database at %(url)s refuses this name and password.") % place
    if re.search(r'database "[^"]*" does not exist', words):
        return _("The server at %(url)s has no database of that name.") % place
    if "no pg_hba.conf entry" in words:
        return _("The server at %(url)s does not let this machine or role in (pg_hba.conf).") % place
    if "too many clients" in words or "remaining connection slots" in words:
        return _("The server at %(url)s has no free connection.") % place
    if "session is read-only" in words or "not read-only" in words:
        return _("None of the servers at %(url)s has the wanted role (target_session_attrs).") % place
    return _("The database at %(url)s does not answer: %(words)s") % place


def _last_words(output: str) -> str:
    """The line that tells most: what ended the server, not what it answered to clients before."""
    lines = [line.strip() for line in output.splitlines() if line.strip() and not _ABOUT_CLIENTS.search(line)]
    for pattern in (r"\bPANIC\b", r"\bFATAL\b", r"(?i)\berror\b", ""):
        if telling := [line for line in lines if re.search(pattern, line)]:
            return re.sub(r"^.*?\b(FATAL|PANIC|error):\s*", "", telling[-1])
    return _("it said nothing")
