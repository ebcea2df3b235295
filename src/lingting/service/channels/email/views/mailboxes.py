"""Settings: mailboxes with a wizard, a trial of the connection, signatures."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from lingting.kernel.accounts.permissions import requires
from lingting.kernel.organisation.models import Team
from lingting.service.channels.email import selectors
from lingting.service.channels.email.checking import check_mailbox
from lingting.service.channels.email.forms import MailboxForm, SignatureForm
from lingting.service.channels.email.models import Mailbox, TeamSignature
from lingting.service.channels.email.presets import PRESETS, Preset
from lingting.service.channels.email.services.acknowledging import ACK_SUBJECT, ACK_TEXT
from lingting.service.channels.email.services.mailboxes import save_mailbox
from lingting.service.channels.email.views.proof import proof_context

MANAGE = "email.manage_mailboxes"


@requires(MANAGE)
@require_safe
def mailbox_list(request: HttpRequest) -> HttpResponse:
    return render(request, "email/mailboxes.html", {"rows": list(selectors.mailboxes())})


@requires(MANAGE)
@require_safe
def providers(request: HttpRequest) -> HttpResponse:
    """The first step: whose mailbox it is."""
    return render(request, "email/providers.html", {"presets": list(PRESETS.values())})


@requires(MANAGE)
def new_mailbox(request: HttpRequest, provider: str) -> HttpResponse:
    """The second step: an address and a code; the servers are known."""
    preset = PRESETS.get(provider)
    if preset is None:
        raise Http404
    initial = {
        "ack_subject_zh": ACK_SUBJECT["zh"], "ack_text_zh": ACK_TEXT["zh"], "ack_subject_en": ACK_SUBJECT["en"],
        "ack_text_en": ACK_TEXT["en"],
    } | preset.fields  # fmt: skip
    fresh = Mailbox(provider=provider, acknowledges=True, changed_at=timezone.now(), **preset.fields)
    return _edit(request, fresh, preset=preset, initial=initial)


@requires(MANAGE)
def edit_mailbox(request: HttpRequest, mailbox_id: int) -> HttpResponse:
    mailbox = get_object_or_404(Mailbox, pk=mailbox_id)
    return _edit(request, mailbox, preset=PRESETS.get(mailbox.provider, PRESETS["own"]), initial={})


@requires(MANAGE)
@require_POST
def check(request: HttpRequest) -> HttpResponse:
    """Tries what stands in the form, saved or not, and says in words what is wrong."""
    mailbox_id = request.POST.get("mailbox_id", "")
    mailbox = Mailbox.objects.filter(pk=int(mailbox_id)).first() if mailbox_id.isdigit() else None
    form = MailboxForm(request.POST, instance=mailbox or Mailbox(changed_at=timezone.now()))
    if not form.is_valid():
        named = [(form.fields[name].label if name in form.fields else "", errors[0]) for name, errors in form.errors.items()]
        return render(request, "email/_findings.html", {"problems": named})
    findings = check_mailbox(form.filled())
    states = {finding.state for finding in findings}
    verdict = next(state for state in ("breach", "warning", "ready") if state in states)
    return render(request, "email/_findings.html", {"findings": findings, "verdict": verdict})


@requires(MANAGE)
@require_safe
def signatures(request: HttpRequest) -> HttpResponse:
    teams = Team.objects.select_related("mail_signature").order_by("id")
    rows = [{"team": team, "text": _signature_text(team)} for team in teams]
    return render(request, "email/signatures.html", {"rows": rows})


@requires(MANAGE)
def signature(request: HttpRequest, team_id: int) -> HttpResponse:
    team = get_object_or_404(Team, pk=team_id)
    found = TeamSignature.objects.filter(pk=team_id).first() or TeamSignature(team=team)
    form = SignatureForm(request.POST or None, instance=found)
    if request.method == "POST" and form.is_valid():
        form.save()
        messages.success(request, _("The signature is saved."))
        return redirect("email:signatures")
    context = {"form": form, "team": team, "cancel_url": reverse("email:signatures")}
    return render(request, "email/signature.html", context, status=422 if form.errors else 200)


def _signature_text(team: Team) -> str:
    found = getattr(team, "mail_signature", None)
    return (found.text_zh or found.text_en) if found else ""


def _edit(request: HttpRequest, mailbox: Mailbox, *, preset: Preset, initial: dict[str, Any]) -> HttpResponse:
    is_new = mailbox.pk is None
    form = MailboxForm(request.POST or None, instance=mailbox, initial=initial, preset=preset)
    if request.method == "POST" and form.is_valid():
        saved = save_mailbox(form.filled(), actor=request.user.as_actor, now=timezone.now())
        messages.success(
            request, _("The mailbox is connected: mail comes in within seconds.") if is_new else _("The mailbox is saved.")
        )
        return redirect("email:mailbox", saved.pk) if saved.sign_in == "oauth" or not is_new else redirect("email:mailboxes")
    shown = None if is_new else Mailbox.objects.get(pk=mailbox.pk)
    context = {
        "form": form, "shown": shown, "is_new": is_new, "preset": preset, "cancel_url": reverse("email:mailboxes"),
        "submit_label": _("Connect") if is_new else _("Save"), "is_ready_made": is_new and preset.knows_servers,
    } | proof_context(request, shown)  # fmt: skip
    return render(request, "email/mailbox_form.html", context, status=422 if form.errors else 200)
