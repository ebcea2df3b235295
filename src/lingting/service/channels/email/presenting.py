"""How mails and letters look: states in words, marks, checks."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from lingting.service.channels.email.models import Letter, LetterState, Mail
from lingting.service.channels.email.troubles import told

_LETTERS: dict[str, tuple[str, str, str | Promise]] = {
    LetterState.HELD: ("ours", "clock", pgettext_lazy("letter", "will be sent")),
    LetterState.QUEUED: ("ours", "send", pgettext_lazy("letter", "on its way")),
    LetterState.SENDING: ("ours", "send", pgettext_lazy("letter", "being sent")),
    LetterState.SENT: ("ready", "check", pgettext_lazy("letter", "sent")),
    LetterState.UNSURE: ("warning", "question-mark", pgettext_lazy("letter", "perhaps sent")),
    LetterState.FAILED: ("breach", "alert-triangle", pgettext_lazy("letter", "not sent")),
    LetterState.WITHDRAWN: ("idle", "arrow-back-up", pgettext_lazy("letter", "taken back")),
}
_RESULTS = {"pass": "ready", "fail": "breach", "softfail": "warning", "none": "idle", "neutral": "idle"}


@dataclass(frozen=True, slots=True)
class Look:
    """A chip: state colour, icon, words, and more on hover."""

    state: str
    icon: str
    words: str
    more: str = ""


_MARKS: dict[tuple[str, str], tuple[str, str, str | Promise]] = {
    ("smime", "signed"): ("idle", "certificate", gettext_lazy("signed (S/MIME)")),
    ("smime", "encrypted"): ("warning", "lock", gettext_lazy("encrypted (S/MIME): open the original in a mail program")),
    ("pgp", "signed"): ("idle", "certificate", gettext_lazy("signed (PGP)")),
    ("pgp", "encrypted"): ("warning", "lock", gettext_lazy("encrypted (PGP): open the original in a mail program")),
    ("cut", "True"): ("warning", "scissors", gettext_lazy("too long: the rest is in the original")),
    ("broken", "True"): ("warning", "alert-triangle", gettext_lazy("broken: read as far as it goes")),
    ("bulk", "True"): ("idle", "users", gettext_lazy("sent to many")),
}


def letter_look(letter: Letter) -> Look:
    """The state of a letter as a chip."""
    if letter.bounced_at is not None:
        return Look("breach", "mail-x", _("came back"), told(letter.trouble))
    if letter.state == LetterState.QUEUED and letter.attempts:
        return Look("warning", "refresh", _("tried again by itself"), told(letter.trouble))
    state, icon, words = _LETTERS[letter.state]
    return Look(state, icon, str(words), told(letter.trouble) or letter.answer)


def mark_looks(mail: Mail) -> list[Look]:
    """What is special about a mail, as chips."""
    found = [
        Look(look[0], look[1], str(look[2])) for name, value in mail.marks.items() if (look := _MARKS.get((name, str(value))))
    ]
    if mail.marks.get("too_large"):
        names = ", ".join(mail.marks["too_large"])
        found.append(Look("warning", "paperclip", _("too large, only in the original: %(names)s") % {"names": names}))
    return found


def check_look(mail: Mail) -> Look | None:
    """Whether the sender is who it says, in one chip; None where no trusted checker said anything."""
    if not mail.checks:
        return None
    details = " · ".join(f"{name.upper()} {result}" for name, result in mail.checks.items())
    verdict = mail.checks.get("dmarc") or mail.checks.get("dkim") or mail.checks.get("spf") or "none"
    state = _RESULTS.get(verdict, "idle")
    words = {"ready": _("sender verified"), "breach": _("sender not proven"), "warning": _("sender doubtful")}.get(
        state, _("sender unproven")
    )
    return Look(state, "shield-check" if state == "ready" else "shield-x", words, details)
