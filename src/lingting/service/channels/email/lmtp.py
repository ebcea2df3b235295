"""Mail handed over by a server of one's own: LMTP (RFC 2033) or SMTP (RFC 5321) on a loopback port.

A mail is accepted when its bytes are stored. Mails that come at the same time over several connections share a commit.
"""

from __future__ import annotations

import asyncio
import logging
import os
import re
import threading
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass, field

import uvloop

from lingting.service.channels.email.services.intake import LARGEST_MAIL
from lingting.service.channels.email.storing import Storing

DEFAULT_ADDRESS = "127.0.0.1:2424"
MOST_RECIPIENTS = 100
MOST_ERRORS = 20
LONGEST_COMMAND = 4096
IDLE_SECONDS = 300
READ_BYTES = 256 * 1024
_END = b"\r\n.\r\n"
_PATH = re.compile(r"\s*<(?:@[^:<>]*:)?([^<>]*)>(.*)")
_SIZE = re.compile(r"\bSIZE=(\d{1,15})\b", re.IGNORECASE)
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


class IntakeServer:
    """The server in a thread of its own: `start()` and `stop()`."""

    def __init__(self, listener: Listener) -> None:
        self._listener = listener
        self._loop = uvloop.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="intake", daemon=True)
        self._storing = Storing()
        self._server: asyncio.Server | None = None

    def start(self) -> None:
        """Listens from now on. Raises `OSError` where the address cannot be had."""
        self._thread.start()
        try:
            self._server = asyncio.run_coroutine_threadsafe(self._listen(), self._loop).result(timeout=10)
        except BaseException:
            self.stop()
            raise

    def stop(self) -> None:
        """Ends it; what was not accepted yet stays with whoever hands it over."""
        with suppress(TimeoutError):
            asyncio.run_coroutine_threadsafe(self._end(), self._loop).result(timeout=5)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(timeout=5)
        self._storing.stop()

    async def _end(self) -> None:
        if self._server is not None:
            self._server.close()
        running = asyncio.all_tasks() - {asyncio.current_task()}
        for task in running:
            task.cancel()
        await asyncio.gather(*running, return_exceptions=True)

    async def _listen(self) -> asyncio.Server:
        return await asyncio.start_server(self._talk, self._listener.host, self._listener.port, limit=READ_BYTES)

    async def _talk(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        dialogue = _Dialogue(reader, writer, storing=self._storing, is_lmtp=self._listener.is_lmtp)
        try:
            await dialogue.hold()
        except (ConnectionError, TimeoutError, EOFError):
            pass  # the other side is gone; what it has no answer for, it sends again
        except Exception:  # noqa: BLE001  (an entry point for foreign bytes)
            _log.exception("Taking in mail failed; its server keeps it.")
        finally:
            with suppress(ConnectionError):
                writer.close()


@dataclass
class _Envelope:
    sender: str = ""
    has_sender: bool = False
    recipients: list[tuple[str, int]] = field(default_factory=list)


class _Dialogue:
    """One connection: commands in, answers out; pipelined commands are taken one after the other, their answers go together."""

    def __init__(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, *, storing: Storing, is_lmtp: bool
    ) -> None:
        self._reader = reader
        self._writer = writer
        self._storing = storing
        self._is_lmtp = is_lmtp
        self._source = "lmtp" if is_lmtp else "smtp"
        self._buffer = bytearray()
        self._answers = bytearray()
        self._envelope = _Envelope()
        self._is_greeted = False
        self._acts: dict[str, Callable[[str], Awaitable[str]]] = {
            "LHLO" if is_lmtp else "EHLO": self._hello, "MAIL": self._mail, "RCPT": self._rcpt, "DATA": self._data,
            "RSET": self._reset, "NOOP": self._noop, "VRFY": self._verify,
        }  # fmt: skip
        if not is_lmtp:
            self._acts["HELO"] = self._hello

    async def hold(self) -> None:
        self._say("220 lingting Lingting")
        errors = 0
        while errors < MOST_ERRORS:
            line = await self._line()
            if line is None:
                answer = "500 5.5.2 Line too long"
            else:
                verb, _space, rest = line.partition(" ")
                if verb.upper() == "QUIT":
                    self._say("221 2.0.0 Bye")
                    await self._send()
                    return
                act = self._acts.get(verb.upper())
                answer = await act(rest) if act else "500 5.5.2 Unknown command"
            errors += answer.startswith("50")
            self._say(answer)
        self._say("421 4.7.0 Too many errors")
        await self._send()

    async def _hello(self, rest: str) -> str:
        self._is_greeted, self._envelope = True, _Envelope()
        extensions = [f"SIZE {LARGEST_MAIL}", "8BITMIME", "SMTPUTF8", "ENHANCEDSTATUSCODES", "PIPELINING"]
        return "\r\n".join([*(f"250-{each}" for each in ("lingting", *extensions[:-1])), f"250 {extensions[-1]}"])

    async def _mail(self, rest: str) -> str:
        found = _PATH.match(rest[5:]) if rest[:5].upper() == "FROM:" else None
        if not self._is_greeted or self._envelope.has_sender:
            return "503 5.5.1 Bad sequence of commands"
        if found is None:
            return "501 5.5.4 Syntax: MAIL FROM:<address>"
        size = _SIZE.search(found.group(2))
        if size and int(size.group(1)) > LARGEST_MAIL:
            return "552 5.3.4 Too large"
        self._envelope = _Envelope(found.group(1), has_sender=True)
        return "250 2.1.0 Ok"

    async def _rcpt(self, rest: str) -> str:
        found = _PATH.match(rest[3:]) if rest[:3].upper() == "TO:" else None
        if not self._envelope.has_sender:
            return "503 5.5.1 Bad sequence of commands"
        if found is None or not found.group(1):
            return "501 5.5.4 Syntax: RCPT TO:<address>"
        if len(self._envelope.recipients) >= MOST_RECIPIENTS:
            return "452 4.5.3 Too many recipients"
        mailbox_id = await self._storing.mailbox_for(found.group(1))
        if mailbox_id is None:
            return "550 5.1.1 No such mailbox here"
        if mailbox_id < 0:
            return "451 4.3.0 Try again later"
        self._envelope.recipients.append((found.group(1), mailbox_id))
        return "250 2.1.5 Ok"

    async def _data(self, rest: str) -> str:
        if not self._envelope.recipients:
            return "503 5.5.1 Bad sequence of commands"
        self._say("354 End with a dot on a line of its own")
        content = await self._content()
        envelope, self._envelope = self._envelope, _Envelope()
        if content is None:
            answers = ["552 5.3.4 Too large"] * len(envelope.recipients)
        else:
            answers = await self._storing.store(
                content, sender=envelope.sender, recipients=envelope.recipients, source=self._source
            )
        if self._is_lmtp:
            return "\r\n".join(answers)  # one answer for each recipient
        return next((answer for answer in answers if not answer.startswith("2")), answers[0])

    async def _reset(self, rest: str) -> str:
        self._envelope = _Envelope()
        return "250 2.0.0 Ok"

    async def _noop(self, rest: str) -> str:
        return "250 2.0.0 Ok"

    async def _verify(self, rest: str) -> str:
        return "252 2.1.5 Send some mail, we will see"

    def _say(self, answer: str) -> None:
        """Goes out when the next piece is awaited: one packet for all answers to commands that came in one."""
        self._answers += answer.encode("ascii") + b"\r\n"

    async def _send(self) -> None:
        if self._answers:
            self._writer.write(bytes(self._answers))
            self._answers.clear()
            await self._writer.drain()

    async def _line(self) -> str | None:
        """The next command without its end; None for one that is too long."""
        is_long = False
        while (end := self._buffer.find(b"\n")) < 0:
            if len(self._buffer) > LONGEST_COMMAND:
                is_long = True
                self._buffer.clear()
            await self._more()
        line = bytes(self._buffer[:end])
        del self._buffer[: end + 1]
        return None if is_long or end > LONGEST_COMMAND else line.decode("utf-8", "replace").strip()

    async def _content(self) -> bytes | None:
        """What stands before the dot, without the doubled dots; None for more than we take (it is read to its end)."""
        self._buffer[:0] = b"\r\n"  # so that a dot in the first line is found like any other
        is_large, seen = False, 0
        while (end := self._buffer.find(_END, max(0, seen - len(_END)))) < 0:
            if len(self._buffer) > LARGEST_MAIL + READ_BYTES:
                is_large = True
                del self._buffer[: -len(_END)]
            seen = len(self._buffer)
            await self._more()
        content = bytes(self._buffer[: end + 2])
        del self._buffer[: end + len(_END)]
        content = content.replace(b"\r\n.", b"\r\n")[2:]
        return None if is_large or len(content) > LARGEST_MAIL else content

    async def _more(self) -> None:
        await self._send()
        async with asyncio.timeout(IDLE_SECONDS):
            piece = await self._reader.read(READ_BYTES)
        if not piece:
            raise EOFError
        self._buffer += piece
