"""Letters out: held, taken back, sent once, refused, interrupted, sent again; with a real SMTP server on loopback."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from email import message_from_bytes
from email.header import decode_header, make_header
from io import BytesIO
from uuid import uuid4

import pytest
from aiosmtpd.controller import Controller
from django.utils import timezone

from lingting.kernel.accounts.models import Account
from lingting.kernel.notices.models import Notice
from lingting.platform.files.services import store_upload
from lingting.service.channels.email import selectors
from lingting.service.channels.email.claims import Claimant
from lingting.service.channels.email.models import Letter, LetterState, Mailbox, Suppression
from lingting.service.channels.email.sending import send_due
from lingting.service.channels.email.services import (
    BadLetter,
    LetterIsGone,
    Wording,
    release_due,
    send_again,
    send_progress,
    withdraw_letter,
    write_letter,
)
from lingting.service.channels.email.services.acknowledging import case_values
from lingting.service.channels.email.tests.writing import mail
from lingting.service.channels.email.vault import SecretUnreadable, locked, opened
from lingting.service.desk.models import Case, Draft, Message

pytestmark = pytest.mark.django_db(transaction=True)
Arrive = Callable[..., int | None]
LATER = timedelta(seconds=11)


class Sink:
    """A server that takes letters, or says what it is told to say."""

    def __init__(self) -> None:
        self.letters: list[bytes] = []
        self.people: list[list[str]] = []
        self.rcpt: dict[str, str] = {}
        self.data = ""

    async def handle_RCPT(self, server, session, envelope, address, options):
        answer = self.rcpt.get(address, "250 ok")
        if answer.startswith("2"):
            envelope.rcpt_tos.append(address)
        return answer

    async def handle_DATA(self, server, session, envelope):
        if self.data == "break":
            session.peer_transport = None
            server.transport.abort()
            return "250 ok"
        if self.data:
            return self.data
        self.letters.append(envelope.original_content)
        self.people.append(list(envelope.rcpt_tos))
        return "250 2.0.0 queued as 1"


@pytest.fixture
def sink(mailbox: Mailbox) -> Iterator[Sink]:
    made = Sink()
    controller = Controller(made, hostname="127.0.0.1", port=21_977)
    controller.start()
    Mailbox.objects.filter(pk=mailbox.pk).update(smtp_port=21_977, changed_at=timezone.now())
    mailbox.refresh_from_db()
    yield made
    controller.stop()


@pytest.fixture
def case(arrive: Arrive) -> Case:
    arrive(mail(identifier="first@customer.example"))
    return Case.objects.get()


@pytest.fixture
def write(case: Case, mailbox: Mailbox, agent: Account, now: datetime) -> Callable[..., Letter]:
    def make(text: str = "您好，明天送达。", **given) -> Letter:
        given.setdefault("to", ["李雷 <lilei@customer.example>"])
        key = given.pop("client_key", uuid4())
        wording = Wording(text=text, subject="Re: 包裹在哪里", **given)
        return write_letter(case.pk, wording=wording, mailbox=mailbox, actor=agent.as_actor, client_key=key, now=now)

    return make


def test_a_letter_waits_ten_seconds_and_then_goes_once(write, sink: Sink, claimant: Claimant, case: Case, now: datetime):
    letter = write()
    assert release_due(now=now + timedelta(seconds=9)) == 0
    assert not Message.objects.filter(kind="agent").exists(), "nothing was said yet"
    assert release_due(now=now + LATER) == 1
    assert send_due(claimant, now=now + LATER) == 1
    assert send_due(claimant, now=now + LATER) == 0
    letter.refresh_from_db()
    assert (letter.state, letter.answer) == (LetterState.SENT, "250 2.0.0 queued as 1")
    assert len(sink.letters) == 1
    assert Message.objects.get(kind="agent").delivered_at is not None
    case.refresh_from_db()
    assert (case.state, case.waiting_since_at) == ("waiting", None)


def test_what_arrives_has_its_thread_its_text_and_its_files(write, sink: Sink, claimant: Claimant, agent: Account, now: datetime):
    stored = store_upload(BytesIO(b"%PDF-1.4\n"), name="发票.pdf", actor_kind="account", actor_id=str(agent.pk), now=now)
    write(cc=["王芳 <wf@customer.example>"], bcc=["hidden@customer.example"], signature="云舟科技", file_ids=[stored.pk])
    _send(claimant, now)
    got = message_from_bytes(sink.letters[0])
    assert got["In-Reply-To"] == "<first@customer.example>"
    assert got["References"] == "<first@customer.example>"
    assert str(make_header(decode_header(got["Subject"]))).startswith("Re: 包裹在哪里 [#")
    assert "云舟客服" in str(make_header(decode_header(got["From"])))
    assert "hidden" not in got.as_string().partition("\n\n")[0], "a blind copy stays blind"
    assert sorted(sink.people[0]) == ["hidden@customer.example", "lilei@customer.example", "wf@customer.example"]
    parts = {part.get_content_type(): part for part in got.walk()}
    text = parts["text/plain"].get_payload(decode=True).decode()
    assert "您好，明天送达。" in text and "云舟科技" in text and "> 您好，我的包裹还没有到。" in text
    assert "<blockquote" in parts["text/html"].get_payload(decode=True).decode()
    assert str(make_header(decode_header(parts["application/pdf"].get_filename()))) == "发票.pdf"


def test_undo_takes_a_letter_back_into_the_draft(write, case: Case, agent: Account, now: datetime):
    letter = write("写错了")
    withdraw_letter(letter.pk, actor=agent.as_actor, now=now)
    assert release_due(now=now + LATER) == 0
    assert Draft.objects.get(case=case).text == "写错了"
    with pytest.raises(LetterIsGone):
        withdraw_letter(letter.pk, actor=agent.as_actor, now=now)


def test_sending_twice_from_the_page_is_one_letter(write):
    key = uuid4()
    assert write(client_key=key).pk == write(client_key=key).pk
    assert Letter.objects.count() == 1


def test_a_scheduled_letter_waits_for_its_moment(write, now: datetime):
    write(due_at=now + timedelta(hours=5))
    assert release_due(now=now + timedelta(hours=4)) == 0
    assert release_due(now=now + timedelta(hours=5)) == 1
    with pytest.raises(BadLetter):
        write(due_at=now - timedelta(hours=1))


def test_a_server_that_is_away_is_tried_later(write, sink: Sink, claimant: Claimant, now: datetime):
    sink.data = "451 4.3.0 try later"
    letter = write()
    _send(claimant, now)
    letter.refresh_from_db()
    assert (letter.state, letter.attempts) == (LetterState.QUEUED, 1)
    assert "451" in letter.trouble or "try later" in letter.trouble
    assert send_due(claimant, now=now + LATER) == 0, "not at once"
    sink.data = ""
    assert send_due(claimant, now=timezone.now() + timedelta(minutes=2)) == 1
    letter.refresh_from_db()
    assert letter.state == LetterState.SENT
    assert len(sink.letters) == 1


def test_a_final_refusal_is_told_its_author_and_stops_the_address(
    write, sink: Sink, claimant: Claimant, agent: Account, now: datetime
):
    sink.rcpt = {"lilei@customer.example": "550 5.1.1 User unknown"}
    letter = write()
    _send(claimant, now)
    letter.refresh_from_db()
    assert letter.state == LetterState.FAILED
    assert Suppression.objects.get().address == "lilei@customer.example"
    assert Notice.objects.get(account=agent).code == "email.not_sent"
    assert Message.objects.filter(data__code="mail_bounced").exists()
    with pytest.raises(BadLetter):
        write()


def test_one_refused_recipient_does_not_keep_the_others_from_their_letter(write, sink: Sink, claimant: Claimant, now: datetime):
    sink.rcpt = {"wf@customer.example": "550 5.1.1 User unknown"}
    letter = write(cc=["wf@customer.example"])
    _send(claimant, now)
    letter.refresh_from_db()
    assert letter.state == LetterState.SENT
    assert sink.people == [["lilei@customer.example"]]
    assert Message.objects.filter(data__code="mail_bounced").count() == 1


def test_a_connection_that_breaks_in_the_text_leaves_the_decision_to_a_person(
    write, sink: Sink, claimant: Claimant, agent: Account, now: datetime
):
    sink.data = "break"
    letter = write()
    _send(claimant, now)
    letter.refresh_from_db()
    assert letter.state == LetterState.UNSURE
    assert send_due(claimant, now=now + timedelta(days=1)) == 0, "nobody sends it twice by itself"
    sink.data = ""
    identifier = letter.identifier
    send_again(letter.pk, actor=agent.as_actor, now=now)
    send_due(claimant, now=now)
    letter.refresh_from_db()
    assert letter.state == LetterState.SENT
    assert message_from_bytes(sink.letters[0])["Message-ID"] == f"<{identifier}>"


def test_what_a_dead_process_had_in_hand_is_mended(write, sink: Sink, claimant: Claimant, now: datetime):
    before, within = write(), write()
    release_due(now=now + LATER)
    Letter.objects.update(state=LetterState.SENDING, claimed_by=5)
    Letter.objects.filter(pk=within.pk).update(began_at=now)
    send_due(claimant, now=now + LATER)
    before.refresh_from_db()
    within.refresh_from_db()
    assert before.state == LetterState.SENT
    assert within.state == LetterState.UNSURE
    assert len(sink.letters) == 1


def test_a_mailbox_sends_no_more_than_it_may(write, sink: Sink, claimant: Claimant, mailbox: Mailbox, now: datetime):
    Mailbox.objects.filter(pk=mailbox.pk).update(per_minute=2)
    from lingting.service.channels.email import sending

    sending._sent.clear()
    for _number in range(4):
        write()
    _send(claimant, now)
    assert len(sink.letters) == 2
    sending._sent.clear()


def test_a_new_case_is_acknowledged_with_number_and_promise_but_machines_are_not(
    arrive: Arrive, mailbox: Mailbox, sink: Sink, claimant: Claimant, now: datetime
):
    Mailbox.objects.update(acknowledges=True)
    arrive(mail())
    send_due(claimant, now=now)
    case = Case.objects.get()
    got = message_from_bytes(sink.letters[0])
    text = next(part for part in got.walk() if part.get_content_type() == "text/plain").get_payload(decode=True).decode()
    assert f"#{case.pk}" in text
    assert case_values(case, language="zh")["case.promise"] in text
    assert got["Auto-Submitted"] == "auto-replied"
    case.refresh_from_db()
    assert case.waiting_since_at is not None, "an acknowledgement is no answer"
    arrive(mail(sender="noreply@shop.example", subject="a"))
    arrive(mail(more="List-Id: <x.y>\r\n", subject="b"))
    arrive(mail(more="Auto-Submitted: auto-generated\r\n", subject="c"))
    arrive(mail(sender="support@centre.example", subject="d"))
    assert Letter.objects.count() == 1


def test_progress_goes_to_who_wrote_once_for_each_step(case: Case, now: datetime):
    key = uuid4()
    words = {
        "subject": {"zh": "进度 #{{case.number}}", "en": "Progress"},
        "text": {"zh": "已转交{{step}}", "en": "With {{step}}"},
    }
    letter = send_progress(case.pk, **words, client_key=key, now=now, values={"step": "物流部"})
    assert letter is not None
    assert (letter.to, letter.text) == (["lilei@customer.example"], "已转交物流部")
    assert send_progress(case.pk, **words, client_key=key, now=now) is None


def test_who_gets_it_and_why_is_told_before(case: Case, mailbox: Mailbox, agent: Account):
    talk = case.conversations.get()
    fields = {"to": ["lilei@customer.example"], "cc": ["new@elsewhere.example, boss@centre.example"], "bcc": []}
    found = {one.person.address: one for one in selectors.who_gets(case, conversation_id=talk.pk, fields=fields)}
    assert found["lilei@customer.example"].warning == ""
    assert "此前不在" in found["new@elsewhere.example"].warning
    assert "自己人" in found["boss@centre.example"].warning


def test_an_answer_goes_to_the_writer_and_those_in_copy_never_to_ourselves(arrive: Arrive, mailbox: Mailbox):
    arrive(
        mail(
            to="support@centre.example, 王芳 <wf@customer.example>",
            more="Cc: support+c1-0000000000@centre.example, z@customer.example\r\n",
        )
    )
    case = Case.objects.get()
    found = selectors.suggested(case, conversation_id=case.conversations.get().pk)
    assert found.to == ["李雷 <lilei@customer.example>"]
    assert found.cc == ["王芳 <wf@customer.example>", "z@customer.example"]


def test_secrets_are_not_readable_at_rest_nor_with_another_key(settings):
    stored = locked("geheim")
    assert "geheim" not in stored
    assert opened(stored) == "geheim"
    settings.SECRET_KEY = "another"
    with pytest.raises(SecretUnreadable):
        opened(stored)


def _send(claimant: Claimant, now: datetime) -> None:
    release_due(now=now + LATER)
    send_due(claimant, now=now + LATER)
