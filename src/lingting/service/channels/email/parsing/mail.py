"""One mail, read: who, what, when, its text apart from its history, its files, what is special about it."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from datetime import datetime
from email import policy
from email.message import Message
from email.parser import BytesHeaderParser, BytesParser

from lingting.service.channels.email.parsing.headers import Headers
from lingting.service.channels.email.parsing.kinds import Nature, nature_of
from lingting.service.channels.email.parsing.quoting import Split, split_history
from lingting.service.channels.email.parsing.texts import text_of_html
from lingting.service.channels.email.parsing.tree import Attached, CalendarCard, Content, content_of
from lingting.service.channels.email.parsing.words import Address

__all__ = ["Attached", "CalendarCard", "ParsedMail", "parse"]

LONGEST_TEXT = 400_000
LONGEST_LINE = 1_000_000
_POLICY = policy.compat32


@dataclass(frozen=True)
class ParsedMail:
    """Facts of a mail. `text` is what is new, `quoted` the history and signature under it, `html` as it came (unsafe).

    `inline` are pictures the HTML shows by Content-ID, `attachments` everything else. `marks` say what is special:
    smime, pgp, tnef, encrypted, cut, broken, remote.
    """

    message_id: str
    in_reply_to: list[str]
    references: list[str]
    sender: Address | None
    reply_to: Address | None
    to: list[Address]
    cc: list[Address]
    delivered_to: list[Address]
    subject: str
    sent_at: datetime | None
    text: str
    quoted: str
    html: str
    attachments: list[Attached]
    inline: list[Attached]
    calendar: list[CalendarCard]
    nature: Nature
    authentication: list[str]
    marks: dict[str, bool | str]
    body_hash: str
    loop_marks: list[str] = field(default_factory=list)


def parse(content: bytes) -> ParsedMail:
    """Reads a mail's bytes. Raises nothing that a mail can cause: what is broken is read as far as it goes."""
    message, is_broken = _message(content)
    headers = Headers(message)
    body = content_of(message)
    if is_broken:
        body.marks["broken"] = True
    text = body.text or text_of_html(body.html)
    split = split_history(text[:LONGEST_TEXT])
    return _parsed(headers, body=body, split=split, is_cut=len(text) > LONGEST_TEXT)


def _message(content: bytes) -> tuple[Message, bool]:
    """The parsed structure; of what nests too deep or is broken beyond that, headers and the rest as text."""
    if content.startswith(b"From ") or content.startswith(b">From "):
        content = content.partition(b"\n")[2]
    content = content.lstrip(b"\r\n")
    try:
        return BytesParser(policy=_POLICY).parsebytes(content), False
    except (RecursionError, ValueError, LookupError, TypeError, AttributeError, IndexError, KeyError, AssertionError):
        pass
    head, _gap, rest = content.replace(b"\r\n", b"\n").partition(b"\n\n")
    try:
        message = BytesHeaderParser(policy=_POLICY).parsebytes(head + b"\n\n")
    except Exception:  # noqa: BLE001  (the last door: whatever the bytes are, they stay readable)
        message = Message(policy=_POLICY)
    del message["Content-Type"], message["Content-Transfer-Encoding"]
    message["Content-Type"] = "text/plain"
    message.set_payload(rest[:LONGEST_TEXT].decode("ascii", "surrogateescape"))
    return message, True


def _parsed(headers: Headers, *, body: Content, split: Split, is_cut: bool) -> ParsedMail:
    senders = headers.addresses("from") or headers.addresses("sender") or headers.addresses("return-path")
    replies = headers.addresses("reply-to")
    ids = headers.ids("message-id")
    if is_cut:
        body.marks["cut"] = True
    subject = headers.text("subject")[:500]
    return ParsedMail(
        message_id=ids[0] if ids else "",
        in_reply_to=headers.ids("in-reply-to"),
        references=headers.ids("references"),
        sender=senders[0] if senders else None,
        reply_to=replies[0] if replies else None,
        to=headers.addresses("to"),
        cc=headers.addresses("cc"),
        delivered_to=headers.addresses("delivered-to") + headers.addresses("x-original-to"),
        subject=subject,
        sent_at=headers.date(),
        text=split.text,
        quoted=split.quoted,
        html=body.html,
        attachments=body.attachments,
        inline=body.inline,
        calendar=body.calendar,
        nature=nature_of(headers, subject=subject, sender=senders[0].address if senders else "", body=body, text=split.text),
        authentication=headers.raw("authentication-results"),
        marks=dict(body.marks),
        body_hash=_hash(body),
        loop_marks=[headers.text("x-lingting-letter")] if headers.has("x-lingting-letter") else [],
    )


def _hash(body: Content) -> str:
    digest = hashlib.blake2b(digest_size=16)
    digest.update(body.text.encode("utf-8", "replace"))
    digest.update(b"\0")
    digest.update(body.html.encode("utf-8", "replace"))
    for part in (*body.attachments, *body.inline):
        digest.update(b"\0" + part.name.encode("utf-8", "replace") + b"\0")
        digest.update(part.content)
    return digest.hexdigest()
