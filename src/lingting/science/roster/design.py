"""Candidate shifts from rules: a grid of starts, lengths, breaks, holes of split shifts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from .model import DAY_MINUTES, Break, RosterError, Shift


@dataclass(frozen=True, slots=True)
class ShiftRule:
    """Shifts to be tried: starts from `first_start` to `last_start` every `every` minutes, in each length.

    latest_end: shifts that end later are left out. gaps: (offset, minutes) holes of split shifts, None for unbroken
    ones. night_from, night_until: a shift at work in these minutes (after midnight: of the next day) is a night shift.
    """

    name: str
    first_start: int
    last_start: int
    every: int
    lengths: tuple[int, ...]
    breaks: tuple[Break, ...] = ()
    gaps: tuple[tuple[int, int] | None, ...] = (None,)
    latest_end: int = 2 * DAY_MINUTES
    night_from: int = 1380
    night_until: int = 1740


def candidate_shifts(rules: Sequence[ShiftRule]) -> tuple[Shift, ...]:
    """All shifts the rules allow, named like `early 08:00+540`. Raises RosterError where a rule allows none."""
    found: dict[str, Shift] = {}
    for rule in rules:
        if rule.every < 1 or not 0 <= rule.first_start <= rule.last_start < DAY_MINUTES:
            raise RosterError(f"Rule {rule.name}: starts must rise by minutes within the day.")
        made = _shifts_of(rule)
        if not made:
            raise RosterError(f"Rule {rule.name} allows no shift: check lengths, breaks and the latest end.")
        found.update({shift.name: shift for shift in made})
    return tuple(found.values())


def _shifts_of(rule: ShiftRule) -> list[Shift]:
    made = []
    for start in range(rule.first_start, rule.last_start + 1, rule.every):
        for length in rule.lengths:
            for gap in rule.gaps:
                if start + length <= rule.latest_end and _fits(rule.breaks, length, gap):
                    split = f" split {gap[0]}+{gap[1]}" if gap else ""
                    name = f"{rule.name} {start // 60:02d}:{start % 60:02d}+{length}{split}"
                    is_night = _touches_night(rule, start, start + length)
                    made.append(Shift(name, start, length, rule.breaks, gap, is_night=is_night))
    return made


def _fits(breaks: tuple[Break, ...], length: int, gap: tuple[int, int] | None) -> bool:
    if gap is not None and not 0 < gap[0] < gap[0] + gap[1] < length:
        return False
    for pause in breaks:
        ends_late = pause.latest + pause.minutes > length
        meets_gap = gap is not None and pause.earliest < sum(gap) and gap[0] < pause.latest + pause.minutes
        if ends_late or meets_gap:
            return False
    return True


def _touches_night(rule: ShiftRule, start: int, end: int) -> bool:
    nights = ((rule.night_from - DAY_MINUTES, rule.night_until - DAY_MINUTES), (rule.night_from, rule.night_until))
    return any(start < until and since < end for since, until in nights)
