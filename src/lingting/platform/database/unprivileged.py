"""The account PostgreSQL runs under: ourselves, or, because PostgreSQL refuses root, another one."""

from __future__ import annotations

import ctypes
import os
import pwd
import shutil
import signal
import subprocess
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from .refusals import NoUnprivilegedAccount, WrongOwner
from .wording import gettext as _

DEDICATED_NAME = "lingting-db"
_PR_SET_PDEATHSIG = 1
# Loaded before any fork: between fork and exec a child of a process with threads should only make system calls.
_libc = ctypes.CDLL(None, use_errno=True)
_LAST_RESORTS = ("nobody", "daemon")
_ENVIRONMENT_KEPT = ("LD_LIBRARY_PATH",)


@dataclass(frozen=True)
class Account:
    """A system account by its numbers; `name` is for people."""

    uid: int
    gid: int
    name: str

    @property
    def is_ourselves(self) -> bool:
        return self.uid == os.geteuid()


def account_for(cluster: Path) -> Account:
    """The account that runs the cluster in this folder: its owner, or the one a new cluster will belong to.

    Raises WrongOwner where we may not act for the owner, NoUnprivilegedAccount where root finds nobody to
    run as.
    """
    try:
        owner = cluster.stat()
    except FileNotFoundError:
        return _ourselves() if os.geteuid() != 0 else _unprivileged()
    except PermissionError:
        raise WrongOwner(
            _("The account %(name)s may not look into %(folder)s: use the account that created it.")
            % {"name": _ourselves().name, "folder": cluster.parent}
        ) from None
    account = _named(owner.st_uid, owner.st_gid)
    if os.geteuid() == 0 and owner.st_uid == 0:
        raise WrongOwner(
            _(
                "The database files in %(folder)s belong to root, and PostgreSQL refuses to run as root: "
                "give them to another account with chown -R."
            )
            % {"folder": cluster}
        )
    if os.geteuid() not in (0, owner.st_uid):
        raise WrongOwner(
            _(
                "The database files in %(folder)s belong to the account %(owner)s and you are %(name)s: "
                "run Lingting as %(owner)s or root, or choose another LINGTING_HOME."
            )
            % {"folder": cluster, "owner": account.name, "name": _ourselves().name}
        )
    return account


def run_as(account: Account, *, command: Sequence[str | Path], words: str = "") -> subprocess.CompletedProcess[str]:
    """Run a program as the account, in a clean environment, with `words` on its input; return what it said.

    Raises OSError as subprocess does.
    """
    other = None if account.is_ourselves else account
    return subprocess.run(
        [os.fspath(part) for part in command],
        user=other.uid if other else None,
        group=other.gid if other else None,
        extra_groups=[] if other else None,
        env=clean_environment(),
        cwd="/",
        input=words,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        encoding="utf-8",
        errors="replace",
        preexec_fn=death_pact(os.getpid(), sign=signal.SIGTERM),
        check=False,
    )


def death_pact(parent: int, *, sign: signal.Signals) -> Callable[[], None]:
    """For `preexec_fn`: the child gets the signal when the thread of ours that started it ends.

    Runs after the child changed its account (a change clears the wish) and before it becomes another program.
    A wrapper program instead could lie where the account cannot read it.
    """

    def ask_for_the_signal() -> None:
        if _libc.prctl(_PR_SET_PDEATHSIG, sign, 0, 0, 0) != 0 or os.getppid() != parent:
            os._exit(1)

    return ask_for_the_signal


def clean_environment() -> dict[str, str]:
    """No locale, time zone or PG* variable of the person's shell reaches PostgreSQL; its messages stay
    English.
    """
    kept = {name: os.environ[name] for name in _ENVIRONMENT_KEPT if name in os.environ}
    return {"PATH": "/usr/local/bin:/usr/bin:/bin", "LC_ALL": "C", "TZ": "UTC"} | kept


def can_enter(account: Account, *, folder: Path) -> bool:
    """Whether the account can pass into the folder through all of its parents (asked of the kernel, as
    that account).
    """
    if account.is_ourselves:
        return os.access(folder, os.X_OK)
    return run_as(account, command=["test", "-x", folder]).returncode == 0


def _ourselves() -> Account:
    return _named(os.geteuid(), os.getegid())


def _named(uid: int, gid: int) -> Account:
    try:
        entry = pwd.getpwuid(uid)
    except KeyError:
        return Account(uid=uid, gid=gid, name=str(uid))
    return Account(uid=uid, gid=entry.pw_gid, name=entry.pw_name)


def _unprivileged() -> Account:
    for find in (
        lambda: _known(DEDICATED_NAME),
        _made,
        *(lambda name=name: _known(name) for name in _LAST_RESORTS),
    ):
        account = find()
        if account and account.uid != 0 and _is_usable(account):
            return account
    raise NoUnprivilegedAccount(
        _(
            "PostgreSQL refuses to run as root and this machine has no other account for it: "
            "make one with `useradd --system %(name)s`, or run Lingting as an ordinary user."
        )
        % {"name": DEDICATED_NAME}
    )


def _known(name: str) -> Account | None:
    try:
        entry = pwd.getpwnam(name)
    except KeyError:
        return None
    return Account(uid=entry.pw_uid, gid=entry.pw_gid, name=name)


def _made() -> Account | None:
    """A new system account, by whichever tool the distribution has (shadow's useradd, BusyBox's adduser)."""
    search = f"{os.environ.get('PATH', '')}:/usr/sbin:/sbin"
    if tool := shutil.which("useradd", path=search):
        command = [
            tool,
            "--system",
            "--user-group",
            "--no-create-home",
            "--home-dir",
            "/nonexistent",
            "--shell",
            "/usr/sbin/nologin",
        ]
    elif tool := shutil.which("adduser", path=search):
        command = [tool, "-S", "-D", "-H", "-s", "/sbin/nologin"]
    else:
        return None
    # Its failure is not the last word: two of us may try at once, and then the other one made it.
    subprocess.run([*command, DEDICATED_NAME], capture_output=True, stdin=subprocess.DEVNULL, check=False)
    return _known(DEDICATED_NAME)


def _is_usable(account: Account) -> bool:
    """Some containers map only root: there, becoming anybody else fails."""
    try:
        return run_as(account, command=["true"]).returncode == 0
    except (OSError, subprocess.SubprocessError):
        return False
