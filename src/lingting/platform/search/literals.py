"""Texts as `tsvector` literals, questions as `tsquery` literals."""

from __future__ import annotations

from collections.abc import Sequence

from lingting.platform.search.words import LONGEST_WORD, Run, pairs, runs

LAST_POSITION = 16_000
GAP_BETWEEN_PARTS = 8
MOST_WORDS_ASKED = 48


def vector(text: str, *, weight: str = "") -> str:
    """The literal of a text's `tsvector`, with positions.

    Bounded: words after position 16,000 are left out (PostgreSQL counts to 16,383), words are cut at
    64 characters. `weight` is "", "A", "B", "C" or "D".
    """
    return joined_vector([(text, weight)])


def joined_vector(parts: Sequence[tuple[str, str]]) -> str:
    """The literal of several texts with their weights, e.g. `[(title, "A"), (body, "")]`.

    No phrase matches across two parts.
    """
    positions: dict[str, list[str]] = {}
    position = 0
    for text, weight in parts:
        for word in _indexed_words(text):
            position += 1
            if position > LAST_POSITION:
                return _literal(positions)
            positions.setdefault(word, []).append(f"{position}{weight}")
        position += GAP_BETWEEN_PARTS
    return _literal(positions)


def query(text: str) -> str | None:
    """The literal of the `tsquery` that finds a text, or None when it holds no word.

    A Chinese run becomes a phrase of pairs; words joined without a space (`li.na@example.com`, `SF-2024-01`) a
    phrase of words; everything must occur. The last word and every run of digits match as a beginning.
    """
    phrases: list[list[str]] = []
    asked = 0
    found = list(runs(text))
    for index, run in enumerate(found):
        terms = _asked_terms(run, is_last=index == len(found) - 1)
        terms = terms[: MOST_WORDS_ASKED - asked]
        asked += len(terms)
        if not terms:
            break
        follows = index > 0 and run.is_joined and not run.is_ideographs and not found[index - 1].is_ideographs
        if follows:
            phrases[-1].extend(terms)
        else:
            phrases.append(terms)
    if not phrases:
        return None
    return " & ".join(f"({' <-> '.join(phrase)})" if len(phrase) > 1 else phrase[0] for phrase in phrases)


def _indexed_words(text: str) -> list[str]:
    words: list[str] = []
    for run in runs(text):
        if run.is_ideographs:
            words.extend(pairs(run.text))
        else:
            words.append(run.text[:LONGEST_WORD])
        if len(words) > LAST_POSITION:
            break
    return words


def _asked_terms(run: Run, *, is_last: bool) -> list[str]:
    if run.is_ideographs:
        if len(run.text) == 1:
            return [f"{_quoted(run.text)}:*"]
        return [_quoted(pair) for pair in pairs(run.text)[:-1]]
    ending = ":*" if is_last or run.text.isdigit() else ""
    return [f"{_quoted(run.text[:LONGEST_WORD])}{ending}"]


def _literal(positions: dict[str, list[str]]) -> str:
    return " ".join(f"{_quoted(word)}:{','.join(places[:255])}" for word, places in positions.items())


def _quoted(word: str) -> str:
    return "'" + word.replace("\\", "\\\\").replace("'", "''") + "'"
