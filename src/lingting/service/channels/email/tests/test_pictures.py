"""Pictures in the text of a letter, and what of a letter is kept while it is being written."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import datetime, timedelta
from email import message_from_bytes, policy
from email.message import EmailMessage
from io import BytesIO
from uuid import uuid4

import pytest
from django.test import Client

from lingting.kernel.accounts.models import Account
from lingting.kernel.accounts.services import create_administrator
from lingting.platform.files.models import StoredFile
from lingting.platform.files.services import store_upload
from lingting.service.channels.email.models import Letter, LetterDraft, Mailbox
from lingting.service.channels.email.services import BadLetter, Wording, release_due, write_letter
from lingting.service.channels.email.services.composing import letter_bytes
from lingting.service.channels.email.tests.writing import mail
from lingting.service.desk.models import Case

pytestmark = pytest.mark.django_db(transaction=True)
Arrive = Callable[..., int | None]


@pytest.fixture
def case(arrive: Arrive) -> Case:
    arrive(mail(identifier="first@customer.example"))
    return Case.objects.get()


@pytest.fixture
def picture(agent: Account, now: datetime) -> Callable[..., StoredFile]:
    def store(name: str, *, colour: str = "red") -> StoredFile:
        from PIL import Image

        content = BytesIO()
        Image.new("RGB", (900, 300), colour).save(content, "PNG")
        content.seek(0)
        return store_upload(content, name=name, actor_kind="account", actor_id=str(agent.pk), now=now)

    return store


@pytest.fixture
def sent(case: Case, mailbox: Mailbox, agent: Account, now: datetime) -> Callable[..., EmailMessage]:
    def write(text: str, files: list[StoredFile]) -> EmailMessage:
        wording = Wording(to=["lilei@customer.example"], text=text, subject="Re: 包裹", file_ids=[one.pk for one in files])
        write_letter(case.pk, wording=wording, mailbox=mailbox, actor=agent.as_actor, client_key=uuid4(), now=now)
        release_due(now=now + timedelta(seconds=11))
        return message_from_bytes(letter_bytes(Letter.objects.get(), now=now), policy=policy.default)  # type: ignore[return-value]

    return write


def test_a_picture_stands_in_the_text_and_is_a_named_attachment_for_plain_readers(sent, picture):
    got = sent("请按这个按钮：\n[按钮 & 新.png]\n谢谢。", [picture("按钮 & 新.png"), picture("另外一张.png", colour="blue")])
    assert got.get_content_type() == "multipart/mixed"
    page = got.get_body(preferencelist=("html",)).get_content()
    related = next(part for part in got.walk() if part.get_content_type() == "multipart/related")
    shown = list(related.iter_parts())[1]
    identifier = shown["Content-ID"].strip("<>")
    assert f'src="cid:{identifier}"' in page and 'width="640"' in page
    assert shown.get_content_disposition() == "inline" and shown.get_filename() == "按钮 & 新.png"
    assert "[按钮 & 新.png]" in got.get_body(preferencelist=("plain",)).get_content()
    assert [part.get_filename() for part in got.iter_attachments()] == ["另外一张.png"], "and only once"


def test_words_in_brackets_that_name_no_picture_stay_words(sent, picture):
    got = sent("[按钮.png] 与 [发票]", [picture("照片.png")])
    assert "cid:" not in got.get_body(preferencelist=("html",)).get_content()
    assert [part.get_filename() for part in got.iter_attachments()] == ["照片.png"]


def test_a_picture_too_large_for_the_text_is_named(case: Case, mailbox: Mailbox, agent: Account, picture, now: datetime):
    stored = picture("截图.png")
    StoredFile.objects.filter(pk=stored.pk).update(size=6 * 1024 * 1024)
    with pytest.raises(BadLetter, match="截图"):
        wording = Wording(to=["lilei@customer.example"], text="[截图.png]", file_ids=[stored.pk])
        write_letter(case.pk, wording=wording, mailbox=mailbox, actor=agent.as_actor, client_key=uuid4(), now=now)


@pytest.fixture
def page(db: None, now: datetime) -> Client:
    from lingting.config.foundation import lay_foundation

    lay_foundation()
    client = Client(headers={"accept-language": "zh-CN"})
    client.force_login(create_administrator("wu.lang", display_name="武朗", password="a long enough password", now=now))
    return client


def test_recipients_are_kept_while_they_are_written_and_shown_to_colleagues(page: Client, case: Case, now: datetime):
    fields = {"to": "lilei@customer.example", "cc": "王芳 <wf@customer", "bcc": "", "subject": "Re: 包裹", "quote": "all"}
    assert page.post(f"/mail/cases/{case.pk}/draft/", fields).status_code == 204
    own = page.get(f"/desk/cases/{case.pk}/").content.decode()
    assert "王芳 &lt;wf@customer" in own and "有一份草稿" not in own
    colleague = Client(headers={"accept-language": "zh-CN"})
    colleague.force_login(create_administrator("he.yining", display_name="何一宁", password="a long enough password", now=now))
    theirs = colleague.get(f"/desk/cases/{case.pk}/").content.decode()
    assert "武朗" in theirs and "data-mail-take" in theirs and "data-fields" in theirs and "wf@customer" in theirs


def test_a_letter_that_is_taken_back_brings_its_recipients_and_files_back(page: Client, case: Case, now: datetime):
    account = Account.objects.get(login="wu.lang")
    stored = store_upload(BytesIO(b"%PDF-1.4\n"), name="发票.pdf", actor_kind="account", actor_id=str(account.pk), now=now)
    given = {"text": "您好", "to": "a@customer.example", "bcc": "b@customer.example", "subject": "x", "quote": "none"}
    page.post(f"/mail/cases/{case.pk}/draft/", given)
    page.post(f"/mail/cases/{case.pk}/letter/", given | {"attachment": str(stored.public_id), "client_key": str(uuid4())})
    assert not LetterDraft.objects.exists(), "what was sent is no draft"
    answer = page.post(f"/mail/letters/{Letter.objects.get().pk}/withdrawal/", headers={"hx-request": "true"})
    told = json.loads(answer.headers["HX-Trigger"])
    assert told["letter:fields"]["bcc"] == "b@customer.example"
    assert told["composer:files"]["files"] == [{"id": str(stored.public_id), "name": "发票.pdf", "isPicture": False}]
    draft = LetterDraft.objects.get()
    assert (draft.to, draft.bcc, draft.quote) == ("a@customer.example", "b@customer.example", "none")
