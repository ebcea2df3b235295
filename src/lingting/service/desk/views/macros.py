"""Settings: macros, several acts on a case under one name."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from lingting.kernel.accounts.permissions import check_permission, requires
from lingting.kernel.automation.selectors import acts_context, acts_words, draft_in
from lingting.platform.refusals import Invalid
from lingting.service.desk import services
from lingting.service.desk.models import Macro


@require_GET
@requires("desk.answer_cases")
def macros(request: HttpRequest) -> HttpResponse:
    rows = [{"macro": one, "acts": acts_words("desk.case", one.actions)} for one in services.macros_for(request.user.pk)]
    return render(request, "desk/settings/macros.html", {"rows": rows})


@requires("desk.answer_cases")
@require_http_methods(["GET", "POST"])
def macro(request: HttpRequest, macro_id: int | None = None) -> HttpResponse:
    """Makes or changes a macro: one's own, or a shared one with the permission for it."""
    found = _own(request, macro_id) if macro_id else None
    may_share = request.user.can("desk.manage_canned")
    draft = draft_in(request.POST)
    is_shared = "shared" in request.POST if request.method == "POST" else (found.owner_id is None if found else may_share)
    problem = ""
    if request.method == "POST":
        owner = None if is_shared and may_share else request.user.pk
        try:
            services.save_macro(draft.name_zh, name_en=draft.name_en, actions=draft.actions, owner_id=owner, macro_id=macro_id)
        except Invalid as refusal:
            problem = str(refusal)
        else:
            messages.success(request, _("The macro is saved."))
            return redirect("desk:macros")
    else:
        draft.name_zh, draft.name_en = (found.name_zh, found.name_en) if found else ("", "")
        draft.actions = list(found.actions) if found else [{"key": "", "params": {}}]
    context = {"macro": found, "draft": draft, "may_share": may_share, "is_shared": is_shared, "problem": problem}
    context["cancel_url"] = reverse("desk:macros")
    context |= acts_context("desk.case", draft.actions)
    return render(request, "desk/settings/macro.html", context, status=422 if problem else 200)


@require_POST
@requires("desk.answer_cases")
def shape(request: HttpRequest) -> HttpResponse:
    """The lines of acts again, after one was added, dropped or another chosen."""
    context = acts_context("desk.case", draft_in(request.POST).actions)
    return render(request, "desk/settings/_macro_acts.html", context)


@require_POST
@requires("desk.answer_cases")
def removal(request: HttpRequest, macro_id: int) -> HttpResponse:
    found = _own(request, macro_id)
    services.delete_macro(found.pk)
    messages.success(request, _("The macro is deleted."))
    return redirect("desk:macros")


def _own(request: HttpRequest, macro_id: int) -> Macro:
    found = services.access_macro(macro_id, account_id=request.user.pk)
    if found.owner_id is None:
        check_permission(request.user, "desk.manage_canned")
    return found
