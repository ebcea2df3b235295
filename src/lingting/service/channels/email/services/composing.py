"""A letter as bytes: text and HTML with its pictures, what it answers, its files, the headers that keep machines from answering it."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from email import policy
from email.headerregistry import Address as HeaderAddress
from email.message import EmailMessage
from email.utils import format_datetime
from html import escape

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import override

from lingting.platform.files.models import StoredFile
from lingting.platform.files.selectors import open_file
from lingting.service.channels.email.dkim_keys import can_sign, signed
from lingting.service.channels.email.models import Letter, LetterKind
from lingting.service.channels.email.parsing.words import Address, addresses
from lingting.service.channels.email.services.moments import written_moment
from lingting.service.channels.email.tokens import case_token
from lingting.service.desk.models import Message, MessageKind

MOST_QUOTED = 12
LONGEST_QUOTE = 20_000
WIDEST_PICTURE = 640
_SMALL = "color:#667382;font-size:13px"
_QUOTED = "margin:4px 0 0;padding-left:12px;border-left:2px solid #ccd2d9;color:#485460"
_LINK = re.compile(r"https?://[^\s<>\"'，。；：！？、）】》]+")
_POLICY = policy.SMTP.clone(max_line_length=200)
_AUTOMATIC = frozenset({LetterKind.ACKNOWLEDGEMENT, LetterKind.PROGRESS})


@dataclass(frozen=True, slots=True)
class Quote:
    """One earlier message as history: who wrote, when, what."""

    who: str
    at: datetime
    text: str


def letter_bytes(letter: Letter, *, now: datetime) -> bytes:
    """The letter as it goes over the wire: the same bytes for the same letter and moment; signed where DKIM is set up."""
    message = EmailMessage(policy=_POLICY)
    _head(message, letter, now=now)
    language = letter.case.customer.language or letter.mailbox.language
    history = quotes_of(letter)
    files = [item.file for item in letter.files.select_related("file").order_by("id")]
    pictures = pictures_in(letter.text, files=files)
    with override("zh-hans" if language.lower().startswith("zh") else "en"):
        message.set_content(_plain(letter, history), cte="base64" if not letter.text.isascii() else None)
        message.add_alternative(_html(letter, history, pictures), subtype="html", cte="base64")
    _enclose(message, pictures, letter=letter)
    for file in files:
        if file not in pictures.values():
            _attach(message, file)
    _bound(message, letter)
    content = message.as_bytes(policy=_POLICY)
    return signed(content, mailbox=letter.mailbox) if can_sign(letter.mailbox) else content


def pictures_in(text: str, *, files: Sequence[StoredFile]) -> dict[str, StoredFile]:
    """The pictures that stand in a letter's text: `[name]` where a picture of that name goes with it, mark to file."""
    found: dict[str, StoredFile] = {}
    for file in files:
        mark = f"[{file.original_name}]"
        if file.is_image and mark not in found and mark in text:
            found[mark] = file
    return found


def subject_of(letter: Letter) -> str:
    """The subject with the case's number in it, so that it finds its way even without any header."""
    mark = f"[#{letter.case_id}]"
    subject = letter.subject or letter.case.subject or ""
    return subject if mark in subject else f"{subject} {mark}".strip()


def reply_address(letter: Letter) -> str:
    """Where answers go: the mailbox with the case's mark, where the mail server lets that through."""
    local, _at, domain = letter.mailbox.address.rpartition("@")
    if not letter.mailbox.takes_plus:
        return letter.mailbox.address
    return f"{local}+{case_token(letter.case_id)}@{domain}"


def quotes_of(letter: Letter) -> list[Quote]:
    """What the letter quotes, latest first: nothing, the customer's last words, or the whole exchange."""
    if letter.quote == "none" or letter.message_id is None or letter.kind in _AUTOMATIC:
        return []
    rows = Message.objects.filter(
        conversation_id=letter.conversation_id, pk__lt=letter.message_id, kind__in=[MessageKind.CUSTOMER, MessageKind.AGENT]
    ).select_related("author", "mail")
    if letter.quote == "last":
        rows = rows.filter(kind=MessageKind.CUSTOMER)
    found = list(rows.order_by("-id")[: 1 if letter.quote == "last" else MOST_QUOTED])
    return [Quote(_who(row, letter), row.created_at, row.text[:LONGEST_QUOTE]) for row in found]


def _who(row: Message, letter: Letter) -> str:
    if row.kind == MessageKind.AGENT:
        return letter.mailbox.from_name(letter.mailbox.language) or letter.mailbox.address
    mail = getattr(row, "mail", None)
    return str(Address(mail.from_name, mail.from_address)) if mail else letter.case.customer.name


def _head(message: EmailMessage, letter: Letter, *, now: datetime) -> None:
    mailbox = letter.mailbox
    language = letter.case.customer.language or mailbox.language
    message["From"] = _header_address(Address(mailbox.from_name(language), mailbox.address))
    for name, people in (("To", letter.to), ("Cc", letter.cc)):
        if people:
            message[name] = [_header_address(person) for person in addresses(people)]
    message["Subject"] = subject_of(letter)
    message["Date"] = format_datetime(timezone.localtime(now))
    message["Message-ID"] = f"<{letter.identifier}>"
    if letter.in_reply_to:
        message["In-Reply-To"] = f"<{letter.in_reply_to}>"
    if letter.references:
        message["References"] = " ".join(f"<{each}>" for each in letter.references)
    if reply_address(letter) != mailbox.address:
        message["Reply-To"] = reply_address(letter)
    message["X-Lingting-Letter"] = str(letter.case_id)
    if letter.kind in _AUTOMATIC:
        message["Auto-Submitted"] = "auto-replied" if letter.kind == LetterKind.ACKNOWLEDGEMENT else "auto-generated"
        message["Precedence"] = "auto_reply"
        message["X-Auto-Response-Suppress"] = "All"
    if letter.priority <= 1:
        message["X-Priority"] = "1"


def _header_address(person: Address) -> HeaderAddress:
    local, _at, domain = person.address.rpartition("@")
    name = person.name.replace("\r", " ").replace("\n", " ")
    return HeaderAddress(display_name=name, username=local, domain=domain)


def _plain(letter: Letter, history: Sequence[Quote]) -> str:
    parts = [letter.text]
    if letter.signature:
        parts.append(f"-- \n{letter.signature}")
    parts += [f"{_introduction(quote)}\n" + "\n".join(f"> {line}" for line in quote.text.split("\n")) for quote in history]
    return "\n\n".join(parts) + "\n"


def _html(letter: Letter, history: Sequence[Quote], pictures: Mapping[str, StoredFile]) -> str:
    text = _marked(letter.text)
    for number, (mark, file) in enumerate(pictures.items()):
        text = text.replace(escape(mark), _picture(file, identifier=_content_id(letter, number)))
    parts = [f'<div style="font-size:14px;line-height:1.6">{text}</div>']
    if letter.signature:
        parts.append(f'<div style="margin-top:16px;{_SMALL};line-height:1.6">-- <br>{_marked(letter.signature)}</div>')
    parts += [
        f'<div style="margin-top:16px;{_SMALL}">{escape(_introduction(quote))}</div>'
        f'<blockquote style="{_QUOTED}">{_marked(quote.text)}</blockquote>'
        for quote in history
    ]
    return f'<!DOCTYPE html><html><head><meta charset="utf-8"></head><body>{"".join(parts)}</body></html>\n'


def _introduction(quote: Quote) -> str:
    moment = written_moment(quote.at)
    return _("On %(moment)s, %(who)s wrote:") % {"moment": moment, "who": quote.who}


def _marked(text: str) -> str:
    parts, end = [], 0
    for found in _LINK.finditer(text):
        parts.append(escape(text[end : found.start()]))
        parts.append(f'<a href="{escape(found.group())}">{escape(found.group())}</a>')
        end = found.end()
    parts.append(escape(text[end:]))
    return "".join(parts).replace("\n", "<br>\n")


def _picture(file: StoredFile, *, identifier: str) -> str:
    """A picture in the text, never wider than a letter is read; some programs obey only the attribute."""
    width = min(file.width or WIDEST_PICTURE, WIDEST_PICTURE)
    name = escape(file.original_name)
    return f'<img src="cid:{identifier}" alt="{name}" width="{width}" style="max-width:100%;height:auto">'


def _content_id(letter: Letter, number: int) -> str:
    return f"p{number}.{letter.identifier}"


def _enclose(message: EmailMessage, pictures: Mapping[str, StoredFile], *, letter: Letter) -> None:
    """Pictures beside the HTML that shows them; whoever reads plain text finds them by name among the attachments."""
    page = message.get_body(preferencelist=("html",))
    for number, file in enumerate(pictures.values()):
        _main, _slash, sub = file.content_type.partition("/")
        page.add_related(  # type: ignore[union-attr]
            _bytes_of(file), maintype="image", subtype=sub, cid=f"<{_content_id(letter, number)}>", disposition="inline",
            filename=file.original_name,
        )  # fmt: skip


def _attach(message: EmailMessage, file: StoredFile) -> None:
    main, _slash, sub = file.content_type.partition("/")
    if main in ("text", "message", "multipart") or not sub:
        main, sub = "application", "octet-stream"
    message.add_attachment(_bytes_of(file), maintype=main, subtype=sub, filename=file.original_name)


def _bytes_of(file: StoredFile) -> bytes:
    with open_file(file) as stream:
        return stream.read()


def _bound(message: EmailMessage, letter: Letter) -> None:
    """Boundaries of the letter's own instead of random ones, so that the same letter is the same bytes."""
    mark = letter.identifier.partition("@")[0]
    for number, part in enumerate(each for each in message.walk() if each.is_multipart()):
        part.set_boundary(f"=_{number}.{mark}")
