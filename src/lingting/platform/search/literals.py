"""Texts as `tsvector` literals, questions as `tsquery` literals; `science.language` cuts the words."""

from __future__ import annotations

from collections.abc import Sequence
from operator import add

from lingting.science.language import index_tokens, query_terms

LAST_POSITION = 16_000
GAP_BETWEEN_PARTS = 8
MOST_WORDS_ASKED = 48
MOST_CHARACTERS_ASKED = 400
_MOST_PLACES = 255
_PLACES = [f"':{place}" for place in range(1, _MOST_PLACES + 1)]


def vector(text: str, *, weight: str = "") -> str:
    """The literal of a text's `tsvector`, with positions.

    Bounded: words after position 16,000 are left out (PostgreSQL counts to 16,383).
    `weight` is "", "A", "B", "C" or "D".
    """
    words = index_tokens(text[:LAST_POSITION])
    if weight or len(words) > _MOST_PLACES:
        return joined_vector([(text, weight)])
    # The common case, a message: no bound can be met, and words hold letters and digits only, nothing to quote.
    if words and len(set(words)) == len(words):
        return "'" + " '".join(map(add, words, _PLACES))
    literals: dict[str, str] = {}
    for position, word in enumerate(words, 1):
        known = literals.get(word)
        literals[word] = f"{known},{position}" if known else f"'{word}':{position}"
    return " ".join(literals.values())


def joined_vector(parts: Sequence[tuple[str, str]]) -> str:
    """The literal of several texts with their weights, e.g. `[(title, "A"), (body, "")]`.

    No phrase matches across two parts.
    """
    positions: dict[str, list[str]] = {}
    position = 0
    for text, weight in parts:
        for word in index_tokens(text[: LAST_POSITION - position]):
            position += 1
            if position > LAST_POSITION:
                break
            positions.setdefault(word, []).append(f"{position}{weight}")
        position += GAP_BETWEEN_PARTS
        if position > LAST_POSITION:
            break
    return " ".join(f"{_quoted(word)}:{','.join(places[:_MOST_PLACES])}" for word, places in positions.items())


def query(text: str) -> str | None:
    """The literal of the `tsquery` that finds a text, or None when it holds no word.

    Everything asked must occur: a Chinese run as a phrase of pairs, words joined without a space as a phrase of
    words; the last word and digits match as a beginning. The first 48 words of a question count.
    """
    left = MOST_WORDS_ASKED
    phrases: list[str] = []
    for terms in query_terms(text[:MOST_CHARACTERS_ASKED]):
        words = [_asked(term) for term in terms[:left]]
        left -= len(words)
        phrases.append(f"({' <-> '.join(words)})" if len(words) > 1 else words[0])
        if left <= 0:
            break
    return " & ".join(phrases) or None


def _asked(term: str) -> str:
    return f"{_quoted(term[:-1])}:*" if term.endswith("*") else _quoted(term)


def _quoted(word: str) -> str:
    return "'" + word.replace("\\", "\\\\").replace("'", "''") + "'"
