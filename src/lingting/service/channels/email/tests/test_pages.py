"""Settings pages and the desk's own pieces of e-mail."""

from __future__ import annotations

from collections.abc import Callable
from uuid import uuid4

import pytest
from django.test import Client

from lingting.kernel.accounts.models import Account
from lingting.kernel.accounts.services import create_administrator
from lingting.service.channels.email.models import Letter, Mailbox, RawMail, Suppression
from lingting.service.channels.email.tests.writing import mail
from lingting.service.channels.email.vault import opened
from lingting.service.desk.models import Case, Message

pytestmark = pytest.mark.django_db(transaction=True)
Arrive = Callable[..., int | None]


@pytest.fixture
def administrator(db: None, now) -> Account:
    from lingting.config.foundation import lay_foundation

    lay_foundation()
    return create_administrator("wu.lang", display_name="武朗", password="a long enough password", now=now)


@pytest.fixture
def page(administrator: Account) -> Client:
    client = Client(headers={"accept-language": "zh-CN"})
    client.force_login(administrator)
    return client


def test_a_mailbox_is_connected_with_an_address_and_a_code(page: Client, mailbox: Mailbox):
    assert "腾讯企业邮箱" in page.get("/mail/mailboxes/new/").content.decode()
    form = page.get("/mail/mailboxes/new/exmail/").context["form"]
    given = {name: form[name].value() for name in form.fields if form[name].value() not in (None, False)}
    given |= {"address": "Help@Centre.example", "password": "code-1234", "queue": str(mailbox.queue_id)}
    answer = page.post("/mail/mailboxes/new/exmail/", given)
    assert answer.status_code == 302, answer.context["form"].errors
    made = Mailbox.objects.get(address="help@centre.example")
    assert (made.acknowledges, made.tells_progress, made.tells_end) == (True, True, True)
    assert "{{case.number}}" in made.ack_text_zh and "{{case.number}}" in made.ack_text_en
    assert (made.imap_host, made.smtp_host, made.smtp_port) == ("imap.exmail.qq.com", "smtp.exmail.qq.com", 465)
    assert opened(made.secret) == "code-1234"
    shown = page.get(f"/mail/mailboxes/{made.pk}/").content.decode()
    assert "code-1234" not in shown and made.secret not in shown


def test_a_new_mailbox_writes_nothing_by_itself_where_that_is_switched_off(page: Client, mailbox: Mailbox):
    form = page.get("/mail/mailboxes/new/lmtp/").context["form"]
    off = ("acknowledges", "tells_progress", "tells_end")
    given = {name: form[name].value() for name in form.fields if form[name].value() not in (None, False) and name not in off}
    page.post("/mail/mailboxes/new/lmtp/", given | {"address": "quiet@centre.example", "queue": str(mailbox.queue_id)})
    made = Mailbox.objects.get(address="quiet@centre.example")
    assert not (made.acknowledges or made.tells_progress or made.tells_end)


def test_a_password_left_empty_keeps_the_one_that_is_stored(page: Client, mailbox: Mailbox):
    form = page.get(f"/mail/mailboxes/{mailbox.pk}/").context["form"]
    given = {name: form[name].value() for name in form.fields if form[name].value() not in (None, False)}
    page.post(f"/mail/mailboxes/{mailbox.pk}/", given | {"password": "first"})
    page.post(f"/mail/mailboxes/{mailbox.pk}/", given | {"password": ""})
    assert opened(Mailbox.objects.get().secret) == "first"


def test_the_trial_says_in_words_what_is_wrong(page: Client, mailbox: Mailbox):
    form = page.get(f"/mail/mailboxes/{mailbox.pk}/").context["form"]
    given = {name: form[name].value() for name in form.fields if form[name].value() not in (None, False)}
    given |= {"mailbox_id": str(mailbox.pk), "intake": "imap", "password": "x", "imap_host": "127.0.0.1", "imap_port": "9"}
    text = page.post("/mail/mailboxes/check/", given).content.decode()
    assert "127.0.0.1:9 没有响应" in text and "还不能用" in text


def test_where_the_servers_are_known_only_an_address_and_a_code_are_asked_for(page: Client, mailbox: Mailbox):
    shown = page.get("/mail/mailboxes/new/163/")
    form, text = shown.context["form"], shown.content.decode()
    assert str(form.fields["password"].label) == "授权码" and form.fields["password"].required
    assert '<details class="lt-section" id="fetching"' in text and '<details class="lt-section" id="account"' not in text
    given = {name: form[name].value() for name in form.fields if form[name].value() not in (None, False)}
    given |= {"address": "help@163.example", "queue": str(mailbox.queue_id)}
    wrong = page.post("/mail/mailboxes/new/163/", given | {"password": "x", "imap_host": "http://imap.163.com"})
    assert wrong.status_code == 422 and "不要带 http://" in wrong.content.decode()
    assert '<section class="lt-section" id="fetching"' in wrong.content.decode(), "what holds an error is open"
    page.post("/mail/mailboxes/new/163/", given | {"password": "x", "imap_host": "imap。163。com"})
    assert Mailbox.objects.get(address="help@163.example").imap_host == "imap.163.com"
    assert "没有填写" not in text


def test_a_held_mail_is_repaired_on_its_page(page: Client, arrive: Arrive):
    arrive(mail("没有发件人", sender=""))
    raw = RawMail.objects.get()
    assert "没有写明发件人" in page.get("/mail/quarantine/").content.decode()
    assert page.get(f"/mail/quarantine/{raw.pk}/original/").content == bytes(raw.content)
    answer = page.post(
        f"/mail/quarantine/{raw.pk}/", {"sender": "李雷 <li@customer.example>", "subject": "包裹", "text": "没有发件人"}
    )
    assert answer.status_code == 302
    arrive(mail("下一封", sender="next@customer.example"))
    assert Message.objects.filter(text="没有发件人").count() == 1


def test_every_page_opens_empty_and_filled(page: Client, arrive: Arrive, mailbox: Mailbox, now):
    pages = (
        "mailboxes/",
        "quarantine/",
        "quarantine/aside/",
        "outbox/",
        "outbox/?show=trouble",
        "outbox/?show=sent",
        "unreachable/",
        "signatures/",
    )
    for path in pages:
        assert page.get(f"/mail/{path}").status_code == 200, path
    Suppression.objects.create(address="gone@customer.example", reason="550", created_at=now)
    arrive(mail("x", more="Auto-Submitted: auto-replied\r\n"))
    for path in pages:
        assert page.get(f"/mail/{path}").status_code == 200, path
    found = Suppression.objects.get()
    page.post(f"/mail/unreachable/{found.pk}/removal/")
    assert not Suppression.objects.exists()


def test_the_moment_of_a_letter_is_written_out_in_the_readers_language(page: Client, arrive: Arrive):
    arrive(mail("您好"))
    case = Case.objects.get()
    given = {"to": "lilei@customer.example", "due_at": "2026-12-03T09:05"}
    assert "2026年12月3日 09:05" in page.get(f"/mail/cases/{case.pk}/recipients/", given).content.decode()
    assert "mail-due" not in page.get(f"/mail/cases/{case.pk}/recipients/", given | {"due_at": "2026-13-99T09:05"}).content.decode()
    answer = page.post(f"/mail/cases/{case.pk}/letter/", given | {"text": "x", "client_key": str(uuid4()), "due_at": "2026-13-99T09:05"})
    assert (answer.status_code, Letter.objects.count()) == (422, 0)


def test_a_letter_is_written_in_the_desk_and_taken_back(page: Client, arrive: Arrive, administrator: Account):
    arrive(mail("您好", html='<p>您好<script>x()</script><img src="https://t.example/a.png"></p>'))
    case = Case.objects.get()
    shown = page.get(f"/desk/cases/{case.pk}/").content.decode()
    assert "data-composer-fields" in shown and "lilei@customer.example" in shown and "原始版式" in shown
    given = {
        "text": "您好，明天到。",
        "to": "lilei@customer.example",
        "subject": "Re: x",
        "quote": "last",
        "client_key": str(uuid4()),
    }
    answer = page.post(f"/mail/cases/{case.pk}/letter/", given, headers={"x-requested-with": "fetch"})
    assert answer.status_code == 204
    assert "undo_url" in answer.headers["HX-Trigger"]
    letter = Letter.objects.get()
    assert "即将发出" in page.get(f"/desk/cases/{case.pk}/head/").content.decode()
    assert page.post(f"/mail/letters/{letter.pk}/withdrawal/", headers={"hx-request": "true"}).status_code == 204
    letter.refresh_from_db()
    assert letter.state == "undone"


def test_the_formatted_mail_may_do_nothing_and_fetch_nothing(page: Client, arrive: Arrive):
    arrive(mail("您好", html='<p>您好<script>x()</script><img src="https://t.example/a.png"></p>'))
    message = Message.objects.get()
    answer = page.get(f"/mail/messages/{message.pk}/html/")
    policy = answer.headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy and "sandbox" in policy and "https:" not in policy and "allow-scripts" not in policy
    assert "t.example" not in answer.content.decode() and "<script" not in answer.content.decode()
    asked = page.get(f"/mail/messages/{message.pk}/html/?pictures=1")
    assert "https://t.example/a.png" in asked.content.decode() and "https:" in asked.headers["Content-Security-Policy"]
    assert page.get(f"/mail/messages/{message.pk}/original/").content == bytes(RawMail.objects.get().content)


def test_mail_of_a_case_one_may_not_see_is_not_there(arrive: Arrive, agent: Account):
    arrive(mail("您好"))
    client = Client()
    client.force_login(agent)
    message = Message.objects.get()
    for path in ("html", "original", "quoted"):
        assert client.get(f"/mail/messages/{message.pk}/{path}/").status_code in (403, 404), path


def test_what_stands_under_messages_costs_the_same_for_many(page: Client, arrive: Arrive, django_assert_max_num_queries):
    arrive(mail("一", subject="包裹"))
    case = Case.objects.get()
    page.get(f"/desk/cases/{case.pk}/messages/")
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    with CaptureQueriesContext(connection) as few:
        page.get(f"/desk/cases/{case.pk}/messages/")
    for number in range(6):
        arrive(mail(f"第 {number} 封", subject="Re: 包裹"))
    with CaptureQueriesContext(connection) as many:
        page.get(f"/desk/cases/{case.pk}/messages/")
    assert len(many) <= len(few) + 1
