"""What starts rules and what they can do: offered by the apps that own the things, in `AppConfig.ready`.

What they can ask is said with the kind of thing itself (`timeline.registry`).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.functional import Promise

from lingting.kernel.timeline.events import Actor
from lingting.kernel.timeline.registry import Field, SubjectKind, subject_kinds

Text = str | Promise


@dataclass(frozen=True, kw_only=True)
class When:
    """A kind of fact that starts rules; `fields` ask what the fact itself says (key = the name in its data).

    `look` adds what the log does not keep: given the data of several facts, more values for each, in their order.
    """

    kind: str
    label: Text
    fields: Sequence[Field] = ()
    look: Callable[[Sequence[Mapping[str, Any]]], Sequence[dict[str, Any]]] | None = None


@dataclass(frozen=True, kw_only=True)
class Action:
    """Something a rule (or a macro) does. `params` are fields with a value each; `permission` is what a person needs for it.

    `perform(subject_id, params, actor, now)` calls services in the running transaction; a `Refusal` is told in the log.
    """

    key: str
    label: Text
    perform: Callable[[int, Mapping[str, Any], Actor, datetime], Any]
    params: Sequence[Field] = ()
    permission: str = ""
    by_people: bool = True


_whens: dict[str, dict[str, When]] = {}
_actions: dict[str, dict[str, Action]] = {}


def register_when(subject_type: str, *whens: When) -> None:
    _whens.setdefault(subject_type, {}).update({each.kind: each for each in whens})


def register_action(subject_type: str, *actions: Action) -> None:
    _actions.setdefault(subject_type, {}).update({each.key: each for each in actions})


def whens_of(subject_type: str) -> Mapping[str, When]:
    """What may happen to a kind of thing: kind of fact to how it is said."""
    return _whens.get(subject_type, {})


def actions_of(subject_type: str) -> Mapping[str, Action]:
    """What can be done to a kind of thing: key to act."""
    return _actions.get(subject_type, {})


def ruled_kinds() -> list[SubjectKind]:
    """The kinds of things that rules may be about."""
    return [kind for kind in subject_kinds() if whens_of(kind.key)]


def askable(subject: SubjectKind, whens: Sequence[str]) -> dict[str, Field]:
    """The fields conditions may ask: the thing's own, and those that every chosen fact says."""
    offered = whens_of(subject.key)
    said = [{each.key: each for each in offered[kind].fields} for kind in whens if kind in offered]
    common = set(said[0]).intersection(*said[1:]) if said else set()
    return {**subject.fields, **{f"fact.{key}": said[0][key] for key in sorted(common)}}


def said_by(subject_type: str, kind: str, data: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """What facts of a kind say, as conditions see it: `fact.<name>` to value, for each of them in order."""
    when = whens_of(subject_type).get(kind)
    more: Sequence[Mapping[str, Any]] = when.look(data) if when and when.look else [{}] * len(data)
    return [{f"fact.{name}": value for name, value in {**each, **added}.items()} for each, added in zip(data, more, strict=True)]
