"""Kinds of promises, reasons for breaches, and the reason of one breach."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from lingting.kernel.accounts.permissions import requires
from lingting.kernel.clocks import selectors, services
from lingting.kernel.clocks.forms import KindForm, ReasonForm, per_cents
from lingting.kernel.clocks.models import BreachReason, Clock, Kind
from lingting.kernel.clocks.presenting import span_text
from lingting.platform.refusals import Invalid
from lingting.platform.ui.refused_forms import submitted


class NoReasonChosen(Invalid):
    """A breach is explained by one of the offered reasons."""

    code = "no_reason_chosen"


@require_safe
@requires("clocks.manage_clocks")
def promises(request: HttpRequest) -> HttpResponse:
    """All kinds of promises with what usually holds, and the reasons for breaches."""
    kinds = [(kind, per_cents(kind.warning_shares), span_text((kind.target_minutes or 0) * 60)) for kind in selectors.kinds()]
    context = {"kinds": kinds, "reasons": selectors.breach_reasons(only_offered=False)}
    return render(request, "clocks/promises.html", context)


@requires("clocks.manage_clocks")
def kind_form(request: HttpRequest, kind_id: int) -> HttpResponse:
    kind = get_object_or_404(Kind, pk=kind_id)
    initial = {
        "name_zh": kind.name_zh, "name_en": kind.name_en, "target_minutes": kind.target_minutes, "calendar": kind.calendar_id,
        "warnings": per_cents(kind.warning_shares),
    }  # fmt: skip
    form = KindForm(request.POST or None, initial=initial)

    def act(given: dict[str, Any]) -> HttpResponse:
        others = {name: value for name, value in given.items() if name != "warnings"}
        services.save_kind(kind, warning_shares=given["warnings"], **others)
        messages.success(request, _("“%(name)s” is saved.") % {"name": kind})
        return redirect("clocks:promises")

    answer, status = submitted(request, form, act)
    if answer is not None:
        return answer
    context = {"form": form, "record": kind, "cancel_url": reverse("clocks:promises")}
    return render(request, "clocks/kind.html", context, status=status)


@requires("clocks.manage_clocks")
def reason_form(request: HttpRequest, reason_id: int | None = None) -> HttpResponse:
    reason = get_object_or_404(BreachReason, pk=reason_id) if reason_id else BreachReason()
    initial = {"name_zh": reason.name_zh, "name_en": reason.name_en, "is_active": reason.is_active}
    form = ReasonForm(request.POST or None, initial=initial)

    def act(given: dict[str, Any]) -> HttpResponse:
        services.save_breach_reason(reason, **given)
        messages.success(request, _("“%(name)s” is saved.") % {"name": reason})
        return redirect("clocks:promises")

    answer, status = submitted(request, form, act)
    if answer is not None:
        return answer
    context = {"form": form, "record": reason if reason.pk else None, "cancel_url": reverse("clocks:promises")}
    return render(request, "clocks/reason.html", context, status=status)


@require_POST
@requires("clocks.explain_breaches")
def explanation(request: HttpRequest, clock_id: int) -> HttpResponse:
    """Says why a promise was not kept; back to where the person came from."""
    clock = get_object_or_404(Clock, pk=clock_id)
    given = request.POST.get("reason", "")
    reason = BreachReason.objects.filter(pk=int(given), is_active=True).first() if given.isascii() and given.isdecimal() else None
    if reason is None:
        raise NoReasonChosen(_("Choose one of the reasons."))
    services.explain_breach(clock.pk, reason=reason, note=request.POST.get("note", ""), account=request.user, now=timezone.now())
    messages.success(request, _("The reason is recorded."))
    back = request.headers.get("referer", "")
    is_ours = url_has_allowed_host_and_scheme(back, allowed_hosts={request.get_host()})
    return redirect(back if is_ours else reverse("home"))
