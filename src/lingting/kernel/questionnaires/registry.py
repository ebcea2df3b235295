"""What an app counts on in a questionnaire that it asks: said to whoever edits it, before it can be published."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext as _

from lingting.kernel.questionnaires.definitions import QuestionnaireDefinition
from lingting.kernel.questionnaires.models import ItemKind


@dataclass(frozen=True, kw_only=True)
class ScaleNeeded:
    """The questionnaire `form` keeps a scale under the key `item`, always asked and required; `use` says what is made of it."""

    form: str
    item: str
    low: int
    high: int
    use: str | Promise


_needs: list[ScaleNeeded] = []


def register_need(need: ScaleNeeded) -> None:
    """In `AppConfig.ready()` of the app that asks the questionnaire."""
    if need not in _needs:
        _needs.append(need)


def unmet_needs(definition: QuestionnaireDefinition) -> Iterator[str]:
    """A sentence for each need that a definition does not meet."""
    for need in _needs:
        if need.form == definition.key and not _is_met(need, definition):
            yield _(
                "%(use)s: keep a required scale from %(low)s to %(high)s with the key “%(key)s”, asked without conditions."
            ) % {"use": need.use, "low": need.low, "high": need.high, "key": need.item}


def _is_met(need: ScaleNeeded, definition: QuestionnaireDefinition) -> bool:
    return any(
        item.key == need.item
        and item.kind == ItemKind.SCALE
        and (item.settings.get("low"), item.settings.get("high")) == (need.low, need.high)
        and item.is_required
        and not item.show_if
        for item in definition.items
    )
