"""Business time: opening hours compiled into spans of absolute time, so that a question costs two binary searches.

Pure arithmetic on whole microseconds since 1970-01-01 UTC; no Django, no clock. A moment is open exactly when the
minute of its local date and time lies in a period of that date: an hour that a zone skips is not counted, an hour that
it repeats is counted twice, as a person in the office would live it.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, date, datetime, timedelta, tzinfo

SECOND = 1_000_000
MINUTE = 60 * SECOND
DAY = 1440 * MINUTE
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_EPOCH_DAY = date(1970, 1, 1).toordinal()
_MICROSECOND = timedelta(microseconds=1)
FIRST_REACH_DAYS = 400
"""How far around the first question spans are compiled; more when a question needs more."""
LONGEST_DAYS = 366 * 12
"""Beyond this a moment is called never."""

Periods = Callable[[date], Sequence[tuple[int, int]]]


def microseconds(moment: datetime) -> int:
    """An aware moment as whole microseconds since 1970 UTC; exact."""
    passed = moment - _EPOCH
    return (passed.days * 86_400 + passed.seconds) * SECOND + passed.microseconds


def moment_of(at: int) -> datetime:
    return _EPOCH + timedelta(microseconds=at)


class Spans:
    """The open time of a calendar. `periods(day)` gives the periods of a local date as minutes, in order, apart.

    Thread-safe for readers: compiling more replaces three tuples at once.
    """

    def __init__(self, *, zone: tzinfo, periods: Periods) -> None:
        self._zone = zone
        self._periods = periods
        self._known: tuple[list[int], list[int], list[int], int, int] = ([], [], [], 0, 0)

    def elapsed(self, start: datetime, end: datetime) -> timedelta:
        """Open time between two aware moments; zero when `end` is not after `start`."""
        first, last = microseconds(start), microseconds(end)
        if last <= first:
            return timedelta()
        known = self._covering(first, last)
        return timedelta(microseconds=_position(known, last) - _position(known, first))

    def add(self, start: datetime, open_time: timedelta) -> datetime | None:
        """The first moment by which so much open time has passed since `start`; None within twelve years: never.

        With nothing (or less) to add it is `start` itself, open or not.
        """
        wanted = open_time // _MICROSECOND
        if wanted <= 0:
            return start
        first = microseconds(start)
        reach = FIRST_REACH_DAYS * DAY
        while True:
            known = self._covering(first, min(first + reach, first + LONGEST_DAYS * DAY))
            starts, _ends, before, _low, _high = known
            target = _position(known, first) + wanted
            index = bisect_left(before, target) - 1
            if index >= 0 and target <= before[index] + (known[1][index] - starts[index]):
                return moment_of(starts[index] + target - before[index])
            if reach >= LONGEST_DAYS * DAY:
                return None
            reach *= 3

    def is_open(self, at: datetime) -> bool:
        moment = microseconds(at)
        starts, ends, _before, _low, _high = self._covering(moment, moment + 1)
        index = bisect_right(starts, moment) - 1
        return index >= 0 and moment < ends[index]

    def between(self, start: datetime, end: datetime, *, most: int) -> list[tuple[datetime, datetime]]:
        """The open spans that touch a period, cut to it; at most so many."""
        first, last = microseconds(start), microseconds(end)
        if last <= first:
            return []
        starts, ends, _before, _low, _high = self._covering(first, last)
        index = bisect_right(ends, first)
        found: list[tuple[datetime, datetime]] = []
        while index < len(starts) and starts[index] < last and len(found) < most:
            found.append((moment_of(max(first, starts[index])), moment_of(min(last, ends[index]))))
            index += 1
        return found

    def _covering(self, first: int, last: int) -> tuple[list[int], list[int], list[int], int, int]:
        known = self._known
        if known[3] <= first and last <= known[4] and known[4]:
            return known
        margin = FIRST_REACH_DAYS * DAY
        low = first - margin // 8 if not known[4] else min(known[3], first - margin // 8)
        high = last + margin if not known[4] else max(known[4], last + margin)
        known = _compiled(self._zone, self._periods, low=low, high=high)
        self._known = known
        return known


class RoundTheClock(Spans):
    """Every moment counts: time passes as on a wall clock."""

    def __init__(self) -> None:
        super().__init__(zone=UTC, periods=lambda _day: ((0, 1440),))

    def elapsed(self, start: datetime, end: datetime) -> timedelta:
        return max(timedelta(), end - start)

    def add(self, start: datetime, open_time: timedelta) -> datetime | None:
        return start + max(timedelta(), open_time)

    def is_open(self, at: datetime) -> bool:
        return True

    def between(self, start: datetime, end: datetime, *, most: int) -> list[tuple[datetime, datetime]]:
        return [(start, end)] if end > start else []


def _position(known: tuple[list[int], list[int], list[int], int, int], at: int) -> int:
    """Open microseconds from the beginning of what is compiled up to a moment."""
    starts, ends, before, _low, _high = known
    index = bisect_right(starts, at) - 1
    return 0 if index < 0 else before[index] + min(at, ends[index]) - starts[index]


def _compiled(zone: tzinfo, periods: Periods, *, low: int, high: int) -> tuple[list[int], list[int], list[int], int, int]:
    """Spans as starts, ends and open time before each, all in order, for [low, high)."""
    starts: list[int] = []
    ends: list[int] = []
    for begin, end in _open_pieces(zone, periods, low=low, high=high):
        if ends and begin <= ends[-1]:
            ends[-1] = max(ends[-1], end)
        else:
            starts.append(begin)
            ends.append(end)
    before: list[int] = []
    total = 0
    for begin, end in zip(starts, ends, strict=True):
        before.append(total)
        total += end - begin
    return starts, ends, before, low, high


def _open_pieces(zone: tzinfo, periods: Periods, *, low: int, high: int) -> Iterator[tuple[int, int]]:
    """The open time inside every stretch in which the zone keeps one offset to UTC."""
    for begin, end, offset in _stretches(zone, low=low, high=high):
        day = (begin + offset) // DAY
        while day * DAY < end + offset:
            midnight = day * DAY - offset
            for opens, closes in periods(date.fromordinal(_EPOCH_DAY + day)):
                piece = max(begin, midnight + opens * MINUTE), min(end, midnight + closes * MINUTE)
                if piece[0] < piece[1]:
                    yield piece
            day += 1


def _stretches(zone: tzinfo, *, low: int, high: int) -> Iterator[tuple[int, int, int]]:
    """[low, high) cut where the zone changes its offset: begin, end, offset. Looks every six hours and bisects."""
    step = DAY // 4
    begin, offset = low, _offset(zone, low)
    at = low
    while at < high:
        following = min(at + step, high)
        if _offset(zone, following) != offset:
            change = _change(zone, at, following, offset)
            yield begin, change, offset
            begin = at = change
            offset = _offset(zone, change)
        else:
            at = following
    if begin < high:
        yield begin, high, offset


def _offset(zone: tzinfo, at: int) -> int:
    found = moment_of(at).astimezone(zone).utcoffset()
    return 0 if found is None else found // _MICROSECOND


def _change(zone: tzinfo, low: int, high: int, offset: int) -> int:
    """The first whole second in (low, high] at which the offset is another than at `low`."""
    below, above = low // SECOND, -(-high // SECOND)
    while above - below > 1:
        middle = (below + above) // 2
        if _offset(zone, middle * SECOND) == offset:
            below = middle
        else:
            above = middle
    return above * SECOND
