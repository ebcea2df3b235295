"""A case: its conversation, what stands beside it, its messages as they come."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from lingting.kernel.accounts.permissions import requires
from lingting.platform.realtime import notify
from lingting.service.desk import selectors, services
from lingting.service.desk.models import Case, Message
from lingting.service.desk.presenting import (
    PRIORITY_LOOKS,
    STATE_LOOKS,
    present_messages,
)
from lingting.service.desk.views.inbox import chosen_context
from lingting.service.desk.views.requests import is_part, last_view, list_context, views_context


@require_GET
@requires("desk.view_cases")
def case(request: HttpRequest, case_id: int) -> HttpResponse:
    """A case: conversation and side pane for htmx, the whole desk around it otherwise."""
    found = selectors.access_case(request.user, case_id)
    context = _conversation_context(request, found)
    services.see_mentions(case_id, account_id=request.user.pk, now=timezone.now())
    if is_part(request):
        return render(request, "desk/_case.html", context)
    view = request.GET.get("view") or last_view(request)
    beside = list_context(request, view)
    beside |= views_context(beside["desk"], view, is_searching=bool(beside["words"])) | chosen_context(beside["listing"])
    return render(request, "desk/desk.html", beside | context | {"focus": "conversation"})


@require_GET
@requires("desk.view_cases")
def header(request: HttpRequest, case_id: int) -> HttpResponse:
    """The head of the conversation, fetched again when something about the case changes."""
    found = selectors.access_case(request.user, case_id)
    return render(request, "desk/_head.html", case_context(request, found))


@require_GET
@requires("desk.view_cases")
def side(request: HttpRequest, case_id: int) -> HttpResponse:
    """What stands beside the conversation."""
    found = selectors.access_case(request.user, case_id)
    return render(request, "desk/_side.html", case_context(request, found))


@require_GET
@requires("desk.view_cases")
def messages(request: HttpRequest, case_id: int) -> HttpResponse:
    """Messages after one (`after`) or before one (`before`), as they stand in the conversation."""
    found = selectors.access_case(request.user, case_id)
    after, before = request.GET.get("after", ""), request.GET.get("before", "")
    if after.isdigit():
        page = selectors.MessagePage(selectors.messages_after(case_id, after_id=int(after)))
        previous = message_before(case_id, before_id=page.messages[0]["id"]) if page.messages else None
    else:
        page = selectors.latest_messages(case_id, before_id=int(before) if before.isdigit() else None)
        previous = None
    shown = present_messages(page.messages, customer_name=display_name(found), previous=previous)
    context = {"messages": shown, "older_than": page.older_than, "case": found, "skips_older": after.isdigit()}
    return render(request, "desk/_messages.html", context)


@require_POST
@requires("desk.view_cases")
def reading(request: HttpRequest, case_id: int) -> HttpResponse:
    """The owner has seen the messages up to one; somebody else's look counts for nothing."""
    found = selectors.access_case(request.user, case_id)
    up_to = request.POST.get("up_to", "")
    if found.assignee_id == request.user.pk and up_to.isdigit():
        services.mark_read_by_agent(case_id, up_to_id=int(up_to), actor=request.user.as_actor, now=timezone.now())
    return HttpResponse(status=204)


@require_POST
@requires("desk.view_cases")
def signal(request: HttpRequest, case_id: int) -> HttpResponse:
    """Who is looking at a case and who is writing: passes by, is stored nowhere."""
    found = selectors.access_case(request.user, case_id)
    kind = request.POST.get("kind", "")
    data = {"case_id": case_id, "account_id": request.user.pk, "name": request.user.display_name, "by": "agent"}
    if kind == "typing":
        talk = services.latest_conversation_id(case_id)
        notify.signal([f"case:{case_id}"], kind="Typing", data={**data, "mode": request.POST.get("mode", "")})
        if request.POST.get("mode") == "reply" and selectors.may_act(request.user, found):
            said = {"conversation_id": talk, "name": request.user.display_name}
            notify.signal([f"chat:{talk}"], kind="AgentTyping", data=said)
    elif kind in ("looking", "arrived", "left"):
        notify.signal([f"case:{case_id}"], kind="Looking", data={**data, "what": kind})
    return HttpResponse(status=204)


def case_context(request: HttpRequest, case: Case) -> dict[str, Any]:
    """What the head and the side pane show of a case."""
    talks = selectors.conversations_of(case.pk)
    is_live = any(talk.ended_at is None and talk.channel in ("chat", "voice") for talk in talks)
    may_answer = selectors.may_act(request.user, case)
    return {
        "case": case,
        "customer_name": display_name(case),
        "conversation": talks[-1] if talks else None,
        "case_number": f"#{case.pk}",
        "is_live": is_live,
        "is_mine": case.assignee_id == request.user.pk,
        "may_answer": may_answer,
        "may_assign": selectors.may_act(request.user, case, permission="desk.assign_cases"),
        "state_look": STATE_LOOKS[case.state],
        "priority_look": PRIORITY_LOOKS.get(case.priority, PRIORITY_LOOKS[3]),
        "channel_look": selectors.channel_look(case.channel),
        "can_unmerge": case.merged_into_id is not None and selectors.can_unmerge(case.pk),
        "split_from": selectors.split_origin(case.pk),
        "warn_at": None,
        "now": timezone.now(),
    }


def _conversation_context(request: HttpRequest, case: Case) -> dict[str, Any]:
    page = selectors.latest_messages(case.pk)
    drafts = selectors.drafts_of(case.pk, account_id=request.user.pk)
    return {
        **case_context(request, case),
        "messages": present_messages(page.messages, customer_name=display_name(case)),
        "older_than": page.older_than,
        "drafts": drafts,
        "mode": "note" if drafts.get("note") and not drafts.get("reply") else "reply",
    }


def display_name(case: Case) -> str:
    from django.utils.translation import gettext

    return case.customer.name or gettext("Guest %(number)s") % {"number": case.customer_id}


def message_before(case_id: int, *, before_id: int) -> dict[str, Any] | None:
    rows = Message.objects.filter(case_id=case_id, pk__lt=before_id).order_by("-id")
    found = rows.values("kind", "author_id", "created_at").first()
    if found is None:
        return None
    return {**found, "day": timezone.localtime(found["created_at"]).date()}
