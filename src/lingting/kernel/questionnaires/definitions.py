"""A questionnaire written down in code or imported: plain frozen records that `services.publish` stores."""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any


@dataclass(frozen=True, kw_only=True)
class ItemDefinition:
    """A question. `settings` by kind: scale {"low","high"}, choice(s) {"options": [{"key","zh","en","points"}]}, number {"low","high"}."""

    key: str
    kind: str
    text_zh: str
    text_en: str = ""
    settings: dict[str, Any] = field(default_factory=dict)
    weight: Decimal = Decimal(0)
    is_required: bool = False
    is_critical: bool = False


@dataclass(frozen=True, kw_only=True)
class SectionDefinition:
    name_zh: str
    name_en: str
    items: tuple[ItemDefinition, ...]


@dataclass(frozen=True, kw_only=True)
class QuestionnaireDefinition:
    key: str
    name_zh: str
    name_en: str
    sections: tuple[SectionDefinition, ...]
    pass_share: Decimal | None = None
