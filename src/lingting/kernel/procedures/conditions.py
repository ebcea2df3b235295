"""Tests on answers and facts that choose an outcome. Pure: values in, yes or no out.

A test is `{"of": "answer" | "fact", "step": step key (answers of another step; "" the step itself), "key": item or fact key,
"is": operator, "value": …}`. A value that is not there fails every test but `is_not`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import pgettext_lazy

from lingting.kernel.timeline.registry import compares

OPERATORS: dict[str, str | Promise] = {
    "is": pgettext_lazy("condition", "is"),
    "is_not": pgettext_lazy("condition", "is not"),
    "at_least": pgettext_lazy("condition", "is at least"),
    "at_most": pgettext_lazy("condition", "is at most"),
    "contains": pgettext_lazy("condition", "contains"),
}


def holds(tests: Sequence[Mapping[str, Any]], *, values: Mapping[tuple[str, str, str], Any]) -> bool:
    """Whether all tests hold; `values` by (of, step, key)."""
    return all(compares(values.get(place_of(test)), test.get("is", "is"), test.get("value")) for test in tests)


def place_of(test: Mapping[str, Any]) -> tuple[str, str, str]:
    """Where a test's value comes from: of, step, key."""
    return str(test.get("of", "answer")), str(test.get("step", "")), str(test.get("key", ""))
