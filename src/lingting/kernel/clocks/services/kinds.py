"""Kinds of clock and reasons for breaches: laid by the apps above, changed by administrators."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from django.db import transaction

from lingting.kernel.calendars.models import Calendar
from lingting.kernel.clocks.models import BreachReason, Kind, usual_warnings
from lingting.kernel.clocks.promises import Promise
from lingting.kernel.clocks.services.running import check_promise
from lingting.platform.database.keys import free_key


def ensure_kind(
    key: str, *, name_zh: str, name_en: str, target_minutes: int | None = None, calendar: Calendar | None = None,
    warning_shares: Sequence[Decimal] | None = None, order: int = 100,
) -> Kind:  # fmt: skip
    """The kind under a key, made when missing; what administrators changed stays. For `foundation.lay` of apps above."""
    kind, _made = Kind.objects.get_or_create(
        key=key,
        defaults={
            "name_zh": name_zh, "name_en": name_en, "target_minutes": target_minutes, "calendar": calendar, "order": order,
            "warning_shares": usual_warnings() if warning_shares is None else list(warning_shares),
        },
    )  # fmt: skip
    return kind


@transaction.atomic
def save_kind(
    kind: Kind, *, name_zh: str, name_en: str, target_minutes: int, calendar: Calendar | None, warning_shares: Sequence[Decimal]
) -> Kind:
    """Changes what holds for clocks that start from now on; running ones keep their promise. Raises `UnsoundPromise`."""
    shares = sorted(set(warning_shares))
    check_promise(Promise(target_minutes=target_minutes, warning_shares=tuple(shares)))
    kind.name_zh, kind.name_en, kind.target_minutes, kind.calendar = name_zh, name_en, target_minutes, calendar
    kind.warning_shares = shares
    kind.save()
    return kind


def ensure_breach_reason(key: str, *, name_zh: str, name_en: str, order: int = 100) -> BreachReason:
    """The reason under a key, made when missing."""
    reason, _made = BreachReason.objects.get_or_create(key=key, defaults={"name_zh": name_zh, "name_en": name_en, "order": order})
    return reason


@transaction.atomic
def save_breach_reason(reason: BreachReason, *, name_zh: str, name_en: str, is_active: bool) -> BreachReason:
    """Makes or changes a reason; one that is not offered any more stays on the records that name it."""
    reason.name_zh, reason.name_en, reason.is_active = name_zh, name_en, is_active
    reason.key = reason.key or free_key(name_en, among=BreachReason.objects.all(), otherwise="reason")
    reason.save()
    return reason
