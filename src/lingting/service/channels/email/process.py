"""The mail process: fetches, takes in, reads and sends; watches for new settings while it runs."""

from __future__ import annotations

import logging
import os
import threading
import time
from collections.abc import Callable, Mapping

import psycopg
from django.db import Error as DatabaseFailure
from django.db import connection, connections
from django.utils import timezone

from lingting.platform.realtime.serving import database_conninfo
from lingting.service.channels.email.claims import Claimant
from lingting.service.channels.email.fetching import MailboxThread
from lingting.service.channels.email.lmtp import DEFAULT_ADDRESS, IntakeServer, Listener, configured, listener_of
from lingting.service.channels.email.models import Intake, Mailbox
from lingting.service.channels.email.sending import send_due
from lingting.service.channels.email.services.letters import release_due
from lingting.service.channels.email.services.reading import Reader
from lingting.service.channels.email.services.waking import WAKE_CHANNEL, Part

LOOK_SECONDS = 1.0
SETTINGS_SECONDS = 3.0
STUCK_SECONDS = 180.0
FAILED_PAUSE_SECONDS = 2.0
STUCK_EXIT_CODE = 70
_log = logging.getLogger(__name__)


def run_mail(*, stop_event: threading.Event, listeners: list[Listener] | None = None) -> None:
    """Runs until the event is set; what is in hand is finished. `listeners` replaces what the environment says."""
    wake, reader = threading.Event(), Reader()
    workers = [
        _Worker(Part.READER, lambda claimant: reader.read_waiting(claimant, now=timezone.now()), stop_event, end=reader.close),
        _Worker(Part.SENDER, _send, stop_event),
    ]
    for worker in workers:
        worker.start()
    wakes = {Part.KEEPER: wake} | {worker.part: worker.wake for worker in workers}
    ear = threading.Thread(target=_listen, args=(stop_event, wakes), daemon=True)
    ear.start()
    keeper = _Keeper(configured() if listeners is None else listeners, is_fixed=listeners is not None)
    while not stop_event.is_set():
        try:
            keeper.follow_settings()
        except DatabaseFailure as error:
            _log.warning("The mail process lost the database (%s); it tries again.", error)
            connections.close_all()
        for worker in workers:
            worker.check_alive()
        wake.wait(SETTINGS_SECONDS)
        wake.clear()
    keeper.stop()
    for worker in workers:
        worker.wake.set()
        worker.join(timeout=8)
    ear.join(timeout=3)
    connections.close_all()


def _send(claimant: Claimant) -> int:
    now = timezone.now()
    return release_due(now=now) + send_due(claimant, now=now)


class _Worker(threading.Thread):
    """Does one kind of work over and over: at once while there is some, else when woken or after a second."""

    def __init__(
        self, part: Part, act: Callable[[Claimant], int], stop_event: threading.Event, *, end: Callable[[], None] = lambda: None
    ) -> None:
        super().__init__(name=part.value, daemon=True)
        self.part = part
        self._end = end
        self.wake = threading.Event()
        self._act = act
        self._stop_event = stop_event
        self._busy_since: float | None = None

    def run(self) -> None:
        claimant = Claimant()
        while not self._stop_event.is_set():
            try:
                connection.close_if_unusable_or_obsolete()
                self._busy_since = time.monotonic()
                did = self._act(claimant)
                self._busy_since = None
            except Exception:  # noqa: BLE001  (an entry point: reported, then tried again)
                _log.exception("The mail %s failed; it goes on in %.0f s.", self.name, FAILED_PAUSE_SECONDS)
                self._busy_since = None
                connections.close_all()
                self._stop_event.wait(FAILED_PAUSE_SECONDS)
                continue
            if not did:
                self.wake.wait(LOOK_SECONDS)
                self.wake.clear()
        self._end()
        claimant.release()
        connection.close()

    def check_alive(self) -> None:
        """Work that never ends ends the process: its claim is then taken up alone, and held if it happens again."""
        since = self._busy_since
        if since is not None and time.monotonic() - since > STUCK_SECONDS:
            _log.critical("The mail %s is stuck; the process ends so that another can go on.", self.name)
            os._exit(STUCK_EXIT_CODE)


class _Keeper:
    """Fetch threads and listeners as the settings want them now."""

    def __init__(self, listeners: list[Listener], *, is_fixed: bool) -> None:
        self._threads: dict[int, MailboxThread] = {}
        self._wanted_listeners = listeners
        self._is_fixed = is_fixed
        self._servers: dict[Listener, IntakeServer] = {}

    def follow_settings(self) -> None:
        boxes = list(Mailbox.objects.filter(is_active=True))
        wanted = {box.pk: box for box in boxes if box.intake == Intake.IMAP and box.imap_host}
        for mailbox_id, thread in list(self._threads.items()):
            box = wanted.get(mailbox_id)
            if box is None or box.changed_at != thread.changed_at or not thread.is_alive():
                thread.stop()
                del self._threads[mailbox_id]
        for mailbox_id, box in wanted.items():
            if mailbox_id not in self._threads:
                self._threads[mailbox_id] = MailboxThread(box)
                self._threads[mailbox_id].start()
        self._listen_as_wanted(has_lmtp=any(box.intake == Intake.LMTP for box in boxes))

    def _listen_as_wanted(self, *, has_lmtp: bool) -> None:
        wanted = list(self._wanted_listeners)
        if not wanted and has_lmtp and not self._is_fixed:
            wanted = [listener_of(DEFAULT_ADDRESS, is_lmtp=True)]
        for listener in wanted:
            if listener in self._servers:
                continue
            server = IntakeServer(listener)
            try:
                server.start()
            except (OSError, TimeoutError) as error:
                _log.warning("Mail intake cannot listen at %s:%s: %s", listener.host, listener.port, error)
                continue
            self._servers[listener] = server

    def stop(self) -> None:
        for thread in self._threads.values():
            thread.stop()
        for server in self._servers.values():
            server.stop()
        for thread in self._threads.values():
            thread.join(timeout=3)


def _listen(stop_event: threading.Event, wakes: Mapping[Part, threading.Event]) -> None:
    """Hears the wake-ups; without them everything still happens within a second."""
    while not stop_event.is_set():
        try:
            with psycopg.connect(database_conninfo(), autocommit=True) as control:
                control.execute(f"LISTEN {WAKE_CHANNEL}")
                while not stop_event.is_set():
                    for notice in control.notifies(timeout=1.0, stop_after=1):
                        for part, event in wakes.items():
                            if notice.payload in (part.value, ""):
                                event.set()
        except psycopg.Error as error:
            _log.warning("The mail process hears no wake-ups (%s).", error)
            stop_event.wait(FAILED_PAUSE_SECONDS)
