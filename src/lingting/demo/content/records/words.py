"""The closed lists of values that content records use, and text in two languages."""

from __future__ import annotations

from dataclasses import dataclass
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
