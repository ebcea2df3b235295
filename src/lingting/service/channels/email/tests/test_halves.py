"""A large batch is told in two halves at the same time, and each mail still once and in its place."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime

import pytest
from django.db import OperationalError, connection

from lingting.service.channels.email.claims import Claimant
from lingting.service.channels.email.models import Mailbox, RawMail
from lingting.service.channels.email.parsing import parse
from lingting.service.channels.email.services import reading, store_mail
from lingting.service.channels.email.services.incoming import Arrival
from lingting.service.channels.email.services.reading import Reader
from lingting.service.channels.email.services.rounds import halves
from lingting.service.channels.email.tests.writing import mail
from lingting.service.desk.models import Case, Message

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def reader(monkeypatch: pytest.MonkeyPatch) -> Iterator[Reader]:
    """One that parts even a small batch."""
    monkeypatch.setattr(reading, "WORTH_PARTING", 2)
    made = Reader()
    yield made
    made.close()


def _store(mailbox: Mailbox, *contents: bytes, at: datetime) -> list[int]:
    ids = [store_mail(mailbox.pk, content=content, source="lmtp", now=at) for content in contents]
    return [raw_id for raw_id in ids if raw_id]


def _letters(count: int) -> list[bytes]:
    return [
        mail(f"第{number}封", sender=f"c{number}@customer.example", identifier=f"{number}@customer.example")
        for number in range(count)
    ]


def _texts() -> list[str]:
    return sorted(Message.objects.values_list("text", flat=True))


def _numbers(*contents: bytes) -> tuple[list[int], list[int]]:
    now = datetime(2026, 11, 20).astimezone()
    arrivals = [Arrival(number, Mailbox(pk=1), parse(content), now, "", frozenset()) for number, content in enumerate(contents)]
    first, second = halves(arrivals)
    return [each.raw_id for each in first], [each.raw_id for each in second]


def test_what_has_to_do_with_one_another_stays_in_one_half_and_in_its_order():
    first = mail(sender="a@x.example", identifier="1@x.example")
    other = mail(sender="b@x.example", identifier="2@x.example")
    answer = mail(sender="c@x.example", identifier="3@x.example", more="In-Reply-To: <1@x.example>\r\n")
    again = mail(sender="C@x.example", identifier="4@x.example")
    assert _numbers(first, other, answer, again) == ([0, 2, 3], [1])
    assert _numbers(answer, other, first, again) == ([0, 2, 3], [1])
    assert _numbers(first, answer, again) == ([0, 1, 2], [])
    assert _numbers() == ([], [])


def test_answers_to_the_same_letter_stay_together():
    both = [
        mail(sender=f"{name}@x.example", identifier=f"{name}@x.example", more="In-Reply-To: <lt.1@centre.example>\r\n")
        for name in "ab"
    ]
    assert _numbers(*both, mail(sender="c@x.example", identifier="c@x.example")) == ([0, 1], [2])


def test_strangers_are_parted_evenly():
    first, second = _numbers(*_letters(10))
    assert (len(first), len(second)) == (5, 5)
    assert sorted(first + second) == list(range(10))


def test_both_halves_are_told_over_connections_of_their_own(
    reader: Reader, mailbox: Mailbox, claimant: Claimant, now: datetime, monkeypatch: pytest.MonkeyPatch
):
    used: set[int] = set()
    tell = reading.take_in

    def noted(arrivals: Sequence[Arrival], *, now: datetime) -> object:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_backend_pid()")
            used.add(cursor.fetchone()[0])
        return tell(arrivals, now=now)

    monkeypatch.setattr(reading, "take_in", noted)
    _store(mailbox, *_letters(6), at=now)
    assert reader.read_waiting(claimant, now=now) == 6
    assert _texts() == [f"第{number}封" for number in range(6)]
    assert Case.objects.count() == 6
    assert len(used) == 2


def test_a_half_that_fails_is_told_later_and_the_other_is_not_told_again(
    reader: Reader, mailbox: Mailbox, claimant: Claimant, now: datetime, monkeypatch: pytest.MonkeyPatch
):
    _store(mailbox, *_letters(6), at=now)
    with monkeypatch.context() as broken:
        broken.setattr(reading, "_tell_elsewhere", _lose_the_database)
        with pytest.raises(OperationalError):
            reader.read_waiting(claimant, now=now)
    assert len(_texts()) == 3
    connection.close()  # as the process does when its work failed: the claim is given up with it
    while reader.read_waiting(claimant, now=now):
        pass
    assert _texts() == [f"第{number}封" for number in range(6)]
    assert set(RawMail.objects.values_list("state", flat=True)) == {"done"}


def _lose_the_database(share: object, *, now: datetime) -> int:
    raise OperationalError("the connection is gone")


def test_what_somebody_else_took_up_meanwhile_is_left_to_them(
    reader: Reader, mailbox: Mailbox, claimant: Claimant, now: datetime, monkeypatch: pytest.MonkeyPatch
):
    ids = _store(mailbox, *_letters(6), at=now)

    def robbed(arrivals: Sequence[Arrival]) -> tuple[list[Arrival], list[Arrival]]:
        RawMail.objects.filter(pk=ids[3]).update(claimed_by=7)
        return halves(arrivals)

    monkeypatch.setattr(reading, "halves", robbed)
    reader.read_waiting(claimant, now=now)
    assert _texts() == [f"第{number}封" for number in range(6) if number != 3]
    assert RawMail.objects.get(pk=ids[3]).claimed_by == 7
