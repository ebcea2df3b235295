"""How rows and facts of customers are put into words for people."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _

POINT_ICONS = {"phone": "phone", "email": "mail", "wechat": "brand-wechat", "other": "at"}
FIELD_LABELS: dict[str, str | Promise] = {
    "name": gettext_lazy("Full name"), "tier": gettext_lazy("Tier"), "language": gettext_lazy("Language"),
    "company": gettext_lazy("Company"), "city": gettext_lazy("City"), "address": gettext_lazy("Address"),
    "remarks": gettext_lazy("Remarks"), "external_id": gettext_lazy("Id in your own system"),
}  # fmt: skip
REASONS: dict[str, str | Promise] = {
    "phone": gettext_lazy("same number"), "email": gettext_lazy("same mailbox name"), "address": gettext_lazy("same address"),
    "name": gettext_lazy("similar name"), "city": gettext_lazy("same city"),
}  # fmt: skip


def present_row(row: dict[str, Any]) -> dict[str, Any]:
    """Adds what a list row says: `title`, `tier_name`, `point` (the first), `more_points`, `detail` (one line)."""
    points = row.get("points", [])
    row["title"] = row["name"] or _("Guest %(number)s") % {"number": row["id"]}
    row["tier_name"] = bilingual(row["tier__name_zh"], row["tier__name_en"])
    row["point"] = points[0]["value"] if points else ""
    row["more_points"] = max(0, len(points) - 1)
    row["language_name"] = language_name(row["language"])
    row["detail"] = " · ".join(part for part in (row["point"], row["city"], row["company"], row["tier_name"]) if part)
    return row


def bilingual(chinese: str | None, english: str | None) -> str:
    """The name in the reader's language."""
    return (chinese or "") if (get_language() or "").startswith("zh") else (english or chinese or "")


def language_name(code: str) -> str:
    return {"zh-hans": _("Chinese"), "en": _("English")}.get(code, code)


def fact_lines(facts: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
    """Facts of a customer as lines: icon, words, details, who, at. Kinds we have no words for are left out."""
    lines = []
    for fact in facts:
        told = _told(fact["kind"], fact["data"])
        if told is not None:
            icon, words, details = told
            lines.append(
                {"icon": icon, "words": words, "details": details, "who": fact["actor_label"], "at": fact["occurred_at"]}
            )
    return lines


def _told(kind: str, data: dict[str, Any]) -> tuple[str, str, list[str]] | None:
    if kind == "CustomerCreated":
        return "user-plus", _("came as a guest") if data["is_guest"] else _("was created"), []
    if kind == "CustomerChanged":
        return "edit", _("was changed"), [_change(field, old, new) for field, (old, new) in sorted(data["changes"].items())]
    if kind == "CustomerNoted":
        return "note", _("got a note"), []
    if kind == "ContactPointsChanged":
        return "phone", _("numbers and addresses changed"), []
    if kind == "CustomerTagged":
        return "tag", _("tags changed"), ["、".join(data["after"])] if data["after"] else []
    if kind == "CustomersMerged":
        return "arrows-join", _("took in customer #%(number)s") % {"number": data["absorbed_id"]}, []
    if kind == "CustomerMergeUndone":
        return "arrows-split", _("was parted from customer #%(number)s again") % {"number": data["absorbed_id"]}, []
    return None


def _change(field: str, old: str, new: str) -> str:
    label = FIELD_LABELS.get(field, field)
    return f"{label}: {_short(old) or '–'} → {_short(new) or '–'}"


def _short(text: str) -> str:
    return text if len(text) <= 60 else f"{text[:57]}…"
