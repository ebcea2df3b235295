"""What is known of mails on their way into cases: the bytes' mark, what was read, and what each step found out."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from lingting.kernel.timeline.events import Actor
from lingting.service.channels.email.models import Mailbox
from lingting.service.channels.email.parsing import ParsedMail
from lingting.service.channels.email.parsing.words import Address


@dataclass(frozen=True, slots=True)
class Arrival:
    """A stored mail that was read: which bytes, where they came in, when, and what they say."""

    raw_id: int
    mailbox: Mailbox
    mail: ParsedMail
    received_at: datetime
    envelope_to: str
    own_addresses: frozenset[str]
    is_released: bool = False

    @property
    def addressed(self) -> list[str]:
        """All addresses it was sent to."""
        named = [self.envelope_to.lower()] if self.envelope_to else []
        return named + [person.address for person in (*self.mail.delivered_to, *self.mail.to, *self.mail.cc)]


@dataclass(frozen=True, slots=True)
class Thread:
    """Where a mail goes: the conversation (None: the case has none by mail yet), the case, and what it was known by."""

    conversation_id: int | None
    case_id: int
    by: str


@dataclass(slots=True)
class Incoming:
    """A mail that will be told or put aside; the steps of `arrivals` fill in what they find.

    Ids are 0 until the step that knows them. `is_new`: the case was opened for this mail.
    """

    arrival: Arrival
    kind: str
    writer: Address | None
    heard_at: datetime
    thread: Thread | None = None
    customer_id: int = 0
    case_id: int = 0
    conversation_id: int = 0
    message_id: int = 0
    is_new: bool = False
    file_ids: list[int] = field(default_factory=list)
    too_large: list[str] = field(default_factory=list)

    @property
    def mail(self) -> ParsedMail:
        return self.arrival.mail

    @property
    def actor(self) -> Actor:
        """The customer, as whoever did what this mail causes."""
        return Actor("customer", self.customer_id, (self.writer.name or self.writer.address) if self.writer else "")
