"""Which items are asked: conditions on earlier answers. The browser decides the same in `showing.js`.

Answers are compared as they are written, numbers by value even in text: the timeline's `compares` keeps texts apart
(“4” is not “4.0” there), knows nothing of unanswered items, and has no twin in the browser.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from decimal import Decimal, InvalidOperation
from typing import Any, Protocol

from django.utils.translation import gettext_lazy

from lingting.kernel.questionnaires.definitions import Condition

OPERATORS = {
    "is": gettext_lazy("is"),
    "is_not": gettext_lazy("is not"),
    "at_least": gettext_lazy("is at least"),
    "at_most": gettext_lazy("is at most"),
    "answered": gettext_lazy("is answered"),
    "unanswered": gettext_lazy("is not answered"),
}
NEEDS_NO_VALUE = frozenset({"answered", "unanswered"})
OPERATORS_OF_KIND = {
    "scale": tuple(OPERATORS), "number": tuple(OPERATORS), "yes_no": ("is", "answered", "unanswered"),
    "choice": ("is", "is_not", "answered", "unanswered"), "choices": ("is", "is_not", "answered", "unanswered"),
    "text": ("is", "is_not", "answered", "unanswered"), "file": ("answered", "unanswered"),
}  # fmt: skip


class Asked(Protocol):
    """An item of a published version or of a definition."""

    @property
    def key(self) -> str: ...


def conditions_of(item: Any) -> tuple[Condition, ...]:
    """The conditions of a stored item or of a definition."""
    return tuple(one if isinstance(one, Condition) else Condition(**one) for one in item.show_if)


def is_shown(conditions: Iterable[Condition], answers: Mapping[str, Any]) -> bool:
    """Whether an item is asked, given the answers to the shown items before it."""
    return all(_holds(one, answers.get(one.item)) for one in conditions)


def _holds(condition: Condition, answer: Any) -> bool:
    is_answered = answer is not None and answer != "" and answer != []
    if condition.op == "unanswered":
        return not is_answered
    if not is_answered:
        return False
    if condition.op == "answered":
        return True
    given = [written(one) for one in answer] if isinstance(answer, list) else [written(answer)]
    if condition.op in ("is", "is_not"):
        return any(_same(one, condition.value) for one in given) == (condition.op == "is")
    number, bound = _number(given[0]), _number(condition.value)
    if number is None or bound is None:
        return False
    return number >= bound if condition.op == "at_least" else number <= bound


def written(answer: Any) -> str:
    """An answer as conditions write it."""
    return ("yes" if answer else "no") if isinstance(answer, bool) else str(answer)


def _same(left: str, right: str) -> bool:
    numbers = _number(left), _number(right)
    return numbers[0] == numbers[1] if None not in numbers else left == right


def _number(text: str) -> Decimal | None:
    try:
        number = Decimal(text.strip())
    except InvalidOperation:
        return None
    return number if number.is_finite() else None


def shown_keys(items: Iterable[Asked], answers: Mapping[str, Any]) -> set[str]:
    """Keys of the items that are asked, in order: the answer to a hidden item counts as not given."""
    seen: dict[str, Any] = {}
    shown: set[str] = set()
    for item in items:
        if is_shown(conditions_of(item), seen):
            shown.add(item.key)
            seen[item.key] = answers.get(item.key)
    return shown
