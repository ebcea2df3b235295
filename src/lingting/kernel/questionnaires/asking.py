"""A questionnaire as a screen asks it: words in the reader's language, what was typed, what is wrong."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import zip_longest
from typing import Any

from django.utils.translation import gettext as _

from lingting.kernel.questionnaires.definitions import WORDS, ItemDefinition, QuestionnaireDefinition, in_language
from lingting.kernel.questionnaires.models import Item, ItemKind, Version
from lingting.kernel.questionnaires.showing import conditions_of, shown_keys, written

PREFIX = "answer-"


@dataclass(frozen=True, kw_only=True)
class Question:
    """An item as it is asked. `chosen` holds option keys, `value` what was typed; hidden ones wait for earlier answers."""

    item: Item | ItemDefinition
    name: str
    options: list[tuple[str, str]]
    conditions: list[dict[str, str]]
    is_shown: bool
    value: str = ""
    chosen: frozenset[str] = frozenset()
    problems: tuple[str, ...] = ()

    @property
    def steps(self) -> list[tuple[str, str, str]]:
        """The options of a scale with their words, "" where a step has none."""
        words = step_words(self.item)
        return [(key, label, words[place] if place < len(words) else "") for place, (key, label) in enumerate(self.options)]

    @property
    def is_wide(self) -> bool:
        """Options that stand below one another since they are many or long; those of a scale never do."""
        return self.item.kind != ItemKind.SCALE and (
            len(self.options) > 4 or any(len(label) > 24 for _key, label in self.options)
        )


@dataclass(frozen=True)
class Part:
    """A section with its questions."""

    name: str
    questions: list[Question]


def parts_of(
    version: Version, *, answers: Mapping[str, Any] | None = None, problems: Mapping[str, Sequence[str]] | None = None
) -> list[Part]:
    """A published version as it is asked. Two queries."""
    sections = list(version.sections.prefetch_related("items"))
    return _parts([(section.name, list(section.items.all())) for section in sections], answers or {}, problems or {})


def parts_of_definition(
    definition: QuestionnaireDefinition, *, answers: Mapping[str, Any] | None = None,
    problems: Mapping[str, Sequence[str]] | None = None,
) -> list[Part]:  # fmt: skip
    """The same of a draft. No query."""
    return _parts([(section.name, list(section.items)) for section in definition.sections], answers or {}, problems or {})


def _parts(
    sections: Sequence[tuple[str, Sequence[Any]]], answers: Mapping[str, Any], problems: Mapping[str, Sequence[str]]
) -> list[Part]:
    shown = shown_keys([item for _name, items in sections for item in items], answers)
    return [
        Part(name, [_question(item, answers.get(item.key), problems.get(item.key, ()), item.key in shown) for item in items])
        for name, items in sections
        if items
    ]


def _question(item: Any, answer: Any, problems: Sequence[str], is_shown: bool) -> Question:
    given = answer if isinstance(answer, list) else [] if answer is None else [answer]
    return Question(
        item=item, name=f"{PREFIX}{item.key}", options=options_of(item), is_shown=is_shown, problems=tuple(problems),
        conditions=[{"item": one.item, "op": one.op, "value": one.value} for one in conditions_of(item)],
        value="" if answer is None or isinstance(answer, (list, bool)) else str(answer),
        chosen=frozenset(written(one) for one in given),
    )  # fmt: skip


def options_of(item: Any) -> list[tuple[str, str]]:
    """What can be chosen, as (value in the form, words); empty where something is typed."""
    if item.kind == ItemKind.YES_NO:
        return [("yes", _("Yes")), ("no", _("No"))]
    if item.kind == ItemKind.SCALE:
        low, high = item.settings.get("low"), item.settings.get("high")
        if not isinstance(low, int) or not isinstance(high, int) or high - low > 100:
            return []
        return [(str(number), str(number)) for number in range(low, high + 1)]
    if item.kind in (ItemKind.CHOICE, ItemKind.CHOICES):
        return [
            (option["key"], in_language(option.get("zh", ""), option.get("en", "")) or option["key"])
            for option in item.settings.get("options", ())
        ]
    return []


def step_words(item: Any) -> list[str]:
    """What the steps of a scale are called, from the lowest; empty where nobody named them."""
    both = [list(item.settings.get(name) or ()) for name in WORDS]
    return [in_language(zh, en) for zh, en in zip_longest(*both, fillvalue="")]


def answer_words(item: Any, value: Any) -> str:
    """An answer as people read it."""
    if isinstance(value, bool):
        return _("Yes") if value else _("No")
    words = dict(options_of(item))
    given = value if isinstance(value, list) else [value]
    return " · ".join(words.get(str(one), str(one)) for one in given)
