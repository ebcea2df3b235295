"""Reading forms."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.db.models import Count, Max, Prefetch, QuerySet

from lingting.kernel.questionnaires.asking import Question, answer_words, parts_of
from lingting.kernel.questionnaires.models import Answer, ItemKind, Questionnaire, Response, Version
from lingting.kernel.timeline.registry import subject_kind
from lingting.platform.files.models import StoredFile
from lingting.platform.files.selectors import plain_url


def current_version(key: str) -> Version | None:
    """The latest published version of a form; None when there is none."""
    return (
        Version.objects.filter(questionnaire__key=key, published_at__isnull=False)
        .select_related("questionnaire")
        .order_by("-number")
        .first()
    )


def questionnaires_listed() -> QuerySet[Questionnaire]:
    """Every questionnaire with its versions (`listed`, newest first), how often it was answered and when last."""
    versions = Version.objects.defer("draft").order_by("-number")
    return (
        Questionnaire.objects.prefetch_related(Prefetch("versions", versions, to_attr="listed"))
        .annotate(answered=Count("versions__responses"), answered_at=Max("versions__responses__answered_at"))
        .order_by("name_zh", "id")
    )


def asked(version: Version) -> dict[str, Any]:
    """A published version for a program that draws it itself, such as the chat window: plain values in the reader's language.

    Its answers go to `respond` as they are. Two queries.
    """
    return {
        "version": version.pk,
        "parts": [{"name": part.name, "questions": [_plain(one) for one in part.questions]} for part in parts_of(version)],
    }


def _plain(question: Question) -> dict[str, Any]:
    item = question.item
    return {
        "key": item.key, "kind": str(item.kind), "text": item.text, "is_required": item.is_required,
        "low": item.settings.get("low"), "high": item.settings.get("high"),
        "options": [{"key": key, "label": label, "words": words} for key, label, words in question.steps],
        "show_if": question.conditions,
    }  # fmt: skip


def answers_shown(response: Response) -> list[dict[str, Any]]:
    """The answers of a response in the order of the form, as people read them; files with their address. Two queries."""
    answers = list(
        Answer.objects.filter(response=response).select_related("item__section").order_by("item__section__order", "item__order")
    )
    wanted = [answer.value["value"] for answer in answers if answer.item.kind == ItemKind.FILE]
    files = {str(file.public_id): file for file in StoredFile.objects.filter(public_id__in=wanted)} if wanted else {}
    return [_shown(answer, files) for answer in answers]


def name_subjects(rows: Sequence[Response]) -> None:
    """Puts beside each response what it is about, as people name it: `about` (the kind) and `about_name`. Few queries."""
    by_kind: dict[str, list[int]] = {}
    for row in rows:
        by_kind.setdefault(row.subject_type, []).append(row.subject_id)
    named = {kind: subject_kind(kind).names(ids) for kind, ids in by_kind.items()}
    for row in rows:
        row.about = str(subject_kind(row.subject_type).label)  # type: ignore[attr-defined]
        row.about_name = named[row.subject_type].get(row.subject_id, f"#{row.subject_id}")  # type: ignore[attr-defined]


def _shown(answer: Answer, files: dict[str, StoredFile]) -> dict[str, Any]:
    value = answer.value["value"]
    file = files.get(str(value)) if answer.item.kind == ItemKind.FILE else None
    words = file.original_name if file else answer_words(answer.item, value)
    return {"item": answer.item, "words": words, "url": plain_url(file) if file else ""}
