"""What other apps hang on a customer, and how it moves when two customers turn out to be one.

This app stands below those that hold cases and visits, so they take part by registering here.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from django.utils.functional import Promise

Move = Callable[[int, int], list[int]]
MoveBack = Callable[[list[int], int], None]
Count = Callable[[int], int]


@dataclass(frozen=True, kw_only=True)
class Mover:
    """One kind of thing: how many a customer has, how they are given to another, how given back."""

    name: str
    label: str | Promise
    move: Move
    move_back: MoveBack
    count: Count | None = None


@dataclass(frozen=True, kw_only=True)
class Belonging:
    """How many things of one kind hang on a customer."""

    name: str
    label: str
    count: int


_movers: dict[str, Mover] = {}


def register_mover(name: str, *, move: Move, move_back: MoveBack, label: str | Promise = "", count: Count | None = None) -> None:
    """Lets an app take part in merges. In `AppConfig.ready()`.

    `move(from_id, to_id)` gives everything of one customer to another, in the caller's transaction, and returns the
    ids; `move_back(ids, to_id)` gives those back. `count(customer_id)` and `label` tell people what would move.
    """
    _movers[name] = Mover(name=name, label=label or name, move=move, move_back=move_back, count=count)


def movers() -> list[Mover]:
    """Everybody who takes part, in the order of registration."""
    return list(_movers.values())


def belongings(customer_id: int) -> list[Belonging]:
    """What hangs on a customer in other apps, as far as they count it."""
    return [
        Belonging(name=mover.name, label=str(mover.label), count=mover.count(customer_id))
        for mover in movers()
        if mover.count is not None
    ]
