"""The floor in words and figure cards."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from django.utils.html import escape, format_html
from django.utils.safestring import mark_safe
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _

from lingting.insight.wallboard.models import AlertKind
from lingting.insight.wallboard.selectors import Crossing, FloorNow, QueueRow
from lingting.kernel.metrics.registry import Unit
from lingting.kernel.metrics.selectors import Measurement, as_figure, seconds_text, value_text
from lingting.platform.ui.tags.moments import since
from lingting.service.routing.selectors import AgentNow

LONG_WAIT_SECONDS = 60
_LOOKS = {"ready": "ready", "busy": "ours", "wrap_up": "ours", "away": "warning"}


def present(floor: FloorNow) -> dict[str, Any]:
    """Everything the floor's templates show."""
    return {
        "floor": floor,
        "crossed_next_at": _next_moments(floor),
        "figures": [_waiting(floor), _longest(floor), _in_progress(floor), *_measured(floor)],
        "queues": [_queue(row) for row in floor.queues],
        "agents": [_agent(agent) for agent in floor.agents],
        "alerts": _alerts(floor),
        "counts": [
            {"kind": _LOOKS[state], "count": floor.count(state), "label": words}
            for state, words in (
                ("ready", _("ready")), ("busy", _("in conversation")), ("wrap_up", _("wrapping up")), ("away", _("away")),
            )
        ],
    }


def _next_moments(floor: FloorNow) -> list[datetime]:
    """When the screen has to be asked again although nothing happened: a wait crosses a limit or turns long."""
    moments = set(floor.crossed_next_at)
    if floor.oldest_at:
        moments.add(floor.oldest_at + timedelta(seconds=LONG_WAIT_SECONDS + 1))
    return sorted(moment for moment in moments if moment > floor.read_at)


def _waiting(floor: FloorNow) -> dict[str, Any]:
    ready = floor.count("ready")
    state = "warning" if floor.waiting > max(ready, 1) else ""
    note = ngettext("%(n)d person ready", "%(n)d people ready", ready) % {"n": ready}
    if floor.mail_waiting:
        note = f"{note} · {mail_text(floor.mail_waiting)}"
    return {"name": _("Waiting now"), "value": str(floor.waiting), "note": note, "state": state,
            "state_text": _("more than are ready") if state else ""}  # fmt: skip


def _longest(floor: FloorNow) -> dict[str, Any]:
    late = floor.longest_seconds is not None and floor.longest_seconds > LONG_WAIT_SECONDS
    return {"name": _("Longest wait"), "value": since(floor.oldest_at) if floor.oldest_at else "–", "state": "breach" if late else "",
            "state_text": _("over a minute") if late else ""}  # fmt: skip


def _in_progress(floor: FloorNow) -> dict[str, Any]:
    people = len(floor.agents)
    note = ngettext("%(n)d person at a desk", "%(n)d people at a desk", people) % {"n": people}
    return {"name": _("In progress"), "value": str(floor.in_progress), "note": note}


def _measured(floor: FloorNow) -> list[dict[str, Any]]:
    """Service level is that of chats and calls; the mail's promise stands beside it once mail came."""
    level, *others = [as_figure(floor.figures[key], period=_("today")) for key in ("service_level", "abandonment", "csat")]
    return [{**level, "note": written_text(floor.figures["written_level"])}, *others]


def mail_text(count: int) -> str:
    """“12 letters waiting”."""
    return ngettext("%(n)d letter waiting", "%(n)d letters waiting", count) % {"n": count}


def written_text(written: Measurement) -> str:
    """“mail in time 96.2 % (n = 120)”; empty where no mail came or none is due yet."""
    if not written.sample:
        return ""
    return _("mail in time %(share)s (n = %(n)d)") % {"share": value_text(written.value, Unit.SHARE), "n": written.sample}


def _queue(row: QueueRow) -> dict[str, Any]:
    level, live = row.level, row.figures["service_level"]
    met = row.is_level_met
    return {
        "row": row,
        "name": row.now.queue.name,
        "mail": mail_text(row.now.mail_waiting) if row.now.mail_waiting else "",
        "waiting_kind": "warning" if row.now.waiting > max(row.now.ready, 1) else "",
        "level": value_text(level.value, Unit.SHARE),
        "level_kind": {True: "ready", False: "breach", None: "idle"}[met],
        "sample": level.sample,
        "level_note": str(level.metric.label) if level is not live else written_text(row.figures["written_level"]),
        "target": f"{float(row.now.queue.target_share) * 100:.0f} % / {row.now.queue.target_seconds} s",
        "offered": value_text(row.figures["offered"].value, Unit.COUNT),
        "abandonment": value_text(row.figures["abandonment"].value, Unit.SHARE),
        "asa": value_text(row.figures["asa"].value, Unit.SECONDS),
        "csat": value_text(row.figures["csat"].value, Unit.SHARE),
        "csat_sample": row.figures["csat"].sample,
    }


def _agent(agent: AgentNow) -> dict[str, Any]:
    words = {"ready": _("ready"), "busy": _("in conversation"), "wrap_up": _("wrapping up")}.get(agent.state)
    return {"now": agent, "kind": _LOOKS[agent.state], "word": words or agent.reason_name or _("away")}


def _alerts(floor: FloorNow) -> list[dict[str, Any]]:
    """What is crossed at this moment, with what its queue shows now; a wait goes on counting on the screen."""
    return [{"since_at": each.since_at, "text": _crossing_text(each)} for each in floor.crossings]


def _crossing_text(crossing: Crossing) -> str:
    kind, limit, now = crossing.limit.kind, float(crossing.limit.limit), crossing.row.now
    if kind != AlertKind.LONGEST_WAIT or now.oldest_at is None:
        return alert_text(kind, queue=now.queue.name, value=crossing.value, limit=limit)
    # Read aloud once, not every second.
    ticking = format_html('<span aria-live="off">{}</span>', since(now.oldest_at))
    return mark_safe(alert_text(kind, queue=escape(now.queue.name), value=crossing.value, limit=limit, waited=ticking))


def alert_notice(params: Mapping[str, Any]) -> str:
    """The notice of an alert in the reader's language."""
    is_chinese = (get_language() or "").startswith("zh")
    queue = str(params.get("queue" if is_chinese else "queue_en", ""))
    return alert_text(str(params.get("kind")), queue=queue, value=float(params["value"]), limit=float(params["limit"]))


def alert_text(kind: str, *, queue: str, value: float, limit: float, waited: str = "") -> str:
    """One sentence: where, what, how much, which limit. `waited` stands for the seconds of a wait, when given."""
    words = {"queue": queue, "value": round(value), "limit": f"{limit:g}"}
    if kind == AlertKind.WAITING:
        return _("%(queue)s: %(value)s waiting, limit %(limit)s") % words
    if kind == AlertKind.LONGEST_WAIT:
        words |= {"value": waited or seconds_text(value), "limit": seconds_text(limit)}
        return _("%(queue)s: longest wait %(value)s, limit %(limit)s") % words
    if kind == AlertKind.SERVICE_LEVEL:
        return _("%(queue)s: service level today %(value)s %%, limit %(limit)s %%") % words
    if kind == AlertKind.ABANDONMENT:
        return _("%(queue)s: abandonment today %(value)s %%, limit %(limit)s %%") % words
    return _("%(queue)s: only %(value)s ready, limit %(limit)s") % words
