"""The knowledge base beside a conversation."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from lingting.kernel.accounts.permissions import requires
from lingting.service.knowledge import selectors, services
from lingting.service.knowledge.presenting import HTML_LANGUAGES, language_choices, public_url
from lingting.service.knowledge.side import search_for_desk

READ = "knowledge.read_articles"


@require_GET
@requires(READ)
def search(request: HttpRequest) -> HttpResponse:
    """Results in the customer's language first."""
    words = request.GET.get("q", "").strip()[:200]
    language = "en" if request.GET.get("language") == "en" else "zh-hans"
    found = search_for_desk(words, language=language)
    if words and not found:
        services.record_miss(words, place="desk", language=language, now=timezone.now())
    return render(
        request, "knowledge/desk/results.html", {"found": found, "words": words, "language": language, "is_new": not words}
    )


@require_GET
@requires(READ)
def article(request: HttpRequest, article_id: int) -> HttpResponse:
    """An article, opened in place."""
    found = selectors.access_article(request.user, article_id)
    is_internal = found.subject.audience == "internal"
    link = "" if is_internal or not found.is_published else request.build_absolute_uri(public_url(found.language, found.slug))
    context = {
        "article": found,
        "is_internal": is_internal,
        "link": link,
        "html_language": HTML_LANGUAGES.get(found.language, found.language),
        "languages": language_choices(found, selectors.languages_of(found)),
    }
    services.record_use(found.pk, kind="read", account_id=request.user.pk, now=timezone.now())
    return render(request, "knowledge/desk/article.html", context)


@require_POST
@requires(READ)
def uses(request: HttpRequest, article_id: int) -> HttpResponse:
    """The text or the link went into an answer."""
    found = selectors.access_article(request.user, article_id)
    kind = "link" if request.POST.get("kind") == "link" else "insert"
    services.record_use(found.pk, kind=kind, account_id=request.user.pk, now=timezone.now())
    return HttpResponse(status=204)
