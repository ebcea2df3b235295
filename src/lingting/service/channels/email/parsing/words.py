"""Header texts: encoded words (RFC 2047) as they are and as they should be, parameters (RFC 2231), addresses."""

from __future__ import annotations

import base64
import binascii
import quopri
import re
import unicodedata
from dataclasses import dataclass
from email.utils import getaddresses
from urllib.parse import unquote_to_bytes

from lingting.service.channels.email.parsing.charsets import decoded

LONGEST_HEADER = 64_000
LONGEST_SIMPLE = 400
_WORD = re.compile(r"=\?([^?\s]{0,40})\?([bBqQ])\?([^?]*(?:\?(?!=)[^?]*)*)\?=")
_BETWEEN_WORDS = re.compile(r"(\?=)[ \t\r\n]+(?==\?)")
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\u202a-\u202e\u2066-\u2069\ufeff]")
_PLAIN_ADDRESS = re.compile(r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@[A-Za-z0-9](?:[A-Za-z0-9.-]{0,250}[A-Za-z0-9])?")
# One address, with a name or without, in which nothing has a meaning of its own (quotes, comments, groups, routes).
_SIMPLE = re.compile(rf"\s*([^\x00-\x1f\"(),:;<>@\[\\\]]*?)\s*<({_PLAIN_ADDRESS.pattern})>\s*")
_PERCENT = re.compile(r"%[0-9A-Fa-f]{2}")
MOST_ADDRESSES = 200


@dataclass(frozen=True, slots=True)
class Address:
    """Somebody in a header: the name as shown, the address in lower case (its domain always, its name where ASCII)."""

    name: str
    address: str

    def __str__(self) -> str:
        return f"{self.name} <{self.address}>" if self.name else self.address


def raw_bytes(value: str) -> bytes:
    """A header's raw value (surrogates for 8-bit bytes) as the bytes it had."""
    return value.encode("utf-8", "surrogateescape")


def plain(value: str) -> str:
    """A raw header value as text, with encoded words and raw 8-bit characters read; on one line."""
    value = value[:LONGEST_HEADER]
    text = _read_words(_BETWEEN_WORDS.sub(r"\1", value)) if "=?" in value else _unescaped(value)
    return one_line(text)


def one_line(text: str) -> str:
    """No control or direction characters, any run of space as one."""
    return " ".join(_CONTROL.sub("", text).split())


def _unescaped(value: str) -> str:
    return value if value.isascii() else decoded(raw_bytes(value))


def _read_words(value: str) -> str:
    """Encoded words side by side in one charset are one run of bytes: characters are often cut between them."""
    parts: list[str] = []
    charset, pending = "", b""
    end = 0
    for found in _WORD.finditer(value):
        between = value[end : found.start()]
        label = found.group(1).partition("*")[0]
        if between or label.lower() != charset.lower():
            parts.append(decoded(pending, charset) if pending else "")
            pending = b""
        parts.append(_unescaped(between))
        charset = label
        pending += _word_bytes(found.group(2), found.group(3))
        end = found.end()
    parts.append(decoded(pending, charset) if pending else "")
    parts.append(_unescaped(value[end:]))
    return "".join(parts)


def _word_bytes(encoding: str, text: str) -> bytes:
    raw = raw_bytes(text)
    if encoding in "qQ":
        return quopri.decodestring(raw.replace(b"_", b"=20"))
    clean = re.sub(rb"[^A-Za-z0-9+/]", b"", raw)
    if len(clean) % 4 == 1:
        clean = clean[:-1]
    try:
        return base64.b64decode(clean + b"=" * (-len(clean) % 4))
    except (binascii.Error, ValueError):
        return raw


def addresses(values: list[str]) -> list[Address]:
    """Everybody named in raw header values; what is no address is left out; each address once."""
    found: dict[str, Address] = {}
    for value in values:
        for name, address in _pairs(value[:LONGEST_HEADER]):
            clean = clean_address(address)
            if clean and clean not in found:
                found[clean] = Address(_name(name, clean), clean)
            if len(found) >= MOST_ADDRESSES:
                return list(found.values())
    return list(found.values())


def _pairs(value: str) -> list[tuple[str, str]]:
    simple = _SIMPLE.fullmatch(value) if len(value) <= LONGEST_SIMPLE else None
    if simple:
        return [(simple.group(1), simple.group(2))]
    if _PLAIN_ADDRESS.fullmatch(value):
        return [("", value)]
    value = value.replace("\r", " ").replace("\n", " ").replace("\x00", "")
    try:
        pairs = [pair for pair in getaddresses([value]) if "@" in pair[1]]
    except (ValueError, IndexError, TypeError, RecursionError, AttributeError):
        pairs = []
    if pairs:
        return pairs
    text = plain(value)
    return [(text[: found.start()].strip(" <\"'") if not index else "", found.group())
            for index, found in enumerate(_PLAIN_ADDRESS.finditer(text))]  # fmt: skip


def clean_address(address: str) -> str:
    """One form of an address: no space, full-width characters plain, lower case; empty if it cannot be one."""
    text = unicodedata.normalize("NFKC", plain(address)).strip("<>\"' ").replace(" ", "")
    local, at, domain = text.rpartition("@")
    if not at or not local or not domain or len(text) > 320:
        return ""
    return f"{local.lower()}@{domain.lower().rstrip('.')}"


def _name(name: str, address: str) -> str:
    text = plain(name).strip("\"' ")
    return "" if text.lower() == address else text[:200]


def parameters(value: str) -> dict[str, str]:
    """The parameters of a raw Content-Type or Content-Disposition: continued, encoded, unquoted, mislabelled ones too."""
    pieces = _pieces(value[:LONGEST_HEADER])
    simple: dict[str, str] = {}
    continued: dict[str, dict[int, tuple[str, bool]]] = {}
    for piece in pieces[1:]:
        name, equals, text = piece.partition("=")
        if not equals:
            continue
        name, text = name.strip().lower(), _unquoted(text.strip())
        base, star, rest = name.partition("*")
        if not star:
            simple.setdefault(name, text)
            continue
        number, _star, _none = rest.partition("*")
        continued.setdefault(base, {})[int(number) if number.isdigit() else 0] = (text, name.endswith("*"))
    found = {name: _parameter(text) for name, text in simple.items()}
    found.update({name: _joined(parts) for name, parts in continued.items()})
    return found


def _pieces(value: str) -> list[str]:
    """Split at semicolons outside quotes."""
    if '"' not in value:
        return value.split(";")
    pieces, start, is_quoted, index = [], 0, False, 0
    while index < len(value):
        character = value[index]
        if character == "\\" and is_quoted:
            index += 1
        elif character == '"':
            is_quoted = not is_quoted
        elif character == ";" and not is_quoted:
            pieces.append(value[start:index])
            start = index + 1
        index += 1
    return [*pieces, value[start:]]


def _unquoted(text: str) -> str:
    if len(text) > 1 and text[0] == text[-1] == '"':
        return re.sub(r"\\([\"\\])", r"\1", text[1:-1])
    return text.strip('"')


def _parameter(text: str) -> str:
    read = plain(text)
    if _PERCENT.search(read) and read.isascii():
        try:
            return unquote_to_bytes(read).decode("utf-8")
        except UnicodeDecodeError:
            return read
    return read


def _joined(parts: dict[int, tuple[str, bool]]) -> str:
    charset, data = "", b""
    for index, number in enumerate(sorted(parts)):
        text, is_encoded = parts[number]
        if is_encoded and index == 0 and text.count("'") >= 2:
            charset, _language, text = text.split("'", 2)
        data += unquote_to_bytes(raw_bytes(text)) if is_encoded else raw_bytes(text)
    return one_line(_read_words(decoded(data, charset)))
