"""The list of customers, one customer, the form, the palette's finder, the export."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, JsonResponse, QueryDict
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from lingting.kernel.accounts.permissions import requires
from lingting.kernel.timeline.selectors import history_of
from lingting.platform.refusals import Conflict, Invalid
from lingting.platform.tables import table_response
from lingting.platform.ui.navigation import may
from lingting.platform.ui.paging import keyset_page
from lingting.service.crm import selectors, services
from lingting.service.crm.forms import CustomerForm
from lingting.service.crm.models import Customer, CustomerTag, SavedFilter, Tier
from lingting.service.crm.presenting import fact_lines, present_row
from lingting.service.crm.selectors import CustomerFilter
from lingting.service.crm.side import card_context

XLSX_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@require_GET
@requires("crm.view_customers")
def customers(request: HttpRequest) -> HttpResponse:
    wanted = CustomerFilter.from_query(request.GET)
    rows, order = selectors.customer_rows(wanted, now=timezone.now())
    page = keyset_page(rows, order=order, query=request.GET)
    shown = [present_row(row) for row in selectors.with_details(page.items)]
    tiers, tags = list(Tier.objects.order_by("-rank", "id")), list(CustomerTag.objects.order_by("name_zh", "id"))
    context = {
        "page": page,
        "rows": shown,
        "wanted": wanted,
        "tiers": tiers,
        "tags": tags,
        "views": _views(request, wanted, tiers),
        "query": wanted.words,
        "search_label": _("Name, number or address"),
        "filter_query": _filter_query(request),
        "is_filtered": bool(_filter_query(request)),
    }
    return render(request, "crm/customers.html", context)


def _filter_query(request: HttpRequest) -> str:
    """The address of this filter without the paging."""
    query = QueryDict(mutable=True)
    for name in selectors.FILTER_FIELDS:
        if request.GET.get(name):
            query[name] = request.GET[name]
    return query.urlencode()


def _views(request: HttpRequest, wanted: CustomerFilter, tiers: list[Tier]) -> list[dict[str, Any]]:
    """The tabs: what is always there, then what the person has kept."""
    here = _filter_query(request)
    built_in = [(_("All"), "")]
    if tiers and tiers[0].priority:
        built_in.append((tiers[0].name, f"tier={tiers[0].pk}"))
    built_in += [(_("New this week"), "kind=new"), (_("Cannot be reached"), "kind=unreachable"), (_("Guests"), "kind=guests")]
    views = [{"label": label, "url": f"?{query}", "is_current": query == here, "id": None} for label, query in built_in]
    kept = SavedFilter.objects.filter(owner_id=request.user.pk).order_by("id").values("id", "name", "query")
    return views + [
        {"label": one["name"], "url": f"?{one['query']}", "is_current": one["query"] == here, "id": one["id"]} for one in kept
    ]


@require_POST
@requires("crm.view_customers")
def filters(request: HttpRequest) -> HttpResponse:
    """Keeps the filter of the list under a name."""
    query = QueryDict(request.POST.get("query", "")).urlencode()
    saved = services.save_filter(request.POST.get("name", ""), query=query, owner_id=request.user.pk, now=timezone.now())
    messages.success(request, _("The filter “%(name)s” is kept.") % {"name": saved.name})
    return redirect(f"{reverse('crm:customers')}?{saved.query}")


@require_POST
@requires("crm.view_customers")
def filter_removal(request: HttpRequest, filter_id: int) -> HttpResponse:
    services.delete_filter(filter_id, owner_id=request.user.pk)
    messages.success(request, _("The filter is taken away."))
    return redirect("crm:customers")


@require_GET
@requires("crm.view_customers")
def customer(request: HttpRequest, customer_id: int) -> HttpResponse:
    found = selectors.access_customer(request.user, customer_id)
    if found.pk != customer_id:
        messages.info(request, _("This customer was merged into %(name)s.") % {"name": found})
        return redirect("crm:customer", found.pk)
    context = card_context(request, found) | {
        "notes": selectors.notes_of(found.pk),
        "facts": fact_lines(history_of("crm.customer", found.pk, limit=30)),
        "merges": selectors.merges_of(found.pk),
        "may_merge": may(request, "crm.merge_customers"),
    }
    return render(request, "crm/customer.html", context)


@requires("crm.edit_customers")
def new_customer(request: HttpRequest) -> HttpResponse:
    form = CustomerForm(request.POST or None, initial=_initial_of_new(request), is_new=True)
    if request.method == "POST" and form.is_valid():
        made = _saved(request, form, None)
        if made is not None:
            messages.success(request, _("%(name)s is in the list now.") % {"name": made})
            return redirect("crm:customer", made.pk)
    context = {"form": form, "cancel_url": reverse("crm:customers"), "submit_label": _("Create customer")}
    return render(request, "crm/customer_form.html", context, status=422 if form.errors else 200)


def _initial_of_new(request: HttpRequest) -> dict[str, str]:
    return {"language": "zh-hans", "name": request.GET.get("name", ""), "phone": request.GET.get("phone", "")}


@requires("crm.edit_customers")
def edit_customer(request: HttpRequest, customer_id: int) -> HttpResponse:
    found = selectors.access_customer(request.user, customer_id, permission="crm.edit_customers")
    initial = {name: getattr(found, name) for name in services.CHANGEABLE}
    initial |= {"tier": found.tier_id, "tags": ",".join(tag.name for tag in found.tags.order_by("id"))}
    form = CustomerForm(request.POST or None, initial=initial, is_new=False)
    if found.is_guest:
        form.fields["name"].required = False
    if request.method == "POST" and form.is_valid() and _saved(request, form, found) is not None:
        messages.success(request, _("The changes are saved."))
        return redirect("crm:customer", found.pk)
    context = {"form": form, "customer": found, "cancel_url": reverse("crm:customer", args=[found.pk])}
    return render(request, "crm/customer_form.html", context, status=422 if form.errors else 200)


def _saved(request: HttpRequest, form: CustomerForm, found: Customer | None) -> Customer | None:
    """Saves through one service; what it refuses stands at the field it concerns."""
    try:
        return services.save_profile(
            found.pk if found else None,
            profile=form.profile,
            points=[(kind, form.cleaned_data[kind]) for kind in ("phone", "email") if form.cleaned_data.get(kind)],
            tags=form.tag_names,
            actor=request.user.as_actor,
            now=timezone.now(),
        )
    except (Invalid, Conflict) as refusal:
        fields = refusal.details.get("fields")
        named = [name for name in fields if name in form.fields] if isinstance(fields, dict) else []
        form.add_error(named[0] if named else None, str(refusal))
    return None


@require_GET
@requires("crm.view_customers")
def find(request: HttpRequest) -> JsonResponse:
    """For the palette, and for choosing a customer in a form."""
    words = request.GET.get("q", "").strip()
    found = [
        {
            "value": row["id"],
            "label": row["title"],
            "detail": row["detail"],
            "url": reverse("crm:customer", args=[row["id"]]),
        }
        for row in map(present_row, selectors.find_customers(words))
    ]
    return JsonResponse({"found": found})


@require_GET
@requires("crm.import_customers")
def export(request: HttpRequest, form: str) -> HttpResponseBase:
    """The filtered list as CSV or XLSX, row by row."""
    wanted, now = CustomerFilter.from_query(request.GET), timezone.now()
    rows = services.export_rows(wanted, now=now)
    listing = _("customers")
    name = f"{listing}-{timezone.localtime(now):%Y%m%d-%H%M}"
    return table_response(rows, form=form, name=name, title=_("Customers"))
