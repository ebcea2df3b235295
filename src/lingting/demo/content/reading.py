"""Reads the content files into records, once each and only when asked for.

Every loader is cached: the first call reads and checks the shape of its file, later calls return the same record.
A file with a missing or unknown field raises `ContentError`, naming the file and the field.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import MISSING, fields, is_dataclass
from datetime import date, time
from decimal import Decimal
from enum import StrEnum
from functools import cache
from pathlib import Path
from typing import Any, TypeVar, get_args, get_origin, get_type_hints

from .records import (
    Article,
    ArticleCategory,
    CannedReply,
    Company,
    ContactType,
    Customer,
    CustomerPools,
    Dialogue,
    Organisation,
    Patterns,
    QueuePlan,
    Speaker,
    Turn,
)

FOLDER = Path(__file__).resolve().parent

CANNED_VARIABLES = frozenset({"customer.name", "agent.name", "case.number", "queue.name"})
DIALOGUE_VARIABLES = CANNED_VARIABLES | {"order.number", "customer.phone", "customer.city"}

_FRONT_MATTER_FENCE = "+++\n"
_SPEAKERS = {"c": Speaker.CUSTOMER, "a": Speaker.AGENT}
_DIALOGUE_DEFAULTS: Mapping[str, Any] = {
    "tags": [],
    "products": [],
    "customer": "",
    "agent": "",
    "hours": [],
    "special_kinds": [],
    "rating": 0,
    "comment": "",
    "note": "",
}
_TURN_SHAPES = ([str, int, str], [str, int, str, str])

Record = TypeVar("Record")


class ContentError(ValueError):
    """A content file does not have the shape of its record."""


@cache
def company() -> Company:
    """The invented business: products, policies, membership."""
    return _record(Company, _read_toml("company.toml"), "company.toml")


@cache
def organisation() -> Organisation:
    """Sites, teams, positions, skills, the forty people and the named cast."""
    data = _read_toml("organisation.toml") | _read_toml("people.toml")
    return _record(Organisation, data, "organisation.toml, people.toml")


@cache
def queue_plan() -> QueuePlan:
    """The six queues, the eleven contact types and what each membership tier adds to the priority."""
    return _record(QueuePlan, _read_toml("queues.toml"), "queues.toml")


@cache
def contact_types() -> tuple[ContactType, ...]:
    """The eleven contact types, in the order of the positioning questions."""
    return queue_plan().contact_types


@cache
def article_categories() -> tuple[ArticleCategory, ...]:
    """The shelves of the knowledge base, in display order."""
    data = _read_toml("articles/categories.toml")
    return tuple(_record(ArticleCategory, item, "articles/categories.toml") for item in data["categories"])


@cache
def articles() -> tuple[Article, ...]:
    """All knowledge articles, ordered by file name."""
    return tuple(_read_article(path) for path in sorted((FOLDER / "articles").glob("*.md")))


@cache
def canned_replies() -> tuple[CannedReply, ...]:
    """The canned replies, in the order of the file."""
    data = _read_toml("canned.toml")
    return tuple(_record(CannedReply, item, "canned.toml") for item in data["replies"])


@cache
def customers() -> tuple[Customer, ...]:
    """The hand-written customers."""
    data = _read_toml("customers.toml")
    return tuple(_record(Customer, item, f"customers.toml: {item.get('key')}") for item in data["customers"])


@cache
def customer_pools() -> CustomerPools:
    """Names, cities and streets from which further customers are generated."""
    return _record(CustomerPools, _read_toml("pools.toml"), "pools.toml")


@cache
def dialogues() -> tuple[Dialogue, ...]:
    """All chat dialogues, ordered by file name and by place in the file."""
    found: list[Dialogue] = []
    for path in sorted((FOLDER / "dialogues").glob("*.toml")):
        name = f"dialogues/{path.name}"
        found.extend(_dialogue(item, name) for item in _read_toml(name)["dialogues"])
    return tuple(found)


@cache
def patterns() -> Patterns:
    """How contacts arrive over the sixty days of history."""
    return _record(Patterns, _read_toml("patterns.toml"), "patterns.toml")


def _read_toml(name: str) -> dict[str, Any]:
    with (FOLDER / name).open("rb") as file:
        return tomllib.load(file)


def _read_article(path: Path) -> Article:
    parts = path.read_text(encoding="utf-8").split(_FRONT_MATTER_FENCE, 2)
    if len(parts) != 3 or parts[0]:
        raise ContentError(f"{path.name}: does not start with front matter between +++ lines")
    data = tomllib.loads(parts[1]) | {"body": parts[2].strip() + "\n"}
    return _record(Article, data, path.name)


def _dialogue(item: Mapping[str, Any], name: str) -> Dialogue:
    """A dialogue from its compact form: optional fields left out, turns as [who, after_seconds, text, attachment?]."""
    where = f"{name}: {item.get('key')}"
    turns = [_turn(row, where) for row in item.get("turns", [])]
    return _record(Dialogue, {**_DIALOGUE_DEFAULTS, **item, "turns": turns}, where)


def _turn(row: list[Any], where: str) -> Turn:
    if [type(part) for part in row] not in _TURN_SHAPES or row[0] not in _SPEAKERS:
        raise ContentError(f"{where}: a turn is ['c' or 'a', seconds, text, attachment?], not {row!r}")
    speaker, after_seconds, text, *attachment = row
    return Turn(_SPEAKERS[speaker], after_seconds, text, attachment[0] if attachment else "")


def _record(cls: type[Record], data: Mapping[str, Any], where: str) -> Record:
    """Build the dataclass `cls` from parsed TOML, converting nested values by their type hints."""
    assert is_dataclass(cls)
    hints = get_type_hints(cls)
    known = {field.name for field in fields(cls)}
    required = {field.name for field in fields(cls) if field.default is MISSING}
    if unknown := set(data) - known:
        raise ContentError(f"{where}: unknown {cls.__name__} field(s) {', '.join(sorted(unknown))}")
    if missing := required - set(data):
        raise ContentError(f"{where}: {cls.__name__} lacks {', '.join(sorted(missing))}")
    return cls(**{name: _value(hints[name], value, f"{where}: {name}") for name, value in data.items()})


def _value(hint: Any, value: Any, where: str) -> Any:
    if get_origin(hint) is tuple:
        item_hint = get_args(hint)[0]
        return tuple(_value(item_hint, item, where) for item in value)
    if get_origin(hint) is dict:
        item_hint = get_args(hint)[1]
        return {str(key): _value(item_hint, item, where) for key, item in value.items()}
    if isinstance(value, hint) and not (hint is int and isinstance(value, bool)):
        return value
    if isinstance(value, dict) and is_dataclass(hint) and isinstance(hint, type):
        return _record(hint, value, where)
    return _scalar(hint, value, where)


def _scalar(hint: type, value: Any, where: str) -> Any:
    if hint is Decimal and isinstance(value, str | int):
        return Decimal(value)
    if hint is float and isinstance(value, int):
        return float(value)
    if issubclass(hint, StrEnum) and isinstance(value, str):
        try:
            return hint(value)
        except ValueError:
            raise ContentError(f"{where}: {value!r} is not one of {', '.join(hint)}") from None
    wanted = "a date" if hint is date else "a time" if hint is time else hint.__name__
    raise ContentError(f"{where}: expected {wanted}, found {value!r}")
