"""What starts rules about a case, and what rules and macros can do to it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from lingting.kernel.automation.registry import Action, When, register_action, register_when
from lingting.kernel.timeline.events import Actor
from lingting.kernel.timeline.registry import Field
from lingting.service.desk import services
from lingting.service.desk.models import CannedReply, Case, Message, MessageKind
from lingting.service.desk.presenting import canned_values
from lingting.service.desk.subject import PERSON, PRIORITY, QUEUE, SUBJECT, TYPE

ANSWER, ASSIGN = "desk.answer_cases", "desk.assign_cases"


def _replies() -> list[tuple[str, str]]:
    rows = CannedReply.objects.filter(owner=None).order_by("shortcut", "language")
    return [(str(row.pk), f"/{row.shortcut} {row.title}") for row in rows]


def _act(service: Callable[..., Any], **names: str) -> Callable[[int, Mapping[str, Any], Actor, datetime], Any]:
    """An act that calls a service with parameters by number: `_act(set_priority, priority="priority")`."""

    def perform(case_id: int, params: Mapping[str, Any], actor: Actor, now: datetime) -> Any:
        given = {name: int(params[key]) or None for name, key in names.items()}
        return service(case_id, **given, actor=actor, now=now)

    return perform


def _add_tag(case_id: int, params: Mapping[str, Any], actor: Actor, now: datetime) -> Any:
    return services.add_tag(case_id, name=str(params["name"]), actor=actor, now=now)


def _note(case_id: int, params: Mapping[str, Any], actor: Actor, now: datetime) -> Any:
    return services.add_note(case_id, text=str(params["text"]), actor=actor, now=now)


def _snooze(case_id: int, params: Mapping[str, Any], actor: Actor, now: datetime) -> Any:
    return services.snooze_case(case_id, until_at=now + timedelta(hours=int(params["hours"])), actor=actor, now=now)


def _reply(case_id: int, params: Mapping[str, Any], actor: Actor, now: datetime) -> Any:
    """Says a prepared text with its variables filled in, in the case's latest conversation."""
    reply = CannedReply.objects.filter(pk=params["reply"]).first()
    talk = services.latest_conversation_id(case_id)
    if reply is None or talk is None:
        raise services.UnknownChoice(str(_("This prepared reply does not exist any more, or nothing was said in the case yet.")))
    case = Case.objects.select_related("customer__tier", "queue").get(pk=case_id)
    text = services.filled(reply.text, values=canned_values(case, agent_name=actor.label))
    return services.add_message(talk, kind=MessageKind.AGENT, text=text, actor=actor, now=now)


ACTIONS = (
    Action(key="assign", label=_("Give it to"), params=[PERSON], permission=ASSIGN,
           perform=_act(services.assign_case, assignee_id="assignee")),
    Action(key="queue", label=_("Move it to the queue"), params=[QUEUE], permission=ASSIGN,
           perform=_act(services.queue_case, queue_id="queue")),
    Action(key="priority", label=_("Set the priority"), params=[PRIORITY], permission=ANSWER,
           perform=_act(services.set_priority, priority="priority")),
    Action(key="type", label=_("Set the case type"), params=[TYPE], permission=ANSWER,
           perform=_act(services.set_type, type_id="type")),
    Action(key="tag", label=_("Add the tag"), params=[Field(key="name", label=_("tag"), kind="text")], permission=ANSWER,
           perform=_add_tag),
    Action(key="note", label=_("Write a note"), params=[Field(key="text", label=_("note"), kind="long")], permission=ANSWER,
           perform=_note),
    Action(key="reply", label=_("Say a prepared reply"), permission=ANSWER, perform=_reply,
           params=[Field(key="reply", label=_("prepared reply"), kind="choice", choices=_replies)]),
    Action(key="snooze", label=_("Snooze for"), permission=ANSWER, perform=_snooze,
           params=[Field(key="hours", label=_("hours"), kind="number", unit=_("hours"))]),
    Action(key="close", label=_("Close it"), permission=ANSWER, perform=_act(services.close_case)),
    Action(key="reopen", label=_("Reopen it"), permission=ANSWER, perform=_act(services.reopen_case)),
)  # fmt: skip

_KIND = Field(
    key="message_kind",
    label=_("who wrote it"),
    kind="choice",
    choices=lambda: [(k, v) for k, v in MessageKind.choices if k != "system"],
)
_WORDS = Field(key="words", label=_("what was written"), kind="text")


def _said_words(data: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """The words of messages, which the log does not keep; one query."""
    texts = dict(Message.objects.filter(pk__in=[each["message_id"] for each in data]).values_list("id", "text"))
    return [{"words": texts.get(each["message_id"], "")} for each in data]


WHENS = (
    When(kind="CaseOpened", label=_("a case is opened")),
    When(kind="MessageAdded", label=_("somebody writes"), fields=[_KIND, _WORDS], look=_said_words),
    When(kind="CaseChanged", label=_("priority, type, subject or tags change")),
    When(kind="CaseAssigned", label=_("a case gets another owner")),
    When(kind="CaseQueued", label=_("a case moves to another queue")),
    When(kind="CaseWoken", label=_("a case comes back from snooze")),
    When(kind="CaseClosed", label=pgettext_lazy("rule", "a case is closed")),
    When(kind="CaseReopened", label=_("a case is reopened")),
)


def connect() -> None:
    """Offers cases to rules and macros. Called once when the apps are ready."""
    register_when(SUBJECT, *WHENS)
    register_action(SUBJECT, *ACTIONS)
