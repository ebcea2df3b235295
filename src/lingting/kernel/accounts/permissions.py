"""Asking whether a person may: one decorator for pages, one check for API calls, one for everything else."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _

from lingting.kernel.accounts.models import Account, Reach
from lingting.kernel.accounts.services.roles import permission_label
from lingting.kernel.timeline.events import Actor
from lingting.platform.refusals import NotPermitted

View = Callable[..., Any]


def check_permission(account: Account, permission: str) -> Reach:
    """The reach at which a person holds a permission; raises `NotPermitted` with whom to ask."""
    reach = account.reach_of(permission) if account.is_authenticated else None
    if reach is None:
        raise NotPermitted(
            _("You may not do this. Ask your team leader or an administrator for the permission “%(permission)s”.")
            % {"permission": permission_label(permission)}
        )
    return reach


def calling_account(request: HttpRequest) -> Account | None:
    """The person an API call acts for; None for an application's token."""
    user = request.auth.user  # type: ignore[attr-defined]
    return user if isinstance(user, Account) else None


def calling_actor(request: HttpRequest) -> Actor:
    """Who an API call is, as facts keep it: the person, or the application by its token's name (an actor's id is an account's)."""
    caller = request.auth  # type: ignore[attr-defined]
    account = calling_account(request)
    return account.as_actor if account else Actor("application", None, caller.label)


def check_caller(request: HttpRequest, permission: str) -> None:
    """A person needs the permission; an application was given its scope by somebody who may."""
    account = calling_account(request)
    if account is not None:
        check_permission(account, permission)


def requires(permission: str = "") -> Callable[[View], View]:
    """Page decorator: sends strangers to the sign-in and refuses whoever lacks the permission.

    With no permission, being signed in is enough. The names stand on the view as
    `required_permission`, where the shared permission tests read them.
    """

    def decorate(view: View) -> View:
        @wraps(view)
        def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
            if not request.user.is_authenticated:
                return _to_sign_in(request)
            if permission:
                check_permission(request.user, permission)
            return view(request, *args, **kwargs)

        guarded.required_permission = permission  # type: ignore[attr-defined]
        return guarded

    return decorate


def _to_sign_in(request: HttpRequest) -> HttpResponse:
    """A full load goes to the sign-in and back; an htmx request is told to load the page anew."""
    if request.headers.get("HX-Request"):
        response = HttpResponse(status=401)
        response.headers["HX-Redirect"] = redirect_to_login(request.headers.get("HX-Current-URL", "/")).url
        return response
    return redirect_to_login(request.get_full_path())
