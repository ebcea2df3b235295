"""What proves a mailbox to the world: the permission of its provider, the signing key, the records of its domain."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from lingting.kernel.accounts.permissions import requires
from lingting.platform.refusals import Conflict
from lingting.service.channels.email.checking import check_domain
from lingting.service.channels.email.dkim_keys import KeyRecord, can_sign, key_record
from lingting.service.channels.email.models import Mailbox, SignIn
from lingting.service.channels.email.oauth import TokenRefused, ask_permission, refresh_token_for
from lingting.service.channels.email.services.mailboxes import keep_permission, make_dkim_key
from lingting.service.channels.email.vault import SecretUnreadable

MANAGE = "email.manage_mailboxes"
_ASKED = "email.asked_permission"


class StrayPermission(Conflict):
    """The browser came back from a provider without having been sent there."""

    code = "stray_permission"


@requires(MANAGE)
@require_safe
def records(request: HttpRequest, mailbox_id: int) -> HttpResponse:
    """What the domain's records say, asked when the page is shown."""
    mailbox = get_object_or_404(Mailbox, pk=mailbox_id)
    return render(request, "email/_findings.html", {"findings": check_domain(mailbox)})


@requires(MANAGE)
@require_POST
def dkim_key(request: HttpRequest, mailbox_id: int) -> HttpResponse:
    """Makes a signing key; the page then shows the record to publish."""
    get_object_or_404(Mailbox, pk=mailbox_id)
    make_dkim_key(mailbox_id, actor=request.user.as_actor, now=timezone.now())
    messages.success(request, _("Letters are signed from now on. Publish the record below, so that receivers can check it."))
    return redirect(f"{reverse('email:mailbox', args=[mailbox_id])}#proof")


@requires(MANAGE)
@require_POST
def permission(request: HttpRequest, mailbox_id: int) -> HttpResponse:
    """Sends the browser to the provider, where a person signs in to the mailbox and lets us in."""
    mailbox = get_object_or_404(Mailbox, pk=mailbox_id, sign_in=SignIn.OAUTH)
    asking = ask_permission(mailbox, return_url=return_url(request))
    request.session[_ASKED] = {"state": asking.state, "verifier": asking.verifier, "mailbox": mailbox_id}
    return redirect(asking.url)


@requires(MANAGE)
@require_safe
def permitted(request: HttpRequest) -> HttpResponse:
    """The way back: the code becomes a lasting permission. Only for the browser that was sent, and once."""
    asked = request.session.pop(_ASKED, None)
    if not asked or request.GET.get("state") != asked["state"]:
        raise StrayPermission(_("This sign-in was not begun here, or was used before. Begin again on the mailbox's page."))
    mailbox = get_object_or_404(Mailbox, pk=asked["mailbox"])
    if not request.GET.get("code"):
        reason = request.GET.get("error_description") or request.GET.get("error") or ""
        messages.error(request, _("The provider let nobody in: %(reason)s") % {"reason": reason[:200]})
        return redirect("email:mailbox", mailbox.pk)
    try:
        token = refresh_token_for(
            mailbox, code=request.GET["code"], verifier=asked["verifier"], return_url=return_url(request)
        )
    except TokenRefused as refused:
        messages.error(request, str(refused))
        return redirect("email:mailbox", mailbox.pk)
    keep_permission(mailbox.pk, refresh_token=token, actor=request.user.as_actor, now=timezone.now())
    messages.success(request, _("Signed in. Mail comes in within seconds."))
    return redirect("email:mailbox", mailbox.pk)


def return_url(request: HttpRequest) -> str:
    """Where the provider sends the browser back; it has to be entered in the application there."""
    return request.build_absolute_uri(reverse("email:permitted"))


def proof_context(request: HttpRequest, mailbox: Mailbox | None) -> dict[str, Any]:
    """What the settings page of a mailbox shows about keys and permission; None stands for one that is not saved yet."""
    if mailbox is None:
        return {"return_url": return_url(request)}
    return {
        "return_url": return_url(request), "record": _record(mailbox), "may_ask": mailbox.sign_in == SignIn.OAUTH,
        "has_permission": bool(mailbox.oauth_refresh_token),
    }  # fmt: skip


def _record(mailbox: Mailbox) -> KeyRecord | None:
    try:
        return key_record(mailbox) if can_sign(mailbox) else None
    except (SecretUnreadable, ValueError, TypeError):
        return None
