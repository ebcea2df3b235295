"""The size of a picture, read from its header."""

from __future__ import annotations

import struct
from typing import IO

MOST_SEGMENTS = 200
LARGEST_SIDE = 1_000_000


def dimensions(stream: IO[bytes], *, content_type: str) -> tuple[int, int] | None:
    """Width and height in pixels of a PNG, GIF, JPEG, WebP or BMP; None if it has no readable header."""
    reader = {
        "image/png": _png,
        "image/gif": _gif,
        "image/jpeg": _jpeg,
        "image/webp": _webp,
        "image/bmp": _bmp,
    }.get(content_type)
    if reader is None:
        return None
    stream.seek(0)
    try:
        width, height = reader(stream)
    except (struct.error, ValueError, IndexError):
        return None
    return (width, height) if 0 < width < LARGEST_SIDE and 0 < height < LARGEST_SIDE else None


def _png(stream: IO[bytes]) -> tuple[int, int]:
    width, height = struct.unpack(">II", stream.read(24)[16:24])
    return width, height


def _gif(stream: IO[bytes]) -> tuple[int, int]:
    width, height = struct.unpack("<HH", stream.read(10)[6:10])
    return width, height


def _bmp(stream: IO[bytes]) -> tuple[int, int]:
    width, height = struct.unpack("<ii", stream.read(26)[18:26])
    return width, abs(height)


def _webp(stream: IO[bytes]) -> tuple[int, int]:
    head = stream.read(30)
    if head[12:16] == b"VP8X":
        return int.from_bytes(head[24:27], "little") + 1, int.from_bytes(head[27:30], "little") + 1
    if head[12:16] == b"VP8L":
        packed = int.from_bytes(head[21:25], "little")
        return (packed & 0x3FFF) + 1, (packed >> 14 & 0x3FFF) + 1
    width, height = struct.unpack("<HH", head[26:30])
    return width & 0x3FFF, height & 0x3FFF


def _jpeg(stream: IO[bytes]) -> tuple[int, int]:
    """Walks the segments to the frame header (ITU T.81, B.2.2)."""
    stream.seek(2)
    for _segment in range(MOST_SEGMENTS):
        marker = stream.read(2)
        while marker[1] == 0xFF:
            marker = marker[1:] + stream.read(1)
        (length,) = struct.unpack(">H", stream.read(2))
        if 0xC0 <= marker[1] <= 0xCF and marker[1] not in (0xC4, 0xC8, 0xCC):
            height, width = struct.unpack(">HH", stream.read(5)[1:5])
            return width, height
        stream.seek(length - 2, 1)
    raise ValueError("no frame header")
