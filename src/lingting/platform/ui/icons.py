"""Icons of the house: Tabler's sets, read from one text file and inlined as SVG."""

from __future__ import annotations

import mmap
from functools import lru_cache
from pathlib import Path

from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe

SETS = Path(__file__).parent / "static" / "vendor" / "icons"
FALLBACK = "square-dashed"


class IconSetMissing(RuntimeError):
    """The icon files are not there yet: `make assets` puts them in place."""


@lru_cache(maxsize=1024)
def icon_svg(name: str, *, label: str = "", size: int = 18, filled: bool = False) -> SafeString:
    """The inline SVG of a Tabler icon.

    Without `label` it is decoration and hidden from assistive technology; with one it is an
    image with that name. An unknown name shows a dashed square, so that it is noticed.
    """
    inner = icon_markup(name, filled=filled) or icon_markup(FALLBACK, filled=False)
    paint = 'fill="currentColor"' if filled else 'fill="none" stroke="currentColor"'
    spoken = format_html('role="img" aria-label="{}"', label) if label else mark_safe('aria-hidden="true"')
    return format_html(
        '<svg class="lt-icon" width="{}" height="{}" viewBox="0 0 24 24" {} {}>{}</svg>',
        size,
        size,
        mark_safe(paint),
        spoken,
        mark_safe(inner),
    )


@lru_cache(maxsize=512)
def icon_markup(name: str, *, filled: bool) -> str:
    """The inner markup of an icon, "" when the set has no such name.

    The file is mapped, searched and closed again: a page pays for the icons it shows, once,
    and no process keeps five thousand of them in memory.
    """
    path = SETS / ("filled.tsv" if filled else "outline.tsv")
    if not path.exists():
        raise IconSetMissing(f"{path.name} is missing; run `make assets`.")
    with path.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as lines:
        start = lines.find(f"\n{name}\t".encode())
        if start < 0:
            return ""
        start += len(name.encode()) + 2
        return lines[start : lines.find(b"\n", start)].decode()
