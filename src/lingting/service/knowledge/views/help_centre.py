"""The help centre: what customers read. Every read goes through `Article.objects.public()`.

No session, no cookie, no script needed; at most four queries a page; caches may keep it for a while.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.cache import get_conditional_response
from django.utils.http import http_date
from django.utils.safestring import mark_safe
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST, require_safe

from lingting.platform.refusals import NotPermitted
from lingting.platform.rest import Rate, address, check_rate
from lingting.platform.ui.preferences import language as preferred_language
from lingting.service.knowledge import selectors, services
from lingting.service.knowledge.models import Article
from lingting.service.knowledge.presenting import HTML_LANGUAGES, LANGUAGE_NAMES, found_rows, language_choices, public_url
from lingting.service.knowledge.selectors.library import Shelf
from lingting.service.knowledge.services import NoSuchArticle

SEARCHES = Rate(60, per=60, burst=30)
OPINIONS = Rate(20, per=60, burst=10)
OPINIONS_ON_ONE = Rate(1, per=86_400, burst=1)
KEPT_SECONDS = 300
RESULTS, RELATED, POPULAR = 20, 5, 6


class ForeignPage(NotPermitted):
    """Another site's page sent the form."""

    code = "foreign_page"


@require_safe
def front(request: HttpRequest) -> HttpResponse:
    """To the language of the visitor."""
    response = HttpResponseRedirect(reverse("help:home", args=[preferred_language(request)]))
    response.headers["Cache-Control"] = "private, no-cache"
    return response


@require_safe
def home(request: HttpRequest, language: str) -> HttpResponseBase:
    """Categories with how much is in them, and what helped others."""
    articles = Article.objects.public().in_language(language)
    shown = [shelf for shelf in selectors.shelves(articles) if shelf.total]
    popular = selectors.most_used(articles, language=language, most=POPULAR)
    if not popular:
        popular = selectors.newest_articles(articles, language=language, most=POPULAR)
    return _page(request, "help/home.html", {"shelves": shown, "popular": popular}, language=language, route="help:home")


@require_safe
def category(request: HttpRequest, language: str, key: str) -> HttpResponseBase:
    """The articles of a category and of those within it."""
    articles = Article.objects.public().in_language(language)
    shelf = _shelf_with_key(selectors.shelves(articles), key)
    if shelf is None or not shelf.total:
        raise NoSuchArticle(_("This page does not exist (any more). Search for what you need."))
    categories = [shelf.category.pk, *(inner.category.pk for inner in shelf.inner)]
    rows = selectors.articles_in(articles, categories, language=language)
    return _page(request, "help/category.html", {"shelf": shelf, "rows": rows}, language=language, route="help:category", key=key)


@require_safe
def search(request: HttpRequest, language: str) -> HttpResponseBase:
    """What fits the words; what nobody found is noted for the editors."""
    words = request.GET.get("q", "").strip()[:200]
    now = timezone.now()
    found = []
    if words:
        check_rate(f"help-search:{address(request)}", limit=SEARCHES, now=now)
        found = found_rows(selectors.search_articles(Article.objects.public(), words=words, language=language, limit=RESULTS))
        if not found:
            services.record_miss(words, place="help", language=language, now=now)
    response = _page(request, "help/search.html", {"found": found, "words": words}, language=language, route="help:search")
    response.headers["Cache-Control"] = "private, max-age=60"
    response.headers["X-Robots-Tag"] = "noindex"
    return response


@require_safe
def article(request: HttpRequest, language: str, slug: str) -> HttpResponseBase:
    """An article; internal, withdrawn and unpublished ones do not exist here."""
    translation.activate(language)
    found = selectors.public_article(language, slug)
    texts = language_choices(found, selectors.languages_of(found, is_public=True))
    for text in texts:
        text["url"] = public_url(text["language"], text["slug"])
    same_shelf = (
        Article.objects.public().in_language(language).filter(subject__category=found.subject.category_id).exclude(pk=found.pk)
    )
    context = {
        "article": found,
        "html": mark_safe(found.html),
        "related": list(same_shelf.order_by("-use_count", "-id").values("title", "slug", "language")[:RELATED]),
        "told": request.GET.get("told", ""),
        "texts": texts,
    }
    return _page(request, "help/article.html", context, language=language, modified_at=found.published_at)


@csrf_exempt
@require_POST
def opinion(request: HttpRequest, language: str, slug: str) -> HttpResponseBase:
    """Whether the article helped: once a day from an address, from our own pages only.

    The pages carry no cookie, so there is no token to compare: browsers say where a form came from.
    """
    if request.headers.get("Sec-Fetch-Site", "same-origin") not in ("same-origin", "none"):
        raise ForeignPage(_("Open the article in the help centre and answer there."))
    translation.activate(language)
    found, now, who = selectors.public_article(language, slug), timezone.now(), address(request)
    check_rate(f"help-opinions:{who}", limit=OPINIONS, now=now)
    check_rate(f"help-opinion:{found.pk}:{who}", limit=OPINIONS_ON_ONE, now=now)
    is_helpful = request.POST.get("helpful") == "yes"
    services.record_opinion(found.pk, is_helpful=is_helpful)
    answer = HttpResponseRedirect(f"{public_url(language, slug)}?told={'yes' if is_helpful else 'no'}#opinion")
    answer.status_code = 303
    return answer


@require_safe
def sitemap(request: HttpRequest) -> HttpResponse:
    """Every public article with its other language, for search engines."""
    rows = Article.objects.public().order_by("subject_id", "id").values("subject_id", "language", "slug", "published_at")
    texts: dict[int, list[dict[str, Any]]] = {}
    for row in rows:
        url = request.build_absolute_uri(public_url(row["language"], row["slug"]))
        texts.setdefault(row["subject_id"], []).append({**row, "url": url, "html_language": HTML_LANGUAGES[row["language"]]})
    context = {"subjects": list(texts.values())}
    response = render(request, "help/sitemap.xml", context, content_type="application/xml; charset=utf-8")
    response.headers["Cache-Control"] = f"public, max-age={KEPT_SECONDS}"
    return response


def _page(
    request: HttpRequest, template: str, context: dict[str, Any], *, language: str, route: str = "",
    modified_at: datetime | None = None, **place: str,
) -> HttpResponseBase:  # fmt: skip
    """Renders in the language of the address, without cookie or session, and says how long it may be kept."""
    translation.activate(language)
    if "texts" not in context:
        context["texts"] = [
            {"name": name, "html_language": HTML_LANGUAGES[code], "is_current": code == language,
             "url": reverse(route, kwargs={"language": code, **place})}
            for code, name in LANGUAGE_NAMES.items()
        ]  # fmt: skip
    plain = {"csrf_token": "", "messages": (), "help_language": language, "brand_url": reverse("help:home", args=[language])}
    response = render(request, template, plain | {"canonical": request.build_absolute_uri(request.path)} | context)
    response.headers["Content-Language"] = HTML_LANGUAGES[language]
    response.headers["Cache-Control"] = f"public, max-age={KEPT_SECONDS}"
    if modified_at is not None and not request.GET:
        response.headers["Last-Modified"] = http_date(modified_at.timestamp())
        return get_conditional_response(request, last_modified=int(modified_at.timestamp()), response=response) or response
    return response


def _shelf_with_key(found: list[Shelf], key: str) -> Shelf | None:
    for shelf in found:
        if shelf.category.key == key:
            return shelf
        inner = _shelf_with_key(shelf.inner, key)
        if inner is not None:
            return inner
    return None
