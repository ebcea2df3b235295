"""Cuts a text into the words that are indexed and asked for."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass

LONGEST_WORD = 64
_IDEOGRAPHS = "\u3005\u3007\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7a3\uf900-\ufaff\U00020000-\U000323af"
_RUN = re.compile(rf"(?P<ideographs>[{_IDEOGRAPHS}]+)|(?P<word>[^\W_{_IDEOGRAPHS}]+)")


@dataclass(frozen=True, slots=True)
class Run:
    """An unbroken stretch of a text: ideographs (to be cut in pairs) or one word of letters and digits.

    `is_joined`: no white space stands between this run and the one before.
    """

    text: str
    is_ideographs: bool
    is_joined: bool


def runs(text: str) -> Iterator[Run]:
    """The runs of a text, width-folded and lower-cased, in order."""
    folded = unicodedata.normalize("NFKC", text).lower()
    end = -1
    for found in _RUN.finditer(folded):
        between = folded[end : found.start()] if end >= 0 else " "
        is_joined = not between or (len(between) == 1 and not between.isspace())
        yield Run(found.group(), found.lastgroup == "ideographs", is_joined)
        end = found.end()


def pairs(ideographs: str) -> list[str]:
    """Overlapping two-character words, then the last character alone (so that a search for it by prefix finds it)."""
    return [ideographs[start : start + 2] for start in range(len(ideographs))]
