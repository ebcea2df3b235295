"""Writing procedures: list, sheet, editor, publishing, what changed, import and export."""

from __future__ import annotations

from typing import Any

import orjson
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from lingting.kernel.accounts.permissions import requires
from lingting.kernel.procedures import selectors, services
from lingting.kernel.procedures.checking import nodes_of, placed_sentences, version_problems
from lingting.kernel.procedures.conditions import OPERATORS
from lingting.kernel.procedures.diagram import drawn
from lingting.kernel.procedures.differences import differences
from lingting.kernel.procedures.forms import DefinitionForm, ProcedureForm, StepForm, read_levels, read_outcomes
from lingting.kernel.procedures.models import Procedure, Step, StepKind, Version, VersionState
from lingting.kernel.procedures.registry import knowledge_kinds, references_of
from lingting.kernel.procedures.services.reading import readers_of
from lingting.kernel.questionnaires.models import Item
from lingting.kernel.timeline.registry import subject_kind
from lingting.platform.ui.refused_forms import submitted

WRITE = "procedures.write_procedures"
MOST_BYTES = 500_000


@require_safe
@requires(WRITE)
def procedures(request: HttpRequest) -> HttpResponse:
    """All written processes: version in use, draft, runs under way, who has read, when to review."""
    today = timezone.localdate()
    rows = []
    for procedure in selectors.procedures_in_use():
        by_state = {version.state: version for version in procedure.living_versions}  # type: ignore[attr-defined]
        rows.append(
            {
                "procedure": procedure, "published": by_state.get(VersionState.PUBLISHED), "draft": by_state.get(VersionState.DRAFT),
                "is_review_due": procedure.review_date is not None and procedure.review_date <= today,
            }
        )  # fmt: skip
    return render(request, "procedures/procedures.html", {"rows": rows})


@require_safe
@requires(WRITE)
def procedure(request: HttpRequest, procedure_id: int) -> HttpResponse:
    """The sheet: what it is for, its picture, its versions, who has read the one in use."""
    found = get_object_or_404(Procedure.objects.select_related("owner"), pk=procedure_id)
    versions = list(found.versions.select_related("published_by").order_by("-number"))
    shown = next((one for one in versions if one.state == VersionState.PUBLISHED), versions[0] if versions else None)
    context = {
        "procedure": found, "versions": versions, "shown": shown, "about": subject_kind(found.subject_kind).label,
        "draft": next((one for one in versions if one.is_draft), None), **_picture(shown),
        "readings": list(selectors.readings_of(shown)) if shown and not shown.is_draft else [],
    }  # fmt: skip
    return render(request, "procedures/procedure.html", context)


def _picture(version: Version | None) -> dict[str, Any]:
    """The flow of a version with titles at hand."""
    if version is None:
        return {}
    steps = {step.key: step for step in version.steps.prefetch_related("outcomes")}
    labels = {(step.key, outcome.key): outcome.label for step in steps.values() for outcome in step.outcomes.all()}
    diagram = drawn(nodes_of(version))
    return {
        "diagram": diagram, "boxes": [(box, steps.get(box.key)) for box in diagram.boxes],
        "lines": [(line, labels.get((line.step, line.outcome), "")) for line in diagram.lines],
    }  # fmt: skip


@requires(WRITE)
def sheet(request: HttpRequest, procedure_id: int | None = None) -> HttpResponse:
    found = get_object_or_404(Procedure, pk=procedure_id) if procedure_id else Procedure()
    names = ("name_zh", "name_en", "purpose_zh", "purpose_en", "subject_kind", "owner", "review_date")
    form = ProcedureForm(request.POST or None, initial={name: getattr(found, name) for name in names})

    def act(given: dict[str, Any]) -> HttpResponse:
        is_new = found.pk is None
        saved = services.save_procedure(found, **given, now=timezone.now())
        messages.success(request, _("“%(name)s” is saved.") % {"name": saved})
        return redirect("procedures:editor" if is_new else "procedures:procedure", procedure_id=saved.pk)

    answer, status = submitted(request, form, act)
    if answer is not None:
        return answer
    back = reverse("procedures:procedure", args=[found.pk]) if found.pk else reverse("procedures:procedures")
    context = {"form": form, "record": found if found.pk else None, "cancel_url": back}
    return render(request, "procedures/sheet.html", context, status=status)


@requires(WRITE)
def editor(request: HttpRequest, procedure_id: int) -> HttpResponse:
    """The draft as a list of steps with the form of one (`?step=key`); POST saves that step."""
    found = get_object_or_404(Procedure, pk=procedure_id)
    draft = services.draft_from(found, now=timezone.now())
    steps = selectors.written_steps(draft)
    wanted = request.GET.get("step", "")
    chosen = next((step for step in steps if step.key == wanted), steps[0] if steps else None)
    form, status = None, 200
    if chosen is not None:
        form = StepForm(request.POST or None, instance=chosen, amounts=_amounts(steps))
        if request.method == "POST":
            status = 422
            if form.is_valid():
                services.save_step(
                    Step.objects.get(pk=chosen.pk),
                    services.StepDraft(
                        fields=form.cleaned_data, outcomes=read_outcomes(request.POST), levels=read_levels(request.POST)
                    ),
                )
                messages.success(request, _("“%(name)s” is saved.") % {"name": form.cleaned_data["title_zh"]})
                return redirect(_editor_url(found, chosen.key))
    return render(request, "procedures/editor.html", _editor_context(found, draft, steps, chosen, form), status=status)


def _editor_context(found: Procedure, draft: Version, steps: list[Step], chosen: Step | None, form: Any) -> dict[str, Any]:
    problems = placed_sentences({step.key: step for step in steps}, version_problems(draft))
    wrong = {key for key, _sentence in problems}
    outcomes = list(chosen.outcomes.all()) if chosen else []
    return {
        "procedure": found, "draft": draft, "problems": problems, "chosen": chosen, "form": form, **_picture(draft),
        **_knowledge(form), "steps": [(step, step.key in wrong) for step in steps], "targets": [(step.key, step.title) for step in steps],
        "outcomes": [*((number, one, [*enumerate([*one.tests, {}])]) for number, one in enumerate(outcomes)), *_blank(chosen, outcomes)],
        "levels": [*enumerate([*(chosen.levels.all() if chosen else []), None])], "places": _places(found, steps, chosen),
        "operators": OPERATORS.items(), "kinds": StepKind.choices, "has_published": found.versions.exclude(pk=draft.pk).exists(),
    }  # fmt: skip


def _blank(chosen: Step | None, outcomes: list[Any]) -> list[tuple[int, None, list[tuple[int, dict[str, Any]]]]]:
    """One empty row more, except where the outcomes are given."""
    if chosen is None or chosen.kind in (StepKind.APPROVAL, StepKind.JOIN):
        return []
    return [(len(outcomes), None, [(0, {})])]


def _amounts(steps: list[Step]) -> list[tuple[str, str]]:
    """The number fields of the draft's forms, as `step.item`."""
    return [
        (f"{step.key}.{item.key}", f"{step.title} · {item.text_zh}")
        for step, item in _items(steps)
        if item.kind in ("number", "scale")
    ]


def _knowledge(form: Any) -> dict[str, Any]:
    """What a step requires people to know, and what else an editor may choose; nothing where no app offers any."""
    offered = [one for kind in knowledge_kinds().values() for one in kind.find("")]
    return {"references": references_of(form["knowledge"].value() or []) if form else [], "offered": offered}


@require_safe
@requires(WRITE)
def knowledge(request: HttpRequest) -> HttpResponse:
    """Pieces of knowledge whose name has the words, for the picker."""
    words = request.GET.get("q", "")[:100]
    found = [
        {"value": one.key, "label": one.label, "detail": str(kind.label)}
        for kind in knowledge_kinds().values()
        for one in kind.find(words)
    ]
    return JsonResponse({"found": found})


def _items(steps: list[Step]) -> list[tuple[Step, Item]]:
    by_form: dict[int, list[Item]] = {}
    for item in Item.objects.filter(section__version_id__in=[step.form_id for step in steps if step.form_id]).select_related(
        "section"
    ):
        by_form.setdefault(item.section.version_id, []).append(item)
    return [(step, item) for step in steps for item in by_form.get(step.form_id or 0, [])]


def _places(found: Procedure, steps: list[Step], chosen: Step | None) -> list[tuple[str, str]]:
    """What a condition can ask: answers of the draft's forms, and facts that the subject's kind offers."""
    answers = [
        (f"answer|{'' if chosen and step.key == chosen.key else step.key}|{item.key}", f"{step.title} · {item.text_zh}")
        for step, item in _items(steps)
    ]
    kind = subject_kind(found.subject_kind)
    return [*answers, *((f"fact||{key}", f"{kind.label} · {offer.label}") for key, offer in kind.fields.items())]


def _editor_url(found: Procedure, key: str = "") -> str:
    return reverse("procedures:editor", args=[found.pk]) + (f"?step={key}" if key else "")


def _draft_of(procedure_id: int) -> tuple[Procedure, Version]:
    found = get_object_or_404(Procedure, pk=procedure_id)
    return found, services.draft_from(found, now=timezone.now())


@require_POST
@requires(WRITE)
def new_step(request: HttpRequest, procedure_id: int) -> HttpResponse:
    """`kind`, `title`, and `after` the key of the step it follows."""
    found, draft = _draft_of(procedure_id)
    after = draft.steps.filter(key=request.POST.get("after", "")).first() or draft.steps.order_by("-order").first()
    kind = request.POST.get("kind", "task")
    title = request.POST.get("title", "").strip()[:120] or str(dict(StepKind.choices).get(kind, kind))
    made = services.add_step(draft, kind=kind if kind in StepKind.values else "task", title_zh=title, after=after)
    return redirect(_editor_url(found, made.key))


@require_POST
@requires(WRITE)
def step_place(request: HttpRequest, procedure_id: int, key: str) -> HttpResponse:
    """`to`: the place in the list, from 0."""
    found, draft = _draft_of(procedure_id)
    step, to = get_object_or_404(draft.steps, key=key), request.POST.get("to", "")
    if to.isascii() and to.isdecimal() and len(to) < 5:
        services.move_step(step, to=int(to))
    return redirect(_editor_url(found, key))


@require_POST
@requires(WRITE)
def step_removal(request: HttpRequest, procedure_id: int, key: str) -> HttpResponse:
    found, draft = _draft_of(procedure_id)
    step = get_object_or_404(draft.steps, key=key)
    services.remove_step(step)
    messages.success(request, _("“%(name)s” is taken out of the draft.") % {"name": step})
    return redirect(_editor_url(found))


@require_POST
@requires(WRITE)
def discarding(request: HttpRequest, procedure_id: int) -> HttpResponse:
    found, draft = _draft_of(procedure_id)
    services.discard_draft(draft)
    messages.success(request, _("The draft is thrown away."))
    return redirect("procedures:procedure", procedure_id=found.pk)


@requires(WRITE)
def publication(request: HttpRequest, procedure_id: int) -> HttpResponse:
    """What changes, who has to read it, what is still wrong; POST publishes."""
    found, draft = _draft_of(procedure_id)
    current = found.versions.filter(state=VersionState.PUBLISHED).first()
    if request.method == "POST":
        published = services.publish_version(draft, note=request.POST.get("note", ""), actor=request.user, now=timezone.now())
        messages.success(request, _("Version %(number)s is published.") % {"number": published.number})
        return redirect("procedures:procedure", procedure_id=found.pk)
    steps = {step.key: step for step in draft.steps.prefetch_related("outcomes")}
    context = {
        "procedure": found, "draft": draft, "current": current, "problems": placed_sentences(steps, version_problems(draft)),
        "changes": differences(current, draft) if current else [], "readers": len(readers_of(draft)),
        "running": found.runs.filter(state="running").count(),
    }  # fmt: skip
    return render(request, "procedures/publication.html", context)


@require_safe
@requires(WRITE)
def version(request: HttpRequest, version_id: int) -> HttpResponse:
    """One version as it is written, and what changed since the one before."""
    found = get_object_or_404(Version.objects.select_related("procedure", "published_by"), pk=version_id)
    before = found.procedure.versions.filter(number__lt=found.number).order_by("-number").first()
    context = {
        "version": found, "procedure": found.procedure, "steps": selectors.written_steps(found), "before": before,
        "changes": differences(before, found) if before else [], **_picture(found),
    }  # fmt: skip
    return render(request, "procedures/version.html", context)


@require_safe
@requires(WRITE)
def definition(request: HttpRequest, version_id: int) -> HttpResponse:
    """A version as JSON, to keep or to bring to another centre."""
    found = get_object_or_404(Version.objects.select_related("procedure"), pk=version_id)
    body = orjson.dumps(services.export_procedure(found), option=orjson.OPT_INDENT_2)
    answer = HttpResponse(body, content_type="application/json")
    answer["Content-Disposition"] = f'attachment; filename="{found.procedure.key}-v{found.number}.json"'
    return answer


@requires(WRITE)
def bringing_in(request: HttpRequest) -> HttpResponse:
    """Reads a JSON definition into a draft."""
    form = DefinitionForm(request.POST or None, request.FILES or None)

    def act(given: dict[str, Any]) -> HttpResponse:
        made = services.import_procedure(_parsed(given), now=timezone.now())
        messages.success(request, _("“%(name)s” is in the draft. Check it and publish it.") % {"name": made})
        return redirect(_editor_url(made))

    answer, status = submitted(request, form, act)
    if answer is not None:
        return answer
    return render(
        request, "procedures/bringing_in.html", {"form": form, "cancel_url": reverse("procedures:procedures")}, status=status
    )


def _parsed(given: dict[str, Any]) -> dict[str, Any]:
    raw = given["file"].read(MOST_BYTES + 1) if given.get("file") else given["text"].encode()
    try:
        found = orjson.loads(raw[:MOST_BYTES])
    except orjson.JSONDecodeError as error:
        raise services.BadDefinition(_("This is not JSON as it is exported here: %(error)s") % {"error": error}) from error
    if not isinstance(found, dict):
        raise services.BadDefinition(_("A definition needs a key and a Chinese name."))
    return found
