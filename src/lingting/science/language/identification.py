"""Which language a short text is written in, by its script, its characters and its commonest words."""

import re
import unicodedata
from enum import StrEnum

from lingting.science.language.commonest import ENGLISH, JAPANESE_FORMS, NEITHER_ENGLISH_NOR_ASIAN
from lingting.science.language.variants import SIMPLIFIED, TRADITIONAL


class Language(StrEnum):
    """The languages the product tells apart; the values are BCP 47 tags except `other`."""

    SIMPLIFIED_CHINESE = "zh"
    TRADITIONAL_CHINESE = "zh-Hant"
    ENGLISH = "en"
    JAPANESE = "ja"
    KOREAN = "ko"
    OTHER = "other"


_HAN = re.compile("[\u3400-\u4dbf\u4e00-\u9fff\U00020000-\U000323af]")
_KANA = re.compile("[\u3041-\u309f\u30a1-\u30fa\u30fc-\u30ff]")
_HANGUL = re.compile("[\u1100-\u11ff\u3131-\u318e\uac00-\ud7a3]")
_LATIN_WORD = re.compile("[a-z\u00df-\u024f\u1e00-\u1eff]+(?:'[a-z]+)?")
_ADDRESS = re.compile(r"[!-~]+@[!-~]+|https?://[!-~]+|www\.[!-~]+")


def _outside(characters: str, charset: str) -> frozenset[str]:
    """The characters that a national character set cannot write."""
    return frozenset(one for one in characters if not one.encode(charset, "ignore"))


_ONLY_SIMPLIFIED = _outside(SIMPLIFIED, "big5")
_ONLY_TRADITIONAL = _outside(TRADITIONAL, "gb2312")
_ONLY_JAPANESE = _outside(JAPANESE_FORMS, "gb2312") & _outside(JAPANESE_FORMS, "big5")
_ENGLISH = frozenset(ENGLISH.split())
_ELSEWHERE = frozenset(NEITHER_ENGLISH_NOR_ASIAN.split()) - _ENGLISH


def identify_language(text: str) -> Language:
    """The main language of a text of a few words or more; OTHER when it holds no words or cannot tell.

    Chinese counts by characters, Latin script by words: 我的 iPhone 坏了 is Chinese. Chinese without one
        character that
    differs between the two writings is called simplified; Japanese without kana is told by characters only
    Japan writes.
    """
    folded = _ADDRESS.sub(" ", unicodedata.normalize("NFKC", text).casefold())
    if folded.isascii():
        return _latin_language(_LATIN_WORD.findall(folded))
    han = _HAN.findall(folded)
    kana = len(_KANA.findall(folded))
    hangul = len(_HANGUL.findall(folded))
    words = _LATIN_WORD.findall(folded)
    letters = sum(character.isalpha() for character in folded)
    latin = sum(map(len, words))
    asian = len(han) + kana + hangul
    if asian and asian >= len(words) and 2 * (asian + latin) >= letters:
        return _asian_language(han, kana=kana, hangul=hangul)
    if latin and 2 * latin >= letters:
        return _latin_language(words)
    return Language.OTHER


def _asian_language(han: list[str], *, kana: int, hangul: int) -> Language:
    if hangul * 2 >= len(han) and hangul > kana:
        return Language.KOREAN
    if kana * 5 > len(han):
        return Language.JAPANESE
    if not _ONLY_JAPANESE.isdisjoint(han):
        return Language.JAPANESE
    traditional = sum(character in _ONLY_TRADITIONAL for character in han)
    simplified = sum(character in _ONLY_SIMPLIFIED for character in han)
    return Language.TRADITIONAL_CHINESE if traditional > simplified else Language.SIMPLIFIED_CHINESE


def _latin_language(words: list[str]) -> Language:
    """English, unless common words or accents of another language weigh more."""
    if not any(len(word) > 1 or word in _ENGLISH for word in words):
        return Language.OTHER
    english = sum(word in _ENGLISH for word in words)
    elsewhere = sum(word in _ELSEWHERE for word in words)
    accented = sum(not word.isascii() for word in words)
    return Language.OTHER if elsewhere + accented > english else Language.ENGLISH
