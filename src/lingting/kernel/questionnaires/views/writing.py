"""Writing questionnaires: list, sheet, editor, preview, publishing, import and export."""

from __future__ import annotations

from typing import Any

import orjson
from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from lingting.kernel.accounts.permissions import requires
from lingting.kernel.questionnaires import selectors, services
from lingting.kernel.questionnaires.asking import Part, parts_of_definition
from lingting.kernel.questionnaires.checking import problems_of
from lingting.kernel.questionnaires.definitions import QuestionnaireDefinition, Unreadable, as_document
from lingting.kernel.questionnaires.differences import differences
from lingting.kernel.questionnaires.models import Questionnaire, Version
from lingting.kernel.questionnaires.reading import Place, editor_context, place_in, place_text, reshaped
from lingting.kernel.questionnaires.scoring import Score, score_of
from lingting.kernel.questionnaires.services.filling import sift, typed_answers

MANAGE, VIEW_RESULTS = "questionnaires.manage", "questionnaires.view_results"
MOST_BYTES = 500_000


class NewForm(forms.Form):
    name_zh = forms.CharField(label=gettext_lazy("Chinese name"), max_length=80)
    name_en = forms.CharField(label=gettext_lazy("English name"), max_length=80, required=False)


class DefinitionForm(forms.Form):
    file = forms.FileField(
        label=gettext_lazy("File"), required=False, widget=forms.FileInput(attrs={"accept": ".json,application/json"})
    )
    text = forms.CharField(
        label=gettext_lazy("Or paste the JSON"), required=False, strip=False, max_length=MOST_BYTES,
        widget=forms.Textarea(attrs={"rows": 12, "spellcheck": "false"}),
    )  # fmt: skip


@require_safe
@requires(VIEW_RESULTS)
def questionnaires(request: HttpRequest) -> HttpResponse:
    """Every questionnaire: version in use, draft, how often it was answered."""
    rows = [
        {
            "form": form, "published": next((one for one in form.listed if not one.is_draft), None),  # type: ignore[attr-defined]
            "draft": next((one for one in form.listed if one.is_draft), None),  # type: ignore[attr-defined]
        }
        for form in selectors.questionnaires_listed()
    ]  # fmt: skip
    return render(request, "questionnaires/questionnaires.html", {"rows": rows, "may_manage": request.user.can(MANAGE)})


@requires(MANAGE)
@require_http_methods(["GET", "POST"])
def new(request: HttpRequest) -> HttpResponse:
    form = NewForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        draft = services.new_questionnaire(name_zh=form.cleaned_data["name_zh"], name_en=form.cleaned_data["name_en"])
        return redirect("questionnaires:editor", form_id=draft.questionnaire_id)
    context = {"form": form, "cancel_url": reverse("questionnaires:questionnaires"), "submit_label": _("Write the questions")}
    return render(request, "questionnaires/new.html", context, status=422 if request.method == "POST" else 200)


@requires(MANAGE)
@require_http_methods(["GET", "POST"])
def bringing_in(request: HttpRequest) -> HttpResponse:
    """A definition as JSON becomes a draft."""
    form = DefinitionForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        try:
            document = orjson.loads(given["file"].read(MOST_BYTES) if given["file"] else given["text"])
            draft = services.import_questionnaire(document)
        except orjson.JSONDecodeError as error:
            form.add_error(None, _("This is not JSON: %(error)s") % {"error": error})
        except Unreadable as error:
            form.add_error(None, _("This is not a questionnaire. Wanted at %(place)s") % {"place": error})
        else:
            messages.success(request, _("It stands here as a draft. Check it, then publish."))
            return redirect("questionnaires:editor", form_id=draft.questionnaire_id)
    context = {"form": form, "cancel_url": reverse("questionnaires:questionnaires"), "submit_label": _("Import")}
    return render(request, "questionnaires/bringing_in.html", context, status=422 if request.method == "POST" else 200)


@require_safe
@requires(VIEW_RESULTS)
def questionnaire(request: HttpRequest, form_id: int) -> HttpResponse:
    """The sheet: the version in use as people see it, and all versions."""
    form = get_object_or_404(Questionnaire, pk=form_id)
    versions = list(form.versions.select_related("published_by").defer("draft").order_by("-number"))
    shown = next((one for one in versions if not one.is_draft), None)
    context = {
        "form": form, "versions": versions, "shown": shown, "draft": next((one for one in versions if one.is_draft), None),
        "written": services.definition_of(shown) if shown else None, "may_manage": request.user.can(MANAGE),
    }  # fmt: skip
    return render(request, "questionnaires/questionnaire.html", context)


@requires(MANAGE)
@require_http_methods(["GET", "POST"])
def editor(request: HttpRequest, form_id: int) -> HttpResponse:
    """The draft, piece by piece: every post is kept at once and comes back checked. GET starts a draft where there is none."""
    form = get_object_or_404(Questionnaire, pk=form_id)
    draft = services.start_draft(form)
    place: Place = None
    if request.method == "POST":

        def change(document: dict[str, Any]) -> None:
            nonlocal place
            place = reshaped(document, request.POST)

        draft = services.change_draft(draft.pk, change)
        if not request.headers.get("HX-Request"):
            return redirect(f"{reverse('questionnaires:editor', args=[form.pk])}?at={place_text(place)}")
    written = services.definition_of(draft)
    document = as_document(written)
    if request.method == "GET":
        place = place_in(request.GET.get("at", "0.0"), document)
    context = {"form": form, "draft": draft, **editor_context(written, document, place)}
    page = "questionnaires/_editor.html" if request.headers.get("HX-Request") else "questionnaires/editor.html"
    return render(request, page, context)


@require_POST
@requires(MANAGE)
def discarding(request: HttpRequest, form_id: int) -> HttpResponse:
    draft = get_object_or_404(Version, questionnaire_id=form_id, published_at=None)
    services.discard_draft(draft.pk)
    messages.success(request, _("The draft is thrown away."))
    is_there = Questionnaire.objects.filter(pk=form_id).exists()
    return redirect("questionnaires:questionnaire", form_id=form_id) if is_there else redirect("questionnaires:questionnaires")


@requires(MANAGE)
@require_http_methods(["GET", "POST"])
def publication(request: HttpRequest, form_id: int) -> HttpResponse:
    """What publishing would change, and what is still wrong; POST publishes."""
    form = get_object_or_404(Questionnaire, pk=form_id)
    draft = get_object_or_404(Version.objects.select_related("questionnaire"), questionnaire=form, published_at=None)
    status = 200
    if request.method == "POST":
        try:
            services.publish_draft(draft.pk, note=request.POST.get("note", ""), account_id=request.user.pk, now=timezone.now())
        except services.NotSound as refusal:
            status = refusal.status
        else:
            messages.success(request, _("Version %(number)s is published.") % {"number": draft.number})
            return redirect("questionnaires:questionnaire", form_id=form.pk)
    written, current = services.definition_of(draft), selectors.current_version(form.key)
    context = {
        "form": form, "draft": draft, "current": current, "written": written,
        "changes": differences(services.definition_of(current), written) if current else [],
        "problems": [
            (place_text(one.place), one.sentence, one.is_hint) for one in sorted(problems_of(written), key=lambda one: one.is_hint)
        ],
        "is_sound": not any(not one.is_hint for one in problems_of(written)),
    }  # fmt: skip
    return render(request, "questionnaires/publication.html", context, status=status)


def _version(version_id: int) -> Version:
    return get_object_or_404(Version.objects.select_related("questionnaire", "published_by"), pk=version_id)


@require_safe
@requires(VIEW_RESULTS)
def version(request: HttpRequest, version_id: int) -> HttpResponse:
    """A version as it was asked, and what it changed."""
    found = _version(version_id)
    before = found.questionnaire.versions.filter(number__lt=found.number, published_at__isnull=False).order_by("-number").first()
    written = services.definition_of(found)
    context = {
        "form": found.questionnaire, "version": found, "before": before, "written": written,
        "changes": differences(services.definition_of(before), written) if before else [], "may_manage": request.user.can(MANAGE),
    }  # fmt: skip
    return render(request, "questionnaires/version.html", context)


@requires(VIEW_RESULTS)
@require_http_methods(["GET", "POST"])
def preview(request: HttpRequest, version_id: int) -> HttpResponse:
    """As the filler sees it, in either language (`?language=`). POST checks and scores the answers; nothing is kept."""
    found = _version(version_id)
    wanted = request.GET.get("language", "")
    language = wanted if wanted in ("zh-hans", "en") else translation.get_language() or "zh-hans"
    written = services.definition_of(found)
    with translation.override(language):
        parts, score, problems = _tried(request, written)
    context = {
        "form": found.questionnaire, "version": found, "parts": parts, "score": score, "problems": problems, "language": language,
        "is_passed": score is not None and score.share is not None and written.pass_share is not None and score.share >= written.pass_share,
        "written": written, "languages": [("zh-hans", "中文"), ("en", "English")],
    }  # fmt: skip
    return render(request, "questionnaires/preview.html", context, status=422 if problems else 200)


def _tried(request: HttpRequest, written: QuestionnaireDefinition) -> tuple[list[Part], Score | None, dict[str, list[str]]]:
    """The form with the answers that were tried, their score, and what is wrong with them."""
    if request.method != "POST":
        return parts_of_definition(written), None, {}
    items = [item for item in written.items if item.kind != "file"]
    answers = typed_answers(request.POST, items)
    sifted = sift(items, answers)
    parts = parts_of_definition(written, answers=answers, problems=sifted.problems)
    return parts, None if sifted.problems else score_of(sifted.good), sifted.problems


@require_POST
@requires(MANAGE)
def starting(request: HttpRequest, version_id: int) -> HttpResponse:
    """A new draft from this version, unless there is a draft already."""
    found = _version(version_id)
    draft = services.start_draft(found.questionnaire, version=found)
    if draft.draft_number or draft.number != found.questionnaire.versions.count():
        messages.info(request, _("There was a draft already: here it is."))
    return redirect("questionnaires:editor", form_id=found.questionnaire_id)


@require_safe
@requires(MANAGE)
def definition(request: HttpRequest, version_id: int) -> HttpResponse:
    """The version as JSON, to keep or to import elsewhere."""
    found = _version(version_id)
    body = orjson.dumps(as_document(services.definition_of(found)), option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE)
    name = f"{found.questionnaire.key}-v{found.number}.json"
    return HttpResponse(body, content_type="application/json", headers={"Content-Disposition": f'attachment; filename="{name}"'})
