"""What an answer is worth and what a whole response scores."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _

from lingting.kernel.questionnaires.definitions import ItemDefinition
from lingting.kernel.questionnaires.models import Item, ItemKind
from lingting.platform.files.selectors import file_of

LONGEST_TEXT = 5_000
Scored = Item | ItemDefinition


class BadAnswer(ValueError):
    """The answer does not fit its item; the message is for the person who gave it."""


def check_answer(item: Scored, value: Any) -> Any:
    """The answer in its stored form. Raises `BadAnswer` with what is wanted instead."""
    settings = item.settings
    if item.kind in (ItemKind.SCALE, ItemKind.NUMBER):
        return _checked_number(value, low=settings.get("low"), high=settings.get("high"), whole=item.kind == ItemKind.SCALE)
    if item.kind == ItemKind.YES_NO:
        if not isinstance(value, bool):
            raise BadAnswer(_("Answer yes or no."))
        return value
    if item.kind in (ItemKind.CHOICE, ItemKind.CHOICES):
        return _checked_choice(item, value)
    if item.kind == ItemKind.FILE:
        if not isinstance(value, str) or _stored_file(value) is None:
            raise BadAnswer(_("The file did not arrive. Please choose it again."))
        return value
    if not isinstance(value, str) or len(value) > LONGEST_TEXT:
        raise BadAnswer(_("Write at most %(count)s characters.") % {"count": LONGEST_TEXT})
    return value.replace("\x00", "").strip()


def _stored_file(public_id: str) -> object | None:
    try:
        return file_of(UUID(public_id))
    except ValueError:
        return None


def _checked_choice(item: Scored, value: Any) -> Any:
    """What was chosen, each option once."""
    chosen = value if isinstance(value, list) else [value]
    known = {option["key"] for option in item.settings.get("options", ())}
    fits = bool(chosen) and all(isinstance(one, str) and one in known for one in chosen)
    if not fits or (item.kind == ItemKind.CHOICE and len(chosen) != 1):
        raise BadAnswer(_("Choose one of the options shown."))
    return list(dict.fromkeys(chosen)) if item.kind == ItemKind.CHOICES else chosen[0]


def _checked_number(value: Any, *, low: float | None, high: float | None, whole: bool) -> float | int:
    is_number = isinstance(value, (int, float)) and not isinstance(value, bool) and math.isfinite(value)
    fits = is_number and (low is None or value >= low) and (high is None or value <= high)
    if not fits or (whole and value != int(value)):
        if low is not None and high is not None:
            raise BadAnswer(_("Give a number from %(low)s to %(high)s.") % {"low": low, "high": high})
        raise BadAnswer(_("Give a number."))
    return int(value) if whole else value


def item_share(item: Scored, value: Any) -> Decimal | None:
    """How good an answer is, 0-1; None where its kind has no score."""
    settings = item.settings
    if item.kind in (ItemKind.SCALE, ItemKind.NUMBER):
        low, high = settings.get("low"), settings.get("high")
        if low is None or high is None or high == low:
            return None
        return Decimal(str(value - low)) / Decimal(str(high - low))
    if item.kind == ItemKind.YES_NO:
        return Decimal(int(bool(value)))
    if item.kind in (ItemKind.CHOICE, ItemKind.CHOICES):
        points, most = _points(item), most_points(item)
        chosen = value if isinstance(value, list) else [value]
        return max(Decimal(0), sum((points[key] for key in chosen), Decimal(0))) / most if most > 0 else None
    return None


def _points(item: Scored) -> dict[str, Decimal]:
    return {option["key"]: Decimal(str(option.get("points") or 0)) for option in item.settings.get("options", ())}


def most_points(item: Scored) -> Decimal:
    """The points of the best answer to a choice: the best option, or all good ones together."""
    points = _points(item).values()
    if item.kind == ItemKind.CHOICES:
        return sum((one for one in points if one > 0), Decimal(0))
    return max(points, default=Decimal(0))


@dataclass(frozen=True)
class Score:
    """`share`: weighted mean of the answered, weighted items, 0-1; 0 after a critical failure; None: nothing scores."""

    share: Decimal | None
    is_critical_failure: bool


def score_of(answered: Iterable[tuple[Scored, Any]]) -> Score:
    """Weights count only where an answer was given. A critical item fails at less than full marks."""
    total, weights, failed = Decimal(0), Decimal(0), False
    for item, value in answered:
        share = item_share(item, value)
        if share is None:
            continue
        failed = failed or (item.is_critical and share < 1)
        total += share * item.weight
        weights += item.weight
    if not weights:
        return Score(None, failed)
    return Score(Decimal(0) if failed else (total / weights).quantize(Decimal("0.0001")), failed)
