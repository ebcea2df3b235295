"""Tests on answers and facts that choose an outcome. Pure: values in, yes or no out.

A test is `{"of": "answer" | "fact", "step": step key (answers of another step; "" the step itself), "key": item or fact key,
"is": operator, "value": …}`. A value that is not there fails every test but `is_not`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal, InvalidOperation
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import pgettext_lazy

OPERATORS: dict[str, str | Promise] = {
    "is": pgettext_lazy("condition", "is"),
    "is_not": pgettext_lazy("condition", "is not"),
    "at_least": pgettext_lazy("condition", "is at least"),
    "at_most": pgettext_lazy("condition", "is at most"),
    "contains": pgettext_lazy("condition", "contains"),
}


def holds(tests: Sequence[Mapping[str, Any]], *, values: Mapping[tuple[str, str, str], Any]) -> bool:
    """Whether all tests hold; `values` by (of, step, key)."""
    return all(_holds(test, values.get(place_of(test))) for test in tests)


def place_of(test: Mapping[str, Any]) -> tuple[str, str, str]:
    """Where a test's value comes from: of, step, key."""
    return str(test.get("of", "answer")), str(test.get("step", "")), str(test.get("key", ""))


def _holds(test: Mapping[str, Any], value: Any) -> bool:
    operator, wanted = test.get("is", "is"), test.get("value")
    if operator == "is_not":
        return not _same(value, wanted)
    if value is None:
        return False
    if operator in ("at_least", "at_most"):
        left, right = _number(value), _number(wanted)
        if left is None or right is None:
            return False
        return left >= right if operator == "at_least" else left <= right
    if operator == "contains":
        return str(wanted).lower() in (str(one).lower() for one in value) if isinstance(value, list) else _has(value, wanted)
    return _same(value, wanted)


def _has(value: Any, wanted: Any) -> bool:
    return str(wanted).lower() in str(value).lower()


def _same(value: Any, wanted: Any) -> bool:
    if isinstance(value, list):
        return any(_same(one, wanted) for one in value)
    if isinstance(value, bool) or isinstance(wanted, bool):
        return _truth(value) == _truth(wanted)
    left, right = _number(value), _number(wanted)
    return left == right if left is not None and right is not None else str(value) == str(wanted)


def _truth(value: Any) -> bool | None:
    if isinstance(value, bool):
        return value
    return {"true": True, "yes": True, "false": False, "no": False}.get(str(value).lower())


def _number(value: Any) -> Decimal | None:
    if isinstance(value, bool) or value is None:
        return None
    try:
        found = Decimal(str(value))
    except InvalidOperation:
        return None
    return found if found.is_finite() else None
