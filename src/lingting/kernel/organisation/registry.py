"""What people still have in their hands: asked before somebody leaves, answered by the apps that hand out work."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from django.utils.functional import Promise

from lingting.kernel.accounts.models import Account


@dataclass(frozen=True, kw_only=True)
class Holding:
    """So many things of one kind, and where to hand them over."""

    label: str | Promise
    count: int
    url: str = ""


HoldingFinder = Callable[[Account], Holding | None]
_finders: dict[str, HoldingFinder] = {}


def register_holding(key: str, finder: HoldingFinder) -> None:
    """`finder(account)` says what a person still holds, None for nothing: `register_holding("desk.cases", …)`."""
    _finders[key] = finder


def holdings_of(account: Account) -> list[Holding]:
    """Everything a person still holds."""
    found = [finder(account) for finder in _finders.values()]
    return [holding for holding in found if holding is not None and holding.count]
