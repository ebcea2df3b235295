"""What search finds: any part of Chinese, of a number, of an address, in either writing."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lingting.science.language import fold, index_tokens, normalise, query_terms, simplify

quick = settings(max_examples=100, deadline=None)


def finds(question: str, *, text: str) -> bool:
    """What PostgreSQL does with the phrases over the positions."""
    tokens = index_tokens(text)
    phrases = query_terms(question)
    return bool(phrases) and all(_occurs(phrase, tokens) for phrase in phrases)


def _occurs(phrase: tuple[str, ...], tokens: list[str]) -> bool:
    return any(
        all(_fits(term, token) for term, token in zip(phrase, tokens[start:], strict=False))
        for start in range(len(tokens) - len(phrase) + 1)
    )


def _fits(term: str, token: str) -> bool:
    return token.startswith(term[:-1]) if term.endswith("*") else token == term


def test_chinese_is_cut_into_overlapping_pairs() -> None:
    assert index_tokens("我要退款") == ["我要", "要退", "退款", "款"]
    assert query_terms("退款") == [("退款",)]
    assert query_terms("退") == [("退*",)]


def test_letters_are_words_without_case_width_accent_or_plural() -> None:
    assert index_tokens("Ｃａｆé BATTERIES boxes status") == ["cafe", "battery", "box", "status"]


def test_white_space_separates_phrases_and_the_last_word_is_open() -> None:
    assert query_terms("late 退款 refu") == [("late",), ("退款",), ("refu*",)]
    assert query_terms("refu", is_last_open=False) == [("refu",)]


def test_addresses_stay_one_phrase_of_their_parts() -> None:
    assert query_terms("Li.Na@example.com") == [("li", "na", "example", "com*")]
    assert finds("example.com", text="mail li.na@example.com today")
    assert not finds("na@example.org", text="mail li.na@example.com today")


@pytest.mark.parametrize("question", ["13800138000", "138-0013-8000", "8000", "0013 8000", "80", "138 0013", "+86 138 0013 8000"])
@pytest.mark.parametrize("text", ["+86 138 0013 8000", "电话:+86-138-0013-8000。", "86138００１３8000"])
def test_a_telephone_number_is_found_by_any_part_in_any_grouping(question: str, text: str) -> None:
    assert finds(question, text=text)


@pytest.mark.parametrize(
    ("question", "text"),
    [
        ("1299", "total ¥1,299.00"),
        ("2026-11", "on 2026-11-21"),
        ("11/21", "on 2026/11/21"),
        ("SF-2024", "parcel SF-2024-0088 lost"),
        ("sf2024", "parcel SF2024088"),
        ("iphone 15", "iPhone15 Pro 坏了"),
        ("iphone15pro", "iPhone 15 Pro"),
        ("訂單退款", "订单退款什么时候到"),
        ("什么时候", "什麼時候到賬"),
        ("ﾃﾞｰﾀ", "データがない"),
        ("환불", "환불하고 싶어요"),
        ("address", "two addresses"),
        ("jame", "James"),
    ],
)
def test_a_customer_service_question_is_found(question: str, text: str) -> None:
    assert finds(question, text=text)


@pytest.mark.parametrize(
    ("question", "text"),
    [("退货", "退款发货"), ("12345", "123 45x"), ("款退", "退款"), ("", "退款"), ("?!", "退款?!")],
)
def test_what_is_not_there_is_not_found(question: str, text: str) -> None:
    assert not finds(question, text=text)


@quick
@given(text=st.text(alphabet="退款货订单編號発ア한글", min_size=1, max_size=12), data=st.data())
def test_every_part_of_a_chinese_run_is_found(text: str, data: st.DataObject) -> None:
    start = data.draw(st.integers(0, len(text) - 1))
    end = data.draw(st.integers(start + 1, len(text)))
    assert finds(text[start:end], text="前缀" + text)


@quick
@given(number=st.from_regex(r"[0-9]{2,6}([-./][0-9]{1,5}){0,3}", fullmatch=True), data=st.data())
def test_every_part_of_a_number_is_found(number: str, data: st.DataObject) -> None:
    start = data.draw(st.integers(0, len(number) - 1))
    end = data.draw(st.integers(start + 1, len(number)))
    part = number[start:end].strip("-./")
    assert not part or finds(part, text=f"order {number} lost")


@quick
@given(text=st.text(alphabet="ab Zé退款貨12,.-@/_'’ ﾃﾞ한\u3000\u200b", max_size=30))
def test_a_text_is_found_by_itself(text: str) -> None:
    assert finds(text, text=text) or not query_terms(text)


@quick
@given(text=st.text(max_size=60))
def test_tokens_are_clean_for_any_input(text: str) -> None:
    for token in index_tokens(text):
        assert token
        assert len(token) <= 64
        assert not any(character.isspace() or character in "*\x00" for character in token)
    for phrase in query_terms(text):
        assert phrase
        assert all("*" not in term[:-1] for term in phrase)


@quick
@given(text=st.text(max_size=60))
def test_folding_twice_is_folding_once(text: str) -> None:
    assert fold(fold(text)) == fold(text)
    assert normalise(normalise(text)) == normalise(text)
    assert simplify(simplify(text)) == simplify(text)


def test_normalising_keeps_case_and_the_kind_of_chinese() -> None:
    assert normalise("  ＡＢＣ\u200b　訂單\n１２３ ") == "ABC 訂單 123"
    assert simplify("訂單ABC 裡") == "订单ABC 里"
