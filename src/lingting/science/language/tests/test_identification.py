"""Which language a customer writes in."""

import pytest

from lingting.science.language import Language, identify_language


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("退款", "zh"),
        ("我的 iPhone 坏了", "zh"),
        ("鲜の每日怎么退", "zh"),
        ("你好", "zh"),
        ("我要退貨", "zh-Hant"),
        ("花唄扣款", "zh-Hant"),
        ("where is my refund?", "en"),
        ("please translate 退款 for me", "en"),
        ("OK", "en"),
        ("返品方法を教えてください", "ja"),
        ("営業時間", "ja"),
        ("환불하고 싶어요", "ko"),
        ("주문 iPhone 취소", "ko"),
        ("Bonjour, où est ma commande ?", "other"),
        ("donde esta mi pedido", "other"),
        ("Привет, где мой заказ", "other"),
        ("مرحبا", "other"),
        ("li.na@example.com", "other"),
        ("13800138000", "other"),
        ("👍", "other"),
        ("", "other"),
    ],
)
def test_the_language_of_short_texts(text: str, language: str) -> None:
    assert identify_language(text) == Language(language)
