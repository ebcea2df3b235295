"""What a reader asks of a report: period, breakdown, queue, variant; read from an address and always valid."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from django.conf import settings
from django.utils.translation import gettext_lazy as _

from lingting.kernel.metrics.registry import GroupBy, Period, metric

PERIODS = {
    "today": _("Today"), "yesterday": _("Yesterday"), "week": _("Last 7 days"), "month": _("Last 30 days"),
    "quarter": _("Last 60 days"), "custom": _("From – to"),
}  # fmt: skip
GROUPS = {
    GroupBy.DAY: _("Day"), GroupBy.HOUR: _("Hour"), GroupBy.WEEKDAY: _("Weekday"), GroupBy.QUEUE: _("Queue"),
    GroupBy.AGENT: _("Agent"),
}  # fmt: skip
_LENGTHS = {"week": 7, "month": 30, "quarter": 60}
LONGEST_DAYS = 400


@dataclass(frozen=True)
class Question:
    """A valid question. `first` and `last` are local dates, both included."""

    period: str
    first: date
    last: date
    group_by: GroupBy
    queue_id: int | None
    variant: str

    @property
    def span(self) -> Period:
        return _period(self.first, self.last)

    @property
    def span_before(self) -> Period:
        """The period of the same length right before, for the trend."""
        length = self.last - self.first + timedelta(days=1)
        return _period(self.first - length, self.last - length)

    def address(self, **changes: object) -> str:
        """The query string of this question with something changed."""
        values = {
            "period": self.period, "by": self.group_by.value, "queue": self.queue_id or "", "variant": self.variant,
            "from": self.first.isoformat(), "to": self.last.isoformat(), **changes,
        }  # fmt: skip
        return "&".join(f"{name}={value}" for name, value in values.items() if value != "")


def question_of(given: Mapping[str, str], *, now: datetime) -> Question:
    """Reads `request.GET`; what makes no sense falls back to the last seven days by day."""
    today = now.astimezone(ZoneInfo(settings.TIME_ZONE)).date()
    period = given.get("period", "week")
    first, last = _dates(period if period in PERIODS else "week", given, today=today)
    by = given.get("by", "")
    variants = {variant.key for variant in metric("service_level").variants}
    variant, queue = given.get("variant", ""), given.get("queue", "")
    return Question(
        period=period if period in PERIODS else "week", first=first, last=last,
        group_by=GroupBy(by) if by in {group.value for group in GROUPS} else GroupBy.DAY,
        queue_id=int(queue) if queue.isdigit() and len(queue) < 18 else None,
        variant=variant if variant in variants else metric("service_level").variants[0].key,
    )  # fmt: skip


def _dates(period: str, given: Mapping[str, str], *, today: date) -> tuple[date, date]:
    if period == "today":
        return today, today
    if period == "yesterday":
        return today - timedelta(days=1), today - timedelta(days=1)
    if period == "custom":
        first, last = _date(given.get("from", "")), _date(given.get("to", ""))
        if first and last:
            first, last = min(first, last), min(max(first, last), today)
            return max(first, last - timedelta(days=LONGEST_DAYS)), last
        period = "week"
    return today - timedelta(days=_LENGTHS[period] - 1), today


def _date(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def _period(first: date, last: date) -> Period:
    zone = ZoneInfo(settings.TIME_ZONE)
    return Period(
        datetime.combine(first, time(0), zone), datetime.combine(last + timedelta(days=1), time(0), zone), settings.TIME_ZONE
    )
