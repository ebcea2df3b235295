"""A questionnaire in another app's page: the form, its styles and the script that shows and hides."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from django import template
from django.utils.translation import gettext, gettext_lazy

from lingting.kernel.questionnaires.asking import parts_of
from lingting.kernel.questionnaires.definitions import Condition, QuestionnaireDefinition
from lingting.kernel.questionnaires.definitions import plain as without_zeros
from lingting.kernel.questionnaires.differences import condition_words
from lingting.kernel.questionnaires.models import ItemKind, Version

register = template.Library()
_ICONS = {
    ItemKind.SCALE: "stairs-up", ItemKind.CHOICE: "circle-dot", ItemKind.CHOICES: "checkbox", ItemKind.TEXT: "align-left",
    ItemKind.NUMBER: "hash", ItemKind.YES_NO: "toggle-left", ItemKind.FILE: "paperclip",
}  # fmt: skip
_RESPONDENTS = {
    "account": gettext_lazy("staff"), "customer": gettext_lazy("customer"), "visitor": gettext_lazy("customer"),
    "system": gettext_lazy("the system"), "rule": gettext_lazy("a rule"),
}  # fmt: skip


@register.inclusion_tag("questionnaires/_form.html")
def questionnaire_form(
    version: Version, *, answers: Mapping[str, Any] | None = None, problems: Mapping[str, Sequence[str]] | None = None
) -> dict[str, Any]:
    """The questions of a published version, for the inside of a `<form>`. Two queries.

    Read what it sends with `services.answers_in`. With file questions the form needs `enctype="multipart/form-data"`.
    """
    return {"parts": parts_of(version, answers=answers, problems=problems)}


@register.inclusion_tag("questionnaires/_assets.html")
def questionnaire_assets() -> dict[str, Any]:
    """Styles and script of the form, for the page's head."""
    return {}


@register.filter
def kind_icon(kind: str) -> str:
    return _ICONS.get(kind, "help")  # type: ignore[call-overload, no-any-return]


@register.filter
def kind_label(kind: str) -> str:
    return str(ItemKind(kind).label) if kind in ItemKind.values else kind


@register.filter
def percent(share: float | Decimal | None) -> str:
    """A share with one place, without a needless nought: 81.3 %, 80 %."""
    return "–" if share is None else f"{float(share) * 100:.1f}".removesuffix(".0") + " %"


@register.filter
def machine(share: float) -> str:
    """A share in percent as attributes take it, whatever the language."""
    return f"{share * 100:.2f}"


@register.filter
def plain(number: Decimal) -> str:
    return without_zeros(number)


@register.filter(name="is")
def is_same(left: str, right: str) -> bool:
    return left == right


@register.filter
def condition(one: Condition, written: QuestionnaireDefinition) -> str:
    """A condition as people read it."""
    return condition_words(one, {item.key: item for item in written.items})


@register.filter
def respondent(kind: str) -> str:
    """Who answered, in the word of the screen."""
    return str(_RESPONDENTS.get(kind, gettext("somebody")))
