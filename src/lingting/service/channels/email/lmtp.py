"""Mail handed over by a server of one's own: LMTP (or SMTP) on a loopback port; a mail is accepted when its bytes are stored."""

from __future__ import annotations

import asyncio
import logging
import os
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.lmtp import LMTP
from aiosmtpd.smtp import SMTP
from django.db import DatabaseError, connection
from django.utils import timezone

from lingting.service.channels.email.services.intake import LARGEST_MAIL, MailTooLarge, mailbox_for, store_mail

DEFAULT_ADDRESS = "127.0.0.1:2424"
THREADS = 4
_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Listener:
    """An address to listen at and what to speak there."""

    host: str
    port: int
    is_lmtp: bool


def configured() -> list[Listener]:
    """What the environment asks for: `MAIL_LMTP` and `MAIL_SMTP_INTAKE`, each host:port."""
    found = []
    for name, is_lmtp in (("MAIL_LMTP", True), ("MAIL_SMTP_INTAKE", False)):
        value = os.environ.get(name, "")
        if value:
            found.append(listener_of(value, is_lmtp=is_lmtp))
    return found


def listener_of(value: str, *, is_lmtp: bool) -> Listener:
    host, _colon, port = value.rpartition(":")
    return Listener(host.strip("[]") or "127.0.0.1", int(port), is_lmtp)


class _Lmtp(LMTP):
    line_length_limit = 16 * 1024 * 1024


class _Smtp(SMTP):
    line_length_limit = 16 * 1024 * 1024


class IntakeServer(Controller):
    """The server in a thread of its own: `start()` and `stop()`."""

    def __init__(self, listener: Listener) -> None:
        self._is_lmtp = listener.is_lmtp
        handler = _Handler(is_lmtp=listener.is_lmtp)
        self._threads = handler.threads
        super().__init__(handler, hostname=listener.host, port=listener.port, ready_timeout=10)

    def factory(self) -> SMTP:
        kind = _Lmtp if self._is_lmtp else _Smtp
        return kind(self.handler, data_size_limit=LARGEST_MAIL, decode_data=False, enable_SMTPUTF8=True, ident="Lingting",
                    hostname="lingting")  # fmt: skip

    def stop(self, no_assert: bool = False) -> None:
        super().stop(no_assert=no_assert)
        self._threads.shutdown(wait=False)


class _Handler:
    """Accepts recipients that are ours and stores what is handed over: once for each mailbox."""

    def __init__(self, *, is_lmtp: bool) -> None:
        self._is_lmtp = is_lmtp
        self.threads = ThreadPoolExecutor(max_workers=THREADS, thread_name_prefix="intake")

    async def handle_RCPT(self, server: Any, session: Any, envelope: Any, address: str, options: list[str]) -> str:
        try:
            known = await self._in_thread(_is_ours, address)
        except DatabaseError:
            _log.exception("The database did not answer at RCPT.")
            return "451 4.3.0 Try again later"
        if not known:
            return "550 5.1.1 No such mailbox here"
        envelope.rcpt_tos.append(address)
        return "250 2.1.5 Ok"

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:
        sender, content = envelope.mail_from or "", bytes(envelope.original_content)
        answers = [await self._in_thread(_store, address, sender, content) for address in envelope.rcpt_tos]
        if self._is_lmtp:
            return "\r\n".join(answers)  # one answer for each recipient
        return next((answer for answer in answers if not answer.startswith("2")), answers[0])

    async def _in_thread(self, act: Any, *given: object) -> Any:
        return await asyncio.get_running_loop().run_in_executor(self.threads, act, *given)


def _is_ours(address: str) -> bool:
    connection.close_if_unusable_or_obsolete()
    return mailbox_for(address) is not None


def _store(address: str, sender: str, content: bytes) -> str:
    """Stores a mail for one recipient; the answer promises only what is committed."""
    try:
        mailbox = mailbox_for(address)
        if mailbox is None:
            return "550 5.1.1 No such mailbox here"
        store_mail(mailbox.pk, content=content, source="lmtp", now=timezone.now(), envelope_from=sender, envelope_to=address)
    except MailTooLarge:
        return "552 5.3.4 Too large"
    except DatabaseError:
        _log.exception("A mail could not be stored; its server keeps it.")
        connection.close_if_unusable_or_obsolete()
        return "451 4.3.0 Try again later"
    return "250 2.0.0 Stored"
