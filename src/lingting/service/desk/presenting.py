"""How rows and messages look: what templates would otherwise have to work out for each of them."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from django.utils import timezone
from django.utils.html import conditional_escape, escape, format_html
from django.utils.safestring import SafeString
from django.utils.translation import get_language, gettext

from lingting.service.desk.models import Case, CaseState, Priority
from lingting.service.desk.services import line_text

STATE_LOOKS = {
    CaseState.OPEN.value: ("ours", "circle-dot"),
    CaseState.WAITING.value: ("idle", "hourglass"),
    CaseState.SNOOZED.value: ("idle", "clock-pause"),
    CaseState.CLOSED.value: ("idle", "circle-check"),
}
PRIORITY_LOOKS = {
    Priority.URGENT.value: ("breach", "alert-octagon"),
    Priority.HIGH.value: ("warning", "chevrons-up"),
    Priority.NORMAL.value: ("idle", "minus"),
    Priority.LOW.value: ("idle", "chevrons-down"),
}
FOLD_CHARACTERS, FOLD_LINES = 1_200, 16
GROUP_SECONDS = 180
_LINK = re.compile(r"https?://[^\s<>\"'，。；：！？、）】》“”‘’]+", re.IGNORECASE)
_TRAILING = ".,;:!?)]}"


def canned_values(case: Case, *, agent_name: str) -> dict[str, str]:
    """What the variables of a prepared text stand for in a case."""
    tier = case.customer.tier
    return {
        "customer.name": case.customer.name,
        "customer.tier": bilingual(tier.name_zh, tier.name_en) if tier else "",
        "agent.name": agent_name,
        "case.number": str(case.pk),
        "case.subject": case.subject,
        "queue.name": case.queue.name,
    }


def bilingual(chinese: str | None, english: str | None) -> str:
    """The name in the reader's language."""
    if (get_language() or "").startswith("zh"):
        return chinese or ""
    return english or chinese or ""


def present_rows(rows: Sequence[dict[str, Any]], *, now: datetime, me: int) -> list[dict[str, Any]]:
    """Inbox rows with everything their template shows already worked out."""
    for row in rows:
        row["queue"] = bilingual(row["queue_zh"], row["queue_en"])
        row["tier"] = bilingual(row["tier_zh"], row["tier_en"])
        row["name"] = row["customer_name"] or gettext("Guest %(number)s") % {"number": row["customer_id"]}
        row["is_mine"] = row["assignee_id"] == me
        due = row["due_at"]
        row["shows_due"] = due is not None and due < now + timedelta(hours=4)
        row["left_seconds"] = (due - now).total_seconds() if due else None
        row["is_ours"] = row["preview_kind"] in ("agent", "bot") and not row.get("found_text")
        row["line"] = row.get("found_text") or row["preview"] or row["subject"]
    return list(rows)


def present_messages(
    messages: Sequence[dict[str, Any]], *, customer_name: str, previous: dict[str, Any] | None = None
) -> list[dict[str, Any]]:
    """Messages with day separators, groups of one speaker, safe markup; `previous` is the one before the first."""
    before = previous
    for message in messages:
        local = timezone.localtime(message["created_at"])
        message["day"] = local.date()
        message["opens_day"] = before is None or before["day"] != message["day"]
        message["opens_group"] = message["opens_day"] or not _same_speaker(before, message)
        message["is_ours"] = message["kind"] in ("agent", "bot")
        message["who"] = _speaker(message, customer_name=customer_name)
        message["html"] = message_html(message)
        message["is_long"] = len(message["text"]) > FOLD_CHARACTERS or message["text"].count("\n") > FOLD_LINES
        message["tick"] = "read" if message["read_at"] else "delivered" if message["delivered_at"] else "sent"
        message["pictures"] = [file for file in message["files"] if file.is_image]
        message["has_foot"] = bool((message["data"] or {}).get("extra"))
        message["papers"] = [file for file in message["files"] if not file.is_image]
        before = message
    return list(messages)


def message_html(message: dict[str, Any]) -> SafeString:
    """A message's text as markup: escaped, links live, mentions marked; a system line in words."""
    if message["kind"] == "system":
        return conditional_escape(line_text(message["data"], text=message["text"]))
    marked = linked(message["text"])
    for name in message.get("mentions", ()):
        said = f"@{escape(name)}"
        marked = SafeString(marked.replace(said, f'<mark class="desk-mention">{said}</mark>'))
    return marked


def linked(text: str) -> SafeString:
    """Text as markup with web addresses as links that tell their page nothing."""
    parts: list[str] = []
    end = 0
    for found in _LINK.finditer(text):
        url = found.group().rstrip(_TRAILING)
        parts.append(escape(text[end : found.start()]))
        parts.append(format_html('<a href="{0}" target="_blank" rel="noopener noreferrer nofollow">{0}</a>', url))
        end = found.start() + len(url)
    parts.append(escape(text[end:]))
    return SafeString("".join(parts))


def _speaker(message: dict[str, Any], *, customer_name: str) -> str:
    if message["kind"] == "customer":
        return customer_name
    if message["kind"] == "bot":
        return gettext("Assistant")
    return message["author__display_name"] or ""


def _same_speaker(before: dict[str, Any] | None, message: dict[str, Any]) -> bool:
    if before is None or message["kind"] in ("system", "note", "whisper"):
        return False
    near = (message["created_at"] - before["created_at"]).total_seconds() < GROUP_SECONDS
    return near and (before["kind"], before["author_id"]) == (message["kind"], message["author_id"])
