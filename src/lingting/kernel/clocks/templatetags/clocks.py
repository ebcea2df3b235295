"""Chips of promises and the history of a subject's promises, for every app's screens."""

from __future__ import annotations

from typing import Any

from django import template
from django.templatetags.static import static
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.html import format_html, json_script
from django.utils.safestring import SafeString, mark_safe

from lingting.kernel.clocks import presenting, selectors
from lingting.kernel.clocks.selectors import Standing
from lingting.platform.ui.navigation import may
from lingting.platform.ui.tags.marks import icon

register = template.Library()


@register.simple_tag
def clock_assets() -> SafeString:
    """Style, script and words; once on a page that shows chips, in its `head` block."""
    words = {key: str(text) for key, text in presenting.WORDS.items()}
    return format_html(
        '<link rel="stylesheet" href="{}"><script type="module" src="{}"></script>{}',
        static("clocks/clocks.css"), static("clocks/clocks.js"), json_script(words, "clock-words"),
    )  # fmt: skip


@register.simple_tag
def clock_chip(standing: Standing, *, named: bool = False) -> SafeString:
    """A promise as a chip that counts by itself; `named` writes the kind in front."""
    state, mark = presenting.LOOKS[standing.look]
    name = format_html('<span class="ck-name">{}</span>', standing.kind_name) if named else ""
    due = timezone.localtime(standing.due_at) if standing.due_at else None
    due_text = f"{date_format(due, 'Y-m-d')} {due:%H:%M}" if due else ""
    return format_html(
        '<span class="lt-state lt-{} ck-chip" data-clock="{}" title="{}"{}>{}{}<time class="ck-text"{}>{}</time></span>',
        state, standing.look, presenting.tooltip(standing, due_text=due_text), _counting(standing), icon(mark, size=14), name,
        format_html(' datetime="{}"', standing.due_at.isoformat()) if standing.due_at else "", presenting.chip_text(standing),
    )  # fmt: skip


def _counting(standing: Standing) -> SafeString | str:
    """What the script needs: seconds left, since when, and the open spans ahead."""
    if standing.left_seconds is None or standing.look not in ("running", "warning", "breached"):
        return ""
    spans = "" if standing.counts is None else " ".join(f"{begin}-{end}" for begin, end in standing.counts)
    return format_html(
        ' data-left="{}" data-as-of="{}" data-spans="{}"', round(standing.left_seconds), int(standing.as_of.timestamp()),
        "always" if standing.counts is None else spans,
    )  # fmt: skip


@register.simple_tag
def clocks_of_subject(subject_kind: str, subject_id: int) -> SafeString:
    """The chips of all living promises about a subject, named; one query."""
    found = selectors.clocks_of(subject_kind, [subject_id], now=timezone.now()).get(subject_id, [])
    return mark_safe("".join(clock_chip(standing, named=True) for standing in found))


@register.inclusion_tag("clocks/_history.html", takes_context=True)
def clock_history(context: dict[str, Any], subject_kind: str, subject_id: int) -> dict[str, Any]:
    """Every promise about a subject with what happened to it; breaches can be explained here."""
    now, request = timezone.now(), context.get("request")
    histories = selectors.history_of(subject_kind, subject_id, now=now)
    may_explain = request is not None and may(request, "clocks.explain_breaches")
    return {
        "histories": histories, "may_explain": may_explain, "request": request, "csrf_token": context.get("csrf_token"),
        "reasons": selectors.breach_reasons() if may_explain and any(one.clock.breached_at for one in histories) else [],
    }  # fmt: skip


@register.filter
def happening_word(what: str) -> str:
    return str(presenting.HAPPENINGS[what][0])


@register.filter
def happening_icon(what: str) -> str:
    return presenting.HAPPENINGS[what][1]


@register.simple_tag
def span_of_minutes(minutes: int) -> str:
    """`{% span_of_minutes policy.first_answer_minutes %}`: "4 h", "1 h 30 min"."""
    return presenting.span_text(minutes * 60)


@register.filter
def open_time(seconds: float | None) -> str:
    """Seconds as hours and minutes."""
    return "" if seconds is None else presenting.span_text(seconds)
