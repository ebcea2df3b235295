"""A person's own account: profile, password, second factor, browsers, personal tokens, preferences."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from typing import Any

from django.contrib import messages
from django.contrib.auth import update_session_auth_hash
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_POST

from lingting.kernel.accounts import selectors, services
from lingting.kernel.accounts.forms import CodeForm, PasswordForm, ProfileForm, TokenForm
from lingting.kernel.accounts.models import Token
from lingting.kernel.accounts.permissions import requires
from lingting.kernel.accounts.qr import qr_svg
from lingting.kernel.accounts.services.second_factor import secret_text
from lingting.kernel.accounts.words import device_label, scope_choices, scope_label
from lingting.platform.ui.preferences import signed_in
from lingting.platform.ui.refused_forms import submitted
from lingting.platform.ui.toasts import add_toast
from lingting.platform.ui.views import preferences as cookie_preferences


@never_cache
@requires()
def me(request: HttpRequest) -> HttpResponse:
    """`/me/`: name and address in a form; the way to everything else beside it."""
    account = request.user
    form = ProfileForm(request.POST or None, initial={"display_name": account.display_name, "email": account.email})
    if request.method == "POST" and form.is_valid():
        services.update_profile(account, display_name=form.cleaned_data["display_name"], email=form.cleaned_data["email"])
        messages.success(request, _("Your profile is saved."))
        return redirect("accounts:me")
    now = timezone.now()
    context = {
        "form": form, "account": account, "has_second_factor": selectors.has_second_factor(account),
        "codes_left": selectors.recovery_codes_left(account), "browsers": _browsers(request, now=now),
        "tokens": [(token, [scope_label(scope) for scope in token.scopes]) for token in selectors.tokens_of(account)],
        "grants": account.grants.select_related("role").order_by("role_id"), "now": now,
    }  # fmt: skip
    return render(request, "accounts/me.html", context, status=422 if form.errors else 200)


def _browsers(request: HttpRequest, *, now: datetime) -> list[dict[str, object]]:
    here = request.session.session_key
    return [
        {"id": row.pk, "device": device_label(row.device), "address": row.address, "started_at": row.started_at,
         "is_here": row.session_key == here}
        for row in selectors.browsers_of(request.user, now=now)
    ]  # fmt: skip


@never_cache
@sensitive_post_parameters("current", "password", "again")
@requires()
def password(request: HttpRequest) -> HttpResponse:
    """A new password; every other browser is signed out."""
    form = PasswordForm(request.POST or None)

    def act(given: dict[str, Any]) -> HttpResponse:
        key = str(request.session.session_key)
        services.change_password(request.user, current=given["current"], new=given["password"], session_key=key)
        _stay_signed_in(request, old_key=key)
        messages.success(request, _("Your password is changed. Other browsers were signed out."))
        return redirect("accounts:me")

    answer, status = submitted(request, form, act)
    return answer or render(request, "accounts/password.html", {"form": form}, status=status)


def _stay_signed_in(request: HttpRequest, *, old_key: str) -> None:
    """The session gets a new key with the new password, and the list of browsers follows it."""
    update_session_auth_hash(request, request.user)
    request.session.save()
    request.user.signed_in.filter(session_key=old_key).update(session_key=request.session.session_key)


@never_cache
@requires()
def second_factor(request: HttpRequest) -> HttpResponse:
    """Setting up the second factor: scan, type the first code, keep the recovery codes."""
    form = CodeForm(request.POST or None)

    def act(given: dict[str, Any]) -> HttpResponse:
        codes = services.confirm_second_factor(request.user, code=given["code"])
        return render(request, "accounts/recovery_codes.html", {"codes": codes, "is_new": True})

    answer, status = submitted(request, form, act)
    if answer is not None:
        return answer
    device = services.begin_second_factor(request.user)
    context = {"form": form, "qr": qr_svg(device.config_url), "secret": secret_text(device)}
    return render(request, "accounts/second_factor.html", context, status=status)


@never_cache
@require_POST
@requires()
def recovery_codes(request: HttpRequest) -> HttpResponse:
    """Ten new recovery codes, for somebody who shows the second factor once more."""
    services.check_code(request.user, code=request.POST.get("code", ""))
    codes = services.new_recovery_codes(request.user)
    return render(request, "accounts/recovery_codes.html", {"codes": codes})


@require_POST
@requires()
def second_factor_removal(request: HttpRequest) -> HttpResponse:
    """Turns the second factor off; a code proves that it is the person."""
    services.check_code(request.user, code=request.POST.get("code", ""))
    services.remove_second_factor(request.user)
    messages.success(request, _("The second factor is off. Your password alone opens your account now."))
    return redirect("accounts:me")


@require_POST
@requires()
def browser_end(request: HttpRequest, signed_in_id: int) -> HttpResponse:
    services.end_session(request.user, signed_in_id=signed_in_id)
    messages.success(request, _("That browser is signed out."))
    return redirect("accounts:me")


@require_POST
@requires()
def other_browsers_end(request: HttpRequest) -> HttpResponse:
    count = services.end_other_sessions(request.user, keep=str(request.session.session_key))
    text = ngettext("%(count)s other browser was signed out.", "%(count)s other browsers were signed out.", count)
    messages.success(request, text % {"count": count})
    return redirect("accounts:me")


@never_cache
@requires()
def token(request: HttpRequest) -> HttpResponse:
    """A new personal token; its secret is on the answer to the POST and nowhere else."""
    form = TokenForm(request.POST or None, scopes=scope_choices())

    def act(given: dict[str, Any]) -> HttpResponse:
        made, secret = services.issue_token(
            given["name"], owner=request.user, scopes=given["scopes"], expires_at=end_of_day(given["expires_date"]),
            by=request.user, now=timezone.now(),
        )  # fmt: skip
        context = {"token": made, "secret": secret, "back": "accounts:me"}
        return render(request, "accounts/token_secret.html", context)

    answer, status = submitted(request, form, act)
    return answer or render(
        request, "accounts/token.html", {"form": form, "is_personal": True, "back": "accounts:me"}, status=status
    )


def end_of_day(day: object) -> datetime | None:
    """The moment at which a last day is over, in the centre's time zone; None for no day."""
    if not hasattr(day, "year"):
        return None
    return timezone.make_aware(datetime.combine(day, time.min) + timedelta(days=1))  # type: ignore[arg-type]


@require_POST
@requires()
def token_revocation(request: HttpRequest, token_id: int) -> HttpResponse:
    services.revoke_token(get_object_or_404(Token, pk=token_id, owner=request.user), now=timezone.now())
    messages.success(request, _("The token is withdrawn. Programs that use it are refused from now on."))
    return redirect("accounts:me")


@require_POST
def preferences(request: HttpRequest) -> HttpResponse:
    """Language, theme, density: kept with the account, and in cookies for the time after signing out."""
    account = signed_in(request)
    if account is not None:
        services.keep_preferences(account, wishes=request.POST.dict())
    response = cookie_preferences(request)
    if request.headers.get("HX-Request"):
        add_toast(response, _("Saved."))
    return response
