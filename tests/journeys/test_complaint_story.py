"""A parcel is late: a mail, a department, a complaint, a compensation, a call, a rating; with real mail servers, in both languages."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import pytest
from journey_centre import Centre
from journey_complaints import Desk
from journey_letters import CENTRE_ADDRESS, Correspondent
from journey_people import Staff
from playwright.sync_api import Page, expect

from lingting.service.channels.email.tests.servers import PASSWORD, MailServers, running, why_not

pytestmark = [pytest.mark.skipif(bool(why_not()), reason=why_not()), pytest.mark.timeout(600)]
SignIn = Callable[..., Staff]
NewPage = Callable[..., Page]

# Logistics answers letters at an address of the test's own servers, around the clock.
_PREPARE = """
import django; django.setup()
from lingting.service.workorders.models import Department
Department.objects.filter(key="logistics").update(mail="logistics@centre.example", calendar=None)
"""


@dataclass(frozen=True)
class Words:
    """What is said and read in one language."""

    language: str
    locale: str
    agent: str
    customer: tuple[str, str]
    mail: tuple[str, str]
    received: str
    department: str
    question: tuple[str, str]
    asked_news: str
    back: str
    more: str
    found: str
    answered_news: str
    answer: str
    complaint: str
    complaint_news: str
    category: str
    compensation: str
    reason: str
    waiting: str
    outcome: str
    given_news: str
    satisfied: str
    cause: str
    responsibility: str
    conclusion: str
    done: str
    rating: str
    thanks: str


CHINESE = Words(
    language="zh-hans", locale="zh-CN", agent="guozheng", customer=("李磊", "lilei@customer.example"),
    mail=("包裹在哪里", "你好，订单 20261118 的净水器说好前天到，到今天还没有收到，请查一下。"), received="已收到",
    department="物流", question=("查包裹去向", "运单两天没有更新，请核实在哪里、几号能到。"), asked_news="我们正在与物流核实",
    back="运单号是多少？", more="SF1390027718", found="包裹在西安中转站，明天上午送到。", answered_news="已有结果",
    answer="包裹明天上午送到，很抱歉让您久等。", complaint="明天？家里老人等水喝，装修师傅白等了两天，我要投诉。",
    complaint_news="受理您的投诉", category="延误", compensation="退款补偿", reason="误工两天", waiting="待审批",
    outcome="我们查明是中转站漏扫，今天专人送到，并退款 300 元作补偿。", given_news="补偿", satisfied="满意", cause="承运商",
    responsibility="供应商或承运商", conclusion="中转站漏扫，已要求承运商整改。", done="已办结", rating="处理得很认真", thanks="感谢您的评价",
)  # fmt: skip
ENGLISH = Words(
    language="en", locale="en-GB", agent="nihuan", customer=("Emma Baker", "emma@customer.example"),
    mail=("Where is my parcel", "Hello, the purifier of order 20261119 was promised for Monday and has not come. Please check."),
    received="We have your message", department="Logistics",
    question=("Find a parcel", "No scan for two days: where is it, and when will it come?"), asked_news="we are checking with logistics",
    back="Which waybill?", more="SF1390027719", found="It lies in Xi'an and comes tomorrow morning.",
    answered_news="has answered", answer="Your parcel comes tomorrow morning; we are sorry for the delay.",
    complaint="Tomorrow? A fitter waited here for two days. I want to complain.", complaint_news="Taking your complaint in",
    category="Late", compensation="Refund", reason="Two lost days", waiting="waits for approval",
    outcome="A scan was missed on the way. It comes today by courier, and we refund 300.", given_news="compensation",
    satisfied="satisfied", cause="Carrier", responsibility="supplier or carrier", conclusion="Missed scan; the carrier has to mend it.",
    done="Done", rating="Taken seriously", thanks="Thank you for your rating",
)  # fmt: skip


@pytest.fixture(scope="session")
def servers() -> Iterator[MailServers]:
    with running() as found:
        yield found


@pytest.fixture
def connected(centre: Centre, servers: MailServers, sign_in: SignIn) -> MailServers:
    """An administrator says where the site is and connects the mailbox, once."""
    administrator = sign_in("wulang", language="zh-hans")
    administrator.open("/mail/mailboxes/")
    if administrator.page.get_by_text(CENTRE_ADDRESS).count():
        return servers
    centre.run(_PREPARE)
    administrator.open("/settings/centre/")
    administrator.page.locator("form.lt-form [name=address]").fill(centre.url)
    administrator.page.locator(".lt-save .btn-primary").click()
    expect(administrator.toast).to_be_visible()
    administrator.open("/mail/mailboxes/new/own/")
    form = administrator.page.locator("form.lt-form")
    for name, value in {
        "address": CENTRE_ADDRESS, "password": PASSWORD, "imap_host": "127.0.0.1", "imap_port": str(servers.imap_port),
        "smtp_host": "127.0.0.1", "smtp_port": str(servers.smtp_port), "from_name_zh": "禾檐客服", "from_name_en": "Heyan Service",
    }.items():  # fmt: skip
        form.locator(f"[name={name}]").fill(value)
    form.locator("[name=queue]").select_option(label="订单与物流")
    for name in ("imap_security", "smtp_security"):
        form.locator(f"[name={name}]").select_option("none")
    form.locator("[name=smtp_sign_in]").set_checked(False)
    for name in ("takes_plus", "acknowledges"):
        form.locator(f"[name={name}]").set_checked(True)
    administrator.page.locator(".lt-save .btn-primary").click()
    expect(administrator.page.get_by_text(CENTRE_ADDRESS).first).to_be_visible()
    return servers


@dataclass
class Story:
    """Who takes part: the customer by mail and on a phone, the agent at the desk, logistics by mail and on a phone."""

    words: Words
    customer: Correspondent
    logistics: Correspondent
    sign_in: SignIn
    new_page: NewPage
    letters_before: int

    def phone(self) -> Page:
        return self.new_page(locale=self.words.locale, width=390, height=844)


@pytest.mark.parametrize("words", [CHINESE, ENGLISH], ids=["zh", "en"])
def test_a_late_parcel_becomes_a_complaint_and_a_satisfied_customer(
    words: Words, connected: MailServers, sign_in: SignIn, new_page: NewPage
) -> None:
    customer = Correspondent(connected, address=words.customer[1], name=words.customer[0])
    logistics = Correspondent(connected, address="logistics@centre.example", name="")
    story = Story(words, customer, logistics, sign_in, new_page, letters_before=len(logistics.letters()))

    portal, number = _a_customer_mails_and_is_acknowledged(story)
    desk = _the_desk_asks_logistics(story, portal)
    _logistics_asks_back_and_answers(story, desk)
    _the_customer_complains_by_answering(story, desk)
    _a_leader_grants_the_compensation(story, desk, number)
    _the_outcome_is_told_and_the_call_noted(story, desk)
    _the_complaint_is_closed_and_rated(story, desk, portal)

    # Every letter once: received, asked, back, the answer, taken in, given, the outcome, done.
    texts = [post.text for post in customer.letters()]
    assert len(texts) == len(set(texts)) == 8, "\n---\n".join(texts)


def _a_customer_mails_and_is_acknowledged(story: Story) -> tuple[Page, str]:
    """With number, promise and a way to follow it; returns the customer's page of the case, and its number."""
    words = story.words
    story.customer.write(words.mail[1], subject=words.mail[0])
    received = story.customer.finds(words.received)
    portal = story.phone()
    portal.goto(received.link)
    expect(portal.locator("h1")).to_have_text(words.mail[0])
    expect(portal.locator(".po-said.is-mine .po-text")).to_have_text(words.mail[1])
    number = portal.locator(".po-facts .lt-num").inner_text()
    assert number in received.text
    expect(portal.locator(".po-promise")).to_be_visible()
    return portal, number


def _the_desk_asks_logistics(story: Story, portal: Page) -> Desk:
    """A work order goes out at the desk; the customer hears of it without asking."""
    words = story.words
    agent = story.sign_in(words.agent, is_ready=True, language=words.language)
    expect(agent.offer).to_contain_text(words.customer[0])
    agent.accept_by_enter()
    desk = Desk(agent)
    expect(agent.customer_words).to_have_text([words.mail[1]])
    desk.ask_department(words.department, subject=words.question[0], question=words.question[1])
    story.customer.finds(words.asked_news)
    portal.reload()
    expect(portal.locator(".po-elsewhere")).to_contain_text(words.asked_news[-6:])
    expect(portal.locator(".po-elsewhere time")).to_be_visible()
    return desk


def _logistics_asks_back_and_answers(story: Story, desk: Desk) -> None:
    """By the link in its letter, on the phone, without an account: first a question, then the answer."""
    words, light, order = story.words, story.phone(), desk.orders
    light.goto(story.logistics.finds(words.question[1], since=story.letters_before).link)
    expect(light.locator("h1")).to_have_text(words.question[0])
    light.locator("input[name=name]").fill("薛莲")
    light.locator("textarea[name=text]").fill(words.back)
    light.locator("button[value=ask_back]").click()
    expect(light.locator(".wo-word")).to_have_count(2)
    expect(order).to_contain_text(words.back)
    order.locator("textarea[name=text]").fill(words.more)
    order.locator(".wo-reply button").click()
    expect(order.locator(".wo-word")).to_have_count(3)
    light.reload()
    expect(light.locator(".wo-word").last).to_contain_text(words.more)
    light.locator("textarea[name=text]").fill(words.found)
    light.locator("button[value=answer]").click()
    expect(light.locator(".wo-answer")).to_have_count(0)
    expect(order).to_contain_text(words.found)
    story.customer.finds(words.answered_news)


def _the_customer_complains_by_answering(story: Story, desk: Desk) -> None:
    """The complaint is filed and classified, and the customer hears that too."""
    words, customer = story.words, story.customer
    desk.write_letter(words.answer)
    answered = customer.finds(words.answer)
    customer.write(words.complaint, subject=f"Re: {answered.subject}", answers=answered)
    expect(desk.staff.customer_words).to_have_text([words.mail[1], words.complaint])
    desk.make_it_a_complaint()
    customer.finds(words.complaint_news)
    classes = desk.dialog("定级分类|Classify", tab="complaint")
    classes.locator("[name=category]").select_option(label="\u3000" + words.category)
    classes.locator("[name=product]").fill("HY-W600")
    desk.send(classes)
    expect(desk.complaint).to_contain_text(words.category)


def _a_leader_grants_the_compensation(story: Story, desk: Desk, number: str) -> None:
    """Above the agent's limit it waits for somebody whose limit covers it."""
    words = story.words
    proposal = desk.dialog("^补偿$|^Compensate$", tab="complaint")
    proposal.locator("[name=item]").select_option(label=words.compensation)
    proposal.locator("[name=amount]").fill("300")
    proposal.locator("[name=reason]").fill(words.reason)
    desk.send(proposal)
    expect(desk.complaint).to_contain_text(words.waiting)
    leader = story.sign_in("heyining", language=words.language)
    leader.open("/complaints/")
    leader.page.locator(".cp-waiting a", has_text=number).click()
    approval = Desk(leader).dialog("^审批$|^Decide$", tab="complaint")
    Desk(leader).send(approval)
    given = desk.complaint.locator(".desk-side-list button", has_text="登记已发放").or_(
        desk.complaint.get_by_role("button", name="Note as given")
    )
    given.click()
    story.customer.finds(words.given_news)


def _the_outcome_is_told_and_the_call_noted(story: Story, desk: Desk) -> None:
    words = story.words
    outcome = desk.dialog("^答复$|^Answer$", tab="complaint")
    outcome.locator("[name=text]").fill(words.outcome)
    desk.send(outcome)
    story.customer.finds(words.outcome)
    call = desk.dialog("登记回访|Note the call", tab="complaint")
    call.locator("label:has([name=answer-satisfied][value='5'])").click()
    call.locator("label:has([name=answer-kept][value=yes])").click()
    call.locator("[name=answer-comment]").fill(words.rating)
    desk.send(call)
    expect(desk.complaint).to_contain_text(words.satisfied)


def _the_complaint_is_closed_and_rated(story: Story, desk: Desk, portal: Page) -> None:
    """With cause and responsibility; the customer is told, and rates."""
    words = story.words
    closing = desk.dialog("投诉结案|Close the complaint", tab="complaint")
    closing.locator("[name=cause]").select_option(label=words.cause)
    closing.locator("[name=responsibility]").select_option(label=words.responsibility)
    closing.locator("[name=conclusion]").fill(words.conclusion)
    desk.send(closing)
    expect(desk.page.locator("#desk-head")).to_have_attribute("data-state", "closed")
    expect(desk.complaint).to_contain_text(words.conclusion)
    portal.goto(story.customer.finds(words.done).link)
    portal.locator('label:has([name=answer-score][value="5"])').click()
    portal.locator('label:has([name=answer-solved][value="yes"])').click()
    portal.locator("[name=answer-comment]").fill(words.rating)
    portal.locator(".po-form .btn-primary").click()
    expect(portal.locator("body")).to_contain_text(words.thanks)
    expect(portal.locator("[name=answer-score]")).to_have_count(0)
