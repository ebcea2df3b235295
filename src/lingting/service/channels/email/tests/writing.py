"""Mails for tests, written by hand: only what a test is about needs to be said."""

from __future__ import annotations

from itertools import count

_numbers = count(1)


def mail(
    text: str = "您好，我的包裹还没有到。",
    *,
    sender: str = "李雷 <lilei@customer.example>",
    to: str = "support@centre.example",
    subject: str = "包裹在哪里",
    identifier: str = "",
    html: str = "",
    more: str = "",
    date: str = "Tue, 17 Nov 2026 09:58:00 +0800",
) -> bytes:
    """A mail in UTF-8; `more` are further header lines, each ended by a line break."""
    identifier = identifier or f"test-{next(_numbers)}@customer.example"
    head = (
        f"From: {sender}\r\nTo: {to}\r\nSubject: {subject}\r\nDate: {date}\r\nMessage-ID: <{identifier}>\r\n{more}"
        "MIME-Version: 1.0\r\n"
    )
    if html:
        body = (
            'Content-Type: multipart/alternative; boundary="b1"\r\n\r\n'
            f"--b1\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: 8bit\r\n\r\n{text}\r\n"
            f"--b1\r\nContent-Type: text/html; charset=utf-8\r\nContent-Transfer-Encoding: 8bit\r\n\r\n{html}\r\n--b1--\r\n"
        )
    else:
        body = f"Content-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: 8bit\r\n\r\n{text}\r\n"
    return (head + body).encode()
