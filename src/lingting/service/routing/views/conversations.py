"""Acts on a live conversation: pass it on, ask a colleague, whisper, take over, explain."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from lingting.kernel.accounts.models import Account
from lingting.kernel.accounts.permissions import check_permission, requires
from lingting.kernel.organisation.selectors import account_ids_within
from lingting.platform.refusals import NotPermitted
from lingting.platform.ui.toasts import add_toast
from lingting.service.desk.models import Case, Conversation, MessageKind, Queue
from lingting.service.desk.selectors import access_case
from lingting.service.desk.services import add_message
from lingting.service.routing.models import Assignment, AwayReason, Consult, Contact, PresenceState
from lingting.service.routing.selectors import explanation_of, given_reason, outlook, reason_text
from lingting.service.routing.services import (
    ask_colleague,
    become_away,
    become_ready,
    end_consult,
    go_offline,
    take_over,
    transfer_to_person,
    transfer_to_queue,
)


def actions_context(request: HttpRequest, *, case: Case, conversation: Conversation | None) -> dict[str, Any] | None:
    """What may be done with the conversation in view; None when it is over."""
    if conversation is None or conversation.ended_at is not None:
        return None
    owner_id = Assignment.objects.filter(conversation=conversation, ended_at=None).values_list("account_id", flat=True).first()
    is_mine = request.user.pk in (owner_id, case.assignee_id if owner_id is None else None)
    may_supervise = supervises(request.user, owner_id)
    return {
        "conversation": conversation, "is_mine": is_mine, "owner_id": owner_id, "may_pass_on": is_mine or may_supervise,
        "may_take_over": may_supervise and not is_mine, "may_whisper": may_supervise and not is_mine and owner_id is not None,
    }  # fmt: skip


def banner_context(request: HttpRequest, *, case: Case, conversation: Conversation | None) -> dict[str, Any] | None:
    """Who waits and how long, a consult for the reader; None when there is nothing to say."""
    if conversation is None:
        return None
    contact = Contact.objects.filter(conversation=conversation, ended_at=None).first()
    consult = (
        Consult.objects.select_related("asked_by").filter(conversation=conversation, asked=request.user, ended_at=None).first()
    )
    if contact is None and consult is None:
        return None
    return {"contact": contact, "consult": consult, "outlook": outlook(contact) if contact else None}


def supervises(account: Account, owner_id: int | None) -> bool:
    """Whether a person may act on somebody else's conversation: within the reach of `routing.supervise`."""
    reach = account.reach_of("routing.supervise")
    if reach is None:
        return False
    covered = account_ids_within(account, reach)
    return owner_id is None or covered is None or owner_id in covered


@requires("desk.answer_cases")
@require_http_methods(["GET", "POST"])
def transfer(request: HttpRequest, conversation_id: int) -> HttpResponse:
    """The dialog of passing on, and the act: `to` is `queue:<id>` or `person:<id>`, with a note."""
    conversation = _seen_conversation(request, conversation_id)
    if request.method == "GET":
        return render(request, "routing/_transfer.html", {"conversation": conversation, **_places(request, conversation)})
    _check_may_pass_on(request, conversation)
    kind, _colon, number = request.POST.get("to", "").partition(":")
    note, now, actor = request.POST.get("note", ""), timezone.now(), request.user.as_actor
    if kind == "queue" and number.isdigit():
        queue = get_object_or_404(Queue, pk=number, is_active=True)
        transfer_to_queue(conversation_id, queue_id=queue.pk, actor=actor, now=now, note=note)
        words = _("Passed on to %(name)s.") % {"name": queue.name}
    elif kind == "person" and number.isdigit():
        person = get_object_or_404(Account, pk=number, is_active=True)
        transfer_to_person(conversation_id, account_id=person.pk, actor=actor, now=now, note=note)
        words = _("Passed on to %(name)s.") % {"name": person}
    else:
        context = {"conversation": conversation, "problem": _("Choose a queue or a colleague."), **_places(request, conversation)}
        return render(request, "routing/_transfer.html", context, status=422)
    return _done(words)


@requires("desk.answer_cases")
@require_http_methods(["GET", "POST"])
def consult(request: HttpRequest, conversation_id: int) -> HttpResponse:
    """The dialog of asking a colleague, and the act."""
    conversation = _seen_conversation(request, conversation_id)
    context = {"conversation": conversation, **_places(request, conversation)}
    if request.method == "GET":
        return render(request, "routing/_consult.html", context)
    asked = request.POST.get("asked", "")
    if not asked.isdigit():
        return render(request, "routing/_consult.html", {**context, "problem": _("Choose a colleague.")}, status=422)
    person = get_object_or_404(Account, pk=asked, is_active=True)
    ask_colleague(
        conversation_id, asked_id=person.pk, question=request.POST.get("question", ""), actor=request.user.as_actor,
        now=timezone.now(),
    )  # fmt: skip
    return _done(_("%(name)s has been asked to look at it.") % {"name": person})


@requires()
@require_POST
def consult_end(request: HttpRequest, consult_id: int) -> HttpResponse:
    """The asked colleague is done."""
    asked = get_object_or_404(Consult, pk=consult_id, asked=request.user)
    end_consult(asked.pk, now=timezone.now())
    return _done(_("Done. Thank you for looking."))


@requires("routing.supervise")
@require_POST
def takeover(request: HttpRequest, conversation_id: int) -> HttpResponse:
    """Takes the conversation from whoever has it, or out of the queue."""
    conversation = _seen_conversation(request, conversation_id)
    _check_supervises(request, conversation)
    take_over(conversation_id, account_id=request.user.pk, actor=request.user.as_actor, now=timezone.now())
    response = HttpResponse(status=204)
    response.headers["HX-Redirect"] = reverse("desk:case", args=[conversation.case_id])
    return response


@requires("routing.supervise")
@require_http_methods(["GET", "POST"])
def whisper(request: HttpRequest, conversation_id: int) -> HttpResponse:
    """A word to the agent that the customer never sees."""
    conversation = _seen_conversation(request, conversation_id)
    _check_supervises(request, conversation)
    if request.method == "GET":
        return render(request, "routing/_whisper.html", {"conversation": conversation})
    add_message(
        conversation_id, kind=MessageKind.WHISPER, text=request.POST.get("text", ""), actor=request.user.as_actor,
        now=timezone.now(),
    )  # fmt: skip
    return _done(_("Whispered. Only staff can see it."))


@requires("desk.view_cases")
@require_GET
def why(request: HttpRequest, conversation_id: int) -> HttpResponse:
    """Why it went to whom, or why it still waits."""
    conversation = _seen_conversation(request, conversation_id)
    offers = [
        {"offer": offer, "text": reason_text(given_reason({"agent": offer.account_id, **offer.reason}, contact=contact))}
        for contact in conversation.contacts.order_by("pk")
        for offer in contact.offers.select_related("account").order_by("pk")
    ]
    return render(
        request, "routing/_why.html",
        {"conversation": conversation, "owners": explanation_of(conversation_id), "offers": offers},
    )  # fmt: skip


@requires("routing.set_presence")
@require_POST
def presence_of(request: HttpRequest, account_id: int) -> HttpResponse:
    """A supervisor sets somebody ready, away or offline."""
    reach = check_permission(request.user, "routing.set_presence")
    covered = account_ids_within(request.user, reach)
    if covered is not None and account_id not in covered:
        raise NotPermitted(_("This colleague is not in your team. Ask their team leader."))
    person = get_object_or_404(Account, pk=account_id, is_active=True)
    state, now, actor = request.POST.get("state", ""), timezone.now(), request.user.as_actor
    if state == PresenceState.READY:
        become_ready(account_id, actor=actor, now=now)
    elif state == PresenceState.OFFLINE:
        go_offline(account_id, actor=actor, now=now, cause="supervisor")
    else:
        become_away(account_id, reason_key=state, actor=actor, now=now, cause="supervisor")
    return _done(_("%(name)s is now set to “%(state)s”.") % {"name": person, "state": _state_words(state)})


def _state_words(state: str) -> str:
    if state in PresenceState.values:
        return str(PresenceState(state).label)
    reason = AwayReason.objects.filter(key=state).first()
    return reason.name if reason else state


def _seen_conversation(request: HttpRequest, conversation_id: int) -> Conversation:
    """The conversation, if its case is within the person's sight. Raises `NotFound`."""
    conversation = get_object_or_404(Conversation.objects.select_related("case"), pk=conversation_id)
    access_case(request.user, conversation.case_id)
    return conversation


def _check_may_pass_on(request: HttpRequest, conversation: Conversation) -> None:
    owner_id = Assignment.objects.filter(conversation=conversation, ended_at=None).values_list("account_id", flat=True).first()
    if owner_id != request.user.pk and not supervises(request.user, owner_id):
        raise NotPermitted(_("Someone else has this conversation. Ask them, or a team leader, to pass it on."))


def _check_supervises(request: HttpRequest, conversation: Conversation) -> None:
    owner_id = Assignment.objects.filter(conversation=conversation, ended_at=None).values_list("account_id", flat=True).first()
    if not supervises(request.user, owner_id):
        raise NotPermitted(_("This conversation is in another team. Ask its team leader."))


def _places(request: HttpRequest, conversation: Conversation) -> dict[str, Any]:
    """Where it may go: queues with who is ready there, colleagues at a desk with what they have in hand."""
    from lingting.service.routing.selectors import agents_now, queues_now

    agents = agents_now()
    return {
        "queues": [queue for queue in queues_now(agents) if queue.queue.pk != conversation.case.queue_id],
        "colleagues": [agent for agent in agents if agent.account_id != request.user.pk],
    }


def _done(words: str) -> HttpResponse:
    """Closes the dialog, tells the desk to look again, says what happened."""
    response = HttpResponse(status=204)
    response.headers["HX-Trigger"] = '{"desk:changed": null, "routing:done": null}'
    return add_toast(response, words)  # type: ignore[return-value]


