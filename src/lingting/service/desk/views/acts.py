"""Acts on one case, each a noun in the address: assignment, closure, snooze, priority, type, tags …"""

from __future__ import annotations

from datetime import datetime, timedelta

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from lingting.kernel.accounts.permissions import requires
from lingting.service.desk import selectors, services
from lingting.service.desk.services.refusals import BadMoment, UnknownChoice, clock_words
from lingting.service.desk.views.requests import changed

ANSWER, ASSIGN = "desk.answer_cases", "desk.assign_cases"


@require_POST
@requires("desk.view_cases")
def assignment(request: HttpRequest, case_id: int) -> HttpResponse:
    """Gives the case to somebody; taking an unowned one for oneself needs only the right to answer."""
    wanted = _number(request.POST.get("value", ""), empty=None)
    expected = _number(request.POST.get("expected", ""), empty=services.ANYONE)
    case = selectors.access_case(request.user, case_id)
    takes = wanted == request.user.pk and case.assignee_id is None
    selectors.access_case_to(request.user, case_id, permission=ANSWER if takes else ASSIGN)
    services.assign_case(
        case_id,
        assignee_id=wanted or None,
        actor=request.user.as_actor,
        now=timezone.now(),
        expected_id=expected or None,
    )
    return changed(request, case_id, text=_("It is yours now.") if wanted == request.user.pk else _("Assigned."))


@require_POST
@requires("desk.view_cases")
def closure(request: HttpRequest, case_id: int) -> HttpResponse:
    selectors.access_case_to(request.user, case_id, permission=ANSWER)
    services.close_case(case_id, actor=request.user.as_actor, now=timezone.now())
    undo = reverse("desk:reopening", args=[case_id])
    text = _("Case #%(case)s is closed.") % {"case": case_id}
    return changed(request, case_id, text=text, undo=undo, undo_label=_("Undo"))


@require_POST
@requires("desk.view_cases")
def reopening(request: HttpRequest, case_id: int) -> HttpResponse:
    selectors.access_case_to(request.user, case_id, permission=ANSWER)
    services.reopen_case(case_id, actor=request.user.as_actor, now=timezone.now())
    return changed(request, case_id, text=_("Case #%(case)s is open again.") % {"case": case_id})


@require_POST
@requires("desk.view_cases")
def snooze(request: HttpRequest, case_id: int) -> HttpResponse:
    selectors.access_case_to(request.user, case_id, permission=ANSWER)
    now = timezone.now()
    until = snooze_moment(request.POST.get("value", ""), now=now)
    services.snooze_case(case_id, until_at=until, actor=request.user.as_actor, now=now)
    text = _("Snoozed until %(time)s.") % {"time": clock_words(until, now=now)}
    return changed(request, case_id, text=text, undo=reverse("desk:waking", args=[case_id]), undo_label=_("Undo"))


@require_POST
@requires("desk.view_cases")
def waking(request: HttpRequest, case_id: int) -> HttpResponse:
    selectors.access_case_to(request.user, case_id, permission=ANSWER)
    services.wake_case(case_id, reason="person", actor=request.user.as_actor, now=timezone.now())
    return changed(request, case_id)


@require_POST
@requires("desk.view_cases")
def queue(request: HttpRequest, case_id: int) -> HttpResponse:
    selectors.access_case_to(request.user, case_id, permission=ASSIGN)
    wanted = _number(request.POST.get("value", ""), empty=0) or 0
    services.queue_case(case_id, queue_id=wanted, actor=request.user.as_actor, now=timezone.now())
    return changed(request, case_id, text=_("Moved to another queue."))


@require_POST
@requires("desk.view_cases")
def priority(request: HttpRequest, case_id: int) -> HttpResponse:
    selectors.access_case_to(request.user, case_id, permission=ANSWER)
    wanted = _number(request.POST.get("value", ""), empty=0) or 0
    services.set_priority(case_id, priority=wanted, actor=request.user.as_actor, now=timezone.now())
    return changed(request, case_id)


@require_POST
@requires("desk.view_cases")
def kind(request: HttpRequest, case_id: int) -> HttpResponse:
    selectors.access_case_to(request.user, case_id, permission=ANSWER)
    wanted = _number(request.POST.get("value", ""), empty=None)
    services.set_type(case_id, type_id=wanted or None, actor=request.user.as_actor, now=timezone.now())
    return changed(request, case_id)


@require_POST
@requires("desk.view_cases")
def macro(request: HttpRequest, case_id: int) -> HttpResponse:
    """Does all acts of a macro, for whoever may do each of them."""
    chosen = services.access_macro(_number(request.POST.get("value", ""), empty=0) or 0, account_id=request.user.pk)
    for permission in sorted({ANSWER, *services.permissions_of(chosen)}):
        selectors.access_case_to(request.user, case_id, permission=permission)
    services.run_macro(chosen, case_id, actor=request.user.as_actor, now=timezone.now())
    return changed(request, case_id, text=_("Done: %(name)s") % {"name": chosen.name})


@require_POST
@requires("desk.view_cases")
def subject(request: HttpRequest, case_id: int) -> HttpResponse:
    selectors.access_case_to(request.user, case_id, permission=ANSWER)
    words = request.POST.get("value", "")
    services.set_subject(case_id, subject=words, actor=request.user.as_actor, now=timezone.now())
    return changed(request, case_id)


@require_POST
@requires("desk.view_cases")
def tags(request: HttpRequest, case_id: int) -> HttpResponse:
    """Puts exactly the named tags on the case, or (with `adds`) one more."""
    selectors.access_case_to(request.user, case_id, permission=ANSWER)
    who = {"actor": request.user.as_actor, "now": timezone.now()}
    if "adds" in request.POST:
        services.add_tag(case_id, name=request.POST.get("value", ""), **who)
    else:
        services.set_tags(case_id, names=request.POST.get("value", "").split(","), **who)
    return changed(request, case_id)


@require_POST
@requires("desk.view_cases")
def links(request: HttpRequest, case_id: int) -> HttpResponse:
    """Links the case with another one the person may see."""
    selectors.access_case_to(request.user, case_id, permission=ANSWER)
    other = _number(request.POST.get("value", "").lstrip("#"), empty=None)
    if other is None:
        raise UnknownChoice(_("Enter the number of the other case."))
    selectors.access_case(request.user, other)
    services.link_cases(case_id, other_id=other, actor=request.user.as_actor, now=timezone.now())
    return changed(request, case_id)


@require_POST
@requires("desk.view_cases")
def unlinking(request: HttpRequest, case_id: int, other_id: int) -> HttpResponse:
    selectors.access_case_to(request.user, case_id, permission=ANSWER)
    services.unlink_cases(case_id, other_id=other_id, actor=request.user.as_actor, now=timezone.now())
    return changed(request, case_id)


def snooze_moment(text: str, *, now: datetime) -> datetime:
    """What "1h", "3h", "tomorrow", "monday" or a date and time stand for, in the reader's time zone.

    Raises `BadMoment` for anything else.
    """
    local = timezone.localtime(now)
    morning = local.replace(hour=9, minute=0, second=0, microsecond=0)
    named = {
        "1h": now + timedelta(hours=1),
        "3h": now + timedelta(hours=3),
        "tomorrow": morning + timedelta(days=1),
        "monday": morning + timedelta(days=7 - local.weekday()),
        "week": morning + timedelta(days=7),
    }
    if text in named:
        return named[text]
    try:
        given = parse_datetime(text.strip())
    except ValueError:
        given = None
    if given is None:
        raise BadMoment(_("Write a date and time such as 2026-12-24 09:00."))
    return given if timezone.is_aware(given) else timezone.make_aware(given)


def _number(text: str, *, empty: int | None) -> int | None:
    return int(text) if text.isdigit() else empty
