"""Who acts at the moment, and by which way: carried beside the call, read when a watched table is written."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from functools import cached_property
from typing import Protocol


class _Acting(Protocol):
    @property
    def kind(self) -> str: ...
    @property
    def id(self) -> object: ...
    @property
    def label(self) -> object: ...


@dataclass(frozen=True)
class Actor:
    """Someone or something that changes data. `kind` is e.g. `staff`, `token`, `customer`, `job`."""

    kind: str
    id: str = ""
    label: str = ""


PROGRAM = "program"
"""The kind of an actor that is Lingting itself, laying many rows at once; `id` says what: see `words.PROGRAMS`."""


class Act:
    """An actor with the way it came; the actor is asked for only when something is written."""

    def __init__(self, actor: Callable[[], _Acting | None], *, via: str, request_id: str) -> None:
        self._actor = actor
        self.via = via
        self.request_id = request_id

    @cached_property
    def actor(self) -> _Acting | None:
        return self._actor()

    @cached_property
    def payload(self) -> str:
        """What the trigger reads, as JSON."""
        named = self.actor
        record = {"via": self.via, "request_id": self.request_id}
        if named is not None:
            record |= {"kind": named.kind, "id": _text(named.id), "label": str(named.label)[:200]}
        return json.dumps(record, ensure_ascii=False).replace("\\u0000", "")


_current: ContextVar[Act | None] = ContextVar("lingting_acting", default=None)


@contextmanager
def acting(actor: _Acting | Callable[[], _Acting | None] | None, *, via: str, request_id: str = "") -> Iterator[Act]:
    """Everything written inside is recorded as done by this actor.

    `actor` has `kind`, `id` and `label`, or is a function that finds it when needed, or None for nobody known.
    `via` is the way: `interface`, `api`, `job`, `command`, `import`. Inside another `acting`, the inner one counts;
    it keeps the outer request's identifier unless it brings its own.
    """
    outer = _current.get()
    if not request_id and outer is not None:
        request_id = outer.request_id
    find = actor if callable(actor) else lambda: actor
    act = Act(find, via=via, request_id=request_id)
    mark = _current.set(act)
    try:
        yield act
    finally:
        _current.reset(mark)


def acting_now() -> Act | None:
    """The current act, or None outside any."""
    return _current.get()


def _text(identifier: object) -> str:
    return "" if identifier is None else str(identifier)
