"""What is asked, what counts, what is wrong, and that published versions stay as they are."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from decimal import Decimal
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.utils import translation
from hypothesis import given, settings
from hypothesis import strategies as st

from lingting.kernel.questionnaires.checking import problems_of
from lingting.kernel.questionnaires.definitions import Unreadable, as_document, from_document
from lingting.kernel.questionnaires.differences import differences
from lingting.kernel.questionnaires.models import Item, Questionnaire, Version
from lingting.kernel.questionnaires.scoring import score_of
from lingting.kernel.questionnaires.services import (
    Condition,
    Frozen,
    ItemDefinition,
    NotSound,
    QuestionnaireDefinition,
    SectionDefinition,
    change_draft,
    definition_of,
    discard_draft,
    import_questionnaire,
    new_questionnaire,
    publish,
    publish_draft,
    respond,
    start_draft,
)
from lingting.kernel.questionnaires.services.filling import sift
from lingting.kernel.questionnaires.showing import shown_keys
from lingting.kernel.timeline.events import Actor

CUSTOMER = Actor("customer", 7, "客户")
OPTIONS = {
    "options": [{"key": "slow", "zh": "慢", "en": "slow", "points": 0}, {"key": "kind", "zh": "好", "en": "kind", "points": 2}]
}
SOLVED = ItemDefinition(key="solved", kind="yes_no", text_zh="解决了吗", text_en="Solved?", weight=Decimal(1), is_required=True)
WHY = ItemDefinition(
    key="why", kind="choice", text_zh="原因", text_en="Why?", settings=OPTIONS, weight=Decimal(3), is_required=True,
    show_if=(Condition(item="solved", op="is", value="no"),),
)  # fmt: skip
WORDS = ItemDefinition(
    key="words", kind="text", text_zh="说说", text_en="Words", show_if=(Condition(item="why", op="answered"),), is_required=True
)


def form(*items: ItemDefinition, pass_share: Decimal | None = None) -> QuestionnaireDefinition:
    section = SectionDefinition(name_zh="一", name_en="One", items=items)
    return QuestionnaireDefinition(key="check", name_zh="检查", name_en="Check", sections=(section,), pass_share=pass_share)


@pytest.mark.django_db
def test_hidden_items_are_neither_required_nor_scored(now: datetime) -> None:
    version = publish(form(SOLVED, WHY, WORDS), now=now)
    answers = {"solved": True, "why": "slow", "words": "x"}
    response = respond(version, answers=answers, respondent=CUSTOMER, subject_type="x.y", subject_id=1, now=now)
    assert response.score == 1 and [answer.item.key for answer in response.answers.all()] == ["solved"]
    shown = sift(list(Item.objects.order_by("order")), {"solved": False})
    assert set(shown.problems) == {"why"} and shown.shown == {"solved", "why"}


@pytest.mark.parametrize(
    ("op", "value", "answer", "is_shown"),
    [
        ("is", "3", 3, True), ("is", "3.0", 3, True), ("is_not", "3", 4, True), ("is_not", "3", None, False),
        ("at_least", "3", 3, True), ("at_least", "3", 2, False), ("at_most", "3", 3, True), ("at_most", "3", "many", False),
        ("answered", "", 1, True), ("answered", "", "", False), ("unanswered", "", None, True), ("unanswered", "", 0, False),
        ("is", "yes", True, True), ("is", "no", True, False), ("is", "b", ["a", "b"], True), ("is_not", "b", ["a", "b"], False),
    ],
)  # fmt: skip
def test_conditions(op: str, value: str, answer: Any, is_shown: bool) -> None:
    first = ItemDefinition(key="first", kind="number", text_zh="数")
    second = ItemDefinition(key="second", kind="text", text_zh="字", show_if=(Condition(item="first", op=op, value=value),))
    assert ("second" in shown_keys([first, second], {"first": answer})) is is_shown


WRONG = [
    (form(), "no questions"),
    (form(replace(SOLVED, weight=Decimal(0)), pass_share=Decimal("0.8")), "no question has a weight"),
    (form(SOLVED, SOLVED), "used twice"),
    (form(replace(WHY, settings={"options": []}, show_if=())), "no options"),
    (form(replace(WHY, show_if=(Condition(item="solved", op="is", value="no"),)), SOLVED), "asked later"),
    (form(replace(WHY, show_if=(Condition(item="gone", op="answered"),))), "not there"),
    (form(SOLVED, replace(WHY, show_if=(Condition(item="solved", op="at_least", value="1"),))), "cannot be compared"),
    (form(SOLVED, replace(WHY, show_if=(Condition(item="solved", op="is", value="maybe"),))), "never be answered"),
    (form(replace(SOLVED, text_zh="")), "Chinese text is missing"),
    (form(replace(SOLVED, key="So Lved")), "small letters"),
    (form(replace(SOLVED, kind="scale", settings={"low": 5, "high": 1})), "from 2 to"),
    (form(replace(SOLVED, kind="text")), "has no score"),
    (form(replace(WORDS, show_if=(), weight=Decimal(-1))), "0 or more"),
    (form(replace(SOLVED, kind="number")), "lowest and a highest"),
    (form(SOLVED, pass_share=Decimal("1.2")), "pass mark"),
]


@pytest.mark.parametrize(("written", "sentence"), WRONG)
def test_problems_are_named(written: QuestionnaireDefinition, sentence: str) -> None:
    with translation.override("en"):
        found = [problem for problem in problems_of(written) if not problem.is_hint]
    assert any(sentence in problem.sentence for problem in found), found


def test_a_missing_translation_is_marked_and_stops_nothing() -> None:
    found = problems_of(form(replace(SOLVED, text_en="")))
    assert [problem.is_hint for problem in found] == [True] and found[0].place == (0, 0)
    assert not problems_of(form(SOLVED, WHY, WORDS, pass_share=Decimal("0.8")))


@pytest.mark.django_db
def test_a_published_version_is_frozen_by_the_database(now: datetime) -> None:
    version = publish(form(SOLVED), now=now)
    item = Item.objects.get()
    for act in (
        lambda: Item.objects.filter(pk=item.pk).update(text_zh="x"),
        lambda: Item.objects.filter(pk=item.pk).delete(),
        lambda: Item.objects.create(section=item.section, key="more", kind="text", text_zh="x", order=9),
        lambda: Version.objects.filter(pk=version.pk).update(published_at=None),
        lambda: Version.objects.filter(pk=version.pk).delete(),
    ):
        with pytest.raises(IntegrityError), transaction.atomic():
            act()
    with pytest.raises(Frozen):
        change_draft(version.pk, lambda document: document.clear())


@pytest.mark.django_db
def test_a_draft_is_written_checked_published_and_started_again(now: datetime) -> None:
    draft = new_questionnaire(name_zh="回访", name_en="Call back")
    assert draft.questionnaire.key == "call-back"
    with pytest.raises(NotSound):
        publish_draft(draft.pk, now=now)

    def add(document: dict[str, Any]) -> None:
        document["sections"][0]["items"] = as_document(form(SOLVED, WHY))["sections"][0]["items"]

    change_draft(draft.pk, add)
    version = publish_draft(draft.pk, note="首版", now=now)
    assert version.draft is None and Item.objects.filter(section__version=version).count() == 2
    following = start_draft(version.questionnaire)
    assert following.number == 2 and start_draft(version.questionnaire) == following
    assert definition_of(following) == definition_of(version)
    change_draft(following.pk, lambda document: document["sections"][0]["items"].pop())
    changes = differences(definition_of(version), definition_of(Version.objects.get(pk=following.pk)))
    assert [(change.what, change.title) for change in changes] == [("removed", "原因")]
    publish(replace(definition_of(version), name_zh="新名"), now=now)
    assert Version.objects.filter(draft__isnull=False).get() == following, "a version published by code leaves the draft alone"
    discard_draft(following.pk)
    assert Questionnaire.objects.get().versions.count() == 2


@pytest.mark.django_db
def test_import_makes_a_draft_of_the_known_or_of_a_new_one(now: datetime) -> None:
    publish(form(SOLVED), now=now)
    draft = import_questionnaire(as_document(form(SOLVED, WHY)))
    assert draft.number == 2 and [item.key for item in definition_of(draft).items] == ["solved", "why"]
    other = import_questionnaire(as_document(replace(form(WORDS), key="")))
    assert other.questionnaire.key == "check-2" and other.number == 1
    for wrong in ([], {"sections": 3}, {"sections": [{"items": [{"key": 5}]}]}, {"pass_share": "much"}, {"name_zh": "x\x00"}):
        with pytest.raises(Unreadable):
            import_questionnaire(wrong)


KEYS = ("a", "b", "c", "d", "e")


@st.composite
def definitions(draw: st.DrawFn) -> QuestionnaireDefinition:
    """Sound and unsound forms: kinds, weights and conditions in any mixture."""
    texts = st.text(st.characters(exclude_categories=("Cs", "Cc")), max_size=12)
    weights = st.decimals("0", "9", places=2)
    options = st.lists(
        st.fixed_dictionaries({"key": st.sampled_from(("x", "y", "z")), "zh": texts, "en": texts, "points": st.integers(-2, 5)}),
        max_size=3, unique_by=lambda option: option["key"],
    )  # fmt: skip
    items = []
    for key in draw(st.lists(st.sampled_from(KEYS), unique=True, max_size=5)):
        kind = draw(st.sampled_from(("scale", "number", "choice", "choices", "yes_no", "text")))
        bounds = {"low": draw(st.integers(-3, 3)), "high": draw(st.integers(-3, 8))}
        given_settings = (
            {"options": draw(options)} if kind in ("choice", "choices") else bounds if kind in ("scale", "number") else {}
        )
        conditions = st.builds(
            Condition, item=st.sampled_from(KEYS), value=st.sampled_from(("yes", "no", "x", "2", "")),
            op=st.sampled_from(("is", "is_not", "at_least", "at_most", "answered", "unanswered")),
        )  # fmt: skip
        items.append(
            ItemDefinition(
                key=key, kind=kind, text_zh=draw(texts), text_en=draw(texts), settings=given_settings, weight=draw(weights),
                is_required=draw(st.booleans()), is_critical=draw(st.booleans()),
                show_if=tuple(draw(st.lists(conditions, max_size=2))),
            )
        )  # fmt: skip
    return form(*items, pass_share=draw(st.none() | st.decimals("0", "1", places=3)))


ANSWERS = st.dictionaries(
    st.sampled_from(KEYS),
    st.integers(-5, 9) | st.booleans() | st.sampled_from(("x", "y", "z", "q")) | st.floats()
    | st.lists(st.sampled_from(("x", "y", "z")), max_size=4),
)  # fmt: skip


@settings(max_examples=150, deadline=None)
@given(definitions())
def test_what_was_exported_comes_in_unchanged(written: QuestionnaireDefinition) -> None:
    assert from_document(as_document(written)) == written
    problems_of(written)


@settings(max_examples=250, deadline=None)
@given(definitions(), ANSWERS)
def test_scores_lie_between_0_and_1_and_hidden_items_never_count(
    written: QuestionnaireDefinition, answers: dict[str, Any]
) -> None:
    items = list(written.items)
    sifted = sift(items, answers)
    score = score_of(sifted.good)
    assert score.share is None or 0 <= score.share <= 1
    assert {item.key for item, _value in sifted.good} <= sifted.shown
    good = {item.key: value for item, value in sifted.good}
    assert shown_keys(items, good) == sifted.shown
    hidden = {item.key for item in items} - sifted.shown
    assert not hidden & set(sifted.problems)
    without = {key: value for key, value in answers.items() if key not in hidden}
    assert score_of(sift(items, without).good) == score
