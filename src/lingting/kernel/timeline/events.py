"""What a fact looks like, who made it true, and who hears of it in the same transaction."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, fields
from datetime import datetime
from functools import cache
from typing import Any, ClassVar


@dataclass(frozen=True)
class Actor:
    """Who did it: `kind` is staff, customer, application or system; `label` is a name for people."""

    kind: str
    id: int | None
    label: str

    @property
    def is_staff(self) -> bool:
        return self.kind == "staff"


SYSTEM = Actor("system", None, "Lingting")


@dataclass(frozen=True, kw_only=True)
class Fact:
    """A frozen fact. Subclasses add fields; field values must be JSON-serialisable.

    `subject_type` is "app.model", `subject_field` names the field holding its id.
    """

    subject_type: ClassVar[str]
    subject_field: ClassVar[str]
    changes_work: ClassVar[bool] = True
    """Whether it may change who should get which work: those who hand it out are woken. Mere talk does not."""

    @classmethod
    def kind(cls) -> str:
        return cls.__name__

    @property
    def subject_id(self) -> int:
        return int(getattr(self, self.subject_field))

    def data(self) -> dict[str, Any]:
        """What the log keeps: every field but the subject's id."""
        own: Any = type(self)
        return {name: getattr(self, name) for name in _names(own)}

    def topics(self) -> tuple[str, ...]:
        """Live audiences that hear of it, e.g. `case:12`, `account:7`; empty: not live."""
        return ()

    def live(self) -> dict[str, Any] | None:
        """What live audiences are sent; by default the data with the subject's id."""
        return {self.subject_field: self.subject_id, **self.data()} if self.topics() else None


@cache
def _names(kind: type[Any]) -> tuple[str, ...]:
    """The fields of a kind of fact, but its subject's id."""
    return tuple(each.name for each in fields(kind) if each.name != kind.subject_field)


@dataclass(frozen=True, slots=True)
class Happening:
    """A fact with who made it true: what `record_many` writes and receivers in bulk are given."""

    fact: Any
    actor: Actor


Receiver = Callable[[Any, Actor, datetime], None]
BulkReceiver = Callable[[Sequence[Happening], datetime], None]
_receivers: dict[str, list[Receiver]] = {}
_bulk_receivers: dict[str, list[BulkReceiver]] = {}


def receives(*kinds: type[Fact]) -> Callable[[Receiver], Receiver]:
    """Registers a reaction that runs in the transaction of the fact; it may refuse by raising."""

    def register(receiver: Receiver) -> Receiver:
        for kind in kinds:
            _receivers.setdefault(kind.kind(), []).append(receiver)
        return receiver

    return register


def receives_many(*kinds: type[Fact]) -> Callable[[BulkReceiver], BulkReceiver]:
    """The same for a reaction that takes all facts of a kind that are recorded together, in their order, at once.

    It is called with one fact too. When it raises, none of them has happened: facts recorded together by
    different people are then tried again one by one.
    """

    def register(receiver: BulkReceiver) -> BulkReceiver:
        for kind in kinds:
            _bulk_receivers.setdefault(kind.kind(), []).append(receiver)
        return receiver

    return register


def receivers_of(fact: Fact) -> list[Receiver]:
    return _receivers.get(fact.kind(), [])


def bulk_receivers_of(kind: str) -> list[BulkReceiver]:
    return _bulk_receivers.get(kind, [])
