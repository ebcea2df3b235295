"""What goes wrong with a server is kept as a code and said in the language of whoever reads it."""

from __future__ import annotations

import smtplib
import socket
import ssl

import pytest
from django.utils.translation import override
from imapclient.exceptions import CapabilityError, IMAPClientError, LoginError

from lingting.kernel.notices.registry import text_of
from lingting.service.channels.email.oauth import TokenRefused
from lingting.service.channels.email.troubles import Trouble, bounce_of, told, trouble_of
from lingting.service.desk.services.recording import FieldsMissing


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
        (LoginError("b'[PRIVACYREQUIRED] Plaintext disallowed'"), "over a protected connection", "加密连接"),
        (CapabilityError("Server does not support STARTTLS capability"), "offers no STARTTLS", "不提供 STARTTLS"),
        (smtplib.SMTPNotSupportedError("STARTTLS extension not supported by server."), "offers no STARTTLS", "不提供 STARTTLS"),
        (IMAPClientError("unexpected response: b'220 mx ESMTP'"), "Another kind of server", "别的服务"),
        (smtplib.SMTPConnectError(-1, b"* OK IMAP4rev1 ready"), "Another kind of server", "别的服务"),
        (smtplib.SMTPConnectError(421, b"busy"), "mail.example said: busy", "mail.example 答复：busy"),
        (OSError("cut\toff"), "broke: cut off", "连接中断：cut off"),
    ],
)
def test_a_trouble_is_told_in_the_readers_language(error: Exception, english: str, chinese: str):
    stored = trouble_of(error, host="mail.example", port=993).stored()
    with override("en"):
        assert english in told(stored)
    with override("zh-hans"):
        assert chinese in told(stored)


@pytest.mark.parametrize(
    ("said", "english", "chinese"),
    [
        ("5.1.1 unknown user", "This address does not exist (5.1.1 unknown user)", "此地址不存在（5.1.1 unknown user）"),
        ("550 5.2.2 over quota", "This mailbox is full", "对方邮箱已满"),
        ("550 5.7.1 spam", "does not want our letters", "对方拒收"),
        ("gone", "Our letter came back (gone)", "邮件被退回"),
        ("", "Our letter came back", "邮件被退回"),
    ],
)
def test_why_a_letter_came_back_is_told_in_the_readers_language(said: str, english: str, chinese: str):
    stored = bounce_of(said).stored()
    with override("en"):
        assert english in told(stored)
    with override("zh-hans"):
        assert chinese in told(stored)


def test_a_refusal_is_told_in_the_readers_language_whatever_it_was_said_in():
    with override("en"):
        stored = trouble_of(FieldsMissing("Fill in: order number"), host="", port=0).stored()
    with override("zh-hans"):
        assert "结案" in told(stored)
    refused = trouble_of(TokenRefused("…", reason="invalid_grant"), host="imap.example", port=993)
    with override("zh-hans"):
        assert "invalid_grant" in refused.words() and "OAuth" in refused.words() and "provider" not in refused.words()


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


def test_what_a_server_said_is_shown_without_the_marks_of_python():
    assert trouble_of(LoginError("b'[AUTHENTICATIONFAILED] No.'"), host="h", port=993).said == "[AUTHENTICATIONFAILED] No."
