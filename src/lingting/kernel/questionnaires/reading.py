"""What the editor sends, done to the document of a draft; and the draft as the editor shows it."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _

from lingting.kernel.questionnaires.asking import options_of, parts_of_definition
from lingting.kernel.questionnaires.checking import Problem, problems_of
from lingting.kernel.questionnaires.definitions import WORDS, ItemDefinition, QuestionnaireDefinition, plain
from lingting.kernel.questionnaires.models import ItemKind
from lingting.kernel.questionnaires.showing import NEEDS_NO_VALUE, OPERATORS, OPERATORS_OF_KIND
from lingting.platform.refusals import Conflict

MOST_SECTIONS, MOST_ITEMS, MOST_OPTIONS, MOST_CONDITIONS = 50, 200, 60, 8
Place = tuple[int, int | None] | None


class Moved(Conflict):
    """Somebody else changed the draft in the meantime: the place holds another question."""

    code = "questionnaire_moved"


def place_in(text: str, document: Mapping[str, Any]) -> Place:
    """`"0.2"` is the third item of the first section, `"0"` the section, anything else the whole."""
    first, _dot, second = text.partition(".")
    if not (first.isascii() and first.isdecimal()) or int(first) >= len(document["sections"]):
        return None
    if second.isascii() and second.isdecimal() and int(second) < len(document["sections"][int(first)]["items"]):
        return int(first), int(second)
    return int(first), None


def place_text(place: Place) -> str:
    return "" if place is None else str(place[0]) if place[1] is None else f"{place[0]}.{place[1]}"


def reshaped(document: dict[str, Any], form: Mapping[str, str]) -> Place:
    """Does what the form asks to the document; returns the place to show afterwards. Raises `Moved`."""
    place = place_in(form.get("at", ""), document)
    verb, _dash, rest = form.get("act", "").partition("-")
    if verb == "add" and rest in ItemKind.values:
        return _add_item(document, place, rest)
    if verb == "add" and rest == "section":
        if len(document["sections"]) < MOST_SECTIONS:
            document["sections"].append({"name_zh": "", "name_en": "", "items": []})
        return len(document["sections"]) - 1, None
    _check_same(document, place, form)
    if verb in ("up", "down") and not rest:
        return _move(document, place, -1 if verb == "up" else 1)
    if verb == "remove":
        return _remove(document, place)
    if verb == "double":
        return _double(document, place)
    _write(document, place, form)
    if place is not None and place[1] is not None:
        _reshape_lines(document["sections"][place[0]]["items"][place[1]], form.get("act", ""))
    return place


def _check_same(document: Mapping[str, Any], place: Place, form: Mapping[str, str]) -> None:
    if "was" in form and form["was"] != mark_of(document, place):
        raise Moved(_("Somebody else changed this draft in the meantime. Load the page again."))


def mark_of(document: Mapping[str, Any], place: Place) -> str:
    """What tells a place from others: the item's key, the section's count of items."""
    if place is None:
        return "whole"
    section = document["sections"][place[0]]
    return f"section {section['name_zh']}" if place[1] is None else str(section["items"][place[1]]["key"])


def _add_item(document: dict[str, Any], place: Place, kind: str) -> Place:
    """A new item after the chosen one, or at the end of the chosen (else the last) section."""
    if not document["sections"]:
        document["sections"].append({"name_zh": "", "name_en": "", "items": []})
    number = place[0] if place else len(document["sections"]) - 1
    items = document["sections"][number]["items"]
    if sum(len(section["items"]) for section in document["sections"]) >= MOST_ITEMS:
        return place
    at = place[1] + 1 if place and place[1] is not None else len(items)
    bounds = {"low": 1, "high": 5} if kind == ItemKind.SCALE else {}
    settings = (
        {"options": [_new_option([]), _new_option([{"key": "o1"}])]} if kind in (ItemKind.CHOICE, ItemKind.CHOICES) else bounds
    )
    item: dict[str, Any] = {"key": _free_key(document), "kind": kind, "text_zh": "", "text_en": "", "settings": settings, "weight": "0",
            "is_required": False, "is_critical": False, "show_if": []}  # fmt: skip
    items.insert(at, item)
    return number, at


def _free_key(document: Mapping[str, Any]) -> str:
    taken, number = {item["key"] for section in document["sections"] for item in section["items"]}, 1
    while f"q{number}" in taken:
        number += 1
    return f"q{number}"


def _new_option(options: list[dict[str, Any]]) -> dict[str, Any]:
    taken, number = {option["key"] for option in options}, 1
    while f"o{number}" in taken:
        number += 1
    return {"key": f"o{number}", "zh": "", "en": "", "points": 0}


def _move(document: dict[str, Any], place: Place, step: int) -> Place:
    """One place up or down; an item at the edge of its section goes over into the next one."""
    if place is None:
        return None
    sections, (number, at) = document["sections"], place
    if at is None:
        other = number + step
        if 0 <= other < len(sections):
            sections[number], sections[other] = sections[other], sections[number]
            return other, None
        return place
    items, other = sections[number]["items"], at + step
    if 0 <= other < len(items):
        items[at], items[other] = items[other], items[at]
        return number, other
    if not 0 <= number + step < len(sections):
        return place
    following = sections[number + step]["items"]
    following.insert(len(following) if step < 0 else 0, items.pop(at))
    return number + step, len(following) - 1 if step < 0 else 0


def _remove(document: dict[str, Any], place: Place) -> Place:
    if place is None:
        return None
    number, at = place
    if at is None:
        del document["sections"][number]
        return (min(number, len(document["sections"]) - 1), None) if document["sections"] else None
    items = document["sections"][number]["items"]
    del items[at]
    return number, min(at, len(items) - 1) if items else None


def _double(document: dict[str, Any], place: Place) -> Place:
    """A copy below, under a key of its own."""
    if place is None or place[1] is None:
        return place
    items = document["sections"][place[0]]["items"]
    copy = items[place[1]] | {"key": _free_key(document)}
    items.insert(place[1] + 1, copy)
    return place[0], place[1] + 1


def _write(document: dict[str, Any], place: Place, form: Mapping[str, str]) -> None:
    if place is None:
        for name in ("name_zh", "name_en"):
            document[name] = form.get(name, document[name]).strip()[:80]
        if "pass_mark" in form:
            document["pass_share"] = _share(form["pass_mark"], document["pass_share"])
        return
    section = document["sections"][place[0]]
    if place[1] is None:
        for name in ("name_zh", "name_en"):
            section[name] = form.get(name, section[name]).strip()[:80]
        return
    _write_item(document, section["items"][place[1]], form)


def _share(text: str, before: str | None) -> str | None:
    """Percent as typed, as a share; what is no number leaves the mark as it was."""
    typed = text.replace("%", "").replace("％", "").strip()
    if not typed:
        return None
    number = _number(typed)
    return before if number is None else str(number / 100)


def _write_item(document: dict[str, Any], item: dict[str, Any], form: Mapping[str, str]) -> None:
    if "text_zh" not in form:
        return
    before = item["key"]
    item["key"] = form.get("key", before).strip()[:60]
    item["kind"] = form["kind"] if form.get("kind") in ItemKind.values else item["kind"]
    item["text_zh"], item["text_en"] = form["text_zh"].strip()[:300], form.get("text_en", "").strip()[:300]
    weight = _number(form.get("weight", "0") or "0")
    item["weight"] = item["weight"] if weight is None else str(weight)
    item["is_required"], item["is_critical"] = "is_required" in form, "is_critical" in form
    item["settings"] = _settings(item, form)
    item["show_if"] = _conditions(form)
    if item["key"] != before:
        _rename(document, before, item["key"])


def _settings(item: Mapping[str, Any], form: Mapping[str, str]) -> dict[str, Any]:
    if item["kind"] in (ItemKind.SCALE, ItemKind.NUMBER):
        usual = {"low": "1", "high": "5"} if item["kind"] == ItemKind.SCALE else {"low": "", "high": ""}
        bounds = {name: _number(form.get(name, usual[name])) for name in ("low", "high")}
        words = (
            {name: _lines(form[name]) for name in WORDS if form.get(name, "").strip()} if item["kind"] == ItemKind.SCALE else {}
        )
        return {name: value for name, value in bounds.items() if value is not None} | words
    if item["kind"] not in (ItemKind.CHOICE, ItemKind.CHOICES):
        return {}
    options: list[dict[str, Any]] = []
    for number in range(MOST_OPTIONS):
        head = f"option-{number}-"
        if f"{head}zh" in form:
            key = form.get(f"{head}key", "").strip()[:60] or _new_option(options)["key"]
            points = _number(form.get(f"{head}points", "0") or "0") or 0
            texts = {name: form.get(f"{head}{name}", "").strip()[:200] for name in ("zh", "en")}
            options.append({"key": key, **texts, "points": points})
    return {"options": options or [_new_option([])]}


def _lines(text: str) -> list[str]:
    """A word a line; empty lines before the last word stay."""
    return [line.strip()[:40] for line in text.replace("\x00", "").rstrip().splitlines()][:20]


def _conditions(form: Mapping[str, str]) -> list[dict[str, str]]:
    return [
        {
            "item": form[f"if-{number}-item"][:60], "op": form.get(f"if-{number}-op", "is")[:12],
            "value": form.get(f"if-{number}-value", "").strip()[:200],
        }
        for number in range(MOST_CONDITIONS)
        if f"if-{number}-item" in form
    ]  # fmt: skip


def _rename(document: Mapping[str, Any], old: str, new: str) -> None:
    """Conditions follow the key of the item they ask, unless another item still has it."""
    items = [item for section in document["sections"] for item in section["items"]]
    if any(item["key"] == old for item in items):
        return
    for item in items:
        for condition in item["show_if"]:
            condition["item"] = new if condition["item"] == old else condition["item"]


def _reshape_lines(item: dict[str, Any], act: str) -> None:
    """add-option, drop-option-2, up-option-2, add-if, drop-if-0."""
    verb, _dash, rest = act.partition("-")
    part, _dash, number = rest.partition("-")
    options = item["settings"].get("options")
    lines = options if part == "option" else item["show_if"] if part == "if" else None
    if lines is None:
        return
    at = int(number) if number.isascii() and number.isdecimal() else -1
    if verb == "add" and part == "option" and len(lines) < MOST_OPTIONS:
        lines.append(_new_option(lines))
    elif verb == "add" and part == "if" and len(lines) < MOST_CONDITIONS:
        lines.append({"item": "", "op": "is", "value": ""})
    elif verb == "drop" and 0 <= at < len(lines):
        del lines[at]
    elif verb == "up" and 0 < at < len(lines):
        lines[at - 1], lines[at] = lines[at], lines[at - 1]


def _number(text: str) -> int | float | None:
    """A finite number below a million; None for anything else."""
    try:
        number = float(str(text).replace(",", "").replace("，", "").strip())
    except ValueError:
        return None
    if not abs(number) < 10**6:
        return None
    return int(number) if number.is_integer() else round(number, 3)


def editor_context(written: QuestionnaireDefinition, document: Mapping[str, Any], place: Place) -> dict[str, Any]:
    """Everything the editor's template shows of a draft, with one place chosen."""
    problems = problems_of(written)
    weights = sum((item.weight for item in written.items), start=Decimal(0))
    return {
        "written": written, "at": place_text(place), "was": mark_of(document, place), "kinds": ItemKind.choices,
        "outline": _outline(written, problems, place, weights), "weights": weights,
        "problems": [(place_text(one.place), one.sentence) for one in problems if not one.is_hint],
        "hints": [(place_text(one.place), one.sentence) for one in problems if one.is_hint],
        "chosen": _chosen(written, place), "parts": parts_of_definition(written),
        "pass_mark": "" if written.pass_share is None else plain(written.pass_share * 100),
    }  # fmt: skip


def _outline(written: QuestionnaireDefinition, problems: list[Problem], place: Place, weights: Any) -> list[dict[str, Any]]:
    wrong = {one.place for one in problems if not one.is_hint}
    hinted = {one.place for one in problems if one.is_hint}
    number, lines = 0, []
    for first, section in enumerate(written.sections):
        items = []
        for second, item in enumerate(section.items):
            number += 1
            share = item.weight / weights * 100 if weights and item.weight else None
            spot = (first, second)
            items.append({"item": item, "at": place_text(spot), "number": number, "is_wrong": spot in wrong, "is_hinted": spot in hinted,
                          "is_chosen": spot == place, "share": share})  # fmt: skip
        head = (first, None)
        lines.append({"section": section, "at": place_text(head), "items": items, "is_wrong": head in wrong, "is_hinted": head in hinted,
                      "is_chosen": head == place, "is_first": first == 0, "is_last": first == len(written.sections) - 1})  # fmt: skip
    return lines


def _chosen(written: QuestionnaireDefinition, place: Place) -> dict[str, Any]:
    """What the form in the middle edits: the whole, a section or an item."""
    if place is None:
        return {"what": "whole"}
    section = written.sections[place[0]]
    if place[1] is None:
        return {"what": "section", "section": section}
    item = section.items[place[1]]
    before = [one for part in written.sections[: place[0]] for one in part.items] + list(section.items[: place[1]])
    return {
        "what": "item", "item": item, "options": item.settings.get("options"),
        "earlier": [(one.key, one.text or one.key) for one in before],
        "conditions": [_shown_condition(one, {each.key: each for each in before}, written) for one in item.show_if],
        "has_bounds": item.kind in (ItemKind.SCALE, ItemKind.NUMBER), "has_score": item.kind not in (ItemKind.TEXT, ItemKind.FILE),
        "weight": plain(item.weight), "words": _words_shown(item) if item.kind == ItemKind.SCALE else None,
    }  # fmt: skip


def _words_shown(item: ItemDefinition) -> dict[str, str]:
    return {name: "\n".join(item.settings.get(name) or ()) for name in WORDS}


def _shown_condition(condition: Any, before: Mapping[str, ItemDefinition], written: QuestionnaireDefinition) -> dict[str, Any]:
    """A condition as the form shows it. One on a later or missing question is kept until somebody changes it."""
    asked = before.get(condition.item)
    operators = OPERATORS_OF_KIND.get(asked.kind, ()) if asked else ()
    later = {item.key: item.text for item in written.items}
    return {
        "condition": condition, "is_lost": bool(condition.item) and asked is None,
        "lost_name": later.get(condition.item) or condition.item, "operators": [(key, OPERATORS[key]) for key in operators],
        "needs_value": bool(asked) and condition.op not in NEEDS_NO_VALUE, "choices": options_of(asked) if asked else [],
    }  # fmt: skip
