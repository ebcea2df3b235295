"""Cuts a text into the words a search index holds, and a question into the phrases that find them.

Every token has a position, the next one the next position. What is cut how:

- Chinese, Japanese, Korean: at each character the pair that begins there; the last character of a run alone.
  退款吗 → 退款 款吗 吗.
- Digits: at each digit the three that begin there, fewer at the end: 8000 → 800 000 00 0. So any part of
  a number finds it. One dash, dot, slash or thousands comma between digits does not count, nor do spaces
  that group a telephone number: 138-0013-8000 is 13800138000, and 1,299 is 1299.
- Letters: words in lower case without accents and English plural endings. Addresses fall into their parts:
  Li.Na@example.com → li na example com.

Both sides cut the same way, so a question that is a part of a text is a run of its positions.
"""

import re

from lingting.science.language.folding import fold

LONGEST_WORD = 64

_PAIRED = (
    "\u3005-\u3007\u3041-\u3096\u309d-\u309f\u30a1-\u30fa\u30fc-\u30ff\u3105-\u312f\u3400-\u4dbf\u4e00-\u9fff"
    "\uac00-\ud7a3\uf900-\ufaff\U00020000-\U000323af"
)
_RUN = re.compile(rf"([{_PAIRED}]+)|(\d+)|([^\W\d_{_PAIRED}]+)")
_DASHES = r"\-.\u2010-\u2015\u2212"
_TELEPHONE = re.compile(rf"(?<!\d)(?:\+\d{{1,3}}[ {_DASHES}]*)?\(?\d{{2,4}}\)?[ {_DASHES}]\d{{3,4}}[ {_DASHES}]\d{{4}}(?!\d)")
_GROUPED = re.compile(r"(?<!\d)\d{1,3}(?:,\d{3})+(?!\d)")
_BROKEN = re.compile(rf"(?<=\d)[/{_DASHES}](?=\d)")
_NUMBER_BROKEN = re.compile(rf"\d[ ,/){_DASHES}][\d(]")
_NOT_DIGITS = re.compile(r"\D+")


def index_tokens(text: str) -> list[str]:
    """The tokens of a text in order; a token's place in the list is its position."""
    tokens: list[str] = []
    for paired, digits, word in _RUN.findall(_joined_numbers(fold(text))):
        if paired:
            tokens += [paired[place : place + 2] for place in range(len(paired))]
        elif digits:
            tokens += [digits[place : place + 3] for place in range(len(digits))]
        else:
            tokens.append(_stem(word))
    return tokens


def query_terms(text: str, *, is_last_open: bool = True) -> list[tuple[str, ...]]:
    """The phrases that must all occur, each a tuple of tokens at successive positions (`a <-> b` in
    PostgreSQL).

    A token that ends in `*` matches as a beginning (`a:*`); no token holds a star otherwise. White space
    separates phrases, and so does a change between Chinese and letters; `li.na@example.com` or `SF-2024`
    stay one phrase. is_last_open: the last word of letters is still being typed and matches as a beginning.
    Empty when the text holds nothing to find.
    """
    phrases: list[tuple[str, ...]] = []
    for chunk in _joined_numbers(fold(text)).split():
        phrase: list[str] = []
        runs = _RUN.findall(chunk)
        for place, (paired, digits, word) in enumerate(runs):
            ends = place + 1 == len(runs) or bool(runs[place + 1][0])
            if paired:
                phrases.append(_asked_pairs(paired))
                continue
            phrase += _asked_digits(digits, ends=ends) if digits else [_stem(word)]
            if ends:
                phrases.append(tuple(phrase))
                phrase = []
    if is_last_open and phrases and phrases[-1][-1][-1].isalpha() and not _is_paired(phrases[-1][-1]):
        *before, last = phrases[-1]
        phrases[-1] = (*before, last + "*")
    return phrases


def _joined_numbers(folded: str) -> str:
    """Numbers without what groups their digits."""
    if not _NUMBER_BROKEN.search(folded):
        return folded
    folded = _TELEPHONE.sub(lambda found: _NOT_DIGITS.sub("", found.group()), folded)
    folded = _GROUPED.sub(lambda found: found.group().replace(",", ""), folded)
    return _BROKEN.sub("", folded)


def _asked_pairs(paired: str) -> tuple[str, ...]:
    if len(paired) == 1:
        return (paired + "*",)
    return tuple(paired[place : place + 2] for place in range(len(paired) - 1))


def _asked_digits(digits: str, *, ends: bool) -> list[str]:
    """Digits within a phrase as they are indexed; at its end open, for the number may go on."""
    if not ends:
        return [digits[place : place + 3] for place in range(len(digits))]
    if len(digits) < 3:
        return [digits + "*"]
    return [digits[place : place + 3] for place in range(len(digits) - 2)]


def _is_paired(token: str) -> bool:
    found = _RUN.match(token)
    return found is not None and bool(found.group(1))


def _stem(word: str) -> str:
    """The word without an English plural ending (Harman's S stemmer, 1991, and -sses, -xes, -ches, -shes),
    cut at 64.
    """
    if len(word) > 3 and word[-1] == "s" and word.isascii():
        if word.endswith("ies") and word[-4] not in "ae":
            word = word[:-3] + "y"
        elif word.endswith(("sses", "xes", "ches", "shes")):
            word = word[:-2]
        elif word[-2] not in "us" and word[-3:] not in ("aes", "ees", "oes"):
            word = word[:-1]
    return word[:LONGEST_WORD]
