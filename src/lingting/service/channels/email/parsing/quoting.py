"""Where a letter ends and its history begins: the ways of Chinese and Western mail programs."""

from __future__ import annotations

import re
from dataclasses import dataclass

_DASH = r"[-—–_=*~－─]"
_ORIGINAL = re.compile(
    rf"^\s*{_DASH}{{2,}}\s*(?:original message|original e?-?mail|reply message|replied message|reply to message|"
    rf"原始邮件|原始郵件|原邮件|原郵件|"
    rf"回复的原邮件|回复的邮件|回覆的原郵件|历史邮件|"
    rf"message d'origine|ursprüngliche nachricht|元のメッセージ|원본 메시지)\s*{_DASH}{{2,}}\s*$",
    re.IGNORECASE,
)
_FORWARDED = re.compile(
    rf"^\s*{_DASH}{{2,}}\s*(?:forwarded (?:message|mail|e-?mail)|forwarded by .{{1,80}}|"
    rf"转发邮件信息|转发的邮件|转发邮件|轉寄郵件|转发的原邮件|begin forwarded message)\s*{_DASH}*\s*:?\s*$"
    r"|^\s*begin forwarded message\s*:\s*$|^\s*(?:下面是被转发的邮件|以下是转发的邮件)\s*[:：]?\s*$",
    re.IGNORECASE,
)
_WROTE_EN = re.compile(r"^\s*(?:>\s*)?(?:on|at)\s.{4,240}\bwrote\s*[:：]\s*$", re.IGNORECASE | re.DOTALL)
_WROTE_NAME = re.compile(r"^\s*.{1,120}<[^<>\s]+@[^<>\s]+>\s+(?:wrote|writes)\s*[:：]\s*$", re.IGNORECASE)
_WROTE_ZH = re.compile(
    r"^\s*(?:>\s*)?(?:在|於|于)?\s*.{0,200}?(?:\d{2,4}\s*[-年/.]|@).{0,200}?(?:写道|寫道|写到|寫到|来信|写信说)\s*[:：]?\s*$",
    re.DOTALL,
)
_WROTE_OTHER = re.compile(
    r"^\s*(?:le\s.{4,200}a écrit|am\s.{4,200}schrieb.{0,120}|el\s.{4,200}escribió)\s*:\s*$", re.IGNORECASE | re.DOTALL
)
_MAYBE_WROTE = re.compile(r"wrote|writes|[写寫][道到]|来信|写信说|écrit|schrieb|escribió", re.IGNORECASE)
_FIELD = re.compile(
    r"^\s*(?:[*>]\s*)*(from|sent|date|to|cc|subject|"
    r"发件人|寄件者|寄件人|发送时间|發送時間|发件时间|寄件日期|日期|日\s*期|时间|收件人|收件者|抄\s*送|副本|主题|主\s*题|主旨|"
    r"de|envoyé|à|objet|von|gesendet|an|betreff|差出人|送信日時|宛先|件名)\s*\*?\s*[:：]",
    re.IGNORECASE,
)
_FIRST_FIELDS = frozenset({"from", "发件人", "寄件者", "寄件人", "de", "von", "差出人"})
_RULE = re.compile(rf"^\s*(?:{_DASH}{{10,}}|[_]{{5,}})\s*$")
_QUOTE = re.compile(r"^\s{0,3}(?:>|&gt;|\|)")
_SIGNATURE = re.compile(r"^--\s?$")
_SENT_FROM = re.compile(
    r"^\s*(?:sent from (?:my |outlook|mail for|yahoo|samsung|proton).{0,60}|get outlook for .{0,20}|"
    r"sent with .{0,30}|envoyé de mon .{0,20}|"
    r"(?:发自|發自|从|從)\s*(?:我的)?\s*.{0,30}?(?:iphone|ipad|手机|手機|小米|华为|huawei|honor|oppo|vivo|mac|android|"
    r"邮箱|郵箱|大师|钉邮|发送|傳送|设备|foxmail|outlook).{0,30}"
    r"|.{0,20}(?:网易邮箱大师|QQ邮箱手机版|阿里邮箱手机版)\s*)[.。]?\s*$",
    re.IGNORECASE,
)
MOST_LINES = 20_000


@dataclass(frozen=True, slots=True)
class Split:
    """`text` is what the writer says now; `quoted` is the rest, exactly as it stood."""

    text: str
    quoted: str


def split_history(text: str) -> Split:
    """Cuts history and trailing signature off; all stays where nothing of one's own would be left, or answers stand between quotes."""
    lines = text.split("\n")
    if len(lines) > MOST_LINES:
        return Split(text.strip(), "")
    cut = _history_line(lines)
    cut = _before_signature(lines, cut)
    own = "\n".join(lines[:cut]).strip()
    rest = "\n".join(lines[cut:]).strip("\n")
    if not own:
        return Split(text.strip(), "")
    return Split(own, rest.rstrip())


def _history_line(lines: list[str]) -> int:
    """The line at which history begins; the number of lines if there is none."""
    for index, line in enumerate(lines):
        if not line.strip():
            continue
        if _FORWARDED.match(line):
            return len(lines)
        if _ORIGINAL.match(line):
            return index
        if _is_wrote(lines, index) and not _answers_follow(lines, index):
            return index
        if _is_header_block(lines, index):
            return _with_rule(lines, index)
    return _trailing_quote(lines)


def _is_wrote(lines: list[str], index: int) -> bool:
    """“On … wrote:” in one line or broken over up to three."""
    if not any(_MAYBE_WROTE.search(line) for line in lines[index : index + 3]):
        return False
    for count in (1, 2, 3):
        candidate = " ".join(part.strip() for part in lines[index : index + count])
        if len(candidate) > 400:
            return False
        if any(form.match(candidate) for form in (_WROTE_EN, _WROTE_ZH, _WROTE_NAME, _WROTE_OTHER)):
            return count == 1 or not _opens_alone(lines, index, count)
    return False


def _opens_alone(lines: list[str], index: int, count: int) -> bool:
    """Whether the match needs only later lines: then those, not this one, begin the history."""
    if not lines[index + 1].strip():
        return True
    later = " ".join(part.strip() for part in lines[index + 1 : index + count])
    return any(form.match(later) for form in (_WROTE_EN, _WROTE_ZH, _WROTE_NAME, _WROTE_OTHER))


def _answers_follow(lines: list[str], index: int) -> bool:
    """Whether the writer answers between quoted lines: a quote, own words, and another quote below."""
    seen_quote = seen_answer = False
    for line in lines[index + 1 :]:
        if not line.strip():
            continue
        if _QUOTE.match(line):
            if seen_answer:
                return True
            seen_quote = True
        elif seen_quote:
            seen_answer = True
    return False


def _is_header_block(lines: list[str], index: int) -> bool:
    """“From: … Sent: … To: …” in one block, in any of the languages, begun by the sender."""
    first = _FIELD.match(lines[index])
    if not first or _plain_field(first.group(1)) not in _FIRST_FIELDS:
        return False
    names = {_plain_field(first.group(1))}
    for line in lines[index + 1 : index + 9]:
        found = _FIELD.match(line)
        if found:
            names.add(_plain_field(found.group(1)))
    return len(names) >= 3


def _plain_field(name: str) -> str:
    return re.sub(r"\s+", "", name).lower()


def _with_rule(lines: list[str], index: int) -> int:
    """The line drawn above a header block belongs to it."""
    above = index - 1
    while above >= 0 and not lines[above].strip():
        above -= 1
    return above if above >= 0 and _RULE.match(lines[above]) else index


def _trailing_quote(lines: list[str]) -> int:
    """Quoted lines at the end without an introduction."""
    end = len(lines)
    while end and (not lines[end - 1].strip() or _QUOTE.match(lines[end - 1])):
        end -= 1
    return end if any(_QUOTE.match(line) for line in lines[end:]) else len(lines)


def _before_signature(lines: list[str], cut: int) -> int:
    for index in range(max(0, cut - 25), cut):
        if _SIGNATURE.match(lines[index]) and index:
            return index
    last = cut - 1
    while last >= 0 and not lines[last].strip():
        last -= 1
    if last > 0 and _SENT_FROM.match(lines[last]):
        return last
    return cut
