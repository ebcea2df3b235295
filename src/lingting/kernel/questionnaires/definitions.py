"""A questionnaire written down: in code, in an imported file, or as the draft of a version. Plain frozen records."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from typing import Any

from django.utils.translation import get_language

WORDS = ("words_zh", "words_en")


def in_language(zh: str, en: str) -> str:
    """The words in the language of the screen; the other language where they are missing."""
    return (zh or en) if (get_language() or "").startswith("zh") else (en or zh)


@dataclass(frozen=True, kw_only=True)
class Condition:
    """Shown only if: the answer to an earlier item (`item`: its key) compared with `value`, written as text.

    `op`: is, is_not, at_least, at_most, answered, unanswered. Yes and no are written "yes" and "no". Of several
    choices, `is` means that it is among them. All but `unanswered` need an answer.
    """

    item: str
    op: str
    value: str = ""


@dataclass(frozen=True, kw_only=True)
class ItemDefinition:
    """A question. `settings` by kind: scale {"low","high"}, choice(s) {"options": [{"key","zh","en","points"}]}, number {"low","high"}.

    A scale may say its steps in words, from the lowest: {"words_zh": […], "words_en": […]}. It is asked when every
    condition of `show_if` holds.
    """

    key: str
    kind: str
    text_zh: str
    text_en: str = ""
    settings: dict[str, Any] = field(default_factory=dict)
    weight: Decimal = Decimal(0)
    is_required: bool = False
    is_critical: bool = False
    show_if: tuple[Condition, ...] = ()

    @property
    def text(self) -> str:
        return in_language(self.text_zh, self.text_en)


@dataclass(frozen=True, kw_only=True)
class SectionDefinition:
    name_zh: str
    name_en: str
    items: tuple[ItemDefinition, ...]

    @property
    def name(self) -> str:
        return in_language(self.name_zh, self.name_en)


@dataclass(frozen=True, kw_only=True)
class QuestionnaireDefinition:
    key: str
    name_zh: str
    name_en: str
    sections: tuple[SectionDefinition, ...]
    pass_share: Decimal | None = None

    @property
    def items(self) -> Iterator[ItemDefinition]:
        """Every item in the order in which it is asked."""
        return (item for section in self.sections for item in section.items)


class Unreadable(ValueError):
    """What should be a definition is none; the message says where."""


def as_document(definition: QuestionnaireDefinition) -> dict[str, Any]:
    """The definition as JSON takes it: the format of drafts, export and import. `from_document` is its inverse."""
    return {
        "key": definition.key,
        "name_zh": definition.name_zh,
        "name_en": definition.name_en,
        "pass_share": None if definition.pass_share is None else str(definition.pass_share),
        "sections": [
            {"name_zh": section.name_zh, "name_en": section.name_en, "items": [_item_document(item) for item in section.items]}
            for section in definition.sections
        ],
    }


def _item_document(item: ItemDefinition) -> dict[str, Any]:
    return {
        "key": item.key, "kind": item.kind, "text_zh": item.text_zh, "text_en": item.text_en, "settings": item.settings,
        "weight": str(item.weight), "is_required": item.is_required, "is_critical": item.is_critical,
        "show_if": [{"item": one.item, "op": one.op, "value": one.value} for one in item.show_if],
    }  # fmt: skip


def from_document(document: Any) -> QuestionnaireDefinition:
    """The definition in a document. Shapes are checked here, sense in `checking`. Raises `Unreadable` with the place."""
    source = _mapping(document, "")
    share = source.get("pass_share")
    return QuestionnaireDefinition(
        key=_text(source, "key", "", 60), name_zh=_text(source, "name_zh", "", 80), name_en=_text(source, "name_en", "", 80),
        pass_share=None if share in (None, "") else _number(share, "pass_share"),
        sections=tuple(
            _section(section, f"sections[{place}]") for place, section in enumerate(_list(source, "sections", "", 100))
        ),
    )  # fmt: skip


def _section(document: Any, place: str) -> SectionDefinition:
    source = _mapping(document, place)
    return SectionDefinition(
        name_zh=_text(source, "name_zh", place, 80), name_en=_text(source, "name_en", place, 80),
        items=tuple(_item(item, f"{place}.items[{number}]") for number, item in enumerate(_list(source, "items", place, 300))),
    )  # fmt: skip


def _item(document: Any, place: str) -> ItemDefinition:
    source = _mapping(document, place)
    return ItemDefinition(
        key=_text(source, "key", place, 60), kind=_text(source, "kind", place, 8), text_zh=_text(source, "text_zh", place, 300),
        text_en=_text(source, "text_en", place, 300), settings=_settings(source.get("settings", {}), f"{place}.settings"),
        weight=_number(source.get("weight", 0), f"{place}.weight"), is_required=source.get("is_required") is True,
        is_critical=source.get("is_critical") is True,
        show_if=tuple(_condition(one, f"{place}.show_if") for one in _list(source, "show_if", place, 20)),
    )  # fmt: skip


def _condition(document: Any, place: str) -> Condition:
    source = _mapping(document, place)
    return Condition(
        item=_text(source, "item", place, 60), op=_text(source, "op", place, 12), value=_text(source, "value", place, 200)
    )


def _settings(document: Any, place: str) -> dict[str, Any]:
    """The settings of an item: bounds are numbers, options have texts and points."""
    source = _mapping(document, place)
    found: dict[str, Any] = {}
    for name in ("low", "high"):
        if source.get(name) not in (None, ""):
            number = _number(source[name], f"{place}.{name}")
            found[name] = int(number) if number == number.to_integral_value() else float(number)
    for name in WORDS:
        if source.get(name):
            found[name] = [_text({name: one}, name, place, 40) for one in _list(source, name, place, 20)]
    if "options" in source:
        found["options"] = [_option(one, f"{place}.options") for one in _list(source, "options", place, 100)]
    return found


def _option(document: Any, place: str) -> dict[str, Any]:
    source = _mapping(document, place)
    points = _number(source.get("points") or 0, f"{place}.points")
    shown: int | float = int(points) if points == points.to_integral_value() else float(points)
    return {
        "key": _text(source, "key", place, 60), "zh": _text(source, "zh", place, 200), "en": _text(source, "en", place, 200),
        "points": shown,
    }  # fmt: skip


def _mapping(value: Any, place: str) -> Mapping[str, Any]:
    if not isinstance(value, Mapping):
        raise Unreadable(f"{place or 'document'}: {{…}}")
    return value


def _list(source: Mapping[str, Any], name: str, place: str, most: int) -> list[Any]:
    value = source.get(name, [])
    if not isinstance(value, list) or len(value) > most:
        raise Unreadable(f"{place}.{name}: […] ≤ {most}".lstrip("."))
    return value


def _text(source: Mapping[str, Any], name: str, place: str, most: int) -> str:
    value = source.get(name, "")
    if not isinstance(value, str) or len(value) > most or "\x00" in value:
        raise Unreadable(f"{place}.{name}: “…” ≤ {most}".lstrip("."))
    return value


def _number(value: Any, place: str) -> Decimal:
    """A finite number below a billion with at most three places."""
    try:
        number = Decimal(str(value)) if not isinstance(value, bool) else Decimal("NaN")
    except InvalidOperation:
        number = Decimal("NaN")
    if not number.is_finite() or abs(number) >= 10**9:
        raise Unreadable(f"{place}: 0.0")
    return Decimal(format(round(number, 3).normalize() + 0, "f"))


def plain(number: Decimal) -> str:
    """A number without needless zeros: 3, 2.5."""
    return format(number.normalize() + 0, "f")
