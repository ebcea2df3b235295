"""Signing in, step by step: password, then (where needed) a code, a new password, setting up a second factor.

Nobody is signed in before the last step. Between the steps the session holds only who gave the right password and when.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.contrib.auth import login as begin
from django.contrib.auth import logout as end
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_POST

from lingting.kernel.accounts import selectors, services
from lingting.kernel.accounts.forms import CodeForm, FirstAdministratorForm, NewPasswordForm, SignInForm
from lingting.kernel.accounts.locality import address_of, is_local
from lingting.kernel.accounts.models import Account, SignedIn
from lingting.kernel.accounts.qr import qr_svg
from lingting.kernel.accounts.services.second_factor import secret_text
from lingting.platform.ui.refused_forms import submitted

_PENDING = "pending_sign_in"
_PENDING_FOR = timedelta(minutes=10)
_BACKEND = "django.contrib.auth.backends.ModelBackend"


@dataclass(kw_only=True)
class Pending:
    """A sign-in under way. `seal` ends it when the password changes meanwhile."""

    account_id: int
    seal: str
    at: float
    goal: str = ""
    code_given: bool = False


@never_cache
@sensitive_post_parameters("password")
def sign_in(request: HttpRequest) -> HttpResponse:
    """Name and password; in a demo centre on this computer also the demo accounts, one click each."""
    goal = _goal(request)
    if request.user.is_authenticated:
        return redirect(goal)
    if not Account.objects.exists():
        return redirect("accounts:first-administrator")
    form = SignInForm(request.POST or None)

    def act(given: dict[str, Any]) -> HttpResponse:
        account = services.recognise(
            given["login"], password=given["password"], address=address_of(request),
            is_local=is_local(request), request=request, now=timezone.now(),
        )  # fmt: skip
        return _begin_pending(request, account, goal=goal)

    answer, status = submitted(request, form, act)
    if answer is not None:
        return answer
    context = {"form": form, "goal": goal, "demo_accounts": _demo_choices(request)}
    return render(request, "accounts/sign_in.html", context, status=status)


@never_cache
@require_POST
def demo_sign_in(request: HttpRequest) -> HttpResponse:
    """One click in a demo centre; only from the computer it runs on, and never past a second factor."""
    if not (settings.DEMO and is_local(request)):
        raise services.DemoElsewhere(
            _("Demo accounts work only on the computer that Lingting runs on. Ask an administrator for an account of your own.")
        )
    text = request.POST.get("account", "")
    account = selectors.demo_accounts().filter(pk=int(text)).first() if text.isdecimal() and len(text) < 18 else None
    if account is None:
        raise services.NotRecognised(_("This demo account is gone. Choose another."))
    return _begin_pending(request, account, goal=_goal(request))


@never_cache
def second_step(request: HttpRequest) -> HttpResponse:
    """The code from the app, or a recovery code."""
    pending, account = _pending(request)
    if pending is None or account is None:
        return _too_late(request)
    form = CodeForm(request.POST or None)

    def act(given: dict[str, Any]) -> HttpResponse:
        services.check_code(account, code=given["code"])
        pending.code_given = True
        return _go_on(request, pending, account)

    answer, status = submitted(request, form, act)
    return answer or render(request, "accounts/second_step.html", {"form": form, "account": account}, status=status)


@never_cache
@sensitive_post_parameters("password", "again")
def new_password(request: HttpRequest) -> HttpResponse:
    """A password of one's own after somebody reset it."""
    pending, account = _pending(request)
    if pending is None or account is None:
        return _too_late(request)
    if not account.must_change_password or _wants_code(pending, account):
        return _go_on(request, pending, account)
    form = NewPasswordForm(request.POST or None)

    def act(given: dict[str, Any]) -> HttpResponse:
        services.change_password(account, current=None, new=given["password"])
        pending.seal = account.get_session_auth_hash()
        return _go_on(request, pending, account)

    answer, status = submitted(request, form, act)
    return answer or render(request, "accounts/new_password.html", {"form": form, "account": account}, status=status)


@never_cache
def set_up(request: HttpRequest) -> HttpResponse:
    """Setting up the second factor that a role demands, before the sign-in is complete."""
    pending, account = _pending(request)
    if pending is None or account is None:
        return _too_late(request)
    if _wants_code(pending, account) or account.must_change_password or not selectors.needs_second_factor(account):
        return _go_on(request, pending, account)
    form = CodeForm(request.POST or None)

    def act(given: dict[str, Any]) -> HttpResponse:
        codes = services.confirm_second_factor(account, code=given["code"])
        pending.code_given = True
        _keep(request, pending)
        return render(request, "accounts/set_up_codes.html", {"codes": codes})

    answer, status = submitted(request, form, act)
    if answer is not None:
        return answer
    device = services.begin_second_factor(account)
    context = {"form": form, "qr": qr_svg(device.config_url), "secret": secret_text(device)}
    return render(request, "accounts/set_up.html", context, status=status)


@never_cache
@sensitive_post_parameters("password", "again")
def first_administrator(request: HttpRequest) -> HttpResponse:
    """The first page of an empty centre: makes its administrator and signs them in."""
    if Account.objects.exists():
        return redirect("accounts:sign-in")
    form = FirstAdministratorForm(request.POST or None)

    def act(given: dict[str, Any]) -> HttpResponse:
        account = services.create_first_administrator(
            given["login"], display_name=given["display_name"], password=given["password"], now=timezone.now()
        )
        services.keep_preferences(account, wishes={"language": request.LANGUAGE_CODE})
        return _complete(request, account, goal=settings.LOGIN_REDIRECT_URL)

    answer, status = submitted(request, form, act)
    return answer or render(request, "accounts/first_administrator.html", {"form": form}, status=status)


@never_cache
@require_POST
def sign_out(request: HttpRequest) -> HttpResponse:
    """Ends this browser's session."""
    SignedIn.objects.filter(session_key=request.session.session_key or "").delete()
    end(request)
    response: HttpResponse = redirect("accounts:sign-in")
    if request.headers.get("HX-Request"):
        response = HttpResponse(status=204)
        response.headers["HX-Redirect"] = settings.LOGIN_REDIRECT_URL
    return response


def _begin_pending(request: HttpRequest, account: Account, *, goal: str) -> HttpResponse:
    pending = Pending(account_id=account.pk, seal=account.get_session_auth_hash(), at=timezone.now().timestamp(), goal=goal)
    request.session.cycle_key()
    return _go_on(request, pending, account)


def _go_on(request: HttpRequest, pending: Pending, account: Account) -> HttpResponse:
    """The next step that is still missing, or in."""
    if _wants_code(pending, account):
        step = "accounts:second-step"
    elif account.must_change_password:
        step = "accounts:new-password"
    elif selectors.needs_second_factor(account):
        step = "accounts:set-up"
    else:
        return _complete(request, account, goal=pending.goal)
    _keep(request, pending)
    return redirect(step)


def _wants_code(pending: Pending, account: Account) -> bool:
    return not pending.code_given and selectors.has_second_factor(account)


def _complete(request: HttpRequest, account: Account, *, goal: str) -> HttpResponse:
    now = timezone.now()
    request.session.pop(_PENDING, None)
    begin(request, account, backend=_BACKEND)
    services.begin_session(
        account, session_key=str(request.session.session_key), address=address_of(request),
        device=request.headers.get("User-Agent", ""), now=now,
    )  # fmt: skip
    return redirect(goal or settings.LOGIN_REDIRECT_URL)


def _keep(request: HttpRequest, pending: Pending) -> None:
    request.session[_PENDING] = asdict(pending)


def _pending(request: HttpRequest) -> tuple[Pending | None, Account | None]:
    kept: dict[str, Any] | None = request.session.get(_PENDING)
    if not kept:
        return None, None
    pending = Pending(**kept)
    account = Account.objects.filter(pk=pending.account_id, is_active=True).first()
    began_at = datetime.fromtimestamp(pending.at, tz=timezone.now().tzinfo)
    if account is None or account.get_session_auth_hash() != pending.seal or timezone.now() - began_at > _PENDING_FOR:
        request.session.pop(_PENDING, None)
        return None, None
    return pending, account


def _too_late(request: HttpRequest) -> HttpResponse:
    return redirect("accounts:sign-in")


def _goal(request: HttpRequest) -> str:
    """Where to go afterwards: `next` when it is an address of ours, else the start page."""
    goal = request.POST.get("next") or request.GET.get("next") or ""
    fits = url_has_allowed_host_and_scheme(goal, allowed_hosts={request.get_host()}, require_https=request.is_secure())
    return goal if goal and fits else settings.LOGIN_REDIRECT_URL


def _demo_choices(request: HttpRequest) -> list[Account]:
    """Two agents (who can hand work to each other) and one account of every other role."""
    if not (settings.DEMO and is_local(request)):
        return []
    chosen: dict[int, Account] = {}
    taken: Counter[str] = Counter()
    for account in selectors.demo_accounts():
        for grant in account.grants.all():
            if taken[grant.role.key] < (2 if grant.role.key == "agent" else 1):
                taken[grant.role.key] += 1
                chosen[account.pk] = account
    return sorted(chosen.values(), key=lambda account: min(grant.role_id for grant in account.grants.all()))
