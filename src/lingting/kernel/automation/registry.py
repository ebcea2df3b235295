"""What rules can ask and do: offered by the apps that own the things, in `AppConfig.ready`."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.utils.functional import Promise

from lingting.kernel.timeline.events import Actor

Text = str | Promise
Choices = Callable[[], Sequence[tuple[str, Text]]]


@dataclass(frozen=True, kw_only=True)
class Field:
    """Something that can be asked: `kind` is choice, number, text or yes_no. Choices are read when a page shows them."""

    key: str
    label: Text
    kind: str
    choices: Choices | None = None
    unit: Text = ""


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


@dataclass
class Subject:
    """A kind of thing rules are about. `read(ids)` gives each one's field values (one or few queries for all of them)."""

    subject_type: str
    label: Text
    fields: dict[str, Field]
    read: Callable[[Sequence[int]], dict[int, dict[str, Any]]]
    address: Callable[[int], str]
    whens: dict[str, When] = field(default_factory=dict)
    actions: dict[str, Action] = field(default_factory=dict)


_subjects: dict[str, Subject] = {}


def register_subject(subject: Subject) -> None:
    _subjects[subject.subject_type] = subject


def register_field(subject_type: str, added: Field, *, read: Callable[[Sequence[int]], dict[int, Any]]) -> None:
    """An app above asks something more about a lower app's thing: `read(ids)` gives the value of each."""
    subject = _subjects[subject_type]
    subject.fields[added.key] = added
    lower = subject.read

    def reading(ids: Sequence[int]) -> dict[int, dict[str, Any]]:
        values, more = lower(ids), read(ids)
        return {pk: known | {added.key: more.get(pk)} for pk, known in values.items()}

    subject.read = reading


def register_when(subject_type: str, *whens: When) -> None:
    _subjects[subject_type].whens.update({each.kind: each for each in whens})


def register_action(subject_type: str, *actions: Action) -> None:
    _subjects[subject_type].actions.update({each.key: each for each in actions})


def subjects() -> list[Subject]:
    return list(_subjects.values())


def subject_of(subject_type: str) -> Subject | None:
    return _subjects.get(subject_type)


def askable(subject: Subject, whens: Sequence[str]) -> dict[str, Field]:
    """The fields conditions may ask: the thing's own, and those that every chosen fact says."""
    said = [{each.key: each for each in subject.whens[kind].fields} for kind in whens if kind in subject.whens]
    common = set(said[0]).intersection(*said[1:]) if said else set()
    return {**subject.fields, **{f"fact.{key}": said[0][key] for key in sorted(common)}}


def said_by(subject: Subject, kind: str, data: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """What facts of a kind say, as conditions see it: `fact.<name>` to value, for each of them in order."""
    when = subject.whens.get(kind)
    more: Sequence[Mapping[str, Any]] = when.look(data) if when and when.look else [{}] * len(data)
    return [{f"fact.{name}": value for name, value in {**each, **added}.items()} for each, added in zip(data, more, strict=True)]
