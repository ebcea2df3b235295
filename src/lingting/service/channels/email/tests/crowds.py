"""Many mails of every kind: plain, HTML, Chinese in disguise, files, answers, each with an identifier of its own."""

from __future__ import annotations

import base64
import contextlib
import random
import smtplib
import threading
import time
from collections.abc import Callable, Iterator

_SENTENCES = (
    "您好，我的净水器滤芯多久换一次？家里有小孩，想换得勤一点。", "订单已经三天没有更新物流，麻烦帮忙查询一下，谢谢。",
    "发票抬头写错了，可以重新开一张吗？", "请问退款什么时候能到账？", "Hello, where is my parcel? It was due on Monday.",
)  # fmt: skip
_FILE = base64.encodebytes(b"%PDF-1.4\n" + bytes(range(256)) * 8).decode()


def mails(count: int, *, seed: int, to: str, with_files: bool = True) -> Iterator[tuple[str, bytes]]:
    """Identifiers and bytes; the same for the same seed."""
    chance = random.Random(seed)
    for number in range(count):
        identifier = f"m{number}.{seed}@customer.example"
        sender = f"客户{number % 1500} <c{number % 1500}.{seed}@customer.example>"
        yield identifier, _mail(chance, number, identifier=identifier, sender=sender, to=to, with_files=with_files)


def _mail(chance: random.Random, number: int, *, identifier: str, sender: str, to: str, with_files: bool) -> bytes:
    text = "\r\n\r\n".join(chance.choice(_SENTENCES) for _line in range(chance.randint(1, 5))) + f"\r\n{number}\r\n"
    head = (
        f"From: {sender}\r\nTo: {to}\r\nSubject: {chance.choice(_SENTENCES)[:12]} {number}\r\nMessage-ID: <{identifier}>\r\n"
        "Date: Tue, 17 Nov 2026 10:00:00 +0800\r\nMIME-Version: 1.0\r\n"
    ).encode()
    kind = chance.random()
    if kind < 0.4:
        return head + b"Content-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: 8bit\r\n\r\n" + text.encode()
    if kind < 0.6:
        body = text.encode("gb18030")
        return (
            head
            + b"Content-Type: text/plain; charset=gb2312\r\nContent-Transfer-Encoding: base64\r\n\r\n"
            + base64.encodebytes(body)
        )
    plain = f"--b\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: 8bit\r\n\r\n{text}\r\n"
    if kind < 0.95 or not with_files:
        html = (
            f"--b\r\nContent-Type: text/html; charset=utf-8\r\nContent-Transfer-Encoding: 8bit\r\n\r\n<p>{text}</p>\r\n--b--\r\n"
        )
        return head + b"Content-Type: multipart/alternative; boundary=b\r\n\r\n" + (plain + html).encode()
    file = (
        f'--b\r\nContent-Type: application/pdf; name="a{number}.pdf"\r\nContent-Disposition: attachment\r\n'
        f"Content-Transfer-Encoding: base64\r\n\r\n{_FILE}\r\n--b--\r\n"
    )
    return head + b"Content-Type: multipart/mixed; boundary=b\r\n\r\n" + (plain + file).encode()


def hand_over(letters: list[bytes], *, port: int, to: str, at_once: int = 3, is_over: Callable[[], bool] = lambda: False) -> int:
    """Hands mails to the LMTP server as a mail server does: again and again until each was accepted; returns how many were."""
    line = iter(letters)
    guard, accepted = threading.Lock(), [0]

    def carry() -> None:
        client: smtplib.LMTP | None = None
        while not is_over():
            with guard:
                content = next(line, None)
            if content is None:
                break
            client = _until_taken(client, content, port=port, to=to)
            with guard:
                accepted[0] += 1
        if client is not None:
            with contextlib.suppress(OSError, smtplib.SMTPException):
                client.quit()

    threads = [threading.Thread(target=carry) for _number in range(at_once)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return accepted[0]


def _until_taken(client: smtplib.LMTP | None, content: bytes, *, port: int, to: str) -> smtplib.LMTP:
    while True:
        try:
            client = client or smtplib.LMTP("127.0.0.1", port, timeout=10)
            client.sendmail("c@customer.example", [to], content)
            return client
        except (OSError, smtplib.SMTPException):
            if client is not None:
                client.close()
            client = None
            time.sleep(0.05)
