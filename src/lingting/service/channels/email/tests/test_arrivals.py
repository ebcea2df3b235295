"""A mail comes in: which case it goes to, who waits for it, what happens to what is no letter."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from uuid import uuid4

import pytest

from lingting.kernel.accounts.models import Account
from lingting.service.channels.email.claims import Claimant
from lingting.service.channels.email.models import Letter, Mail, Mailbox, RawMail, RawState, Suppression
from lingting.service.channels.email.services import Wording, read_waiting, release, release_due, store_mail, write_letter
from lingting.service.channels.email.services.caps import PER_ADDRESS_AN_HOUR
from lingting.service.channels.email.tests.conftest import mailbox_in
from lingting.service.channels.email.tests.writing import mail
from lingting.service.channels.email.tokens import case_token
from lingting.service.crm.models import Customer
from lingting.service.desk.models import Case, Message, Queue
from lingting.service.desk.services import assign_case, close_case
from lingting.service.routing.models import Assignment, Contact

pytestmark = pytest.mark.django_db(transaction=True)
Arrive = Callable[..., int | None]


def test_a_first_mail_opens_a_case_that_waits_in_the_mailboxs_queue(arrive: Arrive, mailbox: Mailbox, now: datetime):
    arrive(mail("我的包裹还没有到。"))
    case = Case.objects.get()
    assert (case.channel, case.queue_id, case.subject) == ("mail", mailbox.queue_id, "包裹在哪里")
    assert case.customer.name == "李雷"
    assert case.customer.contact_points.get().value == "lilei@customer.example"
    assert Message.objects.get().text == "我的包裹还没有到。"
    assert case.due_at == now + timedelta(hours=24)
    contact = Contact.objects.get()
    assert (contact.channel, contact.queue_id, contact.ended_at) == ("mail", mailbox.queue_id, None)
    assert RawMail.objects.get().state == RawState.DONE


def test_the_same_bytes_are_taken_once(arrive: Arrive):
    content = mail()
    assert arrive(content)
    assert arrive(content) is None
    assert Message.objects.count() == 1


def test_the_same_letter_by_another_way_is_told_once(arrive: Arrive):
    content = mail(identifier="one@customer.example")
    arrive(content)
    arrive(b"Received: from elsewhere\r\n" + content)
    assert Message.objects.count() == 1
    assert sorted(RawMail.objects.values_list("state", flat=True)) == [RawState.DONE, RawState.REPEATED]


def test_an_answer_to_our_letter_comes_into_its_case(arrive: Arrive, agent: Account, mailbox: Mailbox, now: datetime):
    arrive(mail())
    case = Case.objects.get()
    letter = _answered(case, agent=agent, mailbox=mailbox, now=now)
    arrive(
        mail("收到了，谢谢。", subject="Re: 别的主题", more=f"In-Reply-To: <{letter.identifier}>\r\n"),
        at=now + timedelta(hours=1),
    )
    assert Case.objects.count() == 1
    assert [message.kind for message in Message.objects.order_by("id")] == ["customer", "agent", "customer"]


def test_the_mark_in_the_address_finds_the_case_whatever_the_headers_say(arrive: Arrive, queue: Queue):
    box = mailbox_in(queue, address="help@centre.example", takes_plus=True)
    arrive(mail(), box=box)
    case = Case.objects.get()
    arrive(mail("补充一下", subject="完全不同"), box=box, envelope_to=f"help+{case_token(case.pk)}@centre.example")
    assert Case.objects.count() == 1
    forged = case_token(case.pk)[:-1] + ("0" if case_token(case.pk)[-1] != "0" else "1")
    arrive(mail("别人的", subject="另一个"), box=box, envelope_to=f"help+{forged}@centre.example")
    assert Case.objects.count() == 2


def test_an_answer_without_references_is_known_by_sender_and_subject(arrive: Arrive, now: datetime):
    arrive(mail(subject="退款进度"))
    arrive(mail("还没收到", subject="回复：Re: 退款进度"), at=now + timedelta(days=1))
    assert Case.objects.count() == 1
    arrive(mail("我也问", subject="回复：退款进度", sender="韩梅梅 <hmm@other.example>"))
    assert Case.objects.count() == 2, "never across customers"
    arrive(mail("新的一次", subject="退款进度"))
    assert Case.objects.count() == 3, "a new letter under an old subject is a new need"
    arrive(mail("很久以后", subject="Re: 退款进度"), at=now + timedelta(days=40))
    assert Case.objects.count() == 4


def test_a_foreign_reference_to_a_customers_mail_opens_no_door(arrive: Arrive):
    arrive(mail(identifier="private@customer.example"))
    arrive(mail("让我看看", sender="x@stranger.example", more="In-Reply-To: <private@customer.example>\r\n"))
    assert Case.objects.count() == 2


def test_late_mail_follows_a_merged_case(arrive: Arrive, now: datetime):
    arrive(mail(subject="第一件"))
    arrive(mail(subject="第二件"))
    first, second = Case.objects.order_by("id")
    Case.objects.filter(pk=first.pk).update(merged_into=second)
    arrive(mail("还有", subject="Re: 第一件"), at=now + timedelta(hours=1))
    assert Message.objects.order_by("-id").first().case_id == second.pk


def test_a_letter_of_an_owned_case_stays_its_owners(arrive: Arrive, agent: Account, now: datetime):
    arrive(mail())
    case = Case.objects.get()
    assign_case(case.pk, assignee_id=agent.pk, actor=agent.as_actor, now=now)
    assert Contact.objects.get().answered_by_id == agent.pk
    arrive(mail("还有一点", subject="Re: 包裹在哪里"), at=now + timedelta(minutes=5))
    assert Contact.objects.filter(ended_at=None).count() == 0
    assert Case.objects.get().unread_count == 2


def test_an_answer_and_a_closing_free_the_hand(arrive: Arrive, agent: Account, mailbox: Mailbox, now: datetime):
    arrive(mail())
    case = Case.objects.get()
    _answered(case, agent=agent, mailbox=mailbox, now=now)
    held = Assignment.objects.get()
    assert held.account_id == agent.pk and held.end_reason == "answered"
    assert Contact.objects.get().answered_by_id == agent.pk
    arrive(mail("谢谢", subject="Re: 包裹在哪里"), at=now + timedelta(hours=1))
    close_case(case.pk, actor=agent.as_actor, now=now + timedelta(hours=2))
    assert not Contact.objects.filter(ended_at=None).exists()


def test_a_closed_case_opens_again_by_mail(arrive: Arrive, agent: Account, now: datetime):
    arrive(mail())
    case = Case.objects.get()
    close_case(case.pk, actor=agent.as_actor, now=now)
    arrive(mail("还是没有", subject="Re: 包裹在哪里"), at=now + timedelta(hours=1))
    case.refresh_from_db()
    assert case.state == "open"
    assert Contact.objects.filter(ended_at=None).count() == 1


def test_an_automatic_answer_is_a_small_line_and_wakes_nobody(arrive: Arrive, agent: Account, mailbox: Mailbox, now: datetime):
    arrive(mail())
    case = Case.objects.get()
    letter = _answered(case, agent=agent, mailbox=mailbox, now=now)
    more = f"Auto-Submitted: auto-replied\r\nIn-Reply-To: <{letter.identifier}>\r\n"
    arrive(mail("我在休假", subject="自动回复: 包裹", more=more), at=now + timedelta(minutes=1))
    case.refresh_from_db()
    assert Message.objects.order_by("-id").first().kind == "system"
    assert (case.state, case.waiting_since_at) == ("waiting", None)
    arrive(mail("我在休假", subject="自动回复：你好", more="Auto-Submitted: auto-replied\r\n"))
    assert Case.objects.count() == 1
    assert Mail.objects.filter(message=None, kind="auto").count() == 1


def test_a_form_that_mails_for_a_customer_makes_the_customers_case(arrive: Arrive):
    content = mail(sender="网站 <noreply@shop.example>", more="Reply-To: =?utf-8?B?546L6Iqz?= <wang@customer.example>\r\n")
    arrive(content)
    assert Customer.objects.get().contact_points.get().value == "wang@customer.example"


def test_a_bounce_is_told_in_the_case_and_stops_the_address(arrive: Arrive, agent: Account, mailbox: Mailbox, now: datetime):
    arrive(mail())
    letter = _answered(Case.objects.get(), agent=agent, mailbox=mailbox, now=now)
    arrive(_bounce("lilei@customer.example", letter.identifier))
    assert Message.objects.order_by("-id").first().data["code"] == "mail_bounced"
    assert Suppression.objects.get().address == "lilei@customer.example"
    assert Case.objects.count() == 1
    letter.refresh_from_db()
    assert letter.bounced_at is not None


def test_a_made_up_bounce_strikes_nobody_else_off(arrive: Arrive, agent: Account, mailbox: Mailbox, now: datetime):
    arrive(mail())
    letter = _answered(Case.objects.get(), agent=agent, mailbox=mailbox, now=now)
    arrive(_bounce("somebody.else@customer.example", letter.identifier))
    assert not Suppression.objects.exists()


def test_a_flood_of_one_address_is_held_not_lost(arrive: Arrive, now: datetime):
    for number in range(PER_ADDRESS_AN_HOUR + 2):
        arrive(mail(f"第 {number} 封", subject=f"事情 {number}"))
    held = RawMail.objects.filter(state=RawState.QUARANTINED)
    assert held.count() == 2
    assert {raw.reason for raw in held} == {"too_many_address"}


def test_a_mail_without_a_sender_waits_in_quarantine_and_can_be_repaired(
    arrive: Arrive, claimant: Claimant, agent: Account, now: datetime
):
    arrive(mail("有人吗", sender=""))
    raw = RawMail.objects.get()
    assert (raw.state, raw.reason) == (RawState.QUARANTINED, "no_sender")
    release(raw.pk, repaired=mail("有人吗", sender="who@customer.example"), actor=agent.as_actor, now=now)
    assert read_waiting(claimant, now=now) == 1
    raw.refresh_from_db()
    assert raw.state == RawState.DONE
    assert b"who@" not in bytes(raw.content), "the original stays as it came"
    assert Message.objects.get().text == "有人吗"


def test_a_fault_with_one_mail_holds_that_one_only(
    mailbox: Mailbox, claimant: Claimant, now: datetime, monkeypatch: pytest.MonkeyPatch
):
    from lingting.service.channels.email.services import arrivals

    genuine = arrivals.customers_of

    def fails_for_one(incoming, **given):
        if any(each.writer.address.startswith("poison") for each in incoming):
            raise RuntimeError("poison")
        return genuine(incoming, **given)

    monkeypatch.setattr(arrivals, "customers_of", fails_for_one)
    for name in ("a", "poison", "b"):
        store_mail(mailbox.pk, content=mail(sender=f"{name}@customer.example"), source="lmtp", now=now)
    read_waiting(claimant, now=now)
    assert list(RawMail.objects.order_by("id").values_list("state", flat=True)) == ["done", "held", "done"]
    assert "poison" in RawMail.objects.get(state="held").detail


def test_a_mail_that_ends_its_process_is_held_after_dying_alone_twice(mailbox: Mailbox, claimant: Claimant, now: datetime):
    for name in ("a", "b"):
        store_mail(mailbox.pk, content=mail(sender=f"{name}@customer.example"), source="lmtp", now=now)
    ids = list(RawMail.objects.order_by("id").values_list("id", flat=True))
    RawMail.objects.update(claimed_by=7)  # a batch of both, claimed by a process that is gone
    RawMail.objects.filter(pk=ids[0]).update(deaths=3)  # and the first one has killed two alone already
    while read_waiting(claimant, now=now):
        pass
    assert list(RawMail.objects.order_by("id").values_list("state", "reason")) == [("held", "kills"), ("done", "")]


def test_what_a_dead_process_had_in_hand_is_read_together_and_its_suspects_alone(
    mailbox: Mailbox, claimant: Claimant, now: datetime
):
    for name in ("a", "b", "c", "d"):
        store_mail(mailbox.pk, content=mail(sender=f"{name}@customer.example"), source="lmtp", now=now)
    RawMail.objects.update(claimed_by=7)
    ids = list(RawMail.objects.order_by("id").values_list("id", flat=True))
    RawMail.objects.filter(pk__in=ids[:2]).update(deaths=1)
    assert [read_waiting(claimant, now=now) for _round in range(4)] == [2, 1, 1, 0]
    assert set(RawMail.objects.values_list("state", flat=True)) == {"done"}


def test_what_a_living_process_has_in_hand_is_left_alone(mailbox: Mailbox, claimant: Claimant, now: datetime):
    store_mail(mailbox.pk, content=mail(), source="lmtp", now=now)
    RawMail.objects.update(claimed_by=claimant.ensure())
    assert read_waiting(claimant, now=now) == 0


def _answered(case: Case, *, agent: Account, mailbox: Mailbox, now: datetime) -> Letter:
    wording = Wording(to=["lilei@customer.example"], text="您好，明天送达。", subject="Re: 包裹在哪里")
    letter = write_letter(case.pk, wording=wording, mailbox=mailbox, actor=agent.as_actor, client_key=uuid4(), now=now)
    assert release_due(now=now + timedelta(seconds=11)) == 1
    letter.refresh_from_db()
    return letter


def _bounce(address: str, identifier: str) -> bytes:
    return (
        "From: MAILER-DAEMON@mx.example\r\nTo: support@centre.example\r\nSubject: Undelivered Mail Returned to Sender\r\n"
        'Auto-Submitted: auto-replied\r\nContent-Type: multipart/report; report-type=delivery-status; boundary="x"\r\n\r\n'
        "--x\r\nContent-Type: text/plain\r\n\r\nIt could not be delivered.\r\n"
        "--x\r\nContent-Type: message/delivery-status\r\n\r\nReporting-MTA: dns; mx.example\r\n\r\n"
        f"Final-Recipient: rfc822; {address}\r\nAction: failed\r\nStatus: 5.1.1\r\n"
        "Diagnostic-Code: smtp; 550 5.1.1 User unknown\r\n\r\n"
        f"--x\r\nContent-Type: message/rfc822\r\n\r\nFrom: support@centre.example\r\nMessage-ID: <{identifier}>\r\n\r\nhi\r\n--x--\r\n"
    ).encode()
