"""Settings: tiers and tags of customers."""

from __future__ import annotations

from django.contrib import messages
from django.db.models import Count
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from lingting.kernel.accounts.permissions import requires
from lingting.service.crm import services
from lingting.service.crm.forms import CustomerTagForm, TierForm
from lingting.service.crm.models import CustomerTag, Tier

MANAGE = "crm.manage_tiers"


@require_GET
@requires(MANAGE)
def tiers(request: HttpRequest) -> HttpResponse:
    rows = Tier.objects.annotate(used=Count("customers")).order_by("-rank", "id")
    return render(request, "crm/settings/tiers.html", {"rows": list(rows)})


@requires(MANAGE)
def tier(request: HttpRequest, tier_id: int | None = None) -> HttpResponse:
    found = get_object_or_404(Tier, pk=tier_id) if tier_id else None
    names = ("name_zh", "name_en", "rank", "priority")
    initial = {name: getattr(found, name) for name in names} if found else {"rank": 0, "priority": 0}
    form = TierForm(request.POST or None, initial=initial)
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        services.save_tier(
            given["name_zh"], name_en=given["name_en"], rank=given["rank"], priority=given["priority"], tier_id=tier_id
        )
        messages.success(request, _("The tier is saved."))
        return redirect("crm:tiers")
    context = {"form": form, "tier": found, "cancel_url": reverse("crm:tiers")}
    return render(request, "crm/settings/tier.html", context, status=422 if form.errors else 200)


@require_POST
@requires(MANAGE)
def tier_removal(request: HttpRequest, tier_id: int) -> HttpResponse:
    services.delete_tier(tier_id)
    messages.success(request, _("The tier is taken away."))
    return redirect("crm:tiers")


@require_GET
@requires(MANAGE)
def tags(request: HttpRequest) -> HttpResponse:
    rows = CustomerTag.objects.annotate(used=Count("customers")).order_by("name_zh", "id")
    return render(request, "crm/settings/tags.html", {"rows": list(rows)})


@requires(MANAGE)
def tag(request: HttpRequest, tag_id: int | None = None) -> HttpResponse:
    found = get_object_or_404(CustomerTag, pk=tag_id) if tag_id else None
    initial = {"name_zh": found.name_zh, "name_en": found.name_en} if found else {}
    form = CustomerTagForm(request.POST or None, initial=initial)
    if request.method == "POST" and form.is_valid():
        services.save_tag(form.cleaned_data["name_zh"], name_en=form.cleaned_data["name_en"], tag_id=tag_id)
        messages.success(request, _("The tag is saved."))
        return redirect("crm:tags")
    context = {"form": form, "tag": found, "used": found.customers.count() if found else 0, "cancel_url": reverse("crm:tags")}
    return render(request, "crm/settings/tag.html", context, status=422 if form.errors else 200)


@require_POST
@requires(MANAGE)
def tag_removal(request: HttpRequest, tag_id: int) -> HttpResponse:
    count = services.delete_tag(tag_id)
    messages.success(request, _("The tag is taken away from %(count)s customers.") % {"count": count})
    return redirect("crm:tags")
