"""What changed between two questionnaires, in the words of the screen."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import zip_longest
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from lingting.kernel.questionnaires.asking import options_of
from lingting.kernel.questionnaires.definitions import WORDS, Condition, ItemDefinition, QuestionnaireDefinition, plain
from lingting.kernel.questionnaires.models import ItemKind
from lingting.kernel.questionnaires.showing import NEEDS_NO_VALUE, OPERATORS


@dataclass(frozen=True)
class Detail:
    label: str
    old: str
    new: str


@dataclass(frozen=True)
class Change:
    """`what`: added, removed, moved or changed; `title` is the question, or what the whole is called."""

    what: str
    title: str
    details: tuple[Detail, ...] = ()


def differences(old: QuestionnaireDefinition, new: QuestionnaireDefinition) -> list[Change]:
    """Changes of the whole, then question by question in the new order, then what was taken out. Matched by key."""
    found: list[Change] = []
    whole = _details(_sheet(old), _sheet(new))
    if whole:
        found.append(Change("changed", new.name_zh, whole))
    before, after = {item.key: item for item in old.items}, {item.key: item for item in new.items}
    stayed = [key for key in before if key in after]
    still = set(_longest_in_order(stayed, list(after)))
    for key, item in after.items():
        if key not in before:
            found.append(Change("added", item.text))
            continue
        details = _details(_item_sheet(before[key], before), _item_sheet(item, after))
        if details or key not in still:
            found.append(Change("changed" if details else "moved", item.text, details))
    found += [Change("removed", item.text) for key, item in before.items() if key not in after]
    return found


def _longest_in_order(old: list[str], new: list[str]) -> list[str]:
    """Keys that kept their order among themselves: the longest common run of both lists."""
    place = {key: number for number, key in enumerate(new)}
    best: list[list[str]] = []
    empty: list[str] = []
    for key in old:
        longest = max((run for run in best if place[run[-1]] < place[key]), key=len, default=empty)
        best.append([*longest, key])
    return max(best, key=len, default=empty)


def _sheet(written: QuestionnaireDefinition) -> dict[str, str]:
    share = written.pass_share
    return {
        _("Chinese name"): written.name_zh,
        _("English name"): written.name_en,
        _("Pass mark"): "" if share is None else f"{share * 100:.1f} %",
        pgettext("questionnaire", "Sections"): " · ".join(section.name for section in written.sections),
    }


def _item_sheet(item: ItemDefinition, items: dict[str, ItemDefinition]) -> dict[str, str]:
    yes, no = _("Yes"), _("No")
    return {
        _("Chinese"): item.text_zh,
        _("English"): item.text_en,
        _("Kind"): str(ItemKind(item.kind).label) if item.kind in ItemKind.values else item.kind,
        _("Options"): settings_words(item.settings),
        _("Weight"): plain(item.weight),
        _("Required"): yes if item.is_required else no,
        _("Critical"): yes if item.is_critical else no,
        _("Shown if"): pgettext("conditions", "; ").join(condition_words(one, items) for one in item.show_if),
    }


def settings_words(settings: dict[str, Any]) -> str:
    """Bounds or options with their points in one line."""
    if "options" in settings:
        return " · ".join(f"{one['zh']}/{one['en']} ({one['points']})" for one in settings["options"])
    bounds = (settings.get("low"), settings.get("high"))
    if bounds == (None, None):
        return ""
    words = ["/".join(one) for one in zip_longest(*(settings.get(name) or () for name in WORDS), fillvalue="")]
    return " · ".join([f"{'' if bounds[0] is None else bounds[0]} – {'' if bounds[1] is None else bounds[1]}", *words])


def condition_words(condition: Condition, items: dict[str, ItemDefinition]) -> str:
    asked = items.get(condition.item)
    words = f"“{asked.text if asked else condition.item}” {OPERATORS.get(condition.op, condition.op)}"
    if condition.op in NEEDS_NO_VALUE:
        return words
    return f"{words} {_value_words(condition.value, asked)}"


def _value_words(value: str, asked: ItemDefinition | None) -> str:
    return dict(options_of(asked)).get(value, value) if asked else value


def _details(old: dict[str, str], new: dict[str, str]) -> tuple[Detail, ...]:
    return tuple(Detail(label, old[label], new[label]) for label in new if old[label] != new[label])
