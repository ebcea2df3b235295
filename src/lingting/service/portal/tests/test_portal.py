"""The customer's portal: getting in, seeing only what is theirs, answering, reopening, rating."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.core import mail
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone

from lingting.kernel.questionnaires.models import Questionnaire
from lingting.kernel.questionnaires.services import change_draft, publish_draft, start_draft
from lingting.kernel.timeline.events import SYSTEM
from lingting.platform.rest.limits import forget_portions
from lingting.service.crm.models import ContactPoint, Customer
from lingting.service.desk.models import Case, Message
from lingting.service.desk.services import add_message, add_note, close_case, merge_case
from lingting.service.desk.tests.scene import CUSTOMER, Scene, make_scene
from lingting.service.feedback import foundation as feedback
from lingting.service.feedback.foundation import RATING_KEY
from lingting.service.feedback.models import Rating
from lingting.service.portal import services
from lingting.service.portal.models import Pass, SignInCode
from lingting.service.routing.models import Contact, QueueRule
from lingting.service.workorders import foundation as workorders
from lingting.service.workorders import services as orders


@pytest.fixture(autouse=True)
def fresh_limits() -> Iterator[None]:
    forget_portions()
    yield
    forget_portions()


@pytest.fixture
def scene(db: None) -> Scene:
    now = timezone.now()
    feedback.lay(now=now)
    workorders.lay(now=now)
    made = make_scene()
    for queue in (made.service, made.sales):
        QueueRule.objects.get_or_create(queue=queue)
    ContactPoint.objects.create(customer=made.customer, kind="email", value="wang@example.com", created_at=now)
    return made


@pytest.fixture
def talk(scene: Scene) -> Case:
    """A case with words of the customer, an answer, a note, a whisper and a system line."""
    now = timezone.now()
    case, conversation = scene.chat(assignee=scene.lin, subject="包裹没到", at=now)
    for kind, text, actor in [
        ("customer", "我的包裹呢", CUSTOMER), ("agent", "正在查", scene.lin.as_actor), ("whisper", "班长的悄悄话", scene.zhao.as_actor),
    ]:  # fmt: skip
        add_message(conversation.pk, kind=kind, text=text, actor=actor, now=now)
    add_note(case.pk, text="客户态度差，内部备注", actor=scene.lin.as_actor, now=now)
    add_message(conversation.pk, kind="system", text="系统行文字", actor=SYSTEM, now=now, data={"code": "x"})
    return case


def guest(customer: Customer, case: Case | None = None) -> Client:
    client = Client()
    assert client.get(services.link_for(customer, case, now=timezone.now())).status_code == 302
    return client


def stranger_with_case(scene: Scene) -> tuple[Customer, Case]:
    now = timezone.now()
    other = Customer.objects.create(name="李四", created_at=now, updated_at=now)
    case = Case.objects.create(
        customer=other, queue=scene.service, subject="李四的秘密", channel="chat", opened_at=now, active_at=now
    )
    return other, case


def test_a_link_opens_the_list_and_the_case(scene: Scene, talk: Case):
    client = guest(scene.customer)
    assert "包裹没到" in client.get("/my/").content.decode()
    page = client.get(f"/my/cases/{talk.pk}/")
    assert "我的包裹呢" in page.content.decode() and "正在查" in page.content.decode()
    assert page.headers["Cache-Control"] == "private, no-store"


def test_notes_whispers_and_system_lines_never_stand_in_the_page(scene: Scene, talk: Case):
    page = guest(scene.customer).get(f"/my/cases/{talk.pk}/").content.decode()
    for secret in ("内部备注", "悄悄话", "系统行文字"):
        assert secret not in page
    assert Message.objects.filter(case=talk, kind="note").exists()


def test_another_customers_case_is_not_there(scene: Scene, talk: Case):
    other, theirs = stranger_with_case(scene)
    client = guest(scene.customer)
    assert client.get(f"/my/cases/{theirs.pk}/").status_code == 404
    assert client.post(f"/my/cases/{theirs.pk}/messages/", {"text": "hi", "client_key": uuid4()}).status_code == 404
    assert client.post(f"/my/cases/{theirs.pk}/rating/", {"answer-score": "5"}).status_code == 404
    assert client.get("/my/cases/999999999/").status_code == 404
    assert "李四的秘密" not in client.get("/my/").content.decode()
    assert guest(other).get(f"/my/cases/{talk.pk}/").status_code == 404


def test_a_link_for_one_case_opens_that_one_only(scene: Scene, talk: Case):
    second = scene.case(subject="另一件事", at=timezone.now())
    client = guest(scene.customer, talk)
    assert "另一件事" not in client.get("/my/").content.decode()
    assert client.get(f"/my/cases/{second.pk}/").status_code == 404
    assert client.get(f"/my/cases/{talk.pk}/").status_code == 200


def test_an_outlived_or_revoked_link_gets_a_friendly_page(scene: Scene, talk: Case):
    link = services.link_for(scene.customer, talk, now=timezone.now() - timedelta(days=91))
    gone = Client().get(link)
    assert gone.status_code == 404 and "/my/sign-in/" in gone.content.decode()
    client = guest(scene.customer)
    assert services.revoke_links(scene.customer, now=timezone.now()) == 1
    assert client.get("/my/").headers["Location"] == "/my/sign-in/"
    assert Client().get("/my/l/nonsense/").status_code == 404


def test_without_a_pass_every_page_leads_to_the_sign_in(scene: Scene, talk: Case):
    for path in ("/my/", f"/my/cases/{talk.pk}/"):
        assert Client().get(path).headers["Location"] == "/my/sign-in/"
    assert Client().post(f"/my/cases/{talk.pk}/messages/", {"text": "x"}).headers["Location"] == "/my/sign-in/"


def test_secrets_are_kept_as_digests(scene: Scene):
    secret = services.link_for(scene.customer, now=timezone.now()).split("/")[3]
    assert not Pass.objects.filter(secret_hash=secret).exists() and services.access_pass(secret, now=timezone.now())


def test_a_mailed_code_signs_in_once(scene: Scene, talk: Case):
    assert services.send_code(" Wang@Example.com", now=timezone.now())
    [letter] = mail.outbox
    code = re.search(r"\d{6}", letter.body)
    assert code is not None and letter.to == ["wang@example.com"]
    client = Client()
    wrong = f"{(int(code[0]) + 1) % 1_000_000:06d}"
    assert client.post("/my/code/", {"address": "wang@example.com", "code": wrong}).status_code == 422
    assert client.post("/my/code/", {"address": "wang@example.com", "code": code[0]}).status_code == 302
    assert "包裹没到" in client.get("/my/").content.decode()
    assert Client().post("/my/code/", {"address": "wang@example.com", "code": code[0]}).status_code == 422
    client.post("/my/sign-out/")
    assert client.get("/my/").headers["Location"] == "/my/sign-in/"


def test_a_code_dies_of_age_and_of_tries(scene: Scene):
    now = timezone.now()
    services.send_code("wang@example.com", now=now - timedelta(minutes=11))
    old = re.search(r"\d{6}", mail.outbox[-1].body)
    services.send_code("wang@example.com", now=now)
    code = re.search(r"\d{6}", mail.outbox[-1].body)
    assert old is not None and code is not None
    for _try in range(5):
        with pytest.raises(services.WrongCode):
            services.redeem_code("wang@example.com", code="x", now=now)
    with pytest.raises(services.WrongCode):
        services.redeem_code("wang@example.com", code=code[0], now=now)
    assert SignInCode.objects.filter(used_at=None).get().tries == 5


def test_known_and_unknown_addresses_are_answered_alike(scene: Scene):
    answers = [Client().post("/my/sign-in/", {"address": given}) for given in ("wang@example.com", "nobody@example.com")]
    token = re.compile(r'name="csrfmiddlewaretoken" value="[^"]*"')
    bodies = [each.content.decode().partition("<main")[2].partition("</main>")[0] for each in answers]
    [known, unknown] = [token.sub("", each).replace("wang@", "nobody@") for each in bodies]
    assert known and known == unknown and [each.status_code for each in answers] == [200, 200]
    assert not services.send_code("nobody@example.com", now=timezone.now()) and not mail.outbox


def test_codes_are_not_mailed_without_end(scene: Scene):
    statuses = [Client().post("/my/sign-in/", {"address": "wang@example.com"}).status_code for _each in range(8)]
    assert statuses[0] == 200 and statuses[-1] == 429


def test_an_answer_becomes_the_customers_message_once(scene: Scene, talk: Case):
    client, key = guest(scene.customer), str(uuid4())
    for _each in range(2):
        form: dict[str, Any] = {"text": "还没有到", "client_key": key, "files": SimpleUploadedFile("照片.txt", "照片".encode())}
        assert client.post(f"/my/cases/{talk.pk}/messages/", form).status_code == 302
    said = Message.objects.get(case=talk, text="还没有到")
    assert said.kind == "customer" and [each.file.original_name for each in said.attachments.all()] == ["照片.txt"]
    page = client.get(f"/my/cases/{talk.pk}/").content.decode()
    address = re.search(r'href="(/files/[^"]+)"', page)
    assert address is not None and Client().get(address[1].replace("&amp;", "&")).status_code == 200
    assert client.post(f"/my/cases/{talk.pk}/messages/", {"text": " ", "client_key": uuid4()}).status_code == 422


def test_words_within_a_fortnight_reopen_a_closed_case_and_wait_in_the_queue(scene: Scene, talk: Case):
    now = timezone.now()
    close_case(talk.pk, actor=scene.lin.as_actor, now=now)
    Case.objects.filter(pk=talk.pk).update(assignee=None)
    client = guest(scene.customer)
    assert client.post(f"/my/cases/{talk.pk}/messages/", {"text": "又坏了", "client_key": uuid4()}).status_code == 302
    talk.refresh_from_db()
    said = Message.objects.select_related("conversation").get(case=talk, text="又坏了")
    assert (talk.state, said.conversation.channel) == ("open", "form")
    assert Contact.objects.filter(conversation=said.conversation).exists()


def test_after_a_fortnight_a_closed_case_stays_closed(scene: Scene, talk: Case):
    close_case(talk.pk, actor=scene.lin.as_actor, now=timezone.now())
    Case.objects.filter(pk=talk.pk).update(closed_at=timezone.now() - timedelta(days=15))
    answer = guest(scene.customer).post(f"/my/cases/{talk.pk}/messages/", {"text": "又坏了", "client_key": uuid4()})
    talk.refresh_from_db()
    assert (answer.status_code, talk.state) == (409, "closed")


def test_a_merged_case_leads_to_the_one_it_went_into(scene: Scene, talk: Case):
    link = services.link_for(scene.customer, talk, now=timezone.now())
    target = scene.case(assignee=scene.lin, subject="主工单", at=timezone.now() - timedelta(days=1))
    conversation = talk.conversations.get()
    conversation.ended_at = timezone.now()
    conversation.save(update_fields=["ended_at"])
    merge_case(talk.pk, into_id=target.pk, actor=scene.lin.as_actor, now=timezone.now())
    client = Client()
    assert client.get(link).headers["Location"] == f"/my/cases/{target.pk}/"
    assert client.get(f"/my/cases/{talk.pk}/").headers["Location"] == f"/my/cases/{target.pk}/"
    client.post(f"/my/cases/{talk.pk}/messages/", {"text": "迟到的话", "client_key": uuid4()})
    assert Message.objects.get(text="迟到的话").case_id == target.pk


def test_a_closed_case_is_rated_once_and_for_who_answered(scene: Scene, talk: Case):
    client = guest(scene.customer)
    assert 'name="answer-score"' not in client.get(f"/my/cases/{talk.pk}/").content.decode()
    close_case(talk.pk, actor=scene.lin.as_actor, now=timezone.now())
    assert 'name="answer-score"' in client.get(f"/my/cases/{talk.pk}/").content.decode()
    for expected in (302, 409):
        sent = {"answer-score": "4", "answer-comment": "不错", "answer-solved": "yes"}
        assert client.post(f"/my/cases/{talk.pk}/rating/", sent).status_code == expected
    assert Rating.objects.get(case=talk).score == 4


def test_the_rating_is_the_questionnaire_as_it_is_published(scene: Scene, talk: Case):
    draft = start_draft(Questionnaire.objects.get(key=RATING_KEY))
    again = {
        "key": "again",
        "kind": "choice",
        "text_zh": "还会再来吗？",
        "text_en": "Would you come back?",
        "is_required": True,
        "settings": {"options": [{"key": "sure", "zh": "一定", "en": "Surely"}, {"key": "no", "zh": "不会", "en": "No"}]},
    }
    change_draft(draft.pk, lambda document: document["sections"][0]["items"].append(again))
    publish_draft(draft.pk, now=timezone.now())
    close_case(talk.pk, actor=scene.lin.as_actor, now=timezone.now())
    client = guest(scene.customer)
    client.cookies["lingting_language"] = "zh-hans"
    assert "还会再来吗？" in client.get(f"/my/cases/{talk.pk}/").content.decode()
    sent = {"answer-score": "2", "answer-comment": "写到一半"}
    refused = client.post(f"/my/cases/{talk.pk}/rating/", sent)
    assert refused.status_code == 422 and "写到一半" in refused.content.decode()
    assert not Rating.objects.exists()
    assert client.post(f"/my/cases/{talk.pk}/rating/", sent | {"answer-again": "sure"}).status_code == 302
    given = Rating.objects.get()
    assert (given.score, given.comment) == (2, "写到一半")
    assert given.response.answers.get(item__key="again").value == {"value": "sure"}


def test_the_customer_reads_that_a_department_is_asked_and_never_the_order(scene: Scene, talk: Case):
    department = orders.save_department({"name_zh": "物流", "minutes": 60, "public_zh": "我们正在与物流核实", "members": []})
    orders.ask_department(
        talk.pk,
        department_id=department.pk,
        subject="内部问题",
        question="别告诉客户",
        actor=scene.lin.as_actor,
        now=timezone.now(),
    )
    client = guest(scene.customer)
    client.cookies["lingting_language"] = "zh-hans"
    page, listed = client.get(f"/my/cases/{talk.pk}/").content.decode(), client.get("/my/").content.decode()
    assert "我们正在与物流核实" in page
    for text in (page, listed):
        assert "别告诉客户" not in text and "内部问题" not in text
    child = Case.objects.get(parent=talk)
    assert client.get(f"/my/cases/{child.pk}/").status_code == 404


def test_old_passes_and_codes_are_forgotten(scene: Scene):
    now = timezone.now()
    services.link_for(scene.customer, now=now - timedelta(days=130))
    services.link_for(scene.customer, now=now)
    services.send_code("wang@example.com", now=now - timedelta(days=2))
    assert services.forget_old(now=now) == 2 and Pass.objects.count() == 1
