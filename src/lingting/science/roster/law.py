"""Labour-law limits as data, and contracts that keep them. Not legal advice; sources in docs/science/roster.md."""

from __future__ import annotations

from dataclasses import dataclass

from .model import Contract, RosterError, Shift

WEEKS_A_MONTH = 52.0 / 12.0


@dataclass(frozen=True, slots=True)
class LabourLaw:
    """Limits in minutes; overtime_month_minutes counts what exceeds the week's standard.

    week_rest_days: days off a week at least. source: articles, by limit.
    """

    name: str
    day_minutes: int
    week_minutes: int
    overtime_day_minutes: int
    overtime_month_minutes: int
    week_rest_days: int
    rest_minutes: int
    source: tuple[tuple[str, str], ...]

    def check_shift(self, shift: Shift) -> None:
        """Raises RosterError for a shift that no contract under this law may hold."""
        most = self.day_minutes + self.overtime_day_minutes
        if shift.paid_minutes > most:
            raise RosterError(f"Shift {shift.name} has {shift.paid_minutes} paid minutes; {self.name} allows {most} a day.")

    def contract(self, name: str, *, days: int, overtime: bool = False) -> Contract:
        """A full-time contract for a horizon of days: the standard week, or the most overtime allowed."""
        weeks = days / 7.0
        most = self.week_minutes * weeks
        if overtime:
            most += self.overtime_month_minutes * weeks / WEEKS_A_MONTH
        week_days = 7 - self.week_rest_days
        week = week_days * (self.day_minutes + self.overtime_day_minutes) if overtime else self.week_minutes
        return Contract(
            name=name,
            max_minutes=int(most),
            max_week_minutes=week,
            max_week_shifts=week_days,
            max_consecutive=week_days if self.week_rest_days else None,
            min_rest_minutes=self.rest_minutes,
        )


CHINA = LabourLaw(
    name="China",
    day_minutes=480,
    week_minutes=2400,
    overtime_day_minutes=180,
    overtime_month_minutes=2160,
    week_rest_days=1,
    rest_minutes=0,
    source=(
        ("day and week", "Labour Law art. 36 (8 h a day, 44 h a week on average); State Council Decree 174 (1995) art. 3: 40 h"),
        ("overtime", "Labour Law art. 41: 1 h a day, 3 h for special reasons, 36 h a month"),
        ("weekly rest", "Labour Law art. 38: at least one day a week"),
    ),
)
EUROPEAN_UNION = LabourLaw(
    name="European Union",
    day_minutes=780,
    week_minutes=2880,
    overtime_day_minutes=0,
    overtime_month_minutes=0,
    week_rest_days=1,
    rest_minutes=660,
    source=(
        ("rest", "Directive 2003/88/EC art. 3: 11 h in every 24 h"),
        ("weekly rest", "art. 5: 24 h in every seven days"),
        ("week", "art. 6: 48 h on average, overtime included"),
    ),
)
LAWS = {law.name: law for law in (CHINA, EUROPEAN_UNION)}
