"""What is refused."""

from __future__ import annotations


class HotspotInputError(ValueError):
    """Counts or exposures that cannot be: negative, of different lengths, nothing to compare with."""
