"""A case's own columns told again from its messages, after messages came or went."""

from __future__ import annotations

from lingting.service.desk.models import Case, CaseState, Message, MessageKind
from lingting.service.desk.services.promises import answer_due_at

_SAID = (MessageKind.CUSTOMER, MessageKind.AGENT, MessageKind.BOT)


def recount_case(case: Case) -> None:
    """Preview, last activity and the wait for an answer as the messages say. Call with the case locked."""
    said = Message.objects.filter(case_id=case.pk, kind__in=_SAID)
    last = said.order_by("-created_at", "-id").first()
    case.preview = _preview(last)
    case.preview_kind = last.kind if last else ""
    case.active_at = max(case.opened_at, last.created_at) if last else case.active_at
    answered = said.filter(kind=MessageKind.AGENT).order_by("-id").values_list("id", flat=True).first() or 0
    asked = said.filter(kind=MessageKind.CUSTOMER, pk__gt=answered).order_by("id").first()
    is_open = case.state != CaseState.CLOSED
    case.waiting_since_at = asked.created_at if asked and is_open else None
    case.due_at = None
    if case.waiting_since_at:
        case.due_at = answer_due_at(waiting_since_at=case.waiting_since_at, response_hours=case.queue.response_hours)
    case.save(update_fields=["preview", "preview_kind", "active_at", "waiting_since_at", "due_at"])


def _preview(message: Message | None) -> str:
    from lingting.service.desk.services.messages import preview_of

    if message is None:
        return ""
    names = message.attachments.values_list("file__original_name", flat=True)
    return preview_of(message.text) or ("📎 " + ", ".join(names))[:140]
