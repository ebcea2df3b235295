"""Fetching a mailbox: what is new is stored, then the cursor moves, then the server is told."""

from __future__ import annotations

import logging
import ssl
from collections.abc import Callable
from datetime import datetime

from django.db import transaction
from imapclient import IMAPClient
from imapclient.exceptions import IMAPClientError, LoginError

from lingting.service.channels.email.models import AfterFetch, Mailbox, Security, SignIn
from lingting.service.channels.email.oauth import sign_in_by_token
from lingting.service.channels.email.services.intake import LARGEST_MAIL, store_mail
from lingting.service.channels.email.vault import opened

CONNECT_SECONDS = 20
BATCH = 20
IDLE_SECONDS = 25 * 60
_log = logging.getLogger(__name__)


def connected(mailbox: Mailbox, *, timeout: float = CONNECT_SECONDS) -> IMAPClient:
    """A signed-in connection. Raises what the network, TLS and the server raise (`OSError`, `LoginError`, `IMAPClientError`)."""
    is_tls = mailbox.imap_security == Security.TLS
    context = ssl.create_default_context()
    client = IMAPClient(
        mailbox.imap_host, port=mailbox.imap_port, ssl=is_tls, ssl_context=context if is_tls else None, timeout=timeout,
        use_uid=True,
    )  # fmt: skip
    try:
        if mailbox.imap_security == Security.STARTTLS:
            client.starttls(context)
        _sign_in(client, mailbox)
        _tell_name(client)
    except BaseException:
        client.shutdown()
        raise
    return client


def _sign_in(client: IMAPClient, mailbox: Mailbox) -> None:
    user = mailbox.user or mailbox.address
    if mailbox.sign_in == SignIn.OAUTH:
        sign_in_by_token(mailbox, attempt=lambda token: client.oauth2_login(user, token), refusal=LoginError)
    else:
        client.login(user, opened(mailbox.secret))


def _tell_name(client: IMAPClient) -> None:
    """163 and 126 refuse any folder to whoever does not say who they are (RFC 2971)."""
    if client.has_capability("ID"):
        try:
            client.id_({"name": "Lingting", "vendor": "Lingting", "version": "1"})
        except IMAPClientError:
            _log.info("The server of %s did not want to know our name.", client.host)


class Fetcher:
    """One connection to one mailbox. `now` gives the time; nothing here outlives the connection."""

    def __init__(self, mailbox: Mailbox, client: IMAPClient, *, now: Callable[[], datetime]) -> None:
        self.mailbox = mailbox
        self._client = client
        self._now = now
        self.can_idle = client.has_capability("IDLE")

    def open(self) -> None:
        """Opens the folder; after the server renumbered it (UIDVALIDITY), everything in it counts as new once more.

        What was stored before is recognised by its bytes.
        """
        state = self._client.select_folder(self.mailbox.folder)
        validity = int(state.get(b"UIDVALIDITY") or 0)
        if validity != self.mailbox.uid_validity:
            self._move_cursor(validity=validity, uid_next=1)

    def fetch(self) -> int:
        """Stores everything from the cursor on; returns how many mails were new."""
        uids = sorted(self._client.search(["UID", f"{self.mailbox.uid_next}:*"]))
        # “n:*” always finds the last mail, even when its number is below n.
        uids = [uid for uid in uids if uid >= self.mailbox.uid_next]
        count = 0
        for start in range(0, len(uids), BATCH):
            count += self._fetch_batch(uids[start : start + BATCH])
        return count

    def _fetch_batch(self, uids: list[int]) -> int:
        sizes = self._client.fetch(uids, ["RFC822.SIZE"])
        count = 0
        for uid in uids:
            if uid in sizes:
                count += self._fetch_one(uid, size=int(sizes[uid].get(b"RFC822.SIZE") or 0))
            self._move_cursor(uid_next=uid + 1)
        self._tidy([uid for uid in uids if uid in sizes])
        return count

    def _fetch_one(self, uid: int, *, size: int) -> int:
        """Bytes first: only when they are committed may the cursor pass them."""
        if size > LARGEST_MAIL:
            content = _head_of(self._client, uid)
        else:
            found = self._client.fetch([uid], ["BODY.PEEK[]"]).get(uid, {})
            content = found.get(b"BODY[]")
            if content is not None and len(content) > LARGEST_MAIL:
                content = _head_of(self._client, uid)
        if content is None:
            return 0  # deleted by somebody in between
        return 1 if store_mail(self.mailbox.pk, content=content, source="imap", now=self._now()) else 0

    def _tidy(self, uids: list[int]) -> None:
        """What the mailbox is to look like after fetching; failing costs nothing, the mail is stored."""
        if not uids or self.mailbox.after_fetch == AfterFetch.LEAVE:
            return
        try:
            if self.mailbox.after_fetch == AfterFetch.SEEN:
                self._client.add_flags(uids, [b"\\Seen"], silent=True)
            elif self.mailbox.move_to:
                if not self._client.folder_exists(self.mailbox.move_to):
                    self._client.create_folder(self.mailbox.move_to)
                self._client.move(uids, self.mailbox.move_to)
        except IMAPClientError:
            _log.warning("The mails of %s were fetched, but could not be marked or moved.", self.mailbox.address)

    def wait(self, *, seconds: float, is_over: Callable[[], bool]) -> bool:
        """Waits by IDLE until the server says that something came (True), the time is out or it is over (False)."""
        self._client.idle()
        try:
            waited = 0.0
            while waited < seconds and not is_over():
                if any(b"EXISTS" in line or b"RECENT" in line for line in self._client.idle_check(timeout=1.0)):
                    return True
                waited += 1.0
            return False
        finally:
            self._client.idle_done()

    def _move_cursor(self, *, uid_next: int, validity: int | None = None) -> None:
        changes: dict[str, int] = {"uid_next": uid_next}
        if validity is not None:
            changes["uid_validity"] = validity
            self.mailbox.uid_validity = validity
        self.mailbox.uid_next = uid_next
        with transaction.atomic():
            Mailbox.objects.filter(pk=self.mailbox.pk).update(**changes)


def _head_of(client: IMAPClient, uid: int) -> bytes | None:
    """The headers of a mail too large to be taken whole, and a word about it as its text."""
    found = client.fetch([uid], ["BODY.PEEK[HEADER.FIELDS (FROM TO CC SUBJECT DATE MESSAGE-ID IN-REPLY-TO REFERENCES)]"])
    head = next((value for name, value in found.get(uid, {}).items() if name.startswith(b"BODY[")), None)
    if head is None:
        return None
    note = (
        "这封邮件太大，没有取回全文；原件仍在邮箱里。\r\nThis mail was too large to be fetched; it is still in the mailbox.\r\n"
    )
    return (
        bytes(head.rstrip())
        + b"\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: 8bit\r\n\r\n"
        + note.encode()
    )


__all__ = ["Fetcher", "LoginError", "connected"]
