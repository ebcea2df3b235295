"""Customers who call the API of a running site, each on a connection of its own, also at the same moment."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from http.client import HTTPConnection
from typing import Any
from uuid import uuid4

ONE_ANSWER = {"content-length", "x-request-id", "date", "server"}


@dataclass
class Caller:
    """A visitor in a conversation, on a connection of its own. `acknowledged` are the client keys answered with 201."""

    port: int
    token: str = ""
    conversation: int = 0
    acknowledged: set[str] = field(default_factory=set)

    def visit(self) -> Caller:
        self.token = self.post("visits", {"widget": "shop", "language": "en"})[2]["token"]
        return self

    def begin(self) -> Caller:
        self.conversation = self.visit().ask()[2]["id"]
        return self

    def ask(self, text: str = "Hello", *, key: str = "", **headers: str) -> tuple[int, dict[str, str], Any]:
        return self.post("conversations", {"text": text, "client_key": key or str(uuid4())}, **headers)

    def end(self, **headers: str) -> tuple[int, dict[str, str], Any]:
        return self.post(f"conversations/{self.conversation}/end", {}, **headers)

    def say(self, text: str, *, key: str = "", **headers: str) -> tuple[int, dict[str, str], Any]:
        key = key or str(uuid4())
        answer = self.post(f"conversations/{self.conversation}/messages", {"text": text, "client_key": key}, **headers)
        if answer[0] == 201:
            self.acknowledged.add(key)
        return answer

    def post(self, path: str, body: dict[str, Any], **headers: str) -> tuple[int, dict[str, str], Any]:
        wire = HTTPConnection("127.0.0.1", self.port, timeout=30)
        try:
            given = {"Content-Type": "application/json", "Authorization": f"Visitor {self.token}"} | headers
            wire.request("POST", f"/api/v1/chat/{path}", json.dumps(body), given)
            answer = wire.getresponse()
            return answer.status, {name.lower(): value for name, value in answer.getheaders()}, json.loads(answer.read())
        finally:
            wire.close()


def at_once(acts: list[Callable[[], Any]]) -> list[Any]:
    together = threading.Barrier(len(acts))

    def run(act: Callable[[], Any]) -> Any:
        together.wait(30)
        return act()

    with ThreadPoolExecutor(len(acts)) as pool:
        return [each.result(60) for each in [pool.submit(run, act) for act in acts]]
