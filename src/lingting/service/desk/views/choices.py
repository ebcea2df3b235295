"""What a case can be set to, for the picker that A, S, T, P and Q open."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.http import HttpRequest, JsonResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from lingting.kernel.accounts.permissions import requires
from lingting.kernel.automation.selectors import acts_words
from lingting.platform.refusals import NotFound
from lingting.service.desk import selectors, services
from lingting.service.desk.models import Case, Priority
from lingting.service.desk.presenting import PRIORITY_LOOKS
from lingting.service.desk.services.refusals import clock_words
from lingting.service.desk.views.acts import snooze_moment

Option = dict[str, Any]


@require_GET
@requires("desk.view_cases")
def choices(request: HttpRequest, case_id: int, what: str) -> JsonResponse:
    """Title, options and where the choice is posted; `free` says that something else may be typed."""
    case = selectors.access_case(request.user, case_id)
    made = _BUILDERS.get(what)
    if made is None:
        raise NotFound(_("There is nothing to choose here."))
    title, options, more = made(request, case)
    url = reverse(f"desk:{'kind' if what == 'type' else what}", args=[case_id])
    return JsonResponse({"title": title, "options": options, "url": url, **more})


def _people(request: HttpRequest, case: Case) -> tuple[str, list[Option], dict[str, Any]]:
    me = request.user
    options: list[Option] = []
    if case.assignee_id != me.pk:
        options.append({"value": me.pk, "label": _("Me"), "detail": me.display_name, "icon": "user-check"})
    people = [one for one in selectors.colleagues(most=300) if one.pk != me.pk]
    options += [
        {"value": one.pk, "label": one.display_name, "detail": one.login, "is_current": one.pk == case.assignee_id}
        for one in people
    ]
    if case.assignee_id is not None:
        options.append({"value": 0, "label": _("Nobody"), "detail": _("waits for a person"), "icon": "user-off"})
    return _("Assign to"), options, {"given": {"expected": case.assignee_id or 0}}


def _moments(request: HttpRequest, case: Case) -> tuple[str, list[Option], dict[str, Any]]:
    now = timezone.now()
    named = [
        ("1h", _("In an hour")),
        ("3h", _("In three hours")),
        ("tomorrow", _("Tomorrow morning")),
        ("monday", _("Next Monday")),
        ("week", _("In a week")),
    ]
    options = [{**option, "icon": "clock-pause"} for option in snooze_options(named, now=now)]
    return _("Snooze until"), options, {"free": _("Another moment: 2026-12-24 09:00")}


def snooze_options(named: list[tuple[str, str]], *, now: datetime) -> list[Option]:
    """Named moments with their time; of two names for one moment the first stays, as of Monday on a Sunday."""
    moments: dict[datetime, Option] = {}
    for key, label in named:
        at = snooze_moment(key, now=now)
        moments.setdefault(at, {"value": key, "label": label, "detail": clock_words(at, now=now)})
    return list(moments.values())


def _tags(request: HttpRequest, case: Case) -> tuple[str, list[Option], dict[str, Any]]:
    held = set(case.tags.values_list("name", flat=True))
    options = [{"value": name, "label": name, "icon": "tag"} for name in selectors.tag_names() if name not in held]
    return _("Add a tag"), options, {"free": _("New tag"), "given": {"adds": "1"}}


def _priorities(request: HttpRequest, case: Case) -> tuple[str, list[Option], dict[str, Any]]:
    options = [
        {"value": value, "label": str(label), "is_current": value == case.priority, "icon": PRIORITY_LOOKS[value][1]}
        for value, label in Priority.choices
    ]
    return _("Priority"), options, {}


def _types(request: HttpRequest, case: Case) -> tuple[str, list[Option], dict[str, Any]]:
    options = [
        {"value": kind.pk, "label": kind.name, "is_current": kind.pk == case.type_id, "icon": "category"}
        for kind in selectors.case_types()
    ]
    return _("Case type"), options, {}


def _queues(request: HttpRequest, case: Case) -> tuple[str, list[Option], dict[str, Any]]:
    options = [
        {"value": queue.pk, "label": queue.name, "is_current": queue.pk == case.queue_id, "icon": "inbox"}
        for queue in selectors.open_queues()
    ]
    return _("Move to queue"), options, {}


def _macros(request: HttpRequest, case: Case) -> tuple[str, list[Option], dict[str, Any]]:
    options = [
        {"value": one.pk, "label": one.name, "detail": _(" · ").join(acts_words("desk.case", one.actions)), "icon": "bolt"}
        for one in services.macros_for(request.user.pk)
    ]
    return _("Macro"), options, {}


_BUILDERS = {
    "macro": _macros,
    "assignment": _people,
    "snooze": _moments,
    "tags": _tags,
    "priority": _priorities,
    "type": _types,
    "queue": _queues,
}
