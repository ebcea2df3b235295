"""One writing of many: width, case, accents, traditional and simplified, invisible characters."""

import re
import unicodedata

from lingting.science.language.variants import SIMPLIFIED, TRADITIONAL

_SIMPLER = dict(zip(map(ord, TRADITIONAL), SIMPLIFIED, strict=True))
_TRADITIONAL = re.compile(f"[{''.join(TRADITIONAL)}]")
_PUNCTUATION = tuple((wide, unicodedata.normalize("NFKC", wide)) for wide in "，！？：；（）")
_INVISIBLE = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufe00-\ufe0f\ufeff]"
)
_SPACES = re.compile(r"\s+")
_ACCENTED = re.compile("[\u00c0-\u024f\u0300-\u036f\u1e00-\u1eff]")
_ACCENTS = re.compile("[\u0300-\u036f]")


def normalise(text: str) -> str:
    """The text in one writing, still readable: full width to half, invisible characters out, white space
    single.

    Case, accents and the kind of Chinese stay. For comparing, deduplicating and feeding models; not for
    storing what a customer wrote.
    """
    return _SPACES.sub(" ", _INVISIBLE.sub("", unicodedata.normalize("NFKC", text))).strip()


def simplify(text: str) -> str:
    """Traditional Chinese characters as simplified ones, one by one; everything else as it is.

    Good for search. A translation of Taiwan or Hong Kong usage needs phrases, which this does not know.
    """
    return text.translate(_SIMPLER) if _TRADITIONAL.search(text) else text


def fold(text: str) -> str:
    """The text as search sees it: NFKC, no case, no Latin accents, simplified. The length may change."""
    if text.isascii():
        return text.lower()
    for wide, narrow in _PUNCTUATION:
        text = text.replace(wide, narrow)  # what NFKC would do: most Chinese texts are normal then, which is cheap to see
    if not unicodedata.is_normalized("NFKC", text):
        text = unicodedata.normalize("NFKC", text)
    folded = simplify(_INVISIBLE.sub("", text)).casefold()
    if _ACCENTED.search(folded):
        bare = _ACCENTS.sub("", unicodedata.normalize("NFKD", folded))
        folded = unicodedata.normalize("NFKC", bare)
    return folded
