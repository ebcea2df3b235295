"""The figures of a contact centre that everyone knows, with the variants the trade argues about.

Counters: `offered` contacts that entered a queue and were not moved on or withdrawn; `answered`; of the live ones (chat,
phone) `live_offered`, `live_answered`, `answered_in_target` within the queue's seconds, `abandoned` (left without an answer,
also by leaving contact details), `abandoned_in_target`, `answer_seconds` waiting of the answered; of the written ones (mail)
`written_due` (answered, or waiting longer than the queue's hours), `written_in_time`, `written_answered`, `written_seconds`;
`handled`, `handle_seconds` talk plus wrap-up of finished ones; `ratings`, `rating_points`, `satisfied` (4 or 5 of 5);
`busy_seconds`, `staffed_seconds`. Who chats waits seconds and who writes waits hours: no figure averages both.
"""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from lingting.kernel.metrics.registry import Counters, Formula, Metric, Unit, Variant, register_metric


def _share(part: Formula, whole: Formula) -> Formula:
    """A quotient; no value where a counter was not counted (abandonment of one agent) or the whole is nothing."""

    def formula(counters: Counters) -> float | None:
        above, below = part(counters), whole(counters)
        return None if above is None or not below else above / below

    return formula


def _of(name: str) -> Formula:
    return lambda counters: counters.get(name)


def _count(name: str) -> Formula:
    return lambda counters: counters.get(name, 0.0)


def _minus(name: str, other: str) -> Formula:
    return lambda counters: counters[name] - counters[other] if name in counters and other in counters else None


def _plus(name: str, other: str) -> Formula:
    return lambda counters: counters[name] + counters[other] if name in counters and other in counters else None


def _one(key: str, formula: Formula) -> tuple[Variant, ...]:
    return (Variant(key=key, label="", formula=formula),)


def register_all() -> None:
    """Called when the apps are ready."""
    for definition in [*_of_live_contacts(), *_of_letters(), *_of_people()]:
        register_metric(definition)


def _of_live_contacts() -> list[Metric]:
    """Contacts as they come, and how chats and calls are answered."""
    return [
        Metric(
            key="service_level", label=_("Service level"), unit=Unit.SHARE, sample="live_offered", better="up", target=0.9,
            description=_("Share of chats and calls answered within the queue's target time; mail has its own figure."),
            source="Cleveland & Mayben, Call Center Management on Fast Forward; ISO 18295-1",
            needs=frozenset({"live_offered", "live_answered", "answered_in_target", "abandoned", "abandoned_in_target"}),
            variants=(
                Variant(
                    key="of_offered", label=_("answered in time, of all offered"),
                    formula=_share(_of("answered_in_target"), _of("live_offered")),
                ),
                Variant(
                    key="without_short_abandons", label=_("of offered without those who left within the target"),
                    formula=_share(_of("answered_in_target"), _minus("live_offered", "abandoned_in_target")),
                ),
                Variant(
                    key="of_answered", label=_("of answered only"),
                    formula=_share(_of("answered_in_target"), _of("live_answered")),
                ),
                Variant(
                    key="short_abandons_met", label=_("those who left within the target counted as met"),
                    formula=_share(_plus("answered_in_target", "abandoned_in_target"), _of("live_offered")),
                ),
            ),
        ),
        Metric(
            key="offered", label=_("Contacts"), unit=Unit.COUNT, sample="offered", needs=frozenset({"offered"}),
            description=_("Contacts that came into a queue."), variants=_one("count", _count("offered")),
        ),
        Metric(
            key="answered", label=_("Answered"), unit=Unit.COUNT, sample="answered", needs=frozenset({"answered"}),
            description=_("Contacts that a person answered."), variants=_one("count", _count("answered")),
        ),
        Metric(
            key="asa", label=_("Average speed of answer"), unit=Unit.SECONDS, sample="live_answered", better="down", target=10.0,
            description=_("Mean waiting time of the chats and calls that were answered."), source="ISO 18295-1",
            needs=frozenset({"live_answered", "answer_seconds"}),
            variants=_one("mean", _share(_of("answer_seconds"), _of("live_answered"))),
        ),
        Metric(
            key="abandonment", label=_("Abandonment"), unit=Unit.SHARE, sample="live_offered", better="down", target=0.05,
            description=_("Share of chats and calls that left before a person answered."),
            needs=frozenset({"live_offered", "abandoned", "abandoned_in_target"}),
            variants=(
                Variant(key="of_offered", label=_("of all offered"), formula=_share(_of("abandoned"), _of("live_offered"))),
                Variant(
                    key="without_short", label=_("without those who left within the target"),
                    formula=_share(_minus("abandoned", "abandoned_in_target"), _minus("live_offered", "abandoned_in_target")),
                ),
            ),
        ),
    ]  # fmt: skip


def _of_letters() -> list[Metric]:
    """How what customers write is answered."""
    return [
        Metric(
            key="written_level", label=_("Mail answered in time"), unit=Unit.SHARE, sample="written_due", better="up", target=0.95,
            description=_("Share of written contacts answered within the queue's hours, of those answered or overdue."),
            source="ISO 18295-1", needs=frozenset({"written_due", "written_in_time"}),
            variants=_one("of_due", _share(_of("written_in_time"), _of("written_due"))),
        ),
        Metric(
            key="written_speed", label=_("Time to the written answer"), unit=Unit.SECONDS, sample="written_answered", better="down",
            description=_("Mean time until a written contact was answered."),
            needs=frozenset({"written_answered", "written_seconds"}),
            variants=_one("mean", _share(_of("written_seconds"), _of("written_answered"))),
        ),
    ]  # fmt: skip


def _of_people() -> list[Metric]:
    """What people need for a contact, what customers think of it, how busy people are."""
    return [
        Metric(
            key="aht", label=_("Average handling time"), unit=Unit.SECONDS, sample="handled",
            description=_("Mean of conversation plus wrap-up of finished contacts."),
            needs=frozenset({"handled", "handle_seconds"}),
            variants=_one("mean", _share(_of("handle_seconds"), _of("handled"))),
        ),
        Metric(
            key="csat", label=_("Satisfaction"), unit=Unit.SHARE, sample="ratings", better="up", target=0.9,
            description=_("Share of ratings that are 4 or 5 of 5."), needs=frozenset({"ratings", "rating_points", "satisfied"}),
            variants=(
                Variant(key="satisfied", label=_("4 or 5 of 5"), formula=_share(_of("satisfied"), _of("ratings"))),
            ),
        ),
        Metric(
            key="rating", label=_("Average rating"), unit=Unit.SCORE, sample="ratings", better="up", target=4.5,
            description=_("Mean of the ratings, 1 to 5."), needs=frozenset({"ratings", "rating_points"}),
            variants=_one("mean", _share(_of("rating_points"), _of("ratings"))),
        ),
        Metric(
            key="occupancy", label=_("Occupancy"), unit=Unit.SHARE, sample="staffed_seconds", target=0.85,
            description=_("Share of the time ready for work that was spent with contacts or wrapping up."),
            source="Erlang; Gans, Koole & Mandelbaum 2003", needs=frozenset({"busy_seconds", "staffed_seconds"}),
            variants=_one("share", _share(_of("busy_seconds"), _of("staffed_seconds"))),
        ),
    ]  # fmt: skip
