"""The complaint beside its case: a section, and a dialog for each act."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from lingting.kernel.accounts.permissions import requires
from lingting.kernel.questionnaires.selectors import current_version
from lingting.kernel.questionnaires.services import BadAnswers, answers_in
from lingting.platform.refusals import Refusal
from lingting.platform.ui.refused_forms import show_refusal, submitted
from lingting.platform.ui.toasts import add_toast, add_trigger
from lingting.service.complaints import selectors, services
from lingting.service.complaints.forms import (
    AnswerForm,
    CallForm,
    ClassesForm,
    ClosureForm,
    CompensationForm,
    DecisionForm,
    classes_of,
)
from lingting.service.complaints.services.following import QUESTIONNAIRE
from lingting.service.desk.models import Case
from lingting.service.desk.selectors import access_case_to, may_act

HANDLE, APPROVE = selectors.HANDLE, selectors.APPROVE


def case_section(request: HttpRequest, *, case: Case) -> dict[str, Any] | None:
    """What the case's side pane shows; nothing on work orders' own cases, or for whoever does not see complaints."""
    if case.parent_id is not None or case.merged_into_id is not None or not request.user.can(selectors.VIEW):
        return None
    found = selectors.handled(case, account=request.user, now=timezone.now())
    may_handle = may_act(request.user, case, permission=HANDLE)
    if found is None and not may_handle:
        return None
    return {
        "case": case,
        "found": found,
        "may_handle": may_handle,
        "may_approve": may_act(request.user, case, permission=APPROVE),
        "me": request.user.pk,
    }


@require_POST
@requires(HANDLE)
def filing(request: HttpRequest, case_id: int) -> HttpResponse:
    access_case_to(request.user, case_id, permission=HANDLE)
    services.file_complaint(case_id, actor=request.user.as_actor, now=timezone.now())
    return _done(request, case_id, _("The case is a complaint now."))


@require_http_methods(["GET", "POST"])
@requires(HANDLE)
def classes(request: HttpRequest, complaint_id: int) -> HttpResponse:
    found = selectors.access_complaint(request.user, complaint_id)

    def act(given: dict[str, Any]) -> None:
        services.classify_complaint(
            found.pk, category_id=given["category"], severity=given["severity"], is_public=given["is_public"],
            is_regulator=given["is_regulator"], product=given["product"], region=given["region"],
            team_id=given["team"].pk if given["team"] else None, person_id=given["person"].pk if given["person"] else None,
            investigates=given["investigates"], actor=request.user.as_actor, now=timezone.now(),
        )  # fmt: skip

    form = ClassesForm(request.POST or None, initial=classes_of(found) | {"investigates": True})
    return _dialog(
        request, found.case_id, form, title=_("Classify the complaint"), submit=_("Save"), act=act, said=_("Classified.")
    )


@require_http_methods(["GET", "POST"])
@requires(HANDLE)
def answer(request: HttpRequest, complaint_id: int) -> HttpResponse:
    found = selectors.access_complaint(request.user, complaint_id)

    def act(given: dict[str, Any]) -> None:
        services.answer_complaint(
            found.pk, text=given["text"], sends=given["sends"], actor=request.user.as_actor, now=timezone.now()
        )

    form = AnswerForm(request.POST or None, initial={"text": found.answer, "sends": True})
    return _dialog(
        request, found.case_id, form, title=_("Answer the complaint"), submit=_("Answer"), act=act, said=_("Answered.")
    )


@require_http_methods(["GET", "POST"])
@requires(HANDLE)
def compensation(request: HttpRequest, complaint_id: int) -> HttpResponse:
    found = selectors.access_complaint(request.user, complaint_id)

    def act(given: dict[str, Any]) -> None:
        services.propose_compensation(
            found.pk, item_id=given["item"].pk, amount=given["amount"], quantity=given["quantity"], reason=given["reason"],
            account=request.user, now=timezone.now(),
        )  # fmt: skip

    lead = _("You may decide up to %(limit)s for one complaint; above that a leader is asked.") % {
        "limit": f"{services.limit_of(request.user):.2f}"
    }
    form = CompensationForm(request.POST or None)
    return _dialog(
        request, found.case_id, form, title=_("Compensation"), lead=lead, submit=_("Propose"), act=act, said=_("Proposed.")
    )


@require_http_methods(["GET", "POST"])
@requires(APPROVE)
def decision(request: HttpRequest, compensation_id: int) -> HttpResponse:
    found = selectors.access_compensation(request.user, compensation_id, permission=APPROVE)

    def act(given: dict[str, Any]) -> None:
        services.decide_compensation(
            found.pk, is_approved=given["verdict"] == "approve", note=given["note"], account=request.user, now=timezone.now()
        )

    words = {
        "name": found.proposed_by.display_name,
        "item": found.item.name,
        "amount": f"{found.amount:.2f}",
        "reason": found.reason,
    }
    lead = _("%(name)s proposes %(item)s, %(amount)s: %(reason)s") % words
    form = DecisionForm(request.POST or None)
    return _dialog(
        request, found.complaint.case_id, form, title=_("Approve the compensation?"), lead=lead, submit=_("Decide"), act=act,
        said=_("Decided."),
    )  # fmt: skip


@require_POST
@requires(HANDLE)
def granting(request: HttpRequest, compensation_id: int) -> HttpResponse:
    found = selectors.access_compensation(request.user, compensation_id, permission=HANDLE)
    services.grant_compensation(found.pk, account=request.user, now=timezone.now())
    return _done(request, found.complaint.case_id, _("Noted as given."))


@require_http_methods(["GET", "POST"])
@requires(HANDLE)
def call(request: HttpRequest, follow_up_id: int) -> HttpResponse:
    """The follow-up questionnaire as it is published, for whoever was reached; wrong answers come back as they were typed."""
    found, form = selectors.access_call(request.user, follow_up_id), CallForm(request.POST or None)
    version, now, status = current_version(QUESTIONNAIRE), timezone.now(), 200
    answers: dict[str, Any] = {}
    problems: Any = {}
    if request.method == "POST" and form.is_valid():
        is_reached, note = form.cleaned_data["reached"] == "yes", form.cleaned_data["note"]
        try:
            if is_reached and version:
                answers = answers_in(request.POST, version)
                answers = answers_in(request.POST, version, files=request.FILES, actor=request.user.as_actor, now=now)
            services.record_call(
                found.pk, is_reached=is_reached, answers=answers, note=note, actor=request.user.as_actor, now=now
            )
        except BadAnswers as refusal:
            status, problems = refusal.status, refusal.details.get("fields", {})
        except Refusal as refusal:
            status = show_refusal(form, refusal)
        else:
            return _done(request, found.complaint.case_id, _("Call noted."))
    context = {"form": form, "attempt": found.attempt, "address": request.path, "version": version, "answers": answers}
    return render(request, "complaints/_call.html", context | {"problems": problems}, status=status)


@require_http_methods(["GET", "POST"])
@requires(HANDLE)
def closure(request: HttpRequest, complaint_id: int) -> HttpResponse:
    found = selectors.access_complaint(request.user, complaint_id)

    def act(given: dict[str, Any]) -> None:
        services.close_complaint(
            found.pk, cause_id=given["cause"].pk, responsibility=given["responsibility"], conclusion=given["conclusion"],
            department_id=given["department"].pk if given["department"] else None, actor=request.user.as_actor, now=timezone.now(),
        )  # fmt: skip

    form = ClosureForm(request.POST or None)
    return _dialog(request, found.case_id, form, title=_("Close the complaint"), submit=_("Close"), act=act, said=_("Closed."))


def _dialog(
    request: HttpRequest, case_id: int, form: forms.Form, *, title: str, submit: str, act: Callable[[dict[str, Any]], None], said: str,
    lead: str = "",
) -> HttpResponse:  # fmt: skip
    """The dialog's form; its act when it is sent and fits. A refusal stands where the person typed."""

    def act_and_close(given: dict[str, Any]) -> HttpResponse:
        act(given)
        return _done(request, case_id, said)

    answer, status = submitted(request, form, act_and_close)
    if answer is not None:
        return answer
    context = {"form": form, "title": title, "submit": submit, "lead": lead, "address": request.path}
    return render(request, "complaints/_dialog.html", context, status=status)


def _done(request: HttpRequest, case_id: int, said: str) -> HttpResponse:
    if request.headers.get("HX-Request") != "true":
        return redirect("desk:case", case_id)
    response = HttpResponse(status=204)
    add_toast(response, said)
    add_trigger(response, "closeDialog")
    add_trigger(response, "desk:changed", {"case_id": case_id})
    return response
