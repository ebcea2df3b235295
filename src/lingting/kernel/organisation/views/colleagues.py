"""Who works here and who is there: the light list for everybody."""

from __future__ import annotations

from itertools import groupby

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_safe

from lingting.kernel.accounts.permissions import requires
from lingting.kernel.organisation import selectors
from lingting.kernel.organisation.models import Site
from lingting.platform.realtime.presence import connected_accounts


@require_safe
@requires("organisation.view_colleagues")
def colleagues(request: HttpRequest) -> HttpResponse:
    """Everybody by team; a green dot for whoever has Lingting open."""
    words = request.GET.get("q", "").replace("\x00", "")[:80]
    asked_site = request.GET.get("site", "")
    site_id = int(asked_site) if asked_site.isascii() and asked_site.isdecimal() and len(asked_site) < 18 else 0
    rows = list(selectors.colleagues(words=words, site_id=site_id))
    there = connected_accounts(now=timezone.now())
    groups = [
        {"site": site, "team": team, "people": [(row, row.account_id in there) for row in members]}
        for (site, team), members in groupby(rows, key=lambda row: (row.site, row.team))
    ]
    context = {
        "groups": groups, "query": words, "site_id": site_id, "sites": Site.objects.order_by("id"),
        "there": sum(row.account_id in there for row in rows), "total": len(rows),
    }  # fmt: skip
    return render(request, "organisation/colleagues.html", context)


@require_safe
@requires("organisation.view_colleagues")
def find(request: HttpRequest) -> JsonResponse:
    """For the command palette."""
    words = request.GET.get("q", "").replace("\x00", "").strip()[:80]
    rows = selectors.colleagues(words=words)[:8] if words else []
    url = reverse("organisation:colleagues")
    found = [
        {"label": row.account.display_name, "detail": " · ".join(str(part) for part in (row.team, row.position) if part),
         "url": f"{url}?q={row.number}", "icon": "user"}
        for row in rows
    ]  # fmt: skip
    return JsonResponse({"found": found})
