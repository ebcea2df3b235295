"""What the public chat API takes and gives."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from ninja import Field, Schema

# Longer than a message may be, so that the desk itself says what its limit is.
Text = Annotated[str, Field(max_length=200_000)]


class VisitIn(Schema):
    """Opening the widget. `token` is the visitor's own from an earlier visit, `identity` the host's signed token."""

    widget: Annotated[str, Field(max_length=40)]
    token: Annotated[str, Field(max_length=400)] = ""
    identity: Annotated[str, Field(max_length=4000)] = ""
    language: Annotated[str, Field(max_length=10)] = ""
    page_url: Annotated[str, Field(max_length=2000)] = ""
    page_title: Annotated[str, Field(max_length=500)] = ""


class QueueOut(Schema):
    key: str
    name: str
    is_open: bool
    opens_at: datetime | None


class WidgetOut(Schema):
    """How the chat looks and what it offers. `closed_text` is said where nobody answers now."""

    name: str
    colour: str
    greeting: str
    closed_text: str
    queues: list[QueueOut]
    is_open: bool
    opens_at: datetime | None
    largest_file_bytes: int


class FileOut(Schema):
    id: UUID
    name: str
    size: int
    is_image: bool
    width: int | None
    height: int | None
    url: str


class MessageOut(Schema):
    """`kind` is customer, agent, bot or system; `client_key` is the sender's own id of the message.

    A customer's message is delivered once somebody has the conversation on their desk.
    """

    id: int
    kind: str
    text: str
    author: str
    at: datetime
    client_key: UUID | None
    is_delivered: bool
    is_read: bool
    files: list[FileOut]


class StandingOut(Schema):
    """`state` is waiting, talking or ended. `place` 1 is next; the wait is a range of seconds, absent when nobody can tell.

    `read_up_to`: an agent has seen the customer's messages up to this id.
    """

    state: str
    agent_name: str
    place: int | None
    wait_low_seconds: int | None
    wait_high_seconds: int | None
    may_leave_contact: bool
    is_rated: bool
    read_up_to: int


class ConversationOut(Schema):
    """A conversation with its messages after the asked one. `topic` and `cursor` are for `/live/`.

    `has_more`: ask again after the last of these messages. `has_earlier`: there is more before the first of them,
    told when the latest were asked for.
    """

    id: int
    standing: StandingOut
    messages: list[MessageOut]
    has_more: bool
    has_earlier: bool
    topic: str
    cursor: str


class EarlierOut(Schema):
    """Messages before another, oldest first. `has_earlier`: ask again before the first of these."""

    messages: list[MessageOut]
    has_earlier: bool


class VisitOut(Schema):
    """`visitor` names the browser as long as it may see the same conversations: what was kept for another is forgotten."""

    token: str
    visitor: UUID
    customer_name: str
    is_identified: bool
    widget: WidgetOut
    conversation: ConversationOut | None


class MessageIn(Schema):
    """Something to say; `client_key` makes it safe to send again."""

    text: Text = ""
    client_key: UUID
    files: Annotated[list[UUID], Field(max_length=10)] = []


class ConversationIn(MessageIn):
    """The first words, and the queue that was chosen."""

    queue: Annotated[str, Field(max_length=40)] = ""


class MessageStoredOut(Schema):
    id: int
    at: datetime
    is_repeat: bool


class ReadsIn(Schema):
    up_to: Annotated[int, Field(ge=0, le=2**62)]


class ContactIn(Schema):
    """A way to answer later: at least a phone number or an e-mail address."""

    name: Annotated[str, Field(max_length=120)] = ""
    phone: Annotated[str, Field(max_length=40)] = ""
    email: Annotated[str, Field(max_length=190)] = ""
    text: Text = ""
    client_key: UUID


class LeftMessageIn(ContactIn):
    queue: Annotated[str, Field(max_length=40)] = ""


class LeftMessageOut(Schema):
    """The case and the customer's own link to follow it; "" where the centre offers none."""

    case_number: int
    link: str


class RatingStepOut(Schema):
    """What can be chosen: the value to send, how it is shown, and what it is called."""

    key: str
    label: str
    words: str


class ConditionOut(Schema):
    """On an earlier answer: is, is_not, at_least, at_most, answered, unanswered; yes and no are "yes" and "no"."""

    item: str
    op: str
    value: str


class RatingQuestionOut(Schema):
    """`kind`: scale, choice, choices, yes_no, text, number, file. Asked when all of `show_if` hold."""

    key: str
    kind: str
    text: str
    is_required: bool
    low: float | None
    high: float | None
    options: list[RatingStepOut]
    show_if: list[ConditionOut]


class RatingPartOut(Schema):
    name: str
    questions: list[RatingQuestionOut]


class RatingFormOut(Schema):
    version: int
    parts: list[RatingPartOut]


class RatingIn(Schema):
    """`answers` by question: numbers for scale and number, keys (a list for choices), true or false, text, or a file's id."""

    version: Annotated[int, Field(ge=1, lt=2**63)] | None = None
    answers: Annotated[dict[str, Any], Field(max_length=300)]
