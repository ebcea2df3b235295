"""What is wrong with a questionnaire before it can be published, and what is only worth a look."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

from django.utils.translation import gettext as _

from lingting.kernel.questionnaires.definitions import WORDS, Condition, ItemDefinition, QuestionnaireDefinition
from lingting.kernel.questionnaires.models import ItemKind
from lingting.kernel.questionnaires.registry import unmet_needs
from lingting.kernel.questionnaires.scoring import most_points
from lingting.kernel.questionnaires.showing import NEEDS_NO_VALUE, OPERATORS_OF_KIND, written

WIDEST_SCALE = 11
HEAVIEST = Decimal("9999.99")
_KEY = re.compile(r"[a-z0-9][a-z0-9_-]*")
_CHOICE = (ItemKind.CHOICE, ItemKind.CHOICES)
_SCORED = (ItemKind.SCALE, ItemKind.NUMBER, ItemKind.YES_NO, *_CHOICE)


@dataclass(frozen=True)
class Problem:
    """`place`: (section, item) counted from 0; None where it concerns the whole. A hint does not stop publishing."""

    sentence: str
    place: tuple[int, int | None] | None = None
    is_hint: bool = False


def problems_of(definition: QuestionnaireDefinition) -> list[Problem]:
    """Everything that is wrong, top to bottom."""
    return [*_of_the_whole(definition), *_of_the_items(definition)]


def _of_the_whole(definition: QuestionnaireDefinition) -> Iterator[Problem]:
    items = list(definition.items)
    if not definition.name_zh.strip():
        yield Problem(_("The questionnaire has no Chinese name."))
    if not items:
        yield Problem(_("There are no questions."))
    share = definition.pass_share
    if share is not None and not 0 < share <= 1:
        yield Problem(_("The pass mark has to lie above 0 and not above 100 %."))
    if share is not None and items and not any(item.weight > 0 for item in items):
        yield Problem(_("There is a pass mark, but no question has a weight: nothing would be scored."))
    yield from (Problem(sentence) for sentence in unmet_needs(definition))
    if not definition.name_en.strip():
        yield Problem(_("The English name is missing."), is_hint=True)


def _of_the_items(definition: QuestionnaireDefinition) -> Iterator[Problem]:
    earlier: dict[str, ItemDefinition] = {}
    every = {item.key: item.text or item.key for item in definition.items}
    times = Counter(item.key for item in definition.items)
    for number, section in enumerate(definition.sections):
        if not section.name_zh.strip():
            yield Problem(_("Section %(number)s has no Chinese name.") % {"number": number + 1}, (number, None))
        if not section.items and any(one.items for one in definition.sections):
            yield Problem(_("Section “%(name)s” has no questions.") % {"name": section.name}, (number, None))
        if section.name_zh.strip() and not section.name_en.strip():
            yield Problem(_("“%(name)s”: the English text is missing.") % {"name": section.name_zh}, (number, None), True)
        for place, item in enumerate(section.items):
            name = item.text or item.key or str(place + 1)
            if times[item.key] > 1:
                yield Problem(
                    _("“%(name)s”: the key “%(key)s” is used twice.") % {"name": name, "key": item.key}, (number, place)
                )
            for sentence, is_hint in _of_item(item, earlier, every):
                yield Problem(_("“%(name)s”: %(problem)s") % {"name": name, "problem": sentence}, (number, place), is_hint)
            earlier[item.key] = item


def _of_item(item: ItemDefinition, earlier: dict[str, ItemDefinition], every: dict[str, str]) -> Iterator[tuple[str, bool]]:
    if not _KEY.fullmatch(item.key):
        yield _("The key may have small letters, digits, - and _ only."), False
    if item.kind not in ItemKind.values:
        yield _("There is no such kind of question."), False
        return
    if not item.text_zh.strip():
        yield _("The Chinese text is missing."), False
    if not item.text_en.strip():
        yield _("The English text is missing."), True
    yield from ((sentence, False) for sentence in _of_bounds(item))
    if item.kind in _CHOICE:
        yield from _of_options(item)
    yield from ((sentence, False) for sentence in _of_score(item))
    for condition in item.show_if:
        sentence = _of_condition(condition, item, earlier, every)
        if sentence:
            yield sentence, False


def _of_bounds(item: ItemDefinition) -> Iterator[str]:
    low, high = item.settings.get("low"), item.settings.get("high")
    if item.kind == ItemKind.SCALE:
        if not isinstance(low, int) or not isinstance(high, int):
            yield _("A scale needs a lowest and a highest whole number.")
        elif not low < high or high - low >= WIDEST_SCALE:
            yield _("A scale has from 2 to %(count)s steps.") % {"count": WIDEST_SCALE}
        elif any(len(item.settings.get(name) or ()) > high - low + 1 for name in WORDS):
            yield _("There are more words than steps: it has %(count)s.") % {"count": high - low + 1}
    if item.kind == ItemKind.NUMBER and low is not None and high is not None and not low < high:
        yield _("The lowest number has to be below the highest.")


def _of_options(item: ItemDefinition) -> Iterator[tuple[str, bool]]:
    options = item.settings.get("options", ())
    if not options:
        yield _("There are no options to choose from."), False
    keys = Counter(option["key"] for option in options)
    if any(not _KEY.fullmatch(key) for key in keys):
        yield _("Each option needs a key of small letters, digits, - and _."), False
    if any(count > 1 for count in keys.values()):
        yield _("Two options have the same key."), False
    if any(not option.get("zh", "").strip() for option in options):
        yield _("An option has no Chinese text."), False
    if any(not option.get("en", "").strip() for option in options):
        yield _("An option has no English text."), True


def _of_score(item: ItemDefinition) -> Iterator[str]:
    if not 0 <= item.weight <= HEAVIEST:
        yield _("The weight has to be 0 or more.")
        return
    if not item.weight and not item.is_critical:
        return
    if item.kind not in _SCORED:
        yield _("A text or a file has no score: take its weight and “critical” away.")
    elif item.kind in _CHOICE and item.settings.get("options") and most_points(item) <= 0:
        yield _("It counts in the score, but no option has points.")
    elif item.kind == ItemKind.NUMBER and (item.settings.get("low") is None or item.settings.get("high") is None):
        yield _("It counts in the score, so it needs a lowest and a highest number.")


def _of_condition(condition: Condition, item: ItemDefinition, earlier: dict[str, ItemDefinition], every: dict[str, str]) -> str:
    asked = earlier.get(condition.item)
    if asked is None:
        if condition.item in every:
            return _("It is shown by the answer to “%(name)s”, which is asked later.") % {"name": every[condition.item]}
        return _("It is shown by the answer to a question that is not there.")
    if asked.kind not in OPERATORS_OF_KIND or condition.op not in OPERATORS_OF_KIND[asked.kind]:
        return _("“%(name)s” cannot be compared so.") % {"name": asked.text}
    if condition.op in NEEDS_NO_VALUE:
        return ""
    return "" if _is_possible(asked, condition.value) else _("“%(name)s” can never be answered so.") % {"name": asked.text}


def _is_possible(asked: ItemDefinition, value: str) -> bool:
    """Whether a condition's value is one that the item asked can have."""
    if asked.kind == ItemKind.YES_NO:
        return value in ("yes", "no")
    if asked.kind in _CHOICE:
        return value in {written(option["key"]) for option in asked.settings.get("options", ())}
    if asked.kind in (ItemKind.SCALE, ItemKind.NUMBER):
        try:
            number = float(value)
        except ValueError:
            return False
        low, high = asked.settings.get("low"), asked.settings.get("high")
        return (low is None or number >= low) and (high is None or number <= high)
    return bool(value.strip())
