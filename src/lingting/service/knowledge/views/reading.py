"""Reading: the home of the knowledge base, categories, articles, the palette's finder."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from lingting.kernel.accounts.permissions import requires
from lingting.platform.ui.navigation import may
from lingting.platform.ui.toasts import add_toast
from lingting.service.knowledge import selectors, services
from lingting.service.knowledge.models import Article, Category
from lingting.service.knowledge.presenting import found_rows, language_choices, public_url, reader_language

READ = "knowledge.read_articles"
WRITE = "knowledge.write_articles"
RESULTS = 30


@require_GET
@requires(READ)
def home(request: HttpRequest) -> HttpResponse:
    """Categories and what is new, or what a search finds."""
    words = request.GET.get("q", "").strip()[:200]
    language, now = reader_language(), timezone.now()
    if words:
        found = found_rows(selectors.search_articles(Article.objects.published(), words=words, language=language, limit=RESULTS))
        if not found:
            services.record_miss(words, place="knowledge", language=language, now=now)
        context: dict[str, Any] = {"found": found}
    else:
        published = Article.objects.published()
        context = {
            "shelves": selectors.shelves(published),
            "newest": selectors.newest_articles(published, language=language, most=8),
            "used": selectors.most_used(published, language=language, most=8),
            "misses": selectors.search_misses(now=now, most=8) if may(request, WRITE) else [],
        }
    return render(request, "knowledge/home.html", context | {"words": words, "may_write": may(request, WRITE)})


@require_GET
@requires(READ)
def category(request: HttpRequest, category_id: int) -> HttpResponse:
    found = get_object_or_404(Category.objects.select_related("parent"), pk=category_id)
    inner = list(found.children.all())
    rows = selectors.articles_in(_readable(request), [found.pk, *(one.pk for one in inner)], language=reader_language())
    context = {"category": found, "inner": inner, "rows": rows, "language": reader_language(), "may_write": may(request, WRITE)}
    return render(request, "knowledge/category.html", context)


@require_GET
@requires(READ)
def article(request: HttpRequest, article_id: int) -> HttpResponse:
    found = selectors.access_article(request.user, article_id)
    is_editor = may(request, WRITE)
    if found.is_published:
        services.record_use(found.pk, kind="read", account_id=request.user.pk, now=timezone.now())
    context = {
        "article": found,
        "languages": language_choices(found, selectors.languages_of(found, is_editor=is_editor)),
        "is_editor": is_editor,
        "may_publish": may(request, "knowledge.publish_articles"),
        "is_internal": found.subject.audience == "internal",
        "public_url": public_url(found.language, found.slug) if found.is_published and found.subject.audience == "public" else "",
    }
    return render(request, "knowledge/article.html", context)


@require_POST
@requires(READ)
def opinion(request: HttpRequest, article_id: int) -> HttpResponse:
    """A colleague says whether the article helped."""
    found = selectors.access_article(request.user, article_id)
    services.record_opinion(found.pk, is_helpful=request.POST.get("helpful") == "yes")
    response = HttpResponse(status=204)
    add_toast(response, _("Thank you. The editors see it."))
    return response


@require_GET
@requires(READ)
def find(request: HttpRequest) -> JsonResponse:
    """For the palette."""
    words = request.GET.get("q", "").strip()[:200]
    found = found_rows(selectors.search_articles(Article.objects.published(), words=words, language=reader_language(), limit=8))
    rows = [
        {"label": one["plain_title"], "detail": one["category"], "url": reverse("knowledge:article", args=[one["id"]])}
        for one in found
    ]
    return JsonResponse({"found": rows})


def _readable(request: HttpRequest) -> QuerySet[Article]:
    """Editors see drafts and withdrawn texts on the shelves too."""
    return Article.objects.all() if may(request, WRITE) else Article.objects.published()
