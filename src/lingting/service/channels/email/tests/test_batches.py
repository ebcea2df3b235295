"""Many mails at once are told as if each had come alone, by a handful of statements."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from django.db import OperationalError, connection
from django.test.utils import CaptureQueriesContext

from lingting.kernel.clocks.models import Clock
from lingting.kernel.timeline.models import Entry
from lingting.service.channels.email.claims import Claimant
from lingting.service.channels.email.models import Mail, Mailbox, RawMail
from lingting.service.channels.email.parsing import parse
from lingting.service.channels.email.services import arrivals, read_waiting, reading, store_mail
from lingting.service.channels.email.services.incoming import Arrival
from lingting.service.channels.email.services.reading import Reader
from lingting.service.channels.email.services.rounds import rounds
from lingting.service.channels.email.tests.conftest import mailbox_in
from lingting.service.channels.email.tests.crowds import mails
from lingting.service.channels.email.tests.writing import mail
from lingting.service.channels.email.tokens import case_token
from lingting.service.crm.models import Customer
from lingting.service.desk.models import Case, Message, Queue
from lingting.service.promises import foundation as promises
from lingting.service.routing.models import Contact

pytestmark = pytest.mark.django_db(transaction=True)


def _store(mailbox: Mailbox, *contents: bytes, at: datetime) -> None:
    for content in contents:
        store_mail(mailbox.pk, content=content, source="lmtp", now=at)


def _arrival(number: int, content: bytes) -> Arrival:
    return Arrival(number, Mailbox(pk=1), parse(content), datetime(2026, 11, 20).astimezone(), "", frozenset())


def _numbers(*contents: bytes) -> list[list[int]]:
    return [[each.raw_id for each in together] for together in rounds([_arrival(*pair) for pair in enumerate(contents)])]


def test_mails_that_have_to_do_with_one_another_come_one_after_the_other():
    first = mail(sender="a@x.example", identifier="1@x.example")
    other = mail(sender="b@x.example", identifier="2@x.example")
    answer = mail(sender="c@x.example", identifier="3@x.example", more="In-Reply-To: <1@x.example>\r\n")
    again = mail(sender="A@x.example", identifier="4@x.example")
    assert _numbers(first, other, answer, again) == [[0, 1], [2, 3]]
    assert _numbers(first, again, answer, other) == [[0, 3], [1, 2]]
    assert _numbers() == []


def test_a_form_that_mails_for_many_customers_holds_nobody_up():
    form = [
        mail(sender="noreply@shop.example", subject="网站留言", more=f"Reply-To: c{number}@customer.example\r\n")
        for number in range(3)
    ]
    assert _numbers(*form) == [[0, 1, 2]]
    answer = mail(sender="noreply@shop.example", subject="Re: 网站留言", more="Reply-To: c9@customer.example\r\n")
    assert _numbers(*form, answer) == [[0, 1, 2], [3]], "an answer is known by sender and subject"


def test_an_exchange_that_comes_in_one_batch_is_one_case(mailbox: Mailbox, claimant: Claimant, now: datetime):
    _store(
        mailbox,
        mail("第一封", identifier="1@customer.example"),
        mail("补充", identifier="2@customer.example", subject="Re: 包裹在哪里", more="In-Reply-To: <1@customer.example>\r\n"),
        mail("再补充", identifier="3@customer.example", subject="回复：包裹在哪里"),
        mail("另一位", sender="韩梅梅 <hmm@other.example>", identifier="4@other.example"),
        at=now,
    )
    assert read_waiting(claimant, now=now) == 4
    assert list(Message.objects.order_by("case_id", "id").values_list("text", flat=True)) == [
        "第一封",
        "补充",
        "再补充",
        "另一位",
    ]
    assert (Case.objects.count(), Customer.objects.count(), Contact.objects.count()) == (2, 2, 2)
    assert set(RawMail.objects.values_list("state", flat=True)) == {"done"}


def test_a_hundred_new_cases_take_a_handful_of_statements(mailbox: Mailbox, claimant: Claimant, now: datetime):
    promises.lay(now=now)
    _store(mailbox, *(content for _name, content in mails(100, seed=5, to=mailbox.address, with_files=False)), at=now)
    claimant.ensure()
    with CaptureQueriesContext(connection) as seen:
        assert read_waiting(claimant, now=now) == 100
    assert (Case.objects.count(), Mail.objects.count(), Contact.objects.filter(ended_at=None).count()) == (100, 100, 100)
    assert Clock.objects.filter(kind__key="first-answer", due_at=now + timedelta(hours=24)).count() == 100
    assert Entry.objects.filter(kind="MessageAdded").count() == 100
    assert len(seen) < 120, "more than one statement a mail"


def test_each_mail_keeps_the_moment_at_which_it_came(mailbox: Mailbox, claimant: Claimant, now: datetime):
    promises.lay(now=now)
    for hours in (0, 1, 2):
        _store(mailbox, mail(f"{hours}", sender=f"c{hours}@customer.example"), at=now + timedelta(hours=hours))
    assert read_waiting(claimant, now=now + timedelta(hours=5)) == 3
    moments = [now + timedelta(hours=hours) for hours in (0, 1, 2)]
    assert list(Message.objects.order_by("id").values_list("created_at", flat=True)) == moments
    rows = list(Case.objects.order_by("opened_at").values_list("opened_at", "waiting_since_at", "due_at"))
    assert rows == [(moment, moment, moment + timedelta(hours=24)) for moment in moments]


def test_two_people_answer_under_one_mark_and_stand_in_one_conversation(queue: Queue, claimant: Claimant, now: datetime):
    box = mailbox_in(queue, address="help@centre.example", takes_plus=True)
    _store(box, mail(), at=now)
    read_waiting(claimant, now=now)
    marked = f"help+{case_token(Case.objects.get().pk)}@centre.example"
    _store(box, mail("一", to=marked, sender="x@customer.example"), mail("二", to=marked, sender="y@customer.example"), at=now)
    assert read_waiting(claimant, now=now) == 2
    assert Case.objects.get().unread_count == 3
    assert Message.objects.values("conversation").distinct().count() == 1


def test_a_lock_in_the_way_of_one_mail_delays_that_one_only(
    mailbox: Mailbox, claimant: Claimant, now: datetime, monkeypatch: pytest.MonkeyPatch
):
    genuine = arrivals.customers_of

    def locked(incoming, **given):
        if any(each.writer.address.startswith("busy") for each in incoming):
            raise OperationalError("deadlock detected")
        return genuine(incoming, **given)

    monkeypatch.setattr(arrivals, "customers_of", locked)
    _store(mailbox, *(mail(sender=f"{name}@customer.example") for name in ("a", "busy", "b", "c")), at=now)
    assert read_waiting(claimant, now=now) == 4
    assert list(RawMail.objects.order_by("id").values_list("state", "attempts")) == [
        ("done", 0), ("waiting", 1), ("done", 0), ("done", 0),
    ]  # fmt: skip
    monkeypatch.undo()
    assert read_waiting(claimant, now=now) == 0, "not before its moment"
    assert read_waiting(claimant, now=now + timedelta(seconds=2)) == 1
    assert Case.objects.count() == 4


def _in_hand() -> list[int | None]:
    return list(RawMail.objects.order_by("id").values_list("claimed_by", flat=True))


def test_the_next_batch_is_in_hand_while_one_is_told_and_all_come_in_their_order(
    mailbox: Mailbox, claimant: Claimant, now: datetime
):
    for number in range(5):
        before = f"In-Reply-To: <{number - 1}@customer.example>\r\n" if number else ""
        _store(mailbox, mail(f"第{number}封", identifier=f"{number}@customer.example", more=before), at=now)
    reader, key = Reader(), claimant.ensure()
    assert reader.read_waiting(claimant, now=now, most=2) == 2
    assert _in_hand() == [None, None, key, key, None]
    assert [reader.read_waiting(claimant, now=now, most=2) for _batch in range(3)] == [2, 1, 0]
    assert list(Message.objects.order_by("id").values_list("text", flat=True)) == [f"第{number}封" for number in range(5)]
    assert Case.objects.count() == 1
    reader.close()


def test_what_is_in_hand_goes_back_when_the_reader_ends_or_a_batch_takes_too_long(
    mailbox: Mailbox, claimant: Claimant, now: datetime, monkeypatch: pytest.MonkeyPatch
):
    _store(mailbox, *(mail(f"{number}", identifier=f"{number}@customer.example") for number in range(6)), at=now)
    reader = Reader()
    assert reader.read_waiting(claimant, now=now, most=2) == 2
    reader.close()
    assert _in_hand() == [None] * 6
    monkeypatch.setattr(reading, "BATCH_SECONDS", -1.0)
    slow = Reader()
    assert [slow.read_waiting(claimant, now=now, most=2) for _batch in range(4)] == [1, 1, 1, 1]
    slow.close()
    assert list(Message.objects.order_by("id").values_list("text", flat=True)) == [f"{number}" for number in range(6)]
    assert set(RawMail.objects.values_list("state", "deaths")) == {("done", 0)}


def test_what_was_claimed_over_a_lost_connection_is_taken_up_again_and_told_once(
    mailbox: Mailbox, claimant: Claimant, now: datetime
):
    _store(mailbox, *(mail(sender=f"c{number}@customer.example") for number in range(4)), at=now)
    reader = Reader()
    assert reader.read_waiting(claimant, now=now, most=2) == 2
    connection.close()
    assert [reader.read_waiting(claimant, now=now, most=2) for _batch in range(2)] == [2, 0]
    assert Message.objects.count() == 4
    assert list(RawMail.objects.order_by("id").values_list("deaths", flat=True)) == [0, 0, 1, 1]
    reader.close()
