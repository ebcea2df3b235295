"""What goes wrong with a server is kept as a code and said in the language of whoever reads it."""

from __future__ import annotations

import smtplib
import socket
import ssl

import pytest
from django.utils.translation import override
from imapclient.exceptions import LoginError

from lingting.kernel.notices.registry import text_of
from lingting.service.channels.email.troubles import Trouble, told, trouble_of


@pytest.mark.parametrize(
    ("error", "english", "chinese"),
    [
        (LoginError("no"), "refused the sign-in", "授权码"),
        (smtplib.SMTPAuthenticationError(535, b"bad"), "refused the sign-in", "授权码"),
        (ssl.SSLError("wrong version"), "does not speak TLS", "不支持这种加密方式"),
        (socket.gaierror("x"), "There is no server called", "找不到服务器"),
        (ConnectionRefusedError(), "Nothing answers at mail.example:993", "没有响应"),
        (TimeoutError(), "did not answer in time", "响应超时"),
        (smtplib.SMTPResponseException(451, b"later"), "mail.example said: later", "mail.example 答复：later"),
        (OSError("cut\toff"), "broke: cut off", "连接中断：cut off"),
    ],
)
def test_a_trouble_is_told_in_the_readers_language(error: Exception, english: str, chinese: str):
    stored = trouble_of(error, host="mail.example", port=993).stored()
    with override("en"):
        assert english in told(stored)
    with override("zh-hans"):
        assert chinese in told(stored)


def test_words_of_people_and_servers_stay_as_they_are():
    assert told("") == ""
    assert told("a@b.example: 550 5.1.1 unknown") == "a@b.example: 550 5.1.1 unknown"


def test_a_long_trouble_fits_its_column_and_is_still_told():
    stored = Trouble("said", "m" * 190, 993, "x" * 900).stored()
    assert len(stored) == 300
    with override("en"):
        assert told(stored).startswith("m" * 190 + " said: x")


def test_a_notice_says_a_trouble_in_the_language_of_its_reader():
    params = {"case": 7, "words": Trouble("unsure").stored()}
    with override("en"):
        assert text_of("email.unsure", params).startswith("Your letter in case #7: The connection broke")
    with override("zh-hans"):
        assert "The connection" not in text_of("email.unsure", params)
