"""What facts, clocks, procedures and rules are about: one register of kinds of things, and how a value of theirs is compared.

The app that owns a kind of thing says it once, in `AppConfig.ready()`; apps above may add fields to it (`register_field`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from typing import Any

from django.utils.functional import Promise

Text = str | Promise
Choices = Callable[[], Sequence[tuple[str, Text]]]
Read = Callable[[Sequence[int]], dict[int, dict[str, Any]]]


@dataclass(frozen=True, kw_only=True)
class Field:
    """Something that can be asked: `kind` is choice, number, text or yes_no. Choices are read when a page shows them."""

    key: str
    label: Text
    kind: str
    choices: Choices | None = None
    unit: Text = ""


@dataclass(kw_only=True)
class SubjectKind:
    """A kind of thing, e.g. `desk.case`; `key` is the `subject_type` of its facts.

    `label` names the kind; `name(id)` one of them, `names(ids)` many at once for lists; `url(id)` its page; `topics(id)` the
    live audiences that hear of it, e.g. `("case:12", "desk")`; `owner(id)` the id of the account that has it
    in hand; `may_see(account, id)` who sees its steps;
    `fields` what branches and conditions may ask of it, `read(ids)` their values (one or few queries for all of them).
    """

    key: str
    label: Text
    name: Callable[[int], str]
    names: Callable[[Sequence[int]], Mapping[int, str]]
    url: Callable[[int], str]
    topics: Callable[[int], tuple[str, ...]]
    owner: Callable[[int], int | None]
    may_see: Callable[[Any, int], bool]
    read: Read
    fields: dict[str, Field] = field(default_factory=dict)


_kinds: dict[str, SubjectKind] = {}


def register_subject(
    key: str, *, label: Text, name: Callable[[int], str] | None = None,
    names: Callable[[Sequence[int]], Mapping[int, str]] | None = None, url: Callable[[int], str] | None = None,
    topics: Callable[[int], tuple[str, ...]] | None = None, owner: Callable[[int], int | None] | None = None,
    may_see: Callable[[Any, int], bool] | None = None, fields: Iterable[Field] = (), read: Read | None = None,
) -> SubjectKind:  # fmt: skip
    """`register_subject("desk.case", label=_("Case"), url=case_url, topics=lambda pk: (f"case:{pk}", "desk"))`."""
    one = name or (lambda pk: f"{label} {pk}")
    _kinds[key] = SubjectKind(
        key=key, label=label, name=one, names=names or (lambda ids: {pk: one(pk) for pk in ids}), url=url or (lambda _pk: ""),
        topics=topics or (lambda _pk: ()), owner=owner or (lambda _pk: None), may_see=may_see or (lambda _account, _pk: False),
        fields={each.key: each for each in fields}, read=read or (lambda ids: {pk: {} for pk in ids}),
    )  # fmt: skip
    return _kinds[key]


def register_field(key: str, added: Field, *, read: Callable[[Sequence[int]], Mapping[int, Any]]) -> None:
    """An app above asks something more about a lower app's thing: `read(ids)` gives the value of each."""
    kind = _kinds[key]
    kind.fields[added.key] = added
    lower = kind.read

    def reading(ids: Sequence[int]) -> dict[int, dict[str, Any]]:
        values, more = lower(ids), read(ids)
        return {pk: known | {added.key: more.get(pk)} for pk, known in values.items()}

    kind.read = reading


def known_subject(key: str) -> SubjectKind | None:
    return _kinds.get(key)


def subject_kind(key: str) -> SubjectKind:
    """The kind; one that nobody registered is named by its key, has no page, is not live and offers nothing."""
    return _kinds.get(key) or SubjectKind(
        key=key, label=key, name=lambda pk: f"{key} {pk}", names=lambda ids: {pk: f"{key} {pk}" for pk in ids},
        url=lambda _pk: "", topics=lambda _pk: (), owner=lambda _pk: None,
        may_see=lambda _account, _pk: False, read=lambda ids: {pk: {} for pk in ids},
    )  # fmt: skip


def subject_kinds() -> list[SubjectKind]:
    return list(_kinds.values())


def forget_subject(key: str) -> None:
    """Takes a kind out again: for tests that register one of their own."""
    _kinds.pop(key, None)


def compares(value: Any, operator: str, wanted: Any) -> bool:
    """Whether a field's value `is`, `is_not`, is `at_least`, `at_most`, `contains`, `lacks` what is wanted, or is `empty`, `filled`.

    Wanted is as a form gives it, mostly text. A value of several (tags) is any of them, and contains each. Nothing, and what
    is no number where numbers are compared, fails `is`, `at_least`, `at_most` and `contains`.
    """
    match operator:
        case "empty" | "filled":
            return (value is None or value == "" or value == []) == (operator == "empty")
        case "at_least" | "at_most":
            left, right = _number(value), _number(wanted)
            if left is None or right is None:
                return False
            return left >= right if operator == "at_least" else left <= right
        case "contains" | "lacks":
            return _contains(value, str(wanted or "").casefold()) == (operator == "contains")
        case _:
            return _same(value, wanted) == (operator != "is_not")


def _contains(value: Any, wanted: str) -> bool:
    if isinstance(value, list | tuple | set):
        return wanted in {str(one).casefold() for one in value}
    return value is not None and wanted in str(value).casefold()


def _same(value: Any, wanted: Any) -> bool:
    if value is None:
        return False
    if isinstance(value, list | tuple | set):
        return any(_same(one, wanted) for one in value)
    if isinstance(value, bool) or isinstance(wanted, bool):
        return _truth(value) == _truth(wanted)
    if isinstance(value, str) and isinstance(wanted, str):
        return value == wanted
    left, right = _number(value), _number(wanted)
    return left == right if left is not None and right is not None else str(value) == str(wanted)


def _truth(value: Any) -> bool | None:
    return value if isinstance(value, bool) else {"true": True, "yes": True, "false": False, "no": False}.get(str(value).lower())


def _number(value: Any) -> Decimal | None:
    if isinstance(value, bool) or value is None:
        return None
    try:
        found = Decimal(str(value))
    except InvalidOperation:
        return None
    return found if found.is_finite() else None
