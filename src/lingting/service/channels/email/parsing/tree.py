"""Walking the parts of a mail: which is its text, which are pictures in it, which are files, which are something else."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from email.generator import BytesGenerator
from email.message import Message
from io import BytesIO

from lingting.service.channels.email.parsing import special
from lingting.service.channels.email.parsing.charsets import decoded
from lingting.service.channels.email.parsing.special import CalendarCard
from lingting.service.channels.email.parsing.words import one_line, parameters, plain

MOST_PARTS = 300
DEEPEST = 25
LARGEST_TOTAL = 60 * 1024 * 1024
LONGEST_BODY = 3_000_000
_EXTENSIONS = {
    "image/png": ".png", "image/jpeg": ".jpg", "image/gif": ".gif", "image/webp": ".webp", "application/pdf": ".pdf",
    "text/html": ".html", "text/plain": ".txt", "message/rfc822": ".eml", "text/calendar": ".ics",
}  # fmt: skip
_SIGNED = ("application/pkcs7-signature", "application/x-pkcs7-signature")
_ENVELOPED = ("application/pkcs7-mime", "application/x-pkcs7-mime")
_TNEF = ("application/ms-tnef", "application/vnd.ms-tnef")


@dataclass(frozen=True, slots=True)
class Attached:
    """A file in a mail. `content_id` (without brackets) is how HTML names it."""

    name: str
    content_type: str
    content: bytes
    content_id: str = ""


@dataclass
class Content:
    """What the walk gathered. `reports` are delivery-status parts, `returned` the head of the mail that came back."""

    text: str = ""
    html: str = ""
    attachments: list[Attached] = field(default_factory=list)
    inline: list[Attached] = field(default_factory=list)
    calendar: list[CalendarCard] = field(default_factory=list)
    marks: dict[str, bool | str] = field(default_factory=dict)
    reports: list[str] = field(default_factory=list)
    returned: str = ""
    report_type: str = ""
    parts: int = 0
    size: int = 0


def content_of(message: Message) -> Content:
    """Gathers text, HTML, pictures, files and special parts, within the limits of the house."""
    found = Content()
    _walk(message, found, depth=0, in_alternative=False)
    _settle_pictures(found)
    return found


def _walk(part: Message, found: Content, *, depth: int, in_alternative: bool) -> None:
    found.parts += 1
    if found.parts > MOST_PARTS or depth > DEEPEST or found.size > LARGEST_TOTAL:
        found.marks["cut"] = True
        return
    kind, given = _kind(part)
    if kind.startswith("multipart/"):
        _note_envelope(kind, given, found)
        if not part.is_multipart():
            # Its boundary is missing or wrong: what stands there is still text.
            kind = "text/plain"
    if kind.startswith("multipart/"):
        for child in _children(part):
            _walk(child, found, depth=depth + 1, in_alternative=in_alternative or kind == "multipart/alternative")
            if found.marks.get("cut") and found.parts > MOST_PARTS:
                return
        return
    _leaf(part, kind, given, found, in_alternative=in_alternative)


def _children(part: Message) -> list[Message]:
    payload = part.get_payload() if part.is_multipart() else None
    return [child for child in payload if isinstance(child, Message)] if isinstance(payload, list) else []


def _kind(part: Message) -> tuple[str, dict[str, str]]:
    values = [str(value) for name, value in part.raw_items() if str(name).lower() == "content-type"]
    raw = values[0] if values else part.get_default_type()
    kind = one_line(raw.partition(";")[0]).lower().strip()
    if not re.fullmatch(r"[a-z0-9!#$&^_.+-]{1,80}/[a-z0-9!#$&^_.+-]{1,100}", kind):
        kind = part.get_content_type()
    return kind, parameters(raw)


def _note_envelope(kind: str, given: dict[str, str], found: Content) -> None:
    protocol = given.get("protocol", "").lower()
    if kind == "multipart/signed":
        found.marks["pgp" if "pgp" in protocol else "smime"] = "signed"
    elif kind == "multipart/encrypted":
        found.marks["pgp" if "pgp" in protocol else "smime"] = "encrypted"
    elif kind == "multipart/report":
        found.report_type = given.get("report-type", "").lower()


def _leaf(part: Message, kind: str, given: dict[str, str], found: Content, *, in_alternative: bool) -> None:
    disposition, named = _disposition(part)
    name = (named.get("filename") or given.get("name") or "").strip()
    if kind in ("message/delivery-status", "message/global-delivery-status"):
        found.reports.append(_as_text(part, limit=64_000))
    elif kind in ("text/rfc822-headers", "message/rfc822", "message/global"):
        _returned_or_attached(part, kind, name, found)
    else:
        data = _data(part)
        found.size += len(data)
        is_file = disposition == "attachment" or (bool(name) and not kind.startswith("text/"))
        if kind in ("text/plain", "text/html", "text/enriched") and not is_file and not _is_named_file(name, disposition):
            _add_text(kind, decoded(data[:LONGEST_BODY], given.get("charset", "")), found, in_alternative=in_alternative)
        elif data or name:
            _add_part(part, kind, given, name, data, found)


def _is_named_file(name: str, disposition: str) -> bool:
    return bool(name) and disposition != "inline"


def _add_text(kind: str, text: str, found: Content, *, in_alternative: bool) -> None:
    text = text.replace("\x00", "").replace("\r\n", "\n").replace("\r", "\n")
    if kind == "text/html":
        if not found.html:
            found.html = text
        elif not in_alternative:
            found.html += "\n<hr>\n" + text
        return
    if found.text and text.strip():
        found.text = found.text if in_alternative else f"{found.text.rstrip()}\n\n{text}"
    elif text.strip():
        found.text = text


def _add_part(part: Message, kind: str, given: dict[str, str], name: str, data: bytes, found: Content) -> None:
    if kind in _SIGNED or kind == "application/pgp-signature":
        found.marks.setdefault("smime" if kind in _SIGNED else "pgp", "signed")
        return
    if kind in _ENVELOPED:
        found.marks["smime"] = "encrypted" if "enveloped" in given.get("smime-type", "enveloped") else "signed"
        name = name or "smime.p7m"
    elif kind in _TNEF or name.lower() == "winmail.dat":
        if _unwrap(data, found):
            return
    elif kind == "text/calendar" or name.lower().endswith(".ics"):
        cards = special.calendar_cards(data)
        known = {card.key for card in found.calendar}
        found.calendar.extend(card for card in cards if card.key not in known)
        name = name or "invite.ics"
        if cards and any(each.name == name for each in found.attachments):
            return
    cid = _content_id(part)
    file = Attached(_name(name, kind, found), kind, data, cid)
    (found.inline if cid and kind.startswith("image/") else found.attachments).append(file)


def _unwrap(data: bytes, found: Content) -> bool:
    """winmail.dat: what is inside it; False leaves it as a file."""
    inside = special.unwrapped(data)
    if inside is None:
        return False
    found.marks["tnef"] = True
    found.text = found.text or inside.text
    found.html = found.html or inside.html
    for name, content in inside.files[:MOST_PARTS]:
        found.attachments.append(Attached(_name(name, "", found), "application/octet-stream", content))
    return True


def _returned_or_attached(part: Message, kind: str, name: str, found: Content) -> None:
    data = _flat(part)
    found.size += len(data)
    if found.report_type or found.reports:
        found.returned = found.returned or data[:64_000].decode("utf-8", "replace")
    if kind != "text/rfc822-headers":
        subject = ""
        inner = _children(part)
        if inner:
            subject = plain(str(inner[0].get("Subject", "")))[:80]
        found.attachments.append(Attached(_name(name or f"{subject or 'message'}.eml", kind, found), kind, data))


def _flat(part: Message) -> bytes:
    inner = _children(part)
    if not inner:
        return _data(part)
    out = BytesIO()
    try:
        BytesGenerator(out, mangle_from_=False).flatten(inner[0])
    except (ValueError, LookupError, TypeError, RecursionError, AttributeError, KeyError, UnicodeError):
        return _data(part)
    return out.getvalue()


def _data(part: Message) -> bytes:
    if part.is_multipart():
        return b"\n".join(_flat(child) for child in _children(part)[:MOST_PARTS])
    try:
        data = part.get_payload(decode=True)
    except (ValueError, LookupError, TypeError, AssertionError, AttributeError):
        return b""
    return data if isinstance(data, bytes) else b""


def _as_text(part: Message, *, limit: int) -> str:
    """A delivery-status part: the library parses its groups as messages of their own."""
    groups = _children(part)
    if not groups:
        return decoded(_data(part)[:limit])
    lines = ["\n".join(f"{name}: {plain(str(value))}" for name, value in group.raw_items()) for group in groups[:200]]
    return "\n\n".join(lines)[:limit]


def _disposition(part: Message) -> tuple[str, dict[str, str]]:
    values = [str(value) for name, value in part.raw_items() if str(name).lower() == "content-disposition"]
    if not values:
        return "", {}
    return one_line(values[0].partition(";")[0]).lower().strip(), parameters(values[0])


def _content_id(part: Message) -> str:
    values = [str(value) for name, value in part.raw_items() if str(name).lower() == "content-id"]
    return one_line(plain(values[0])).strip("<> ")[:300] if values else ""


def _name(name: str, kind: str, found: Content) -> str:
    clean = one_line(name)[:200].strip()
    return clean or f"part-{len(found.attachments) + len(found.inline) + 1}{_EXTENSIONS.get(kind, '.bin')}"


def _settle_pictures(found: Content) -> None:
    """A picture with a Content-ID that the HTML never names is a file like any other."""
    used: list[Attached] = []
    unused: list[Attached] = []
    for picture in found.inline:
        (used if picture.content_id and f"cid:{picture.content_id}" in found.html else unused).append(picture)
    found.inline = used
    found.attachments.extend(unused)
