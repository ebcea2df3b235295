"""In which encoding a text file was written: by its mark, else by whether its bytes fit."""

from __future__ import annotations

import codecs
import re
from typing import IO

_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (b"\x84\x31\x95\x33", "gb18030"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_NOT_IN_TEXT = re.compile("[\x00-\x08\x0e-\x1f\ufffe\uffff]")
_STEP_BYTES = 64 * 1024
_HEAD_BYTES = 4096
_NULS_OF_UTF16 = 0.2


def encoding_of(stream: IO[bytes]) -> str | None:
    """utf-8-sig, utf-8, utf-16, utf-16-le, utf-16-be or gb18030; None when none fits or what comes out is no text.

    Reads the whole stream in steps, never all of it at once, and leaves it at its beginning.
    """
    stream.seek(0)
    head = stream.read(_HEAD_BYTES)
    marked = next((name for mark, name in _MARKS if head.startswith(mark)), None)
    candidates = [marked] if marked else [_unmarked_utf16(head), "utf-8", "gb18030"]
    return next((name for name in candidates if name and _fits(stream, name)), None)


def _unmarked_utf16(head: bytes) -> str | None:
    """Latin text in UTF-16 has a NUL in every second byte; the side tells the order."""
    if len(head) < 4:
        return None
    even, odd = head[0::2].count(0) / (len(head) / 2), head[1::2].count(0) / (len(head) / 2)
    if max(even, odd) < _NULS_OF_UTF16:
        return None
    return "utf-16-le" if odd > even else "utf-16-be"


def _fits(stream: IO[bytes], name: str) -> bool:
    decoder = codecs.getincrementaldecoder(name)()
    stream.seek(0)
    try:
        while step := stream.read(_STEP_BYTES):
            if _NOT_IN_TEXT.search(decoder.decode(step)):
                return False
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return False
    finally:
        stream.seek(0)
    return True
