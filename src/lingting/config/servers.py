"""The processes: pages, live hub, background jobs, router; and pages with the hub on one port."""

from __future__ import annotations

import gc
import os
import signal
import socket
import sys
import threading
from typing import Any

from lingting.config.up import PortTaken
from lingting.platform.realtime.application import PREFIX
from lingting.platform.realtime.serving import listening_socket, live_application, serve

WEB_THREADS = int(os.environ.get("WEB_THREADS", "2"))
TALK_THREADS = int(os.environ.get("TALK_THREADS", "2"))
SWITCH_SECONDS = 0.001
"""How long a thread may keep the interpreter while the event loop waits for it; Python's own 5 ms are felt on every screen."""
COLLECTS_AFTER = (20_000, 20, 50)
"""Objects made and not dropped before a process that answers or reads mail looks for cycles (Python's own: 700, 10, 10): a
request or a batch makes many objects that go with it and hardly any cycles; looking as often as Python does took a sixth
of the time of a batch of mails."""
TALK = ("/api/", "/routing/")
"""Where customers speak and work is taken: short calls with threads of their own, so that no slow page stands before them."""
WEB_PROCESSES = int(os.environ.get("WEB_PROCESSES", min(2, len(os.sched_getaffinity(0)))))
WORKER_JOBS = int(os.environ.get("WORKER_JOBS", "4"))


def run_one_port(*, host: str, port: int, listener: socket.socket | None = None) -> None:
    """Pages and the hub behind one address: uvicorn in front, Django in threads behind it.

    With a `listener` several such processes answer at one address: whoever is free takes the next connection. The threads
    are few on purpose: they share one interpreter, and more of them only wait for it (decision 0009).
    """
    from lingting.config.answering import Pages
    from lingting.config.wsgi import application as pages
    from lingting.platform.rest.together import TogetherApplication

    sys.setswitchinterval(SWITCH_SECONDS)
    gc.set_threshold(*COLLECTS_AFTER)
    live = live_application()
    django_pages: Any = pages
    looked_at: Any = Pages(django_pages, workers=WEB_THREADS)
    talking: Any = Pages(django_pages, workers=TALK_THREADS)
    talked_in: Any = TogetherApplication(talking)

    async def site(scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] == "lifespan" or scope.get("path", "").startswith(PREFIX):
            await live(scope, receive, send)
        elif scope.get("path", "").startswith(TALK):
            await talked_in(scope, receive, send)
        else:
            await looked_at(scope, receive, send)

    serve(live, listener=listener or listen(host, port), application=site)


def run_stream(*, host: str, port: int) -> None:
    """The live hub alone."""
    serve(live_application(), listener=listen(host, port))


def run_web(*, host: str, port: int) -> None:
    """Pages and the API alone, by granian's WSGI server."""
    from granian import Granian
    from granian.constants import Interfaces

    Granian(
        "lingting.config.web_worker:application",
        address=host,
        port=port,
        interface=Interfaces.WSGI,
        workers=WEB_PROCESSES,
        blocking_threads=WEB_THREADS,
        respawn_failed_workers=True,
        log_access=False,
    ).serve()


def run_worker(*, host: str = "", port: int = 0) -> None:
    """Background jobs until SIGTERM."""
    from lingting.platform.jobs.worker import run_worker as run

    run(concurrency=WORKER_JOBS)


def run_router(*, host: str = "", port: int = 0) -> None:
    """Hands out waiting work while it leads, waits to take over while it does not."""
    from lingting.service.routing.router import run_router as run

    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda received, frame: stop.set())
    run(stop_event=stop)


def run_mail(*, host: str = "", port: int = 0) -> None:
    """Fetches mailboxes, takes in what is handed over, reads and sends, until SIGTERM."""
    from lingting.service.channels.email.process import run_mail as run

    gc.freeze()
    gc.set_threshold(*COLLECTS_AFTER)
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda received, frame: stop.set())
    run(stop_event=stop)


def mail_is_wanted() -> bool:
    """Whether any mailbox is in use, or the environment asks for an intake; asks on a connection of its own."""
    import psycopg

    if os.environ.get("MAIL_LMTP") or os.environ.get("MAIL_SMTP_INTAKE"):
        return True
    try:
        with psycopg.connect(os.environ["DATABASE_URL"], connect_timeout=3) as asking:
            row = asking.execute("SELECT EXISTS (SELECT 1 FROM email_mailbox WHERE is_active)").fetchone()
    except (psycopg.Error, KeyError):
        return False
    return bool(row and row[0])


def listen(host: str, port: int) -> socket.socket:
    """The bound socket of an address. Raises `PortTaken`."""
    try:
        return listening_socket(host, port=port)
    except OSError as error:
        raise PortTaken(f"Port {port} on {host} cannot be used: {os.strerror(error.errno or 0)}.") from error
