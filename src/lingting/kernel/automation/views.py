"""Rules: the list, the editor, the dry run, the log."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from lingting.kernel.accounts.permissions import requires
from lingting.kernel.automation import selectors, services
from lingting.kernel.automation.models import Rule
from lingting.kernel.automation.reading import draft_in, draft_of, editor_context
from lingting.platform.refusals import Invalid

MANAGE = "automation.manage_rules"


@require_GET
@requires(MANAGE)
def rules(request: HttpRequest) -> HttpResponse:
    rows = [{"rule": rule, **selectors.rule_words(rule)} for rule in selectors.rules()]
    return render(request, "automation/rules.html", {"rows": rows})


@requires(MANAGE)
@require_http_methods(["GET", "POST"])
def rule(request: HttpRequest, rule_id: int | None = None) -> HttpResponse:
    """The editor. A post saves; what does not work stands above the form, and nothing typed is lost."""
    found = get_object_or_404(Rule, pk=rule_id) if rule_id else None
    problem = ""
    if request.method == "POST":
        draft = draft_in(request.POST)
        try:
            saved = services.save_rule(draft.as_given(), account_id=request.user.pk, now=timezone.now(), rule_id=rule_id)
        except Invalid as refusal:
            problem = str(refusal)
        else:
            messages.success(request, _("The rule “%(name)s” is saved.") % {"name": saved.name})
            return redirect("automation:rules")
    else:
        draft = draft_of(found)
    context = editor_context(draft) | {"rule": found, "problem": problem}
    context["cancel_url"] = reverse("automation:rules")
    return render(request, "automation/rule.html", context, status=422 if problem else 200)


@require_POST
@requires(MANAGE)
def shape(request: HttpRequest) -> HttpResponse:
    """The editor's body again, after a line was added, dropped or another thing was chosen."""
    return render(request, "automation/_editor.html", editor_context(draft_in(request.POST)))


@require_POST
@requires(MANAGE)
def trial(request: HttpRequest) -> HttpResponse:
    """What the rule in the form would have answered lately; nothing is done."""
    draft = draft_in(request.POST)
    days = request.POST.get("days", "7")
    span = min(30, max(1, int(days))) if days.isdigit() else 7
    given = draft.as_given()
    conditions = {part: [each for each in lines if each["field"] and each["op"]] for part, lines in given.conditions.items()}
    found = selectors.dry_run(draft.subject_type, whens=draft.whens, conditions=conditions, days=span, now=timezone.now())
    return render(request, "automation/_trial.html", {"trial": found, "days": span})


@require_GET
@requires(MANAGE)
def log(request: HttpRequest, rule_id: int) -> HttpResponse:
    found = get_object_or_404(Rule, pk=rule_id)
    return render(request, "automation/log.html", {"rule": found, "firings": selectors.firings_shown(found)})


@require_POST
@requires(MANAGE)
def use(request: HttpRequest, rule_id: int) -> HttpResponse:
    """Puts a rule in use (`on`) or out of it."""
    get_object_or_404(Rule, pk=rule_id)
    services.switch_rule(rule_id, is_active="on" in request.POST, now=timezone.now())
    return redirect("automation:rules")


@require_POST
@requires(MANAGE)
def removal(request: HttpRequest, rule_id: int) -> HttpResponse:
    found = get_object_or_404(Rule, pk=rule_id)
    services.delete_rule(rule_id)
    messages.success(request, _("The rule “%(name)s” is deleted.") % {"name": found.name})
    return redirect("automation:rules")
