"""The address `/`: a person's first page, the sign-in, or (in an empty centre) making the administrator."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect

from lingting.kernel.accounts.models import Account
from lingting.platform.ui import navigation


def home(request: HttpRequest) -> HttpResponse:
    if request.user.is_authenticated:
        shown = navigation.groups(request)
        return redirect(shown[0].lines[0].url if shown else "accounts:me")
    if not Account.objects.exists():
        return redirect("accounts:first-administrator")
    return redirect("accounts:sign-in")
