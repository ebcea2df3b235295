"""The application's parent: loads the code once, prepares the database once, forks a process per duty.

Forked children share the loaded code's memory. A child that dies is started again, more slowly each time. The parent
holds the socket on which the web processes listen: while one of them is dead, the others answer, and where there is no
other, callers wait instead of being turned away.
"""

from __future__ import annotations

import ctypes
import gc
import os
import signal
import socket
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial

from lingting.platform.terminal import gettext as _

STOP_LIMIT_SECONDS = 10.0
_LONGEST_PAUSE_SECONDS = 15.0
_ASK_SECONDS = 4.0
_PR_SET_PDEATHSIG = 1
_PR_SET_NAME = 15


@dataclass
class Duty:
    """A process to keep alive, with its history of deaths; one with `wanted` lives only while that says so."""

    name: str
    run: Callable[[], None]
    wanted: Callable[[], bool] | None = None
    asked_at: float = -1e9
    is_wanted: bool = False
    pid: int = 0
    started_at: float = 0.0
    deaths: int = 0
    due_at: float = field(default=0.0)


def main(host: str, port: int) -> int:
    die_with_parent()
    stopping: list[int] = []
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda received, frame: stopping.append(received))
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "lingting.config.settings")
    from lingting.config import preparation
    from lingting.platform.refusals import Refusal

    try:
        # Words before code: what is loaded once stays.
        status = _in_child(preparation.compile_words)
        if status or stopping:
            return status
        _load()
        status = _in_child(preparation.prepare)
        if status or stopping:
            return status
        duties = _duties(host, port)
    except Refusal:
        _report_failure()
        return 1
    preparation.greet(host, port)
    gc.collect()
    gc.freeze()
    _keep(duties, stopping)
    return 0


def die_with_parent(signal_number: int = signal.SIGTERM, *, parent: int | None = None) -> None:
    """Asks the kernel to send us a signal when our parent is gone, however it went; at once if `parent` is gone already."""
    ctypes.CDLL(None, use_errno=True).prctl(_PR_SET_PDEATHSIG, signal_number)
    if parent is not None and os.getppid() != parent:
        os.kill(os.getpid(), signal_number)


def _load() -> None:
    """Imports everything that children share, the one that prepares included; opens no connection."""
    import django

    django.setup()
    from django.urls import get_resolver

    get_resolver().url_patterns  # noqa: B018  (loads views and the API)


def _duties(host: str, port: int) -> list[Duty]:
    """Who is to be kept alive; from here on the address is ours."""
    from lingting.config import servers

    listener = servers.listen(host, port)
    webs = [
        Duty(f"web {number}" if number > 1 else "web", partial(servers.run_one_port, host=host, port=port, listener=listener))
        for number in range(1, servers.WEB_PROCESSES + 1)
    ]
    return [
        *webs,
        Duty("worker", partial(_deaf, servers.run_worker, listener=listener)),
        Duty("router", partial(_deaf, servers.run_router, listener=listener)),
        Duty("mail", partial(_deaf, servers.run_mail, listener=listener), wanted=servers.mail_is_wanted),
    ]


def _deaf(run: Callable[[], None], *, listener: socket.socket) -> None:
    """A duty that answers nobody: it lets go of the socket, so that the address is free when the others have ended."""
    listener.close()
    run()


def _in_child(task: Callable[[], int | None]) -> int:
    """Runs a task in a process of its own and returns its exit code, so that its memory goes with it."""
    pid = os.fork()
    if pid == 0:
        _leave(task)
    while True:
        try:
            return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
        except InterruptedError:
            os.kill(pid, signal.SIGTERM)


def _leave(task: Callable[[], int | None]) -> None:
    """The end of a forked child: runs the task, reports its failure, never returns."""
    code = 1
    try:
        die_with_parent()
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, signal.SIG_DFL)
        code = int(task() or 0)
    except KeyboardInterrupt:
        code = 130
    except SystemExit as request:
        code = request.code if isinstance(request.code, int) else 1
    except BaseException:  # noqa: BLE001  (an entry point: everything is reported and ends here)
        _report_failure()
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code)


def _report_failure() -> None:
    from lingting.platform.refusals import Refusal

    error = sys.exc_info()[1]
    if isinstance(error, Refusal):
        print(f"lingting: {error}", file=sys.stderr)
        return
    import traceback

    traceback.print_exc()


def _start(duty: Duty) -> None:
    duty.started_at = time.monotonic()
    duty.pid = os.fork()
    if duty.pid == 0:
        _name_process(f"lingting {duty.name}")
        _leave(duty.run)


def _name_process(name: str) -> None:
    """What `ps` and `top` call us; the kernel keeps fifteen bytes."""
    ctypes.CDLL(None).prctl(_PR_SET_NAME, name.encode()[:15])


def _keep(duties: list[Duty], stopping: list[int]) -> None:
    while not stopping:
        for duty in duties:
            if not _is_due(duty):
                continue
            _start(duty)
        _notice_deaths(duties)
        time.sleep(0.2)
    _stop(duties)


def _is_due(duty: Duty) -> bool:
    """Whether it is to be started now. One that nobody wants any more is told to end."""
    if duty.wanted is not None:
        if time.monotonic() - duty.asked_at > _ASK_SECONDS:
            duty.asked_at, duty.is_wanted = time.monotonic(), duty.wanted()
            if duty.pid and not duty.is_wanted:
                os.kill(duty.pid, signal.SIGTERM)
        if not duty.is_wanted:
            return False
    return not duty.pid and time.monotonic() >= duty.due_at


def _notice_deaths(duties: list[Duty]) -> None:
    for duty in duties:
        if not duty.pid:
            continue
        pid, status = os.waitpid(duty.pid, os.WNOHANG)
        if not pid:
            continue
        lived = time.monotonic() - duty.started_at
        duty.deaths = 0 if lived > 60 else duty.deaths + 1
        pause = min(_LONGEST_PAUSE_SECONDS, 0.25 * 2**duty.deaths)
        duty.pid, duty.due_at = 0, time.monotonic() + pause
        code = os.waitstatus_to_exitcode(status)
        if duty.wanted is not None and not duty.is_wanted:
            continue
        words = _("%(name)s ended with code %(code)d; starting it again in %(pause).1f s.")
        print(words % {"name": duty.name, "code": code, "pause": pause}, file=sys.stderr, flush=True)


def _stop(duties: list[Duty]) -> None:
    """SIGTERM to all, SIGKILL to who is left after the limit."""
    living = [duty for duty in duties if duty.pid]
    for duty in living:
        os.kill(duty.pid, signal.SIGTERM)
    limit = time.monotonic() + STOP_LIMIT_SECONDS
    while living and time.monotonic() < limit:
        living = [duty for duty in living if not os.waitpid(duty.pid, os.WNOHANG)[0]]
        time.sleep(0.05)
    for duty in living:
        os.kill(duty.pid, signal.SIGKILL)
        os.waitpid(duty.pid, 0)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], int(sys.argv[2])))
