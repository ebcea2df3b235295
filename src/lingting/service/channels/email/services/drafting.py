"""To whom and about what a letter is being written: kept beside the desk's text, open to colleagues."""

from __future__ import annotations

from datetime import datetime

from lingting.service.channels.email.models import Letter, LetterDraft

LONGEST_FIELD = 4000


def save_letter_draft(
    case_id: int, *, account_id: int, to: str, cc: str, bcc: str, subject: str, quote: str, mailbox_id: int | None, now: datetime
) -> LetterDraft:
    """Keeps the fields of a letter as they stand, however unfinished; one draft per person and case."""
    fields = {"to": _clean(to), "cc": _clean(cc), "bcc": _clean(bcc), "subject": _clean(subject)[:500]}
    draft, _is_new = LetterDraft.objects.update_or_create(
        case_id=case_id, account_id=account_id,
        defaults=fields | {"quote": quote, "mailbox_id": mailbox_id, "updated_at": now},
    )  # fmt: skip
    return draft


def drop_letter_draft(case_id: int, *, account_id: int) -> None:
    LetterDraft.objects.filter(case_id=case_id, account_id=account_id).delete()


def draft_again(letter: Letter, *, account_id: int, now: datetime) -> LetterDraft:
    """The fields of a letter that was taken back are a draft once more."""
    to, cc, bcc = (", ".join(people) for people in (letter.to, letter.cc, letter.bcc))
    return save_letter_draft(
        letter.case_id, account_id=account_id, to=to, cc=cc, bcc=bcc, subject=letter.subject, quote=letter.quote,
        mailbox_id=letter.mailbox_id, now=now,
    )  # fmt: skip


def _clean(text: str) -> str:
    return text.replace("\x00", "")[:LONGEST_FIELD]
