"""The chat and the live hub: visitors are recognised by their token and hear their own conversations only."""

from __future__ import annotations

from collections.abc import Collection

from django.utils.translation import gettext_lazy as _

from lingting.platform.realtime.topics import key_of, register_topic
from lingting.platform.realtime.visitors import LiveRequest
from lingting.platform.realtime.visitors import Visitor as Listener
from lingting.platform.realtime.visitors import register_authenticator as register_live
from lingting.platform.rest import register_authenticator as register_rest
from lingting.platform.rest.together import answers_together
from lingting.service.channels.chat import intake
from lingting.service.channels.chat.models import ChatSession, Visitor
from lingting.service.channels.chat.rest import recognise
from lingting.service.channels.chat.tokens import visitor_of
from lingting.service.crm.services import register_mover
from lingting.service.desk.services import register_line


def connect() -> None:
    """Called once when the apps are ready."""
    register_rest("Visitor", recognise)
    register_live(listener_of)
    for path, answer in intake.ROADS.items():
        answers_together(path, answer=answer)
    register_topic("chat", own_conversations)
    register_mover(
        "chat.visitors",
        label=_("Chat browsers"),
        move=_move_visitors,
        move_back=_give_back,
        count=lambda customer_id: Visitor.objects.filter(customer_id=customer_id).count(),
    )
    register_line("contact_left", _("Contact left: %(contact)s"))


def _move_visitors(from_id: int, to_id: int) -> list[int]:
    """Gives a customer's browsers to another customer; what they write next belongs there."""
    moved = list(Visitor.objects.filter(customer_id=from_id).values_list("pk", flat=True))
    Visitor.objects.filter(pk__in=moved).update(customer_id=to_id)
    return moved


def _give_back(visitor_ids: list[int], to_id: int) -> None:
    Visitor.objects.filter(pk__in=visitor_ids).update(customer_id=to_id)


def listener_of(request: LiveRequest) -> Listener | None:
    """The visitor behind a live connection's token."""
    visitor = visitor_of(request.token) if request.token else None
    if visitor is None:
        return None
    return Listener("customer", str(visitor.key), facts={"customer_id": visitor.customer_id, "widget_id": visitor.widget_id})


def own_conversations(listener: Listener, topics: frozenset[str]) -> Collection[str]:
    """Of the asked `chat:<id>` topics, those of the customer's own conversations on this widget."""
    if listener.kind != "customer":
        return ()
    asked = {int(key_of(topic)): topic for topic in topics if key_of(topic).isdigit() and len(key_of(topic)) < 19}
    customer_id, widget_id = listener.facts["customer_id"], listener.facts["widget_id"]
    if not isinstance(customer_id, int) or not isinstance(widget_id, int):
        return ()
    own = ChatSession.objects.filter(
        conversation_id__in=asked, visitor__customer_id=customer_id, visitor__widget_id=widget_id
    )
    return {asked[conversation_id] for conversation_id in own.values_list("conversation_id", flat=True)}
