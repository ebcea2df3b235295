"""Facts are written with what made them true, and every reader sees each once, late commits included."""

from __future__ import annotations

import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar
from unittest import mock

import pytest
from django.db import connection, connections, transaction

from lingting.kernel.timeline import events
from lingting.kernel.timeline.events import SYSTEM, Actor, Fact, Happening, receives, receives_many
from lingting.kernel.timeline.models import Cursor, Entry
from lingting.kernel.timeline.selectors import history_of
from lingting.kernel.timeline.services import ReadEntry, consume, record, record_many
from lingting.platform.realtime import notify


@dataclass(frozen=True, kw_only=True)
class KettleBoiled(Fact):
    subject_type: ClassVar[str] = "test.kettle"
    subject_field: ClassVar[str] = "kettle_id"
    kettle_id: int
    litres: float


@dataclass(frozen=True, kw_only=True)
class KettleFilled(KettleBoiled):
    def topics(self) -> tuple[str, ...]:
        return (f"kettle:{self.kettle_id}",)


@dataclass(frozen=True, kw_only=True)
class SmallTalk(KettleFilled):
    changes_work: ClassVar[bool] = False


def read_all(reader: str, now: datetime, *, until: int = 0) -> list[ReadEntry]:
    """What a reader gets, waiting for `until` facts: transactions of other tests on the same server hold readers back."""
    seen: list[ReadEntry] = []
    limit = time.monotonic() + 60
    while True:
        if not consume(reader, seen.extend, now=now, batch=2):
            if len(seen) >= until or time.monotonic() > limit:
                return seen
            time.sleep(0.1)


@pytest.mark.django_db
def test_a_fact_outside_a_transaction_is_refused(now: datetime) -> None:
    with pytest.raises(transaction.TransactionManagementError):
        _record_outside(now)


def _record_outside(now: datetime) -> None:
    with mock.patch.object(connection, "in_atomic_block", False):
        record(KettleBoiled(kettle_id=1, litres=1.5), actor=SYSTEM, now=now)


@pytest.mark.django_db
def test_the_history_of_a_thing_tells_who_and_what(now: datetime) -> None:
    record(KettleBoiled(kettle_id=7, litres=1.5), actor=Actor("staff", 3, "林晓"), now=now)
    [entry] = history_of("test.kettle", 7)
    assert (entry["kind"], entry["actor_label"], entry["data"]) == ("KettleBoiled", "林晓", {"litres": 1.5})


@pytest.mark.django_db
def test_only_facts_with_an_audience_are_live(now: datetime) -> None:
    record(KettleBoiled(kettle_id=1, litres=1), actor=SYSTEM, now=now)
    record(KettleFilled(kettle_id=1, litres=2), actor=SYSTEM, now=now)
    rows = list(Entry.objects.order_by("id").values_list("topics", "live"))
    assert rows == [([], None), (["kettle:1"], {"kettle_id": 1, "litres": 2})]


@pytest.mark.django_db
def test_a_receiver_runs_in_the_transaction_and_may_refuse(now: datetime) -> None:
    @receives(KettleBoiled)
    def refuse(fact: KettleBoiled, actor: Actor, at: datetime) -> None:
        raise ValueError("too hot")

    try:
        with pytest.raises(ValueError, match="too hot"), transaction.atomic():
            record(KettleBoiled(kettle_id=9, litres=1), actor=SYSTEM, now=now)
    finally:
        events._receivers["KettleBoiled"].remove(refuse)
    assert not Entry.objects.filter(subject_id=9).exists()


@pytest.mark.django_db
def test_facts_recorded_together_keep_their_order_and_their_actors(now: datetime) -> None:
    lin = Actor("staff", 3, "林晓")
    together = [Happening(KettleFilled(kettle_id=number, litres=number), lin if number % 2 else SYSTEM) for number in range(5)]
    ids = record_many(together, now=now)
    assert ids == sorted(ids)
    rows = Entry.objects.filter(pk__in=ids).order_by("id").values_list("subject_id", "actor_label", "occurred_at", "topics")
    assert list(rows) == [(number, "林晓" if number % 2 else "Lingting", now, [f"kettle:{number}"]) for number in range(5)]
    assert record_many([], now=now) == []


@pytest.mark.django_db
def test_receivers_in_bulk_hear_all_of_a_kind_at_once_after_the_single_ones(now: datetime) -> None:
    heard: list[object] = []

    @receives(KettleBoiled)
    def single(fact: KettleBoiled, actor: Actor, at: datetime) -> None:
        heard.append(fact.kettle_id)

    @receives_many(KettleBoiled)
    def in_bulk(happenings: Sequence[Happening], at: datetime) -> None:
        heard.append([each.fact.kettle_id for each in happenings])

    try:
        together = [KettleBoiled(kettle_id=1, litres=1), KettleFilled(kettle_id=2, litres=1), KettleBoiled(kettle_id=3, litres=1)]
        record_many([Happening(fact, SYSTEM) for fact in together], now=now)
        record(KettleBoiled(kettle_id=4, litres=1), actor=SYSTEM, now=now)
    finally:
        events._receivers["KettleBoiled"].remove(single)
        events._bulk_receivers["KettleBoiled"].remove(in_bulk)
    assert heard == [1, 3, [1, 3], 4, [4]]


@pytest.mark.django_db
def test_only_facts_that_change_work_wake_who_hands_it_out(now: datetime) -> None:
    with mock.patch.object(notify, "wake") as wake:
        record(SmallTalk(kettle_id=1, litres=1), actor=SYSTEM, now=now)
        assert wake.call_args_list == [mock.call()]
        record(KettleBoiled(kettle_id=1, litres=1), actor=SYSTEM, now=now)
    assert wake.call_args_list[1:] == [mock.call(channel=notify.WORK_CHANNEL)]


@pytest.mark.django_db(transaction=True)
def test_each_reader_sees_every_fact_once_in_order(now: datetime) -> None:
    for number in range(5):
        with transaction.atomic():
            record(KettleBoiled(kettle_id=number, litres=1), actor=SYSTEM, now=now)
    assert [entry.subject_id for entry in read_all("metrics", now, until=5)] == [0, 1, 2, 3, 4]
    assert read_all("metrics", now) == []
    assert len(read_all("webhooks", now, until=5)) == 5


@pytest.mark.django_db(transaction=True)
def test_a_failing_reader_keeps_its_place(now: datetime) -> None:
    with transaction.atomic():
        record(KettleBoiled(kettle_id=1, litres=1), actor=SYSTEM, now=now)

    def fail(entries: list[ReadEntry]) -> None:
        raise RuntimeError("no")

    read_all("another", now, until=1)  # by now it can be read
    with pytest.raises(RuntimeError):
        consume("metrics", fail, now=now)
    assert not Cursor.objects.filter(reader="metrics").exclude(entry_id=0).exists()
    assert len(read_all("metrics", now, until=1)) == 1


@pytest.mark.django_db(transaction=True)
def test_a_late_commit_is_not_skipped(now: datetime) -> None:
    """The slow writer took the lower id and commits after the reader has looked."""
    written, may_commit = threading.Event(), threading.Event()

    def slow() -> None:
        try:
            with transaction.atomic():
                record(KettleBoiled(kettle_id=1, litres=1), actor=SYSTEM, now=now)
                written.set()
                may_commit.wait(10)
        finally:
            connections.close_all()

    writer = threading.Thread(target=slow)
    writer.start()
    assert written.wait(10)
    with transaction.atomic():
        record(KettleBoiled(kettle_id=2, litres=1), actor=SYSTEM, now=now)
    before = read_all("metrics", now)
    may_commit.set()
    writer.join(10)
    after = read_all("metrics", now, until=2)
    assert sorted(entry.subject_id for entry in before + after) == [1, 2]
    assert [entry.subject_id for entry in before] == [], "what is above a running transaction waits"
