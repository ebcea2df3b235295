"""The shapes of the demo centre's hand-written content: frozen records, no Django, no I/O.

Money is `Decimal` in yuan, shares are 0-1, durations carry their unit, times of day are local to Asia/Shanghai.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, time
from decimal import Decimal
from enum import StrEnum


class Language(StrEnum):
    """The two languages the centre answers in; values are Django language codes."""

    CHINESE = "zh-hans"
    ENGLISH = "en"


class Role(StrEnum):
    """What a person may do in Lingting: one role per person in the demo centre."""

    AGENT = "agent"
    TEAM_LEADER = "team_leader"
    SUPERVISOR = "supervisor"
    CENTRE_MANAGER = "manager"
    KNOWLEDGE_EDITOR = "knowledge_editor"
    QUALITY_SPECIALIST = "quality_specialist"
    PLANNER = "planner"
    ADMINISTRATOR = "administrator"


class Tier(StrEnum):
    """The membership level of a customer."""

    ORDINARY = "ordinary"
    SILVER = "silver"
    GOLD = "gold"
    VIP = "vip"


class Audience(StrEnum):
    """Who may read a knowledge article."""

    PUBLIC = "public"
    INTERNAL = "internal"


class Speaker(StrEnum):
    """Who wrote a turn of a dialogue."""

    CUSTOMER = "customer"
    AGENT = "agent"


class Ending(StrEnum):
    """How a dialogue ended.

    `abandoned`: the customer left the queue unanswered; `contact_left`: written after hours, answered later.
    """

    RESOLVED = "resolved"
    FOLLOW_UP = "follow_up"
    WORK_ORDER = "work_order"
    ABANDONED = "abandoned"
    CONTACT_LEFT = "contact_left"


class Sentiment(StrEnum):
    """The customer's mood over the whole dialogue."""

    POSITIVE = "positive"
    NEUTRAL = "neutral"
    NEGATIVE = "negative"


@dataclass(frozen=True)
class Bilingual:
    """One text in Simplified Chinese and in English."""

    zh: str
    en: str

    def in_language(self, language: Language) -> str:
        return self.zh if language is Language.CHINESE else self.en


# --- company.toml ---------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Product:
    """Something the company sells. `line` is the key of a product-line skill in the organisation."""

    model: str
    line: str
    name: Bilingual
    summary: Bilingual
    price: Decimal
    warranty_months: int
    warranty_note: Bilingual
    needs_installation: bool
    launched_date: date


@dataclass(frozen=True)
class Policy:
    """A promise to customers, in the words agents quote."""

    key: str
    title: Bilingual
    text: Bilingual


@dataclass(frozen=True)
class MembershipTier:
    """A membership level, reached by the yuan spent in the last twelve months."""

    tier: Tier
    name: Bilingual
    spend_from: Decimal
    points_per_yuan: Decimal
    warranty_extra_months: int
    benefits: Bilingual


@dataclass(frozen=True)
class Company:
    """The invented business whose customers the centre serves."""

    name: Bilingual
    short_name: Bilingual
    slogan: Bilingual
    story: Bilingual
    founded_date: date
    website: str
    email: str
    hotline: str
    brand_colour: str
    hours: Bilingual
    address: Bilingual
    greeting: Bilingual
    after_hours: Bilingual
    products: tuple[Product, ...]
    policies: tuple[Policy, ...]
    membership: tuple[MembershipTier, ...]


# --- organisation.toml ----------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Site:
    """A place where people of the centre work."""

    key: str
    name: Bilingual
    city: Bilingual
    address: Bilingual
    seats: int
    time_zone: str
    is_main: bool


@dataclass(frozen=True)
class Team:
    """A node of the team tree; the root has an empty `parent`. `leader` is a login."""

    key: str
    name: Bilingual
    site: str
    parent: str
    leader: str


@dataclass(frozen=True)
class Position:
    """A position with its description (task, skill, responsibility), used for hiring and matching."""

    key: str
    name: Bilingual
    tasks: Bilingual
    requirements: Bilingual
    responsibilities: Bilingual


@dataclass(frozen=True)
class Skill:
    """A skill of the centre. `kind` is product, language, dialect, geography or service."""

    key: str
    kind: str
    name: Bilingual


@dataclass(frozen=True)
class Person:
    """An employee. `skills` maps a skill key to a level 1-5 (3 = works alone, 5 = teaches others)."""

    number: str
    login: str
    name: str
    english_name: str
    position: str
    team: str
    site: str
    hired_date: date
    role: Role
    language: Language
    skills: dict[str, int]
    story: Bilingual


@dataclass(frozen=True)
class Cast:
    """Logins of the named people that tests, documentation and screenshots share."""

    newcomer: str
    experienced: str
    english_speaker: str
    care_specialist: str
    night_agent: str
    long_name: str
    team_leader: str
    supervisor: str
    second_site_supervisor: str
    manager: str
    knowledge_editor: str
    quality_specialist: str
    planner: str
    administrator: str


@dataclass(frozen=True)
class Organisation:
    """Sites, team tree, positions, skills, the forty people and the named cast among them."""

    sites: tuple[Site, ...]
    teams: tuple[Team, ...]
    positions: tuple[Position, ...]
    skills: tuple[Skill, ...]
    people: tuple[Person, ...]
    cast: Cast

    def person(self, login: str) -> Person:
        """The person with this login; raises KeyError."""
        for person in self.people:
            if person.login == login:
                return person
        raise KeyError(login)


# --- queues.toml ----------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class OpenHours:
    """One opening period on ISO weekdays (1 = Monday). `closes` 00:00 means midnight at the end of the day."""

    weekdays: tuple[int, ...]
    opens: time
    closes: time


@dataclass(frozen=True)
class SkillNeed:
    """A queue needs this skill at this level or better."""

    skill: str
    level: int


@dataclass(frozen=True)
class Relaxation:
    """After waiting so long, the needed skill is accepted at a lower level (0 = no longer needed)."""

    after_seconds: int
    skill: str
    level: int


@dataclass(frozen=True)
class ServiceTarget:
    """Answer `share` (0-1) of the offered contacts within `within_seconds`."""

    share: float
    within_seconds: int


@dataclass(frozen=True)
class Queue:
    """A queue of the centre. A higher `priority` is served first; weights are parts of an agent's capacity of 1."""

    key: str
    name: Bilingual
    description: Bilingual
    language: str
    is_always_open: bool
    hours: tuple[OpenHours, ...]
    skills: tuple[SkillNeed, ...]
    relaxations: tuple[Relaxation, ...]
    priority: int
    target: ServiceTarget
    channel_weights: dict[str, float]
    wrap_up_seconds: int
    offer_seconds: int
    contact_types: tuple[str, ...]


@dataclass(frozen=True)
class ContactType:
    """One of the eleven reasons for which a customer and the centre talk."""

    key: str
    name: Bilingual


@dataclass(frozen=True)
class QueuePlan:
    """All queues, the contact types they handle, and the priority that each membership tier adds."""

    queues: tuple[Queue, ...]
    contact_types: tuple[ContactType, ...]
    tier_priority: dict[str, int]


# --- articles/*.md --------------------------------------------------------------------------------------------------


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


# --- canned.toml ----------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class CannedReply:
    """A reply an agent inserts with `/shortcut`; its text may hold the variables of `CANNED_VARIABLES`."""

    shortcut: str
    title: Bilingual
    text: Bilingual
    queues: tuple[str, ...]


# --- customers.toml -------------------------------------------------------------------------------------------------


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


# --- dialogues/*.toml -----------------------------------------------------------------------------------------------


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

    `customer` is the key of a hand-written customer, or empty for anyone; `products` are the models it is about.
    """

    key: str
    language: Language
    queue: str
    contact_type: str
    subject: str
    tags: tuple[str, ...]
    products: tuple[str, ...]
    customer: str
    ending: Ending
    rating: int
    comment: str
    sentiment: Sentiment
    note: str
    turns: tuple[Turn, ...]


# --- patterns.toml --------------------------------------------------------------------------------------------------


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
    """A day unlike others: `factors` multiplies the volume of a queue (key `all` for the queues not named).

    `hours` limits the factor to these hours of the day (empty: the whole day). `handle_factor` stretches handling.
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
