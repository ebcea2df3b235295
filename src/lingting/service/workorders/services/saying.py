"""Words on an order, from either side, said once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from lingting.service.workorders.models import OrderWord, WorkOrder
from lingting.service.workorders.services.locking import check_open, checked_text, locked_order


@dataclass(frozen=True)
class Said:
    """What somebody writes on an order: words, the writer's name, ids of stored files.

    `client_key` is the form's own key: words with the same key are said once, however often the form is sent.
    """

    text: str
    by: str
    file_ids: Sequence[int] = ()
    client_key: UUID | None = None


def say_once(order_id: int, said: Said, *, is_ours: bool, now: datetime) -> tuple[WorkOrder, OrderWord, bool]:
    """The order, locked, with the words on it; False when this form has said them before. Raises `OrderIsOver`, `EmptyOrder`.

    The lock comes first, so that two sendings of one form come one after the other.
    """
    order = locked_order(order_id)
    before = order.words.filter(client_key=said.client_key).first() if said.client_key is not None else None
    if before is not None:
        return order, before, False
    check_open(order)
    return order, say(order, said, is_ours=is_ours, now=now), True


def say(order: WorkOrder, said: Said, *, is_ours: bool, now: datetime) -> OrderWord:
    """Writes the words down. Raises `EmptyOrder`."""
    word = OrderWord.objects.create(
        order=order, is_ours=is_ours, author=said.by[:80], text=checked_text(said.text), said_at=now, client_key=said.client_key
    )
    word.files.add(*said.file_ids)
    return word
