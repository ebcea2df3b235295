"""An answer or note being written, kept on the server."""

from __future__ import annotations

from datetime import datetime

from lingting.service.desk.models import Draft
from lingting.service.desk.services.messages import LONGEST_TEXT


def save_draft(case_id: int, *, account_id: int, mode: str, text: str, now: datetime) -> None:
    """Keeps what a person is writing in a case (`mode` reply or note); empty text forgets it."""
    if not text.strip():
        drop_draft(case_id, account_id=account_id, mode=mode)
        return
    Draft.objects.update_or_create(
        case_id=case_id,
        account_id=account_id,
        mode=mode,
        defaults={"text": text.replace("\x00", "")[:LONGEST_TEXT], "updated_at": now},
    )


def drop_draft(case_id: int, *, account_id: int, mode: str) -> None:
    Draft.objects.filter(case_id=case_id, account_id=account_id, mode=mode).delete()
