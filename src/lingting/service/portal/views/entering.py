"""Getting in: by link, or by a code mailed to a known address; getting out."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from lingting.platform.refusals import Refusal
from lingting.platform.rest import Rate, address, check_rate
from lingting.service.portal import services
from lingting.service.portal.jobs import mail_code
from lingting.service.portal.models import PassKind
from lingting.service.portal.services import LinkIsOver
from lingting.service.portal.services.codes import clean_address
from lingting.service.portal.views.passage import COOKIE, let_in, pass_of, private

LINKS, CODES, CODES_TO_ONE = Rate(60, per=60, burst=30), Rate(10, per=3600, burst=6), Rate(4, per=3600, burst=3)
TRIES, TRIES_OF_ONE = Rate(30, per=3600, burst=15), Rate(15, per=3600, burst=10)


@require_safe
def link(request: HttpRequest, token: str) -> HttpResponse:
    """The address in a letter: to its case, or to the list. One that is over gets a friendly page with the other way in."""
    now = timezone.now()
    check_rate(f"portal-link:{address(request)}", limit=LINKS, now=now)
    try:
        found = services.access_pass(token, now=now)
    except LinkIsOver as refusal:
        return private(render(request, "portal/gone.html", {"problem": str(refusal)}, status=refusal.status))
    to = reverse("portal:case", args=[found.case_id]) if found.case_id else reverse("portal:home")
    return let_in(request, secret=token, to=to)


@require_http_methods(["GET", "HEAD", "POST"])
def sign_in(request: HttpRequest) -> HttpResponse:
    """Asks for the address and mails a code if it is known; says the same for every address."""
    if request.method != "POST":
        return private(redirect("portal:home") if pass_of(request) else render(request, "portal/sign_in.html"))
    given, now = clean_address(request.POST.get("address", "")), timezone.now()
    if "@" not in given:
        problem = _("Write the e-mail address that we know of you.")
        return private(render(request, "portal/sign_in.html", {"problem": problem, "given": given}, status=422))
    try:
        check_rate(f"portal-code:{address(request)}", limit=CODES, now=now)
        check_rate(f"portal-code-to:{given}", limit=CODES_TO_ONE, now=now)
    except Refusal as refusal:
        return private(render(request, "portal/sign_in.html", {"problem": str(refusal), "given": given}, status=refusal.status))
    mail_code.later(address=given)
    return private(render(request, "portal/code.html", {"given": given}))


@require_POST
def code(request: HttpRequest) -> HttpResponse:
    """Takes the code."""
    given, now = clean_address(request.POST.get("address", "")), timezone.now()
    try:
        check_rate(f"portal-try:{address(request)}", limit=TRIES, now=now)
        check_rate(f"portal-try-of:{given}", limit=TRIES_OF_ONE, now=now)
        secret = services.redeem_code(given, code=request.POST.get("code", "")[:20], now=now)
    except Refusal as refusal:
        return private(render(request, "portal/code.html", {"given": given, "problem": str(refusal)}, status=refusal.status))
    return let_in(request, secret=secret, to=reverse("portal:home"))


@require_POST
def sign_out(request: HttpRequest) -> HttpResponse:
    """Forgets the pass in this browser; a sign-in ends for good, a link in a letter goes on working."""
    found = pass_of(request)
    if found is not None and found.kind == PassKind.SIGN_IN:
        services.revoke(found, now=timezone.now())
    response = redirect("portal:sign-in")
    response.delete_cookie(COOKIE, path=reverse("portal:home"))
    return private(response)
