"""The company and its service centre: products, policies, people, queues."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, time
from decimal import Decimal

from .words import Bilingual, Language, Role, Tier

# --- company.toml ----------------------------------------------------------------------------------------------------


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


# --- organisation.toml -----------------------------------------------------------------------------------------------


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


# --- queues.toml -----------------------------------------------------------------------------------------------------


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
