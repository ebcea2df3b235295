"""What kind of file some bytes are: asked of the bytes, then compared with what the name claims."""

from __future__ import annotations

import re
import zipfile
from pathlib import PurePosixPath
from typing import IO

import puremagic

HEAD_BYTES = 8192
BINARY = "application/octet-stream"
PLAIN = "text/plain"
PROGRAM = "application/x-executable"

INLINE_IMAGES = frozenset({"image/png", "image/jpeg", "image/gif", "image/webp"})
INLINE = INLINE_IMAGES | {"application/pdf"}

_SIGNATURES: tuple[tuple[bytes, str], ...] = (
    (b"\x89PNG\r\n\x1a\n", "image/png"),
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"GIF87a", "image/gif"),
    (b"GIF89a", "image/gif"),
    (b"%PDF-", "application/pdf"),
    (b"MZ", PROGRAM),
    (b"\x7fELF", PROGRAM),
    (b"\xca\xfe\xba\xbe", PROGRAM),
    (b"\xcf\xfa\xed\xfe", PROGRAM),
    (b"\xce\xfa\xed\xfe", PROGRAM),
    (b"#!", PROGRAM),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "application/x-ole-storage"),
    (b"PK\x03\x04", "application/zip"),
    (b"PK\x05\x06", "application/zip"),
    (b"\x1f\x8b", "application/gzip"),
    (b"7z\xbc\xaf\x27\x1c", "application/x-7z-compressed"),
    (b"Rar!\x1a\x07", "application/vnd.rar"),
    (b"OggS", "audio/ogg"),
    (b"fLaC", "audio/flac"),
    (b"ID3", "audio/mpeg"),
    (b"\x1a\x45\xdf\xa3", "video/webm"),
    (b"{\\rtf", "application/rtf"),
)
_OFFICE = {
    "word/": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "xl/": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "ppt/": "application/vnd.openxmlformats-officedocument.presentationml.presentation",
}
_PROLOGUE = re.compile(rb"\A(?:\xef\xbb\xbf)?(?:\s+|<!--.*?-->|<\?xml.*?\?>|<!doctype\s+svg[^>]*>)*", re.IGNORECASE | re.DOTALL)
_SVG = re.compile(rb"<svg[\s>]", re.IGNORECASE)
_MARKUP = re.compile(
    rb"<(?:!doctype\s+html|html|head|body|script|iframe|img|meta|link|style|object|embed|form|base|title|table|div|p|a|h1|br|b)"
    rb"[\s>/]",
    re.IGNORECASE,
)

_OLE = frozenset({"application/x-ole-storage", "application/msword", "application/vnd.ms-excel", "application/vnd.ms-powerpoint"})
_CLAIMS: dict[str, frozenset[str]] = {
    "png": frozenset({"image/png"}),
    "jpg": frozenset({"image/jpeg"}),
    "jpeg": frozenset({"image/jpeg"}),
    "gif": frozenset({"image/gif"}),
    "webp": frozenset({"image/webp"}),
    "bmp": frozenset({"image/bmp"}),
    "pdf": frozenset({"application/pdf"}),
    "docx": frozenset({_OFFICE["word/"]}),
    "xlsx": frozenset({_OFFICE["xl/"]}),
    "pptx": frozenset({_OFFICE["ppt/"]}),
    "doc": _OLE | {"application/rtf", "text/html"},
    "xls": _OLE | {"text/html", PLAIN, "text/csv"},
    "ppt": _OLE,
    "zip": frozenset({"application/zip"}),
    "txt": frozenset({PLAIN}),
    "log": frozenset({PLAIN}),
    "md": frozenset({PLAIN}),
    "csv": frozenset({PLAIN}),
    "json": frozenset({PLAIN}),
    "mp3": frozenset({"audio/mpeg"}),
    "wav": frozenset({"audio/wav"}),
    "ogg": frozenset({"audio/ogg"}),
    "mp4": frozenset({"video/mp4"}),
    "webm": frozenset({"video/webm"}),
}
_REFINED = {"csv": "text/csv", "json": "application/json", "md": "text/markdown"}
_SCRIPT_NAMES = frozenset({"js", "mjs", "css", "xml", "xhtml", "html", "htm", "svg", "hta", "bat", "cmd", "ps1", "vbs", "sh"})


def extension(name: str) -> str:
    """The last extension of a name, in lower case, without the dot; empty if none."""
    return PurePosixPath(name.replace("\\", "/")).suffix.lower().lstrip(".")


def detect(stream: IO[bytes], *, name: str) -> str:
    """The content type of a seekable stream's bytes. Reads its head (and a ZIP's directory); leaves it anywhere.

    The name only refines plain text (`csv`, `json`, `md`) and never lifts a suspicion.
    """
    stream.seek(0)
    head = stream.read(HEAD_BYTES)
    signed = _by_signature(head)
    if signed == "application/zip":
        return _office_kind(stream)
    if signed:
        return signed
    if _is_text(head):
        return _text_kind(head, name=name)
    return _by_puremagic(head)


def contradicts(content_type: str, *, name: str) -> bool:
    """Whether a name claims another kind than the bytes are. A name without a known extension claims nothing."""
    claimed = _CLAIMS.get(extension(name))
    if claimed is None:
        return False
    return content_type not in claimed and _REFINED.get(extension(name)) != content_type


def _by_signature(head: bytes) -> str:
    for signature, content_type in _SIGNATURES:
        if head.startswith(signature):
            return content_type
    if head[:4] == b"RIFF":
        return {b"WEBP": "image/webp", b"WAVE": "audio/wav", b"AVI ": "video/x-msvideo"}.get(head[8:12], "")
    if head[4:8] == b"ftyp":
        return _media_kind(head[8:12])
    if head[:2] == b"BM" and len(head) > 26 and head[6:10] == b"\0\0\0\0":
        return "image/bmp"
    if len(head) > 1 and head[0] == 0xFF and head[1] < 0xFE and head[1] & 0xE6 in (0xE2, 0xE4, 0xE6):
        return "audio/mpeg"
    return ""


def _media_kind(brand: bytes) -> str:
    if brand in (b"heic", b"heix", b"mif1", b"msf1"):
        return "image/heic"
    if brand == b"avif":
        return "image/avif"
    if brand == b"qt  ":
        return "video/quicktime"
    return "audio/mp4" if brand == b"M4A " else "video/mp4"


def _office_kind(stream: IO[bytes]) -> str:
    try:
        stream.seek(0)
        with zipfile.ZipFile(stream) as archive:
            names = archive.namelist()
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError):
        return "application/zip"
    if "[Content_Types].xml" in names:
        for folder, content_type in _OFFICE.items():
            if any(name.startswith(folder) for name in names):
                return content_type
    if "META-INF/MANIFEST.MF" in names or "classes.dex" in names:
        return PROGRAM
    return "application/zip"


def _is_text(head: bytes) -> bool:
    if head.startswith((b"\xff\xfe", b"\xfe\xff")):
        return True
    if any(byte < 9 or 13 < byte < 27 or 27 < byte < 32 for byte in head):
        return False
    for encoding in ("utf-8", "gb18030"):
        for cut in range(4):
            try:
                head[: len(head) - cut].decode(encoding)
            except UnicodeDecodeError:
                continue
            return True
    return False


def _text_kind(head: bytes, *, name: str) -> str:
    plain = head.replace(b"\x00", b"").removeprefix(b"\xff\xfe").removeprefix(b"\xfe\xff")
    prologue = _PROLOGUE.match(plain)
    begins = prologue.end() if prologue else 0
    if _SVG.match(plain, begins):
        return "image/svg+xml"
    if _MARKUP.match(plain, begins):
        return "text/html"
    claimed = extension(name)
    if claimed in _SCRIPT_NAMES:
        return BINARY
    return _REFINED.get(claimed, PLAIN)


def _by_puremagic(head: bytes) -> str:
    try:
        found = puremagic.from_string(head, mime=True)
    except (puremagic.PureError, ValueError):
        return BINARY
    return found if re.fullmatch(r"(?:image|audio|video)/[a-z0-9.+-]{1,60}", found or "") else BINARY
