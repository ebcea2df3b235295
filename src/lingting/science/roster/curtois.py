"""Reads the text format of the shift-scheduling benchmark instances of T. Curtois (schedulingbenchmarks.org)."""

from __future__ import annotations

from .model import Contract, Cover, Person, Problem, RosterError, Shift, Wish


def problem_of(text: str) -> Problem:
    """The instance as a problem. Raises RosterError where the text is not of that format."""
    sections = _sections(text)
    try:
        return _problem(sections)
    except (KeyError, IndexError, ValueError) as fault:
        raise RosterError(f"Not an instance in the format of the benchmark: {fault!r}.") from fault


def _sections(text: str) -> dict[str, list[list[str]]]:
    sections: dict[str, list[list[str]]] = {}
    rows: list[list[str]] = []
    for line in (line.strip() for line in text.splitlines()):
        if line.startswith("SECTION_"):
            rows = sections.setdefault(line.removeprefix("SECTION_"), [])
        elif line and not line.startswith("#"):
            rows.append([part.strip() for part in line.split(",")])
    return sections


def _problem(sections: dict[str, list[list[str]]]) -> Problem:
    leave = {row[0]: frozenset(map(int, row[1:])) for row in sections.get("DAYS_OFF", [])}
    wishes = [_wish(row, True) for row in sections.get("SHIFT_ON_REQUESTS", [])]
    wishes += [_wish(row, False) for row in sections.get("SHIFT_OFF_REQUESTS", [])]
    return Problem(
        days=int(sections["HORIZON"][0][0]),
        shifts=tuple(_shift(row) for row in sections["SHIFTS"]),
        people=tuple(_person(row, leave.get(row[0], frozenset())) for row in sections["STAFF"]),
        wishes=tuple(wishes),
        covers=tuple(_cover(row) for row in sections["COVER"]),
    )


def _shift(row: list[str]) -> Shift:
    barred = frozenset(name for name in row[2].split("|") if name) if len(row) > 2 else frozenset()
    return Shift(name=row[0], start=0, length=int(row[1]), cannot_precede=barred)


def _person(row: list[str], leave: frozenset[int]) -> Person:
    name, limits, most, least, longest, shortest, shortest_off, weekends = row
    pairs = [pair.split("=") for pair in limits.split("|")]
    contract = Contract(
        name=name,
        max_shifts_of=tuple((shift, int(count)) for shift, count in pairs),
        max_minutes=int(most),
        min_minutes=int(least),
        max_consecutive=int(longest),
        min_consecutive=int(shortest),
        min_consecutive_off=int(shortest_off),
        max_weekends=int(weekends),
    )
    return Person(name=name, contract=contract, leave=leave)


def _wish(row: list[str], is_wanted: bool) -> Wish:
    return Wish(person=row[0], day=int(row[1]), shift=row[2], weight=float(row[3]), is_wanted=is_wanted)


def _cover(row: list[str]) -> Cover:
    return Cover(int(row[0]), row[1], int(row[2]), float(row[3]), float(row[4]))
