"""What sort of mail it is: written by a person, an automatic answer, a bounce, something sent to many."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from lingting.service.channels.email.parsing.headers import Headers
from lingting.service.channels.email.parsing.tree import Content

_AUTO_SUBJECT = re.compile(
    r"^\s*(?:(?:re|回复|答复|fw|fwd|转发)\s*[:：]\s*)?[\[【(（]?\s*(?:自动回复|自动答复|自動回覆|自動回復|自动应答|"
    r"休假自动|外出自动|out of (?:the )?office|automatic reply|"
    r"auto(?:matic)?[ -]?(?:reply|response|matische antwort)|autoreply|auto:|"
    r"réponse automatique|respuesta automática|abwesenheit|自動応答|不在通知|부재중)",
    re.IGNORECASE,
)
_BOUNCE_SUBJECT = re.compile(
    r"(?:undeliver|delivery (?:status notification|failure|failed|has failed)|mail delivery (?:failed|system|failure)|"
    r"returned mail|failure notice|"
    r"mail system error|退信|投递失败|无法送达|未送达|无法传递|傳遞失敗|无法投递|could not be delivered|delivery delayed|邮件投递)",
    re.IGNORECASE,
)
_DAEMON = re.compile(
    r"^(?:mailer-daemon|postmaster|mail-daemon|mdaemon|bounce[s]?|mailerdaemon|system-admin)(?:[+@-]|$)", re.IGNORECASE
)
_NOBODY = re.compile(
    r"^(?:no[-_.]?reply|do[-_.]?not[-_.]?reply|donotreply|noreply.*|mailer-daemon|postmaster|bounces?|"
    r"notifications?|alerts?|system|newsletter)(?:[+@-]|$)",
    re.IGNORECASE,
)
_OURS = re.compile(r"<?(lt\.[0-9a-f]{32}@[a-z0-9.-]{1,190})>?", re.IGNORECASE)
_STATUS = re.compile(r"\b([245])\.(\d{1,3})\.(\d{1,3})\b")
_REPLY_CODE = re.compile(r"\b(4\d\d|5\d\d)[ -]")
_FAILED_ADDRESS = re.compile(r"[A-Za-z0-9._%+-]{1,64}@[A-Za-z0-9.-]{1,190}\.[A-Za-z]{2,24}")


@dataclass(frozen=True, slots=True)
class Failure:
    """One address that could not be reached: `is_final` unless the server goes on trying."""

    address: str
    status: str
    words: str
    is_final: bool


@dataclass(frozen=True)
class Nature:
    """`kind` is letter, auto (an automatic answer), bounce. `is_bulk`: sent to many; `may_answer`: an automatic answer of ours may go out.

    `failures` and `our_ids` are what a bounce tells: who was not reached, and which of our letters (Message-IDs).
    """

    kind: str
    is_bulk: bool
    may_answer: bool
    failures: list[Failure] = field(default_factory=list)
    our_ids: list[str] = field(default_factory=list)


def nature_of(headers: Headers, *, subject: str, sender: str, body: Content, text: str) -> Nature:
    """Judges by headers first (RFC 3834, RFC 3464), by the words of the usual systems last."""
    submitted = headers.text("auto-submitted").lower().partition(";")[0].strip()
    precedence = headers.text("precedence").lower()
    is_bulk = precedence in ("bulk", "list", "junk") or headers.has("list-id") or headers.has("list-unsubscribe")
    if _is_bounce(headers, subject=subject, sender=sender, body=body):
        failures = _failures(headers, body=body, text=text)
        ours = list(dict.fromkeys(found.lower() for found in _OURS.findall(_all_text(headers, body))))
        return Nature("bounce", is_bulk, False, failures, ours)
    is_auto = (
        submitted in ("auto-replied", "auto-notified")
        or precedence == "auto_reply"
        or headers.text("x-autoreply").lower() in ("yes", "true", "1")
        or headers.has("x-autorespond")
        or headers.text("x-auto-reply-from") != ""
        or headers.text("x-qq-autoreply") != ""
        or bool(_AUTO_SUBJECT.match(subject))
    )
    has_no_sender = any(value.strip() == "<>" for value in headers.raw("return-path"))
    may_answer = not (
        is_auto or is_bulk or has_no_sender or submitted not in ("", "no") or not sender or _NOBODY.match(sender)
        or headers.text("x-auto-response-suppress").lower() not in ("", "none")
    )  # fmt: skip
    return Nature("auto" if is_auto else "letter", is_bulk, may_answer)


def is_nobody(address: str) -> bool:
    """Whether an address says itself that nobody reads it."""
    return bool(_NOBODY.match(address))


def _is_bounce(headers: Headers, *, subject: str, sender: str, body: Content) -> bool:
    if body.report_type == "delivery-status" or body.reports:
        return True
    if body.report_type in ("disposition-notification", "feedback-report"):
        return False
    is_from_daemon = bool(_DAEMON.match(sender)) or any(value.strip() == "<>" for value in headers.raw("return-path"))
    if headers.has("x-failed-recipients"):
        return True
    return is_from_daemon and bool(_BOUNCE_SUBJECT.search(subject))


def _all_text(headers: Headers, body: Content) -> str:
    texts = [*headers.raw("in-reply-to"), *headers.raw("references"), body.returned, body.text, body.html[:200_000]]
    texts += [each.content[:64_000].decode("latin-1") for each in body.attachments if each.content_type.startswith("message/")]
    return "\n".join(texts)


def _failures(headers: Headers, *, body: Content, text: str) -> list[Failure]:
    found: dict[str, Failure] = {}
    for report in body.reports:
        for group in re.split(r"\n\s*\n", report):
            failure = _failure_of(group)
            if failure and failure.address not in found:
                found[failure.address] = failure
    if found or body.reports:
        return list(found.values())
    words = " ".join((body.text or text).split())[:2000]
    status = _STATUS.search(words)
    code = _REPLY_CODE.search(words)
    is_final = not ((status and status.group(1) == "4") or (not status and code and code.group(1).startswith("4")))
    named = [each.address for each in headers.addresses("x-failed-recipients")] or _named_failures(body.text or text)
    shown = status.group() if status else code.group(1) if code else ""
    return [Failure(address, shown, words[:200], is_final) for address in named[:20]]


def _named_failures(text: str) -> list[str]:
    """Addresses near the words of a failure, in the first part of an odd bounce."""
    head = text[:3000]
    found = [each.lower() for each in _FAILED_ADDRESS.findall(head)]
    return list(dict.fromkeys(each for each in found if not _DAEMON.match(each) and not each.startswith("lt.")))[:1]


def _failure_of(group: str) -> Failure | None:
    values: dict[str, str] = {}
    name = ""
    for line in group.splitlines():
        if line[:1] in (" ", "\t") and name:
            values[name] += " " + line.strip()
            continue
        key, colon, value = line.partition(":")
        if colon:
            name = key.strip().lower()
            values.setdefault(name, value.strip())
    recipient = values.get("final-recipient") or values.get("original-recipient") or ""
    address = recipient.partition(";")[2].strip() if ";" in recipient else recipient.strip()
    address = address.strip("<> ").lower()
    if "@" not in address:
        return None
    action = values.get("action", "").lower().strip()
    if action in ("delivered", "relayed", "expanded"):
        return None
    status = values.get("status", "")
    words = " ".join(values.get("diagnostic-code", "").partition(";")[2].split() or values.get("diagnostic-code", "").split())
    is_final = action == "failed" or (action != "delayed" and not status.startswith("4"))
    return Failure(address[:320], status[:20], words[:200], is_final)
