"""Files that were given as answers: who may see them, and that they are in use."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from django.http import HttpRequest

from lingting.kernel.questionnaires.models import Answer, ItemKind
from lingting.platform.files.models import StoredFile
from lingting.platform.ui.navigation import may

VIEW_RESULTS = "questionnaires.view_results"


def may_see_answer(request: HttpRequest, file: StoredFile) -> bool | None:
    """Whoever may read results; nothing is said about files that are no answers."""
    answers = Answer.objects.filter(item__kind=ItemKind.FILE, value__value=str(file.public_id))
    return True if may(request, VIEW_RESULTS) and answers.exists() else None


def files_in_answers(candidates: Sequence[int]) -> Iterable[int]:
    """Which of these stored files are answers."""
    by_public_id = {str(pk): number for number, pk in StoredFile.objects.filter(pk__in=candidates).values_list("id", "public_id")}
    used = Answer.objects.filter(item__kind=ItemKind.FILE, value__value__in=list(by_public_id))
    return {by_public_id[value] for value in used.values_list("value__value", flat=True)}
