"""Articles, replies, customers and dialogues are complete and agree with the company's own figures."""

from __future__ import annotations

import re
from collections import Counter
from datetime import date, timedelta

import pytest

from lingting.demo import content
from lingting.demo.content.records import (
    Article,
    Audience,
    Dialogue,
    Ending,
    Language,
    Speaker,
    Tier,
)
from lingting.demo.content.tests.catalogue import HAN, all_text, logins, models, queue_keys

MODEL = re.compile(r"HY-[A-Z]+\d+")
WORD = re.compile(r"[A-Za-z0-9'’]+")
VARIABLE = re.compile(r"{{\s*([^}]*?)\s*}}")
PHONE = re.compile(r"(?<!\d)1[3-9]\d{9}(?!\d)")
OUTBOUND = {"follow_up", "proactive_care", "market_survey", "telesales", "booking"}


def test_there_are_at_least_sixty_articles_and_every_subject_has_a_chinese_one() -> None:
    articles = content.articles()
    chinese = {article.key for article in articles if article.language is Language.CHINESE}
    english = {article.key for article in articles if article.language is Language.ENGLISH}

    assert len(articles) >= 60
    assert len(english) >= 20
    assert english <= chinese
    assert len({(article.key, article.language) for article in articles}) == len(articles)


def test_translations_agree_on_shelf_and_audience() -> None:
    chinese = {article.key: article for article in content.articles() if article.language is Language.CHINESE}

    for article in content.articles():
        assert article.category == chinese[article.key].category, article.key
        assert article.audience is chinese[article.key].audience, article.key


def test_every_shelf_holds_articles_and_only_the_internal_shelf_is_internal() -> None:
    categories = {category.key for category in content.article_categories()}

    assert {article.category for article in content.articles()} == categories
    for article in content.articles():
        assert (article.audience is Audience.INTERNAL) == (article.category == "internal"), article.key


@pytest.mark.parametrize("article", content.articles(), ids=lambda article: f"{article.key}.{article.language}")
def test_an_article_is_long_enough_to_help_and_short_enough_to_read(article: Article) -> None:
    if article.language is Language.CHINESE:
        assert 150 <= len(HAN.findall(article.body)) <= 450
    else:
        assert 120 <= len(WORD.findall(article.body)) <= 300
        assert not HAN.search(article.body)
    assert len(article.keywords) >= 3
    assert not article.body.startswith("#")


def test_warranty_tables_say_what_the_products_say() -> None:
    for article in (item for item in content.articles() if item.key == "warranty-periods"):
        for product in content.company().products:
            row = next(line for line in article.body.splitlines() if line.startswith("|") and product.model in line)
            months = re.search(r"(\d+) ?(?:个月|months)", row)
            assert (int(months[1]) if months else 0) == product.warranty_months, product.model


def test_prices_named_beside_a_filter_are_the_catalogue_prices() -> None:
    prices = {product.model: int(product.price) for product in content.company().products}
    named = re.compile(r"(HY-(?:WF1|WF2|WF3|AF5))[，, ]*(\d{3})(?= 元| yuan)")
    found = [match for _, text in all_text() for match in named.finditer(text)]

    assert found
    for match in found:
        assert int(match[2]) == prices[match[1]], match[0]


def test_thirty_canned_replies_use_known_queues_and_variables_in_both_languages() -> None:
    replies = content.canned_replies()

    assert len(replies) == len({reply.shortcut for reply in replies}) == 30
    used: set[str] = set()
    for reply in replies:
        assert re.fullmatch(r"[a-z0-9-]+", reply.shortcut)
        assert set(reply.queues) <= queue_keys(), reply.shortcut
        assert HAN.search(reply.text.zh) and not HAN.search(reply.text.en), reply.shortcut
        chinese, english = (set(VARIABLE.findall(text)) for text in (reply.text.zh, reply.text.en))
        assert chinese == english <= content.CANNED_VARIABLES, reply.shortcut
        used |= chinese
    assert used == content.CANNED_VARIABLES


def test_sixty_customers_with_fictional_contact_points_and_real_products() -> None:
    customers = content.customers()
    domains = set(content.customer_pools().email_domains)

    assert len(customers) == 60
    assert len({customer.key for customer in customers}) == len({customer.phone for customer in customers}) == 60
    for customer in customers:
        assert re.fullmatch(r"1380000\d{4}", customer.phone), customer.key
        assert customer.email.split("@")[1] in domains, customer.key
        assert set(customer.products) <= models(), customer.key
        assert customer.note and customer.needs, customer.key
    assert {customer.tier for customer in customers} == set(Tier)
    assert 0.08 <= sum(customer.language is Language.ENGLISH for customer in customers) / 60 <= 0.15


def test_pools_are_wide_enough_for_hundreds_of_different_customers() -> None:
    pools = content.customer_pools()

    assert len(set(pools.surnames)) * len(set(pools.given_names)) > 5000
    assert len({city.name.zh for city in pools.cities}) >= 20
    assert all(city.districts and city.weight > 0 for city in pools.cities)
    assert sum(pools.tier_shares.values()) == pytest.approx(1.0)
    assert set(pools.tier_shares) == {tier.value for tier in Tier}


def test_there_are_ninety_dialogues_over_all_queues_types_endings_and_ratings() -> None:
    dialogues = content.dialogues()
    languages = Counter(dialogue.language for dialogue in dialogues)

    assert len(dialogues) == len({dialogue.key for dialogue in dialogues}) >= 90
    assert languages[Language.CHINESE] >= 65
    assert languages[Language.ENGLISH] >= 20
    assert {dialogue.queue for dialogue in dialogues} == queue_keys()
    assert {dialogue.contact_type for dialogue in dialogues} == {item.key for item in content.contact_types()}
    assert {dialogue.ending for dialogue in dialogues} == set(Ending)
    assert {dialogue.rating for dialogue in dialogues} == {0, 1, 2, 3, 4, 5}


@pytest.mark.parametrize("dialogue", content.dialogues(), ids=lambda dialogue: dialogue.key)
def test_a_dialogue_reads_like_a_chat(dialogue: Dialogue) -> None:
    speakers = [turn.speaker for turn in dialogue.turns]

    if dialogue.ending is Ending.ABANDONED:
        assert set(speakers) == {Speaker.CUSTOMER}
        assert dialogue.rating == 0
    else:
        assert 4 <= len(dialogue.turns) <= 14
        assert set(speakers) == set(Speaker)
    if speakers[0] is Speaker.AGENT:
        assert dialogue.contact_type in OUTBOUND
    assert all(turn.text or turn.attachment for turn in dialogue.turns)
    assert all(turn.after_seconds > 0 for turn in dialogue.turns[1:])
    assert (dialogue.queue == "english") == (dialogue.language is Language.ENGLISH)


@pytest.mark.parametrize("dialogue", content.dialogues(), ids=lambda dialogue: dialogue.key)
def test_a_dialogue_names_existing_customers_products_and_variables(dialogue: Dialogue) -> None:
    text = " ".join([dialogue.subject, dialogue.note, *(turn.text for turn in dialogue.turns)])

    assert not dialogue.customer or dialogue.customer in {customer.key for customer in content.customers()}
    assert not dialogue.agent or dialogue.agent in logins()
    assert set(dialogue.products) <= models()
    assert set(VARIABLE.findall(text)) <= content.DIALOGUE_VARIABLES


@pytest.mark.parametrize("dialogue", content.dialogues(), ids=lambda dialogue: dialogue.key)
def test_a_dialogue_begins_when_its_queue_is_open_unless_a_contact_was_left(dialogue: Dialogue) -> None:
    queue = next(item for item in content.queue_plan().queues if item.key == dialogue.queue)
    opening, closing = queue.hours[0].opens.hour, queue.hours[0].closes.hour
    is_open = [queue.is_always_open or opening <= hour < closing for hour in dialogue.hours]

    assert all(0 <= hour < 24 for hour in dialogue.hours)
    assert not any(is_open) if dialogue.ending is Ending.CONTACT_LEFT else all(is_open)
    assert dialogue.hours or dialogue.ending is not Ending.CONTACT_LEFT
    assert set(dialogue.special_kinds) <= {special.kind for special in content.patterns().special_days}


def test_the_named_agent_of_a_dialogue_has_the_skills_of_its_queue() -> None:
    organisation = content.organisation()
    queues = {queue.key: queue for queue in content.queue_plan().queues}

    for dialogue in (item for item in content.dialogues() if item.agent):
        skills = organisation.person(dialogue.agent).skills
        relaxed = {step.skill: step.level for step in queues[dialogue.queue].relaxations}
        for need in queues[dialogue.queue].skills:
            assert skills.get(need.skill, 0) >= min(need.level, relaxed.get(need.skill, need.level)), dialogue.key


def test_the_mood_fits_the_rating() -> None:
    for dialogue in content.dialogues():
        assert not (dialogue.rating in {1, 2} and dialogue.sentiment == "positive"), dialogue.key
        assert not (dialogue.rating == 5 and dialogue.sentiment == "negative"), dialogue.key


def test_patterns_cover_sixty_days_of_every_queue() -> None:
    patterns = content.patterns()

    assert (patterns.last_date - patterns.first_date) + timedelta(days=1) == timedelta(days=60)
    assert {pattern.queue for pattern in patterns.queues} == queue_keys()
    for pattern in patterns.queues:
        assert len(pattern.intraday) == 24
        assert sum(pattern.intraday) == pytest.approx(1.0, abs=1e-6)
        assert len(pattern.weekdays) == 7
        assert sum(pattern.weekdays) == pytest.approx(7.0, abs=1e-6)


def test_history_holds_a_promotion_spike_and_an_outage() -> None:
    patterns = content.patterns()
    kinds = {special.day: special.kind for special in patterns.special_days}

    assert kinds[date(2026, 11, 11)] == "promotion"
    assert "outage" in kinds.values()
    for special in patterns.special_days:
        assert patterns.first_date <= special.day <= patterns.last_date
        assert "all" in special.factors
        assert set(special.factors) <= queue_keys() | {"all"}


def test_closed_queues_receive_almost_nothing_at_night() -> None:
    for pattern in content.patterns().queues:
        night = sum(pattern.intraday[:7])
        assert night > 0.04 if pattern.queue == "support" else night < 0.02, pattern.queue
