"""Bytes to text, whatever their label says: labels lie often, most of all about Chinese."""

from __future__ import annotations

import codecs

_ALIASES = {
    "gb2312": "gb18030", "gbk": "gb18030", "gb_2312-80": "gb18030", "x-gbk": "gb18030", "cp936": "gb18030", "936": "gb18030",
    "ms936": "gb18030", "csgb2312": "gb18030", "euc-cn": "gb18030", "x-euc-cn": "gb18030", "gb18030-2000": "gb18030",
    "chinese": "gb18030", "gb13000": "gb18030", "hz-gb-2312": "hz", "big5": "big5hkscs", "big5-hkscs": "big5hkscs",
    "x-x-big5": "big5hkscs", "cn-big5": "big5hkscs", "cp950": "cp950", "iso-2022-jp": "iso2022_jp_ext", "shift_jis": "cp932",
    "shift-jis": "cp932", "x-sjis": "cp932", "sjis": "cp932", "windows-31j": "cp932", "ks_c_5601-1987": "cp949",
    "euc-kr": "cp949", "iso-8859-1": "cp1252", "latin1": "cp1252", "iso8859-1": "cp1252", "unicode-1-1-utf-7": "utf-7",
    "utf8": "utf-8", "utf-8mb4": "utf-8", "unicode": "utf-16", "iso-8859-8-i": "iso-8859-8", "x-mac-roman": "mac-roman",
}  # fmt: skip
_NO_LABEL = frozenset({"", "us-ascii", "ascii", "ansi_x3.4-1968", "unknown-8bit", "x-unknown", "unknown", "default", "none",
                       "binary", "8bit", "7bit", "_iso-2022-jp$esc"})  # fmt: skip
_STATEFUL = ("utf-16", "utf-32", "utf-7", "hz", "iso2022")
_DETECTION_BYTES = 20_000
_CANDIDATES = ("gb18030", "big5hkscs", "cp932", "euc_jp", "cp949", "cp1251", "cp1252")
_COMMON_HAN = frozenset(
    "的一是不了在人有我他这个们中来上大为和国地到以说时要就出会可也你对生能而子那得于着下自之年过发后作里用道行所然家种事成方多经么去法学如都同"
    "现当没动面起看定天分还进好小部其些主样理心本前开但因只从想实日军者意无力它与长把机十民第公此已工使情明性知全三又关点正业外将两高间由问很最"
    "重并物手应战向头文体政美相见被利什二等产或新己制身果加西斯月话合回特代内信表化老给世位次度门任常先海通教儿原东声提立及比员解水名真论处走义"
    "各入几口认条平系气题活尔更别打女变四神总何电数安少报才结反受目太量再感建务做接必场件计管期市直德资命山金指克许统区保至队形社便空决治展马科"
    "司五基眼书非则听白却界达光放强即像难且权思王象完设式色路记南品住告类求据程北边死张该交规万取拉格望觉术领共确传师观清今切院让识候带导争运您"
    "请谢客服订单货款退件收邮箱电话快递商品购买账户密码登录问题尽快帮助查询发票投诉快點們個這來時說對國會過後還現沒動開從實無與長機關問業將間頭"
    "應戰體見產給電數報結務場計資統區隊點書則聽達強難權設記類據請謝"
)


def codec_of(label: str) -> str:
    """Python's codec for a charset label as mail has it; empty where it says nothing or is unknown."""
    clean = label.strip().strip("\"'").lower().replace(" ", "")
    if clean in _NO_LABEL:
        return ""
    name = _ALIASES.get(clean) or _ALIASES.get(clean.replace("_", "-")) or clean
    if not name.isascii() or "\x00" in name or len(name) > 40:
        return ""
    try:
        info = codecs.lookup(name)
    except (LookupError, ValueError):
        return ""
    return name if getattr(info, "_is_text_encoding", True) else ""


def decoded(data: bytes, label: str = "") -> str:
    """Text of bytes: by the label where it holds, by the bytes where it does not; never raises."""
    codec = codec_of(label)
    bare = data[3:] if data.startswith(b"\xef\xbb\xbf") else data
    if bare is not data:
        codec = "utf-8"
    elif data.startswith((b"\xff\xfe", b"\xfe\xff")) and not codec.startswith("utf-32"):
        codec = "utf-16"
    elif data.isascii():
        return _decode(data, codec) if codec.startswith(_STATEFUL) else _ascii(data)
    if not codec.startswith(_STATEFUL):
        found = _as_utf8(bare, codec)
        if found is None and codec in ("", "utf-8"):
            found = _nearly_utf8(bare)
        if found is not None:
            return found
    if codec and codec != "utf-8":
        text = _strict(bare, codec)
        if text is not None and not _lies(bare, text, codec):
            return text
    return _detected(bare, codec)


def _ascii(data: bytes) -> str:
    """Plain bytes; ISO-2022-JP hides in them behind escapes, whatever the label."""
    if b"\x1b$" in data or b"\x1b(" in data:
        text = _strict(data, "iso2022_jp_ext")
        if text is not None:
            return text
    return data.decode("ascii")


def _as_utf8(data: bytes, codec: str) -> str | None:
    """UTF-8 in disguise: the bytes prove it, unless only two-byte pairs could be something else."""
    text = _strict(data, "utf-8")
    if text is None or codec in ("", "utf-8"):
        return text
    return text if any(ord(character) > 0x7FF for character in text) else None


def _nearly_utf8(data: bytes) -> str | None:
    """UTF-8 with a few broken places, such as a character cut off at the end; None where it is something else."""
    text = data.decode("utf-8", "replace")
    gaps = text.count("\ufffd")
    whole = sum(1 for character in text if character > "\x7f") - gaps
    return text if whole and gaps <= max(1, whole // 20) else None


def _decode(data: bytes, codec: str) -> str:
    text = _strict(data, codec)
    return text if text is not None else data.decode("ascii", "replace")


def _strict(data: bytes, codec: str) -> str | None:
    try:
        return data.decode(codec)
    except (UnicodeError, LookupError, ValueError):
        return None


def _lies(data: bytes, text: str, codec: str) -> bool:
    """Whether a label that fits gives strange text where another would give everyday text."""
    if codec not in ("cp1252", "latin-1", "gb18030", "big5hkscs", "cp950"):
        return False
    head = data[:_DETECTION_BYTES]
    own = _score(text[:_DETECTION_BYTES])
    if own > 0.3:
        return False
    best, score = _best(head)
    return best != codec and score > 0.35 and score > own + 0.3


def _best(head: bytes) -> tuple[str, float]:
    """The likely codec whose text would be the most usual, and how usual."""
    scored = [(_score(head.decode(candidate, "replace")), -index, candidate) for index, candidate in enumerate(_CANDIDATES)]
    score, _index, candidate = max(scored)
    return candidate, score


def _detected(data: bytes, codec: str) -> str:
    """The best of the likely codecs by how usual their text would be; then charset-normalizer; then with gaps."""
    head = data[:_DETECTION_BYTES]
    best, score = _best(head)
    if score > 0.12:
        return data.decode(best, "replace")
    if codec:
        text = data.decode(codec, "replace")
        if text.count("\ufffd") * 20 <= len(text):
            return text
    from charset_normalizer import from_bytes

    guess = from_bytes(head).best()
    return data.decode(guess.encoding if guess else codec or "utf-8", "replace")


def _score(text: str) -> float:
    """How usual a text's non-ASCII characters are, -1 to 1: everyday Han, kana and hangul for, gaps and oddities against.

    Cyrillic within Latin words, and accents apart from them, are what a wrong codec makes.
    """
    total, points, before = 0, 0.0, " "
    for character in text:
        if character > "\x7f":
            total += 1
            points += _points(character, before=before)
        before = character
    return points / total if total else 0.0


def _points(character: str, *, before: str) -> float:
    if character in _COMMON_HAN or "\u3041" <= character <= "\u30fe" or character in "，。！？：；、“”（）":
        return 1.0
    if "\u4e00" <= character <= "\u9fff":
        return 0.25
    is_in_latin_word = before.isascii() and before.isalpha()
    if "\u0400" <= character <= "\u045f":
        return -0.6 if is_in_latin_word else 0.5
    if "\uac00" <= character <= "\ud7a3":
        return 0.6
    if "\u00c0" <= character <= "\u00ff":
        return 0.5 if is_in_latin_word else -0.2
    if character == "\ufffd" or "\ue000" <= character <= "\uf8ff" or "\uff61" <= character <= "\uff9f":
        return -1.5
    return -0.1 if character <= "\u00ff" else -0.4
