"""How the values of fields are compared, for the conditions of procedures and of rules alike."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from lingting.kernel.timeline.registry import compares


@pytest.mark.parametrize(
    ("value", "operator", "wanted", "holds"),
    [
        (400, "at_least", "400", True),
        ("399.99", "at_least", 400, False),
        (Decimal("12.50"), "is", "12.5", True),
        ("007", "is", "7", False),
        (True, "is", "yes", True),
        (False, "is", "true", False),
        (["vip", "late"], "is", "late", True),
        (["vip", "late"], "is_not", "vip", False),
        (["VIP"], "contains", "vip", True),
        (["VIP"], "contains", "vi", False),
        ("Where is my Parcel", "contains", "parcel", True),
        ("Where is my Parcel", "lacks", "parcel", False),
        (None, "is", "None", False),
        (None, "is_not", "x", True),
        (None, "at_most", "3", False),
        (None, "contains", "x", False),
        (None, "lacks", "x", True),
        (None, "empty", None, True),
        ([], "filled", None, False),
        (0, "filled", None, True),
        (float("nan"), "at_least", "0", False),
    ],
)
def test_a_value_is_compared_as_a_person_means_it(value: Any, operator: str, wanted: Any, holds: bool):
    assert compares(value, operator, wanted) is holds
