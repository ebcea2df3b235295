"""Many mails of every kind: plain, HTML, Chinese in disguise, files, answers, each with an identifier of its own."""

from __future__ import annotations

import base64
import contextlib
import random
import re
import socket
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


def hand_over(
    letters: list[bytes],
    *,
    port: int,
    to: str,
    at_once: int = 3,
    is_over: Callable[[], bool] = lambda: False,
    accepted: list[int] | None = None,
) -> int:
    """Hands mails to the LMTP server as a mail server does: again and again until each was accepted; returns how many were.

    `accepted[0]` tells meanwhile how many it is by now.
    """
    line = iter([_stuffed(each) for each in letters])
    accepted = accepted if accepted is not None else [0]
    guard = threading.Lock()

    def carry() -> None:
        carrier: _Carrier | None = None
        while not is_over():
            with guard:
                content = next(line, None)
            if content is None:
                break
            carrier = _until_taken(carrier, content, port=port, to=to)
            with guard:
                accepted[0] += 1
        if carrier is not None:
            carrier.close()

    threads = [threading.Thread(target=carry) for _number in range(at_once)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return accepted[0]


class _NotTaken(Exception):
    """The server did not say yes."""


class _Carrier:
    """One connection to the LMTP server, with pipelined commands, as cheap as a mail server written in C."""

    def __init__(self, port: int) -> None:
        self._socket = socket.create_connection(("127.0.0.1", port), timeout=10)
        self._answers = self._socket.makefile("rb")
        self._expect(b"220")
        self._socket.sendall(b"LHLO bench\r\n")
        self._expect(b"250")

    def carry(self, content: bytes, *, to: str) -> None:
        self._socket.sendall(f"MAIL FROM:<c@customer.example>\r\nRCPT TO:<{to}>\r\nDATA\r\n".encode())
        for code in (b"250", b"250", b"354"):
            self._expect(code)
        self._socket.sendall(content)
        self._expect(b"250")

    def close(self) -> None:
        with contextlib.suppress(OSError):
            self._socket.close()

    def _expect(self, code: bytes) -> None:
        line = self._answers.readline()
        while line[3:4] == b"-":
            line = self._answers.readline()
        if not line.startswith(code):
            raise _NotTaken(line.decode("ascii", "replace").strip())


def _stuffed(content: bytes) -> bytes:
    """As it goes over the wire: CRLF at the end of each line, leading dots doubled, the dot at the end."""
    lines = re.sub(rb"\r\n|\r|\n", b"\r\n", content).removesuffix(b"\r\n").split(b"\r\n")
    return b"\r\n".join(b"." + line if line.startswith(b".") else line for line in lines) + b"\r\n.\r\n"


def _until_taken(carrier: _Carrier | None, content: bytes, *, port: int, to: str) -> _Carrier:
    while True:
        try:
            carrier = carrier or _Carrier(port)
            carrier.carry(content, to=to)
            return carrier
        except (OSError, _NotTaken):
            if carrier is not None:
                carrier.close()
            carrier = None
            time.sleep(0.05)
