"""Asking whether a person may: one decorator for pages, one check for everything else."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _

from lingting.kernel.accounts.models import Account, Reach
from lingting.platform.refusals import NotPermitted

View = Callable[..., Any]


def check_permission(account: Account, permission: str) -> Reach:
    """The reach at which a person holds a permission; raises `NotPermitted` with whom to ask."""
    reach = account.reach_of(permission) if account.is_authenticated else None
    if reach is None:
        raise NotPermitted(
            _("You may not do this. Ask your team leader or an administrator for the permission “%(permission)s”.")
            % {"permission": permission}
        )
    return reach


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
