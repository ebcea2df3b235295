"""A promise runs, pauses, warns, is breached, changes, ends: told once each, measured in open time."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lingting.kernel.accounts.models import Account
from lingting.kernel.calendars.models import Calendar
from lingting.kernel.calendars.services import set_special_hours
from lingting.kernel.clocks import events, services
from lingting.kernel.clocks.models import BreachReason, Clock, Kind, Retarget, State
from lingting.kernel.clocks.promises import passed, plan
from lingting.kernel.clocks.selectors import clocks_of, history_of, live_clock
from lingting.kernel.clocks.services import Promise
from lingting.kernel.timeline import events as facts
from lingting.kernel.timeline.events import SYSTEM
from lingting.kernel.timeline.models import Entry

MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)


def start(answer: Kind, now: datetime, *, subject_id: int = 7, promise: Promise | None = None) -> Clock:
    return services.start_clock(
        answer.key, subject_kind="tests.thing", subject_id=subject_id, promise=promise, actor=SYSTEM, now=now
    )


def told(clock: Clock) -> list[str]:
    return list(
        Entry.objects.filter(subject_type="clocks.clock", subject_id=clock.pk).order_by("id").values_list("kind", flat=True)
    )


def test_a_promise_is_due_in_open_time_and_starts_once(answer: Kind, now: datetime) -> None:
    clock = start(answer, now)
    assert clock.due_at == now + 4 * HOUR and clock.next_at == now + 2 * HOUR
    assert start(answer, now + HOUR) == clock
    assert told(clock) == ["ClockStarted"]
    evening = start(answer, now + 7 * HOUR, subject_id=8)
    assert evening.due_at == now + 26 * HOUR, "17:00 to 18:00 today, 9:00 to 12:00 tomorrow"


def test_a_sweep_warns_twice_then_calls_the_breach_and_never_repeats(answer: Kind, now: datetime) -> None:
    clock = start(answer, now)
    assert services.sweep(now=now + 119 * MINUTE) == services.Swept()
    assert services.sweep(now=now + 120 * MINUTE) == services.Swept(warned=1)
    assert services.sweep(now=now + 121 * MINUTE) == services.Swept()
    assert services.sweep(now=now + 192 * MINUTE) == services.Swept(warned=1)
    assert services.sweep(now=now + 240 * MINUTE) == services.Swept(breached=1)
    assert services.sweep(now=now + 999 * HOUR) == services.Swept()
    clock.refresh_from_db()
    assert clock.breached_at == clock.due_at and clock.next_at is None and clock.state == State.RUNNING
    assert told(clock) == ["ClockStarted", "ClockWarned", "ClockWarned", "ClockBreached"]


def test_two_warnings_that_passed_unseen_are_told_as_one(answer: Kind, now: datetime) -> None:
    clock = start(answer, now)
    assert services.sweep(now=now + 200 * MINUTE) == services.Swept(warned=1)
    assert Entry.objects.get(kind="ClockWarned", subject_id=clock.pk).data["share"] == 0.8


def test_a_pause_moves_the_due_moment_by_open_time_only(answer: Kind, now: datetime) -> None:
    clock = start(answer, now)
    services.pause_clock(clock.pk, reason="waiting-customer", actor=SYSTEM, now=now + HOUR)
    paused = services.pause_clock(clock.pk, reason="other", actor=SYSTEM, now=now + 2 * HOUR)
    assert paused.due_at is None and paused.pause_reason == "waiting-customer" and paused.elapsed == HOUR
    assert services.sweep(now=now + 40 * HOUR) == services.Swept()
    resumed = services.resume_clock(clock.pk, actor=SYSTEM, now=now + 30 * HOUR)
    assert resumed.due_at == now + 48 * HOUR, "from 16:00 next day two hours, and one on the day after"
    services.resume_clock(clock.pk, actor=SYSTEM, now=now + 31 * HOUR)
    assert told(clock) == ["ClockStarted", "ClockPaused", "ClockResumed"]


def test_a_promise_is_kept_up_to_its_moment_and_not_at_it(answer: Kind, now: datetime) -> None:
    kept, missed = start(answer, now), start(answer, now, subject_id=8)
    services.stop_clock(kept.pk, actor=SYSTEM, now=now + 4 * HOUR - timedelta(microseconds=1))
    services.stop_clock(missed.pk, actor=SYSTEM, now=now + 4 * HOUR)
    services.stop_clock(missed.pk, actor=SYSTEM, now=now + 5 * HOUR)
    kept.refresh_from_db(), missed.refresh_from_db()
    assert kept.breached_at is None and missed.breached_at == now + 4 * HOUR == missed.ended_at
    assert told(missed) == ["ClockStarted", "ClockBreached", "ClockStopped"]
    assert services.sweep(now=now + 99 * HOUR) == services.Swept()
    assert start(answer, now + 6 * HOUR).pk != kept.pk, "a new round starts a new clock"


def test_another_target_keeps_what_has_passed(answer: Kind, now: datetime) -> None:
    clock = start(answer, now)
    services.sweep(now=now + 2 * HOUR)
    shorter = services.retarget_clock(
        clock.pk,
        promise=Promise(target_minutes=180, calendar_id=answer.calendar_id),
        reason="VIP",
        actor=SYSTEM,
        now=now + 2 * HOUR,
    )
    assert shorter.due_at == now + 3 * HOUR and shorter.elapsed == 2 * HOUR and shorter.warned_share == Decimal("0.5")
    round_the_clock = Promise(target_minutes=600)
    longer = services.retarget_clock(clock.pk, promise=round_the_clock, reason="normal", actor=SYSTEM, now=now + 150 * MINUTE)
    assert longer.due_at == now + 10 * HOUR and longer.warned_share is None
    services.retarget_clock(clock.pk, promise=round_the_clock, reason="again", actor=SYSTEM, now=now + 160 * MINUTE)
    assert Retarget.objects.filter(clock=clock).count() == 2
    assert told(clock).count("ClockRetargeted") == 2


def test_a_breach_is_taken_back_by_a_later_promise_and_the_record_keeps_it(answer: Kind, now: datetime) -> None:
    clock = start(answer, now)
    services.sweep(now=now + 5 * HOUR)
    later = Promise(target_minutes=480, calendar_id=answer.calendar_id)
    changed = services.retarget_clock(clock.pk, promise=later, reason="agreed", actor=SYSTEM, now=now + 5 * HOUR)
    assert changed.breached_at is None and changed.due_at == now + 8 * HOUR
    assert Retarget.objects.get(clock=clock).was_breached
    still = Promise(target_minutes=60, calendar_id=answer.calendar_id)
    services.retarget_clock(clock.pk, promise=still, reason="VIP", actor=SYSTEM, now=now + 6 * HOUR)
    assert services.sweep(now=now + 6 * HOUR) == services.Swept(breached=1)


def test_a_fixed_moment_does_not_move(answer: Kind, now: datetime) -> None:
    clock = start(answer, now, promise=Promise(due_at=now + 10 * HOUR))
    services.pause_clock(clock.pk, reason="other", actor=SYSTEM, now=now + HOUR)
    resumed = services.resume_clock(clock.pk, actor=SYSTEM, now=now + 3 * HOUR)
    assert resumed.due_at == now + 10 * HOUR and resumed.next_at == now + 5 * HOUR
    assert services.sweep(now=now + 10 * HOUR) == services.Swept(breached=1)


def test_a_pause_after_the_breach_keeps_the_breach_and_its_moment(answer: Kind, now: datetime) -> None:
    clock = start(answer, now)
    services.pause_clock(clock.pk, reason="other", actor=SYSTEM, now=now + 5 * HOUR)
    resumed = services.resume_clock(clock.pk, actor=SYSTEM, now=now + 6 * HOUR)
    assert resumed.breached_at == now + 4 * HOUR == resumed.due_at and resumed.next_at is None
    assert told(clock) == ["ClockStarted", "ClockBreached", "ClockPaused", "ClockResumed"]


def test_a_cancelled_promise_counts_as_neither(answer: Kind, now: datetime) -> None:
    clock = start(answer, now)
    services.cancel_clocks_of("tests.thing", 7, reason="merged", actor=SYSTEM, now=now + 9 * HOUR)
    assert told(clock) == ["ClockStarted", "ClockCancelled"]
    assert live_clock("tests.thing", 7, kind=answer.key) is None


@pytest.mark.parametrize(
    "promise",
    [
        Promise(),
        Promise(target_minutes=5, due_at=datetime(2027, 1, 1, tzinfo=UTC)),
        Promise(target_minutes=5, warning_shares=(Decimal(1),)),
    ],
)
def test_an_unsound_promise_is_refused(answer: Kind, now: datetime, promise: Promise) -> None:
    with pytest.raises(services.UnsoundPromise):
        start(answer, now, promise=promise)


def test_due_moments_follow_an_edited_calendar_and_the_sweep_asks_it_too(
    answer: Kind, office: Calendar, now: datetime, django_capture_on_commit_callbacks
) -> None:
    clock, paused = start(answer, now), start(answer, now, subject_id=8)
    services.pause_clock(paused.pk, reason="other", actor=SYSTEM, now=now)
    set_special_hours(office, day=date(2026, 11, 17), periods=[], note="停电", actor=SYSTEM, now=now)
    assert services.sweep(now=now + 4 * HOUR) == services.Swept(), "nothing is due any more although the rows still said so"
    clock.refresh_from_db()
    assert clock.due_at == datetime(2026, 11, 18, 5, tzinfo=UTC), "tomorrow from 9:00"
    set_special_hours(office, day=date(2026, 11, 18), periods=[(600, 1080)], note="", actor=SYSTEM, now=now)
    assert services.replan_calendar(office.pk, now=now) == 1
    assert services.replan_calendar(office.pk, now=now) == 0
    clock.refresh_from_db()
    assert clock.due_at == datetime(2026, 11, 18, 6, tzinfo=UTC)
    assert told(clock).count("ClockRetargeted") == 2


def test_a_failing_receiver_holds_up_nobody_else(answer: Kind, now: datetime, monkeypatch: pytest.MonkeyPatch) -> None:
    bad = start(answer, now)
    for subject_id in range(20, 25):
        start(answer, now, subject_id=subject_id)

    def fail(fact: events.ClockBreached, actor: object, at: datetime) -> None:
        if fact.clock_id == bad.pk:
            raise ZeroDivisionError

    monkeypatch.setitem(facts._receivers, "ClockBreached", [fail])
    assert services.sweep(now=now + 4 * HOUR) == services.Swept(breached=5, postponed=1)
    assert services.sweep(now=now + 4 * HOUR) == services.Swept()
    monkeypatch.setitem(facts._receivers, "ClockBreached", [])
    assert services.sweep(now=now + 4 * HOUR + MINUTE) == services.Swept(breached=1)
    bad.refresh_from_db()
    assert bad.breached_at == now + 4 * HOUR


def test_a_breach_is_explained_by_a_person(answer: Kind, now: datetime) -> None:
    person = Account.objects.create_user("zhou", "x", display_name="周敏")
    clock, reason = start(answer, now), BreachReason.objects.get(key="hard-case")
    with pytest.raises(services.NotBreached):
        services.explain_breach(clock.pk, reason=reason, account=person, now=now)
    services.sweep(now=now + 5 * HOUR)
    services.explain_breach(clock.pk, reason=reason, note=" 需厂家检测 ", account=person, now=now + 6 * HOUR)
    services.explain_breach(clock.pk, reason=reason, note="需厂家检测", account=person, now=now + 7 * HOUR)
    assert told(clock).count("ClockExplained") == 1
    (history,) = history_of("tests.thing", 7, now=now + 8 * HOUR)
    assert [line.what for line in history.happenings] == ["started", "breached", "explained"]


def test_the_standings_of_a_list_cost_one_query(answer: Kind, now: datetime, django_assert_num_queries) -> None:
    for subject_id in range(1, 30):
        start(answer, now, subject_id=subject_id)
    services.pause_clocks_of("tests.thing", 3, reason="waiting-customer", actor=SYSTEM, now=now + HOUR)
    clocks_of("tests.thing", [1], now=now)
    with django_assert_num_queries(1):
        found = clocks_of("tests.thing", range(1, 30), now=now + 2 * HOUR)
    assert found[1][0].left_seconds == 2 * 3600 and found[1][0].look == "running"
    assert found[3][0].look == "paused" and found[3][0].left_seconds == 3 * 3600 and found[3][0].counts == ()
    late = clocks_of("tests.thing", [1], now=now + 7 * HOUR)[1][0]
    assert late.look == "breached" and late.left_seconds == -3 * 3600


@settings(max_examples=60)
@given(
    st.integers(1, 600), st.sets(st.sampled_from([10, 25, 50, 80, 95])),
    st.lists(st.tuples(st.sampled_from(["pause", "resume", "target"]), st.integers(1, 200)), max_size=8),
)  # fmt: skip
def test_elapsed_never_jumps_and_the_due_moment_is_where_it_meets_the_target(
    target: int, shares: set[int], acts: list[tuple[str, int]]
) -> None:
    """Round the clock, without a database: the plan after any acts."""
    begun = datetime(2026, 11, 17, 2, tzinfo=UTC)
    clock = Clock(
        started_at=begun, running_since_at=begun, target_minutes=target, warning_shares=[Decimal(s) / 100 for s in shares]
    )
    plan(clock)
    at, counted = begun, timedelta()
    for act, minutes in acts:
        following = at + minutes * MINUTE
        counted += (following - at) if clock.state == State.RUNNING else timedelta()
        at = following
        assert passed(clock, now=at) == counted
        clock.elapsed = passed(clock, now=at)
        clock.running_since_at = at if clock.state == State.RUNNING else None
        if act == "pause":
            clock.state, clock.running_since_at = State.PAUSED, None
        elif act == "resume":
            clock.state, clock.running_since_at = State.RUNNING, at
        else:
            clock.target_minutes = minutes
        plan(clock)
    if clock.state == State.RUNNING:
        assert clock.target is not None and clock.due_at is not None and clock.next_at is not None
        assert clock.due_at == at + max(timedelta(), clock.target - counted)
        assert clock.next_at <= clock.due_at
    else:
        assert clock.next_at is None
