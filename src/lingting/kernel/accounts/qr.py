"""QR codes as inline SVG."""

from __future__ import annotations

import segno
from django.utils.safestring import SafeString, mark_safe


def qr_svg(text: str, *, scale: int = 5) -> SafeString:
    """A QR code, dark on its own white ground so that cameras read it in the dark theme too.

    It has a `viewBox` and no size: the page says how large it is, and it is never cut.
    """
    made = segno.make(text, error="m", micro=False)
    return mark_safe(made.svg_inline(scale=scale, border=3, dark="#101418", light="#ffffff", omitsize=True))
