"""A conversation over the public API: said once, read by its owner only, ended, rated, left."""

from __future__ import annotations

from collections.abc import Callable
from uuid import uuid4

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from lingting.kernel.accounts.models import Account
from lingting.platform.realtime import notify
from lingting.platform.realtime.visitors import LiveRequest
from lingting.service.channels.chat.live import listener_of, own_conversations
from lingting.service.channels.chat.models import ChatSession, Widget
from lingting.service.channels.chat.tests.conftest import Browser, conversation_of, identity
from lingting.service.crm.models import ContactPoint, Customer
from lingting.service.desk.models import Case, Message
from lingting.service.desk.services import add_message, end_conversation
from lingting.service.feedback.models import Rating
from lingting.service.routing.models import Contact, Outcome
from lingting.service.routing.services import answer_directly

pytestmark = pytest.mark.django_db
PICTURE = bytes.fromhex(
    "89504e470d0a1a0a0000000d49484452000000010000000108060000001f15c4890000000d49444154789c626001000000ffff03000006000557bfabd4"
    "0000000049454e44ae426082"
)


def picture(name: str = "leak.png") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, PICTURE, content_type="image/png")


def answered(conversation: int, agent: Account, text: str = "您好，我是林晓。") -> int:
    answer_directly(conversation, account_id=agent.pk, actor=agent.as_actor, now=timezone.now())
    return add_message(conversation, kind="agent", text=text, actor=agent.as_actor, now=timezone.now()).id


def test_the_first_words_open_a_case_that_waits_in_the_chosen_queue(browser: Browser) -> None:
    begun = browser.begin("厨房漏水了。快来人！", queue="support")
    case = Case.objects.get()
    assert (case.subject, case.queue.key, case.customer.is_guest) == ("厨房漏水了。快来人！", "support", True)
    assert begun["standing"]["state"] == "waiting"
    assert begun["standing"]["place"] == 1
    assert begun["standing"]["wait_low_seconds"] is None
    assert begun["standing"]["may_leave_contact"]
    assert [message["text"] for message in begun["messages"]] == ["厨房漏水了。快来人！"]
    assert Contact.objects.get().queue.key == "support"


def test_an_unknown_queue_counts_as_none(browser: Browser) -> None:
    browser.begin(queue="nowhere")
    assert Case.objects.get().queue.key == "orders"


def test_the_same_words_sent_again_are_said_once(browser: Browser) -> None:
    key = str(uuid4())
    first, second = browser.begin(client_key=key), browser.begin(client_key=key)
    assert first["id"] == second["id"]
    assert Message.objects.count() == Case.objects.count() == 1
    said = [browser.say(first["id"], "and another", client_key=(again := str(uuid4()))) for _ in (1,)]
    said.append(browser.say(first["id"], "and another", client_key=again))
    assert [answer.json()["is_repeat"] for answer in said] == [False, True]
    assert said[0].json()["id"] == said[1].json()["id"]


def test_first_words_resent_after_the_end_do_not_begin_again(browser: Browser, agent: Account) -> None:
    key = str(uuid4())
    begun = browser.begin(client_key=key)
    end_conversation(begun["id"], by="agent", actor=agent.as_actor, now=timezone.now())
    assert browser.begin(client_key=key)["id"] == begun["id"]
    assert Case.objects.count() == 1


def test_one_idempotency_key_is_answered_twice_and_done_once(browser: Browser) -> None:
    conversation = browser.begin()["id"]
    key, client_key = {"Idempotency-Key": str(uuid4())}, str(uuid4())
    answers = [browser.say(conversation, "once", headers=key, client_key=client_key) for _ in range(2)]
    assert answers[0].content == answers[1].content
    assert answers[1].headers["Idempotency-Replayed"] == "true"
    assert browser.say(conversation, "other", headers=key).status_code == 422


def test_a_second_beginning_joins_the_live_conversation(browser: Browser) -> None:
    assert browser.begin("one")["id"] == browser.begin("two")["id"]
    assert Case.objects.count() == 1


def test_another_customers_conversation_is_as_good_as_none(browser: Browser, new_browser: Callable[..., Browser]) -> None:
    theirs = browser.begin()["id"]
    stranger = new_browser()
    own = stranger.begin()["id"]
    assert own != theirs
    key = str(uuid4())
    answers = [
        stranger.read(theirs),
        stranger.read(999_999),
        stranger.say(theirs, "hello"),
        stranger.post(f"conversations/{theirs}/reads", up_to=9),
        stranger.post(f"conversations/{theirs}/deliveries", up_to=9),
        stranger.post(f"conversations/{theirs}/typing"),
        stranger.post(f"conversations/{theirs}/end"),
        stranger.post(f"conversations/{theirs}/contact", phone="13800000000", client_key=key),
        stranger.post(f"conversations/{theirs}/rating", answers={"score": 1}),
        stranger.get(f"conversations/{theirs}/rating"),
        stranger.post(f"conversations/{theirs}/case"),
        stranger.read(2**63),
    ]
    assert {(answer.status_code, answer.json()["code"]) for answer in answers} == {(404, "no_such_conversation")}
    assert Message.objects.filter(conversation_id=theirs).count() == 1
    assert conversation_of({"id": theirs}).ended_at is None


def test_the_live_hub_lets_visitors_hear_their_own_only(browser: Browser, new_browser: Callable[..., Browser]) -> None:
    stranger = new_browser()
    own, theirs = browser.begin()["id"], stranger.begin()["id"]
    listener = listener_of(LiveRequest(token=browser.token))
    asked = frozenset({f"chat:{own}", f"chat:{theirs}", "chat:x", "chat:" + "9" * 30})
    assert listener is not None
    assert set(own_conversations(listener, asked)) == {f"chat:{own}"}
    assert listener_of(LiveRequest(token="forged")) is None


def test_who_has_said_nothing_hears_nothing(new_browser: Callable[..., Browser], browser: Browser) -> None:
    theirs = browser.begin()["id"]
    listener = listener_of(LiveRequest(token=new_browser().token))
    assert listener is not None
    assert not own_conversations(listener, frozenset({f"chat:{theirs}"}))


@pytest.mark.parametrize("text", ["", "   \n "])
def test_nothing_cannot_be_said(browser: Browser, text: str) -> None:
    answer = browser.post("conversations", text=text, client_key=str(uuid4()))
    assert (answer.status_code, answer.json()["code"]) == (422, "empty_message")
    assert not Case.objects.exists()


@pytest.mark.parametrize("size", [20_001, 25_000, 150_000])
def test_too_long_words_are_refused_with_both_figures(browser: Browser, size: int) -> None:
    conversation = browser.begin()["id"]
    answer = browser.say(conversation, "长" * size)
    assert (answer.status_code, answer.json()["code"]) == (422, "message_too_long")
    assert "20000" in answer.json()["detail"]
    assert Message.objects.count() == 1


def test_who_names_no_language_is_spoken_to_in_that_of_the_request(new_browser: Callable[..., Browser]) -> None:
    english = new_browser(is_open=False, language="en")
    assert english.post("visits", widget="nowhere").json()["detail"].startswith("There is no chat with the key")
    assert english.get("widgets/nowhere").json()["detail"].startswith("There is no chat with the key")
    english.token = english.post("visits", widget=english.widget).json()["token"]
    assert english.post("conversations", client_key=str(uuid4())).json()["detail"] == "Write something or attach a file first."
    chinese = new_browser(is_open=False, language="zh-hans")
    assert chinese.post("visits", widget="nowhere").json()["detail"].startswith("没有标识为")


def test_refusals_speak_the_visitors_language(new_browser: Callable[..., Browser]) -> None:
    browser = new_browser(language="zh-hans")
    detail = browser.post("left-messages", text="call", client_key=str(uuid4())).json()["detail"]
    assert any("\u4e00" <= letter <= "\u9fff" for letter in detail)


@pytest.mark.parametrize("text", ["<script>alert(1)</script>", "\u202eright to left\u202c", "مرحبا", "😀" * 500])
def test_strange_words_come_back_as_they_are(browser: Browser, text: str) -> None:
    begun = browser.begin(text)
    assert begun["messages"][0]["text"] == text


def test_nul_is_refused_before_anything_is_written(browser: Browser) -> None:
    answer = browser.post("conversations", text="a\x00b", client_key=str(uuid4()))
    assert (answer.status_code, answer.json()["code"]) == (422, "unstorable_text")
    assert not Case.objects.exists()


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b'"x"', b"\xff\xfe", b'{"text": 5}', b'{"text": "\\ud800", "client_key": "x"}'])
def test_broken_bodies_are_told_so(browser: Browser, body: bytes) -> None:
    answer = browser.client.post(
        "/api/v1/chat/conversations", body, content_type="application/json", headers={"Authorization": f"Visitor {browser.token}"}
    )
    assert answer.status_code in (400, 422)
    assert answer.headers["Content-Type"].startswith("application/problem+json")
    assert not Case.objects.exists()


def test_outside_the_hours_nobody_is_made_to_wait(browser: Browser) -> None:
    answer = browser.post("conversations", text="anyone?", queue="night", client_key=str(uuid4()))
    assert (answer.status_code, answer.json()["code"]) == (409, "closed")
    assert not Case.objects.exists()
    assert not Customer.objects.exists()


def test_a_left_message_becomes_a_case_to_answer(browser: Browser) -> None:
    key = str(uuid4())
    told = {"queue": "night", "name": "陈静", "phone": "138-0000-0000", "text": "请回电", "client_key": key}
    answers = [browser.post("left-messages", **told) for _ in range(2)]
    case = Case.objects.get()
    assert [answer.json() for answer in answers] == [{"case_number": case.pk, "link": ""}] * 2
    assert (case.state, case.queue.key, case.customer.name) == ("open", "night", "陈静")
    assert ContactPoint.objects.get().value == "13800000000"
    assert case.due_at is not None
    assert not Contact.objects.exists()
    assert browser.open()["conversation"] is None


@pytest.mark.parametrize(
    ("given", "field"),
    [({}, "phone"), ({"phone": "call me"}, "phone"), ({"email": "nobody"}, "email"), ({"phone": " ", "email": " "}, "phone")],
)
def test_a_left_message_needs_a_way_to_answer(browser: Browser, given: dict[str, str], field: str) -> None:
    answer = browser.post("left-messages", text="call", client_key=str(uuid4()), **given)
    assert answer.status_code == 422
    assert answer.json()["fields"][field]
    assert not Case.objects.exists()


def test_tired_of_waiting_the_customer_leaves_a_number_once(browser: Browser) -> None:
    conversation = browser.begin()["id"]
    told = {"name": "", "phone": "13800000000", "email": "", "text": "call after six", "client_key": str(uuid4())}
    answers = [browser.post(f"conversations/{conversation}/contact", **told) for _ in range(2)]
    assert {answer.status_code for answer in answers} == {200}
    assert Contact.objects.get().outcome == Outcome.LEFT_CONTACT
    assert list(Message.objects.order_by("id").values_list("kind", flat=True)) == ["customer", "customer", "system"]
    assert conversation_of({"id": conversation}).ended_at is not None
    assert Case.objects.get().state == "open"
    again = browser.post(f"conversations/{conversation}/contact", phone="13800000000", client_key=str(uuid4()))
    assert (again.status_code, again.json()["code"]) == (409, "conversation_is_over")


def test_somebody_elses_number_is_kept_in_the_words_only(browser: Browser, new_browser: Callable[..., Browser]) -> None:
    browser.open(identity=identity("c-7", phone="13800000000"))
    other = new_browser()
    other.post("left-messages", phone="13800000000", text="call", client_key=str(uuid4()))
    assert ContactPoint.objects.get().customer.external_id == "c-7"
    assert "13800000000" in Message.objects.get(kind="system").data["params"]["contact"]


def test_the_agents_answer_is_delivered_read_and_never_a_note(browser: Browser, agent: Account) -> None:
    conversation = browser.begin()["id"]
    said = answered(conversation, agent)
    add_message(conversation, kind="note", text="careful", actor=agent.as_actor, now=timezone.now())
    add_message(conversation, kind="whisper", text="psst", actor=agent.as_actor, now=timezone.now())
    read = browser.read(conversation).json()
    assert read["standing"] | {"read_up_to": 0} == read["standing"] | {"state": "talking", "agent_name": "林晓", "read_up_to": 0}
    assert {message["kind"] for message in read["messages"]} <= {"customer", "agent", "system"}
    assert read["messages"][0]["is_delivered"]
    assert browser.post(f"conversations/{conversation}/deliveries", up_to=said).status_code == 204
    assert Message.objects.get(pk=said).delivered_at is not None
    assert browser.post(f"conversations/{conversation}/reads", up_to=2**62).status_code == 204
    assert Message.objects.get(pk=said).read_at is not None
    assert browser.post(f"conversations/{conversation}/reads", up_to=-1).status_code == 422


def test_what_came_after_a_message_is_told_without_a_gap(browser: Browser, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("lingting.service.channels.chat.selectors.MOST_MESSAGES", 2)
    begun = browser.begin("0")
    for number in range(1, 6):
        browser.say(begun["id"], str(number))
    texts, after, more = [], begun["messages"][0]["id"], True
    while more:
        page = browser.read(begun["id"], after=after).json()
        texts += [message["text"] for message in page["messages"]]
        after, more = page["messages"][-1]["id"], page["has_more"]
    assert texts == ["1", "2", "3", "4", "5"]
    assert [message["text"] for message in browser.read(begun["id"]).json()["messages"]] == ["4", "5"]


def test_what_was_said_before_is_paged_back_to_the_first_word(browser: Browser, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("lingting.service.channels.chat.selectors.MOST_MESSAGES", 2)
    begun = browser.begin("0")
    for number in range(1, 6):
        browser.say(begun["id"], str(number))
    page = browser.read(begun["id"]).json()
    texts = [message["text"] for message in page["messages"]]
    while page["has_earlier"]:
        page = browser.get(f"conversations/{begun['id']}/messages?before={page['messages'][0]['id']}").json()
        texts = [message["text"] for message in page["messages"]] + texts
    assert texts[-6:] == ["0", "1", "2", "3", "4", "5"]
    assert browser.read(begun["id"], after=page["messages"][-1]["id"]).json()["has_earlier"] is False


def test_earlier_messages_are_shown_to_their_own_visitor_only(
    browser: Browser, new_browser: Callable[..., Browser]
) -> None:
    begun = browser.begin()
    stranger = new_browser()
    stranger.open()
    assert stranger.get(f"conversations/{begun['id']}/messages?before=999999999").status_code == 404
    assert browser.get(f"conversations/{begun['id']}/messages?before=0").status_code == 422


def test_an_ended_conversation_is_rated_once(browser: Browser, agent: Account) -> None:
    conversation = browser.begin()["id"]
    answered(conversation, agent)
    assert browser.post(f"conversations/{conversation}/rating", answers={"score": 5}).status_code == 409
    ended = browser.post(f"conversations/{conversation}/end").json()
    assert ended["standing"]["state"] == "ended"
    assert browser.post(f"conversations/{conversation}/end").status_code == 200
    assert browser.post(f"conversations/{conversation}/rating", answers={"score": 6}).status_code == 422
    told = {"answers": {"score": 4, "comment": "很快" * 900, "solved": True}}
    assert browser.post(f"conversations/{conversation}/rating", **told).status_code == 204
    again = browser.post(f"conversations/{conversation}/rating", **told)
    assert (again.status_code, again.json()["code"]) == (409, "already_rated")
    assert Rating.objects.get().account == agent
    assert browser.read(conversation).json()["standing"]["is_rated"]


def test_words_after_the_end_are_refused_and_a_new_conversation_begins(browser: Browser, agent: Account) -> None:
    conversation = browser.begin()["id"]
    end_conversation(conversation, by="agent", actor=agent.as_actor, now=timezone.now())
    late = browser.say(conversation, "one more thing")
    assert (late.status_code, late.json()["code"]) == (409, "conversation_is_over")
    assert browser.open()["conversation"] is None
    assert browser.begin("one more thing")["id"] != conversation


def test_typing_reaches_the_desk_and_is_kept_nowhere(browser: Browser, monkeypatch: pytest.MonkeyPatch) -> None:
    conversation = browser.begin()["id"]
    heard: list[str] = []
    monkeypatch.setattr(notify, "signal", lambda topics, *, kind, data: heard.append(kind))
    assert browser.post(f"conversations/{conversation}/typing").status_code == 204
    browser.post(f"conversations/{conversation}/end")
    heard_before = len(heard)
    browser.post(f"conversations/{conversation}/typing")
    assert heard[:heard_before].count("CustomerTyping") == 1
    assert "CustomerTyping" not in heard[heard_before:]


def test_pictures_are_sent_with_words_or_alone_in_their_order(browser: Browser) -> None:
    files = [browser.upload(picture(f"{number}.png")).json()["id"] for number in range(3)]
    begun = browser.begin("", files=files[::-1])
    assert [file["id"] for file in begun["messages"][0]["files"]] == files[::-1]
    shown = begun["messages"][0]["files"][0]
    assert shown["is_image"]
    assert browser.client.get(shown["url"]).status_code == 200
    assert browser.read(begun["id"]).json()["messages"][0]["files"][0]["url"] == shown["url"]


def test_another_visitors_file_cannot_be_sent(browser: Browser, new_browser: Callable[..., Browser]) -> None:
    theirs = new_browser().upload(picture()).json()["id"]
    answer = browser.post("conversations", text="look", files=[theirs], client_key=str(uuid4()))
    assert (answer.status_code, answer.json()["code"]) == (422, "unknown_file")
    assert browser.post("conversations", files=[str(uuid4())] * 11, client_key=str(uuid4())).status_code == 422
    assert not Case.objects.exists()


def test_bad_files_are_refused_in_words(browser: Browser, settings: object) -> None:
    settings.FILES_MAX_BYTES = 1000  # type: ignore[attr-defined]
    answers = [
        browser.upload(SimpleUploadedFile("empty.txt", b"")),
        browser.upload(SimpleUploadedFile("large.bin", b"x" * 1001)),
        browser.upload(SimpleUploadedFile("photo.png", b"MZ\x90\x00" + b"\x00" * 200)),
    ]
    assert [answer.status_code for answer in answers] == [422, 413, 422]
    assert all(answer.json()["detail"] for answer in answers)


def test_too_many_messages_at_once_wait(browser: Browser) -> None:
    conversation = browser.begin()["id"]
    answers = [browser.say(conversation, "again") for _ in range(45)]
    refused = next(answer for answer in answers if answer.status_code == 429)
    assert int(refused.headers["Retry-After"]) >= 1
    assert Message.objects.count() == 1 + sum(answer.status_code == 201 for answer in answers)


def test_what_comes_through_a_demo_widget_is_demo_data(browser: Browser, widget: Widget) -> None:
    Widget.objects.update(is_demo=True)
    browser.begin()
    assert Case.objects.get().is_demo
    assert Customer.objects.get().is_demo


def test_a_conversation_ended_at_the_desk_frees_the_visitor(browser: Browser, agent: Account) -> None:
    conversation = browser.begin()["id"]
    end_conversation(conversation, by="agent", actor=agent.as_actor, now=timezone.now())
    assert ChatSession.objects.get().ended_at is not None
