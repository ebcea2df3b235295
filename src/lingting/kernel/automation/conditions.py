"""What a condition asks, in words and in truth. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from lingting.kernel.timeline.registry import compares

OPERATORS: dict[str, list[tuple[str, str | Promise]]] = {
    "choice": [
        ("is", pgettext_lazy("condition", "is")),
        ("is_not", pgettext_lazy("condition", "is not")),
        ("empty", pgettext_lazy("condition", "is empty")),
        ("filled", pgettext_lazy("condition", "is filled in")),
    ],
    "number": [
        ("at_least", _("is at least")),
        ("at_most", _("is at most")),
        ("is", pgettext_lazy("condition", "is")),
        ("empty", pgettext_lazy("condition", "is empty")),
    ],
    "text": [
        ("contains", pgettext_lazy("condition", "contains")),
        ("lacks", _("does not contain")),
        ("empty", pgettext_lazy("condition", "is empty")),
        ("filled", pgettext_lazy("condition", "is filled in")),
    ],
    "yes_no": [("is", pgettext_lazy("condition", "is"))],
}
NEEDS_NO_VALUE = frozenset({"empty", "filled"})


def holds(conditions: Mapping[str, Sequence[Mapping[str, Any]]], values: Mapping[str, Any]) -> bool:
    """Whether all of `all`, and one of `any` when there are any, hold for a thing's values.

    A choice with several values (tags) is any of them; numbers that are unknown hold for nothing but "is empty".
    """
    every, some = conditions.get("all", ()), conditions.get("any", ())
    return all(_holds(each, values) for each in every) and (not some or any(_holds(each, values) for each in some))


def _holds(condition: Mapping[str, Any], values: Mapping[str, Any]) -> bool:
    return compares(values.get(condition["field"]), condition["op"], condition.get("value"))
