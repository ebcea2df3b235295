"""All tokens of the centre: of applications, and those people made for themselves."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from lingting.kernel.accounts import selectors, services
from lingting.kernel.accounts.forms import TokenForm
from lingting.kernel.accounts.models import Token
from lingting.kernel.accounts.permissions import requires
from lingting.kernel.accounts.views.me import end_of_day
from lingting.kernel.accounts.words import scope_choices, scope_label
from lingting.platform.ui.refused_forms import submitted


@require_safe
@requires("accounts.manage_tokens")
def token_list(request: HttpRequest) -> HttpResponse:
    rows = [(token, [scope_label(scope) for scope in token.scopes]) for token in selectors.all_tokens()]
    return render(request, "accounts/tokens.html", {"rows": rows, "now": timezone.now()})


@never_cache
@requires("accounts.manage_tokens")
def token(request: HttpRequest) -> HttpResponse:
    """A new token of an application; its secret is on the answer to the POST and nowhere else."""
    form = TokenForm(request.POST or None, scopes=scope_choices())

    def act(given: dict[str, Any]) -> HttpResponse:
        made, secret = services.issue_token(
            given["name"], owner=None, scopes=given["scopes"], expires_at=end_of_day(given["expires_date"]),
            by=request.user, now=timezone.now(),
        )  # fmt: skip
        context = {"token": made, "secret": secret, "back": "accounts:tokens"}
        return render(request, "accounts/token_secret.html", context)

    answer, status = submitted(request, form, act)
    return answer or render(request, "accounts/token.html", {"form": form, "back": "accounts:tokens"}, status=status)


@require_POST
@requires("accounts.manage_tokens")
def token_revocation(request: HttpRequest, token_id: int) -> HttpResponse:
    services.revoke_token(get_object_or_404(Token, pk=token_id), now=timezone.now())
    messages.success(request, _("The token is withdrawn. Programs that use it are refused from now on."))
    return redirect("accounts:tokens")
