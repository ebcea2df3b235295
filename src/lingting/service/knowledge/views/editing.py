"""Writing articles: drafts, the editor with its autosave, publishing, versions and what changed between them."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.safestring import mark_safe
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from lingting.kernel.accounts.permissions import check_permission, requires
from lingting.platform.files.selectors import plain_url
from lingting.platform.refusals import Conflict, Invalid, Refusal
from lingting.service.knowledge import selectors, services
from lingting.service.knowledge.differences import differences
from lingting.service.knowledge.forms import ArticleForm, NewArticleForm
from lingting.service.knowledge.html import editor_html, plain_text, sanitised
from lingting.service.knowledge.models import Article, Version
from lingting.service.knowledge.presenting import LANGUAGE_NAMES, language_choices, reader_language
from lingting.service.knowledge.services import LanguageTaken, NoSuchArticle

WRITE = "knowledge.write_articles"
PUBLISH = "knowledge.publish_articles"
DRAFTS_SHOWN = 100


@require_GET
@requires(WRITE)
def drafts(request: HttpRequest) -> HttpResponse:
    return render(request, "knowledge/drafts.html", {"rows": selectors.drafts_waiting(most=DRAFTS_SHOWN)})


@requires(WRITE)
def new_article(request: HttpRequest) -> HttpResponse:
    given = request.GET.get("category", "")
    initial = {
        "audience": "public",
        "language": reader_language(),
        "category": given if given.isdigit() else None,
        "title": request.GET.get("title", ""),
    }
    form = NewArticleForm(request.POST or None, initial=initial)
    if request.method == "POST" and form.is_valid():
        made = services.create_article(
            form.cleaned_data["title"], category_id=form.cleaned_data["category"].pk, audience=form.cleaned_data["audience"],
            language=form.cleaned_data["language"], actor=request.user.as_actor, now=timezone.now(),
        )  # fmt: skip
        return redirect("knowledge:edit", made.pk)
    context = {"form": form, "cancel_url": reverse("knowledge:home"), "submit_label": _("Begin to write")}
    return render(request, "knowledge/article_new.html", context, status=422 if form.errors else 200)


@require_POST
@requires(WRITE)
def translation(request: HttpRequest, article_id: int) -> HttpResponse:
    """Another language of an article: begins with its title, or opens the text there is."""
    found = selectors.access_draft(request.user, article_id)
    language = "en" if found.language == "zh-hans" else "zh-hans"
    try:
        made_id = services.create_article(
            found.title or found.draft_title, category_id=found.subject.category_id, audience=found.subject.audience,
            language=language, subject_id=found.subject_id, actor=request.user.as_actor, now=timezone.now(),
        ).pk  # fmt: skip
    except LanguageTaken as refusal:
        made_id = refusal.details["article_id"]  # type: ignore[assignment]
    return redirect("knowledge:edit", made_id)


@requires(WRITE)
def edit_article(request: HttpRequest, article_id: int) -> HttpResponse:
    """The editor. Saving by the button works without script; with it, the draft is kept while one writes."""
    found = selectors.access_draft(request.user, article_id)
    shown = services.draft_of(found)
    initial = shown | {
        "category": found.subject.category_id,
        "audience": found.subject.audience,
        "draft_number": found.draft_number,
    }
    form = ArticleForm(request.POST or None, initial=initial)
    if request.method == "POST" and form.is_valid() and _kept(request, form, found):
        if request.POST.get("then") == "publish":
            return publication(request, article_id)
        messages.success(request, _("The draft is saved."))
        return redirect("knowledge:edit", found.pk)
    written = form.data.get("html", "") if form.is_bound else shown["html"]
    context = {
        "form": form,
        "article": found,
        "editor_html": editor_html(sanitised(written)),
        "languages": language_choices(found, selectors.languages_of(found, is_editor=True)),
        "other_language": LANGUAGE_NAMES["en" if found.language == "zh-hans" else "zh-hans"],
        "may_publish": request.user.can(PUBLISH),
        "draft_number": form.data.get("draft_number", found.draft_number) if form.is_bound else found.draft_number,
    }
    return render(request, "knowledge/edit.html", context, status=422 if form.errors else 200)


def _kept(request: HttpRequest, form: ArticleForm, article: Article) -> bool:
    given = form.cleaned_data
    try:
        _place(request, article, category_id=given["category"].pk, audience=given["audience"])
        services.save_draft(
            article.pk, title=given["title"], html=given["html"], summary=given["summary"], keywords=given["keywords"],
            expected=given["draft_number"], actor=request.user.as_actor, now=timezone.now(),
        )  # fmt: skip
    except (Invalid, Conflict) as refusal:
        form.add_error(None, str(refusal))
        return False
    return True


def _place(request: HttpRequest, article: Article, *, category_id: int, audience: str) -> None:
    """Category and audience hold at once; letting customers see what is published already is publishing."""
    subject = article.subject
    if (subject.category_id, subject.audience) == (category_id, audience):
        return
    if audience == "public" and subject.audience != "public" and subject.articles.filter(state="published").exists():
        check_permission(request.user, PUBLISH)
    services.change_subject(
        subject.pk, category_id=category_id, audience=audience, actor=request.user.as_actor, now=timezone.now()
    )


@require_POST
@requires(WRITE)
def draft(request: HttpRequest, article_id: int) -> JsonResponse:
    """Keeps what is being written: `{"draft_number", "saved_at"}`; a refusal says why, with its status."""
    found = selectors.access_draft(request.user, article_id)
    number = request.POST.get("draft_number", "")
    try:
        kept = services.save_draft(
            found.pk, title=request.POST.get("title", ""), html=request.POST.get("html", ""), summary=request.POST.get("summary", ""),
            keywords=request.POST.get("keywords", ""), expected=int(number) if number.isdigit() else None,
            actor=request.user.as_actor, now=timezone.now(),
        )  # fmt: skip
    except Refusal as refusal:
        return JsonResponse({"refused": str(refusal)}, status=refusal.status)
    return JsonResponse({"draft_number": kept.draft_number, "saved_at": kept.updated_at.isoformat()})


@require_POST
@requires(WRITE)
def draft_removal(request: HttpRequest, article_id: int) -> HttpResponse:
    found = selectors.access_draft(request.user, article_id)
    services.discard_draft(found.pk, now=timezone.now())
    messages.success(request, _("The draft is discarded; what is published stands."))
    return redirect("knowledge:article", found.pk)


@require_GET
@requires(WRITE)
def preview(request: HttpRequest, article_id: int) -> HttpResponse:
    """The draft as readers would see it."""
    found = selectors.access_draft(request.user, article_id)
    shown = services.draft_of(found)
    context = {"article": found, "shown": shown, "html": mark_safe(shown["html"])}
    return render(request, "knowledge/preview.html", context)


@require_POST
@requires(PUBLISH)
def publication(request: HttpRequest, article_id: int) -> HttpResponse:
    check_permission(request.user, PUBLISH)
    found = selectors.access_draft(request.user, article_id)
    version = services.publish_article(found.pk, actor=request.user.as_actor, now=timezone.now())
    messages.success(request, _("Version %(number)s is published.") % {"number": version.number})
    return redirect("knowledge:article", found.pk)


@require_POST
@requires(PUBLISH)
def withdrawal(request: HttpRequest, article_id: int) -> HttpResponse:
    found = selectors.access_draft(request.user, article_id)
    services.withdraw_article(found.pk, actor=request.user.as_actor, now=timezone.now())
    messages.success(request, _("The article is withdrawn. Readers no longer find it."))
    return redirect("knowledge:article", found.pk)


@require_POST
@requires(WRITE)
def pictures(request: HttpRequest, article_id: int) -> JsonResponse:
    """Takes in a picture: `{"url", "width", "height"}`."""
    found = selectors.access_draft(request.user, article_id)
    try:
        stored = services.add_picture(found.pk, upload=request.FILES.get("file"), account=request.user, now=timezone.now())
    except Refusal as refusal:
        return JsonResponse({"refused": str(refusal)}, status=refusal.status)
    return JsonResponse({"url": plain_url(stored), "width": stored.width, "height": stored.height})


@require_GET
@requires(WRITE)
def versions(request: HttpRequest, article_id: int) -> HttpResponse:
    found = selectors.access_draft(request.user, article_id)
    return render(request, "knowledge/versions.html", {"article": found, "versions": selectors.versions_of(found.pk)})


@require_GET
@requires(WRITE)
def version(request: HttpRequest, article_id: int, number: int) -> HttpResponse:
    """A publication, and what changed since the one before (or since `against`; "draft" compares with the draft)."""
    found = selectors.access_draft(request.user, article_id)
    shown = _version(found.pk, number)
    before = Version.objects.filter(article_id=found.pk, number__lt=number).order_by("-number").first()
    context: dict[str, Any] = {"article": found, "version": shown, "before": before}
    if request.GET.get("against") == "draft":
        written = services.draft_of(found)
        context["against_draft"] = True
        context["lines"] = differences(_lines(shown.title, shown.html), _lines(written["title"], written["html"]))
    elif before is not None:
        context["lines"] = differences(_lines(before.title, before.html), _lines(shown.title, shown.html))
    context["html"] = mark_safe(shown.html)
    return render(request, "knowledge/version.html", context)


@require_POST
@requires(WRITE)
def restoration(request: HttpRequest, article_id: int, number: int) -> HttpResponse:
    found = selectors.access_draft(request.user, article_id)
    services.restore_version(found.pk, number=number, actor=request.user.as_actor, now=timezone.now())
    messages.success(request, _("Version %(number)s is in the draft now. Look at it and publish it.") % {"number": number})
    return redirect("knowledge:edit", found.pk)


def _version(article_id: int, number: int) -> Version:
    found = Version.objects.select_related("published_by").filter(article_id=article_id, number=number).first()
    if found is None:
        raise NoSuchArticle(_("There is no such version."))
    return found


def _lines(title: str, html: str) -> str:
    return f"{title}\n{plain_text(html)}"
