"""What is known, who asks, what was said and when: articles, canned replies, customers, dialogues, traffic."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from .words import Audience, Bilingual, Ending, Language, Sentiment, Speaker, Tier

# --- articles/*.md ---------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class ArticleCategory:
    """A shelf of the knowledge base, in display order."""

    key: str
    name: Bilingual
    description: Bilingual


@dataclass(frozen=True)
class Article:
    """A knowledge article in one language; the same `key` in another language is its translation.

    `body` is Markdown without the title.
    """

    key: str
    language: Language
    title: str
    category: str
    keywords: tuple[str, ...]
    audience: Audience
    updated_date: date
    body: str


# --- canned.toml -----------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class CannedReply:
    """A reply an agent inserts with `/shortcut`; its text may hold the variables of `CANNED_VARIABLES`."""

    shortcut: str
    title: Bilingual
    text: Bilingual
    queues: tuple[str, ...]


# --- customers.toml --------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Customer:
    """A hand-written customer. `products` are model numbers; `phone` is in the fictional range 1380000xxxx."""

    key: str
    name: str
    language: Language
    city: str
    phone: str
    email: str
    tier: Tier
    is_dealer: bool
    since_date: date
    products: tuple[str, ...]
    needs: str
    note: str
    tags: tuple[str, ...]


@dataclass(frozen=True)
class City:
    """A city that generated customers come from; `weight` is relative."""

    name: Bilingual
    province: Bilingual
    districts: tuple[str, ...]
    weight: float


@dataclass(frozen=True)
class CustomerPools:
    """Parts from which any number of further customers is generated."""

    surnames: tuple[str, ...]
    compound_surnames: tuple[str, ...]
    given_names: tuple[str, ...]
    english_given_names: tuple[str, ...]
    english_surnames: tuple[str, ...]
    nicknames: tuple[str, ...]
    cities: tuple[City, ...]
    streets: tuple[str, ...]
    estates: tuple[str, ...]
    phone_prefix: str
    email_domains: tuple[str, ...]
    english_share: float
    tier_shares: dict[str, float]


# --- dialogues/*.toml ------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Turn:
    """One message. `after_seconds` counts from the message before it (for the first: from opening the chat).

    `attachment` describes a picture or file sent with the message, or is empty.
    """

    speaker: Speaker
    after_seconds: int
    text: str
    attachment: str


@dataclass(frozen=True)
class Dialogue:
    """A chat as it happened. `rating` is 1-5, or 0 when the customer gave none. Texts may hold `DIALOGUE_VARIABLES`.

    `customer` is the key of a hand-written customer and `agent` the login of who answers, each empty for anyone;
    `products` are the models it is about. It begins in one of `hours` (empty: any), and where `special_kinds` is
    not empty, only on special days of these kinds.
    """

    key: str
    language: Language
    queue: str
    contact_type: str
    subject: str
    tags: tuple[str, ...]
    products: tuple[str, ...]
    customer: str
    agent: str
    hours: tuple[int, ...]
    special_kinds: tuple[str, ...]
    ending: Ending
    rating: int
    comment: str
    sentiment: Sentiment
    note: str
    turns: tuple[Turn, ...]


# --- patterns.toml ---------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class QueuePattern:
    """How contacts arrive in a queue on an ordinary day.

    `intraday` has 24 shares that sum to 1; `weekdays` has 7 factors, Monday first, with mean 1.
    """

    queue: str
    daily_contacts: float
    intraday: tuple[float, ...]
    weekdays: tuple[float, ...]
    handle_seconds: float
    handle_deviation_seconds: float
    patience_seconds: float


@dataclass(frozen=True)
class SpecialDay:
    """A day unlike others, of a `kind` such as promotion, outage or holiday.

    `factors` multiplies the volume of a queue (key `all` for the queues not named) in the `hours` of the day
    (empty: the whole day). `handle_factor` stretches handling; `subjects` are what most contacts are then about.
    """

    day: date
    name: Bilingual
    kind: str
    factors: dict[str, float]
    hours: tuple[int, ...]
    handle_factor: float
    subjects: tuple[str, ...]


@dataclass(frozen=True)
class Patterns:
    """Sixty days of history: its first and last day, how volumes vary, and what was special."""

    first_date: date
    last_date: date
    noise: float
    trend_per_week: float
    channel_shares: dict[str, float]
    rating_response_share: float
    queues: tuple[QueuePattern, ...]
    special_days: tuple[SpecialDay, ...]
