"""Who carries letters of work orders to departments: an app above that can send mail says so."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from lingting.service.workorders.models import WorkOrder

Courier = Callable[[WorkOrder, str, datetime], bool]
"""`courier(order, link, now)` writes to the department's address with the order's link; False if it cannot."""

_couriers: list[Courier] = []


def register_courier(courier: Courier) -> None:
    """Adds somebody who can carry letters; the first who can does. In `AppConfig.ready()`."""
    if courier not in _couriers:
        _couriers.append(courier)


def carry(order: WorkOrder, *, link: str, now: datetime) -> bool:
    """Has the letter of an order carried; False where the department has no address or nobody can send."""
    if not order.department.mail:
        return False
    return any(courier(order, link, now) for courier in _couriers)
