"""Settings: the categories of the knowledge base."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from lingting.kernel.accounts.permissions import requires
from lingting.platform.refusals import Invalid
from lingting.service.knowledge import selectors, services
from lingting.service.knowledge.forms import CategoryForm
from lingting.service.knowledge.models import Article, Category

MANAGE = "knowledge.manage_categories"


@require_GET
@requires(MANAGE)
def categories(request: HttpRequest) -> HttpResponse:
    return render(request, "knowledge/settings/categories.html", {"shelves": selectors.shelves(Article.objects.all())})


@requires(MANAGE)
def category(request: HttpRequest, category_id: int | None = None) -> HttpResponse:
    found = get_object_or_404(Category, pk=category_id) if category_id else None
    names = ("name_zh", "name_en", "icon", "order")
    initial = (
        {name: getattr(found, name) for name in names} | {"parent": found.parent_id} if found else {"order": 100, "icon": "book"}
    )
    form = CategoryForm(request.POST or None, initial=initial, category=found)
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        try:
            services.save_category(
                given["name_zh"], name_en=given["name_en"], icon=given["icon"], order=given["order"],
                parent_id=given["parent"].pk if given["parent"] else None, category_id=category_id,
            )  # fmt: skip
        except Invalid as refusal:
            form.add_error("parent", str(refusal))
        else:
            messages.success(request, _("The category is saved."))
            return redirect("knowledge:categories")
    context = {"form": form, "category": found, "cancel_url": reverse("knowledge:categories")}
    return render(request, "knowledge/settings/category.html", context, status=422 if form.errors else 200)


@require_POST
@requires(MANAGE)
def category_removal(request: HttpRequest, category_id: int) -> HttpResponse:
    services.delete_category(category_id)
    messages.success(request, _("The category is taken away."))
    return redirect("knowledge:categories")
