"""One thread per mailbox that we fetch: connects, fetches, waits by IDLE or looks again, tells what is wrong."""

from __future__ import annotations

import logging
import threading
from datetime import datetime

from django.db import DatabaseError, connection, transaction
from django.utils import timezone
from django.utils.translation import override
from imapclient.exceptions import IMAPClientError

from lingting.platform.refusals import Refusal
from lingting.service.channels.email.imap import Fetcher, connected
from lingting.service.channels.email.models import Mailbox
from lingting.service.channels.email.troubles import Trouble, trouble_of

LOCK_CLASS = 0x4C54_4D46  # "LTMF"
LOOK_AGAIN_SECONDS = 240.0
FIRST_PAUSE_SECONDS = 3.0
LONGEST_PAUSE_SECONDS = 300.0
_log = logging.getLogger(__name__)


class MailboxThread(threading.Thread):
    """Keeps one mailbox fetched until `stop()`, or until somebody changes its settings."""

    def __init__(self, mailbox: Mailbox) -> None:
        super().__init__(name=f"fetch {mailbox.address}", daemon=True)
        self.mailbox_id = mailbox.pk
        self.changed_at = mailbox.changed_at
        self._over = threading.Event()

    def stop(self) -> None:
        self._over.set()

    def run(self) -> None:
        pause = FIRST_PAUSE_SECONDS
        while not self._over.is_set():
            try:
                if self._is_mine():
                    self._serve()
                    pause = FIRST_PAUSE_SECONDS
                else:
                    self._over.wait(FIRST_PAUSE_SECONDS)
            except (OSError, IMAPClientError, Refusal, DatabaseError) as error:
                self._report(error)
                self._over.wait(pause)
                pause = min(LONGEST_PAUSE_SECONDS, pause * 2)
            except Exception as error:  # noqa: BLE001  (an entry point: a mailbox's fault must not end the process)
                _log.exception("Fetching mailbox %s failed.", self.mailbox_id)
                self._report(error)
                self._over.wait(LONGEST_PAUSE_SECONDS)
        connection.close()

    def _is_mine(self) -> bool:
        """One process fetches a mailbox: whoever holds its lock."""
        connection.close_if_unusable_or_obsolete()
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_try_advisory_lock(%s, %s)", [LOCK_CLASS, self.mailbox_id])
            return bool(cursor.fetchone()[0])

    def _serve(self) -> None:
        mailbox = Mailbox.objects.get(pk=self.mailbox_id)
        with connected(mailbox) as client:
            fetcher = Fetcher(mailbox, client, now=timezone.now)
            fetcher.open()
            while not self._over.is_set():
                count = fetcher.fetch()
                _note_well(mailbox, count=count, can_idle=fetcher.can_idle, now=timezone.now())
                if not fetcher.can_idle:
                    self._over.wait(mailbox.poll_seconds)
                    client.noop()
                elif not self._over.is_set():
                    fetcher.wait(seconds=LOOK_AGAIN_SECONDS, is_over=self._over.is_set)

    def _report(self, error: BaseException) -> None:
        connection.close_if_unusable_or_obsolete()
        try:
            mailbox = Mailbox.objects.get(pk=self.mailbox_id)
            trouble = trouble_of(error, host=mailbox.imap_host, port=mailbox.imap_port)
            with override("en"):
                _log.warning("Mailbox %s: %s", mailbox.address, trouble.words())
            _note_trouble(mailbox, trouble=trouble, now=timezone.now())
        except (DatabaseError, Mailbox.DoesNotExist):
            _log.warning("Mailbox %s: %s", self.mailbox_id, error)


def _note_well(mailbox: Mailbox, *, count: int, can_idle: bool, now: datetime) -> None:
    changes: dict[str, object] = {"fetched_at": now, "trouble": "", "trouble_since_at": None, "is_idling": can_idle}
    if count:
        changes["arrived_at"] = now
    with transaction.atomic():
        Mailbox.objects.filter(pk=mailbox.pk).update(**changes)


def _note_trouble(mailbox: Mailbox, *, trouble: Trouble, now: datetime) -> None:
    Mailbox.objects.filter(pk=mailbox.pk).update(
        trouble=trouble.stored(), trouble_since_at=mailbox.trouble_since_at or now, is_idling=False
    )
