"""What letters about progress say, in Chinese and English; each once, through the mail of the case."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from uuid import NAMESPACE_URL, uuid5

from django.utils.translation import override

from lingting.kernel.clocks.selectors import live_clock
from lingting.service.channels.email.services import add_to_last_word, send_progress, written_moment
from lingting.service.workorders.models import Department
from lingting.service.workorders.selectors import public_words

Words = Mapping[str, str]

ANSWERED: Words = {
    "zh": "我们请相关部门核实的事情已有结果，正在为您处理",
    "en": "the department that we asked has answered, and we are working on it",
}
_SUBJECT = {"zh": "有新进展：{{case.subject}}", "en": "News about: {{case.subject}}"}
_ENDED = {"zh": "已办结：{{case.subject}}", "en": "Done: {{case.subject}}"}
_TEXT = {
    "zh": "{{customer.name}}，您好：\n\n您的事项 #{{case.number}} 有新进展：{{news}}。\n预计 {{expected}} 之前有结果。\n"
    "我们会在 {{case.promise}} 之前答复您。\n\n进度随时可查：{{case.link}}",
    "en": "Dear {{customer.name}},\n\nThere is news about #{{case.number}}: {{news}}.\nWe expect to know more by {{expected}}.\n"
    "You will have our answer by {{case.promise}}.\n\nFollow it here: {{case.link}}",
}
_RATE = {"zh": "请告诉我们您是否满意：{{case.link}}", "en": "Please tell us how it was: {{case.link}}"}
_END = {
    "zh": "{{customer.name}}，您好：\n\n您的事项 #{{case.number}} 已经办结。\n" + _RATE["zh"]
    + "\n\n如果还没有解决，直接回复本邮件，我们会接着处理。",
    "en": "Dear {{customer.name}},\n\nYour case #{{case.number}} is done.\n" + _RATE["en"]
    + "\n\nIf anything is still open, just reply to this message and we go on.",
}  # fmt: skip


def tell_progress(case_id: int, *, words: Words, key: str, now: datetime, expected: Words | None = None) -> bool:
    """A letter with a piece of news ("zh", "en"), once per `key`; False where mail does not reach the customer."""
    text: dict[str, str] = {}
    for language, template in _TEXT.items():
        said = template.replace("{{news}}", words[language].rstrip("。."))
        text[language] = said.replace("{{expected}}", (expected or {}).get(language, "{{expected}}"))
    return _send(case_id, subject=_SUBJECT, text=text, key=key, now=now)


def tell_asked(case_id: int, *, order_id: int, department: Department, key: str, now: datetime) -> bool:
    """That a department looks into it, and when its answer is expected."""
    words: dict[str, str] = {}
    expected: dict[str, str] = {}
    clock = live_clock("workorders.order", order_id, kind="work-order")
    for key_of, language in (("zh", "zh-hans"), ("en", "en")):
        with override(language):
            said = public_words(department)
            words[key_of] = said if key_of == "zh" else said[:1].lower() + said[1:]
            if clock is not None and clock.due_at is not None:
                expected[key_of] = written_moment(clock.due_at)
    return tell_progress(case_id, words=words, expected=expected, key=key, now=now)


def tell_end(case_id: int, *, key: str, now: datetime) -> bool:
    """That it is done, and where to say how it was: in the letter that closes it, else in one of its own."""
    return add_to_last_word(case_id, line=_RATE) or _send(case_id, subject=_ENDED, text=_END, key=key, now=now, is_last=True)


def _send(case_id: int, *, subject: Words, text: Words, key: str, now: datetime, is_last: bool = False) -> bool:
    client_key = uuid5(NAMESPACE_URL, f"lingting:portal:{case_id}:{key}")
    return send_progress(case_id, subject=subject, text=text, client_key=client_key, now=now, is_last=is_last) is not None
