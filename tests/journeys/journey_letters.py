"""The post of the journeys: what people write by mail from home, and what lies in their mailbox, through real servers."""

from __future__ import annotations

import re
import time
from dataclasses import dataclass
from email import message_from_bytes, policy
from email.message import EmailMessage
from uuid import uuid4

from lingting.service.channels.email.tests.servers import MailServers

PATIENCE_SECONDS = 120
CENTRE_ADDRESS = "support@centre.example"


@dataclass(frozen=True)
class Post:
    """A letter as its reader sees it."""

    subject: str
    text: str
    identifier: str
    reply_to: str

    @property
    def link(self) -> str:
        """The first address in it."""
        found = re.search(r"https?://\S+", self.text)
        assert found is not None, f"no link in: {self.text}"
        return found[0]


class Correspondent:
    """Somebody outside with a mail address: writes, and finds letters."""

    def __init__(self, servers: MailServers, *, address: str, name: str) -> None:
        self.servers, self.address, self.name = servers, address, name

    def write(self, text: str, *, subject: str, answers: Post | None = None) -> None:
        letter = EmailMessage(policy=policy.SMTP)
        letter["From"], letter["To"] = f"{self.name} <{self.address}>", answers.reply_to if answers else CENTRE_ADDRESS
        letter["Subject"], letter["Message-ID"] = subject, f"<{uuid4().hex}@customer.example>"
        if answers is not None:
            letter["In-Reply-To"] = letter["References"] = answers.identifier
        letter.set_content(text)
        self.servers.send(letter.as_bytes(), sender=self.address, to=answers.reply_to if answers else CENTRE_ADDRESS)

    def letters(self) -> list[Post]:
        return [_read(content) for content in self.servers.inbox_of(self.address)]

    def finds(self, words: str, *, since: int = 0) -> Post:
        """Waits for a letter with these words in subject or text, among those after the first `since`."""
        limit = time.monotonic() + PATIENCE_SECONDS
        while time.monotonic() < limit:
            for post in self.letters()[since:]:
                if words in post.subject or words in post.text:
                    return post
            time.sleep(0.3)
        said = "\n---\n".join(f"{post.subject}\n{post.text}" for post in self.letters())
        raise AssertionError(f"no letter with “{words}” came to {self.address}; there are:\n{said}")


def _read(content: bytes) -> Post:
    letter = message_from_bytes(content, policy=policy.default)
    body = letter.get_body(("plain",))
    return Post(
        str(letter["Subject"]), body.get_content() if body else "", str(letter["Message-ID"]),
        str(letter["Reply-To"] or letter["From"]),
    )  # fmt: skip
