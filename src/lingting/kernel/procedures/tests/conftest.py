"""People of three ranks, a subject that is in somebody's hands, and a written process with every kind of step."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Any

import pytest

from lingting.demo.world import World
from lingting.kernel.accounts.models import Account
from lingting.kernel.procedures import foundation
from lingting.kernel.procedures.models import Procedure
from lingting.kernel.procedures.services import ensure_procedure
from lingting.kernel.questionnaires.services import ItemDefinition, QuestionnaireDefinition, SectionDefinition, publish
from lingting.kernel.timeline import registry as subjects
from lingting.kernel.timeline.registry import Field

THING = "tests.thing"


@dataclass
class Things:
    """The subjects of the tests: who has them and what is known about them."""

    owner: Account | None = None
    facts: dict[str, Any] = field(default_factory=dict)


@pytest.fixture
def things(world: World) -> Iterator[Things]:
    found = Things(owner=world.newcomer)
    subjects.register_subject(
        THING,
        label="Thing",
        name=lambda pk: f"Thing {pk}",
        url=lambda pk: f"/things/{pk}/",
        topics=lambda pk: (f"thing:{pk}",),
        owner=lambda _pk: found.owner.pk if found.owner else None,
        read=lambda ids: {pk: dict(found.facts) for pk in ids},
        fields=[Field(key="tier", label="Tier", kind="choice", choices=lambda: [("vip", "VIP"), ("normal", "Normal")])],
        may_see=lambda account, _pk: account.pk == world.experienced.pk,
    )
    yield found
    subjects.forget_subject(THING)


def lay_form(now: datetime) -> None:
    publish(
        QuestionnaireDefinition(
            key="plan",
            name_zh="处理方案",
            name_en="Plan",
            sections=(
                SectionDefinition(
                    name_zh="方案",
                    name_en="Plan",
                    items=(
                        ItemDefinition(
                            key="amount",
                            kind="number",
                            text_zh="补偿金额",
                            text_en="Amount",
                            settings={"low": 0, "high": 100000},
                            is_required=True,
                        ),
                        ItemDefinition(key="note", kind="text", text_zh="说明", text_en="Note"),
                    ),
                ),
            ),
            pass_share=Decimal("0.5"),
        ),
        now=now,
    )


def words(chinese: str, english: str = "") -> dict[str, str]:
    return {"zh": chinese, "en": english}


def complaint() -> dict[str, Any]:
    """Classify → plan (a form with an amount) → by amount: approval, or straight on → two at once → answer → end."""
    done = [{"key": "done", "label": words("完成", "Done"), "next": "answer"}]
    return {
        "key": "complaint", "name": words("投诉处理", "Complaint"), "purpose": words("48 小时内办结"), "subject_kind": THING,
        "steps": [
            {"key": "classify", "title": words("分类", "Classify"), "limit_minutes": 60, "may_skip": True,
             "outcomes": [{"key": "normal", "label": words("一般", "Normal"), "next": "plan"},
                          {"key": "invalid", "label": words("不成立", "Unfounded"), "next": "answer"}]},
            {"key": "plan", "title": words("拟定方案", "Plan"), "limit_minutes": 240, "form": "plan",
             "outcomes": [{"key": "dear", "label": words("需审批", "Needs approval"), "next": "approve", "if": [{"key": "amount", "is": "at_least", "value": 100}]},
                          {"key": "cheap", "label": words("无需审批", "No approval"), "next": "vip"}]},
            {"key": "approve", "kind": "approval", "title": words("审批补偿", "Approve"), "owner": {"kind": "rank"}, "amount_from": "plan.amount",
             "limit_minutes": 120, "levels": [{"up_to": 500, "least_rank": 20}, {"up_to": None, "least_rank": 40}],
             "outcomes": [{"key": "approved", "label": words("同意", "Approved"), "next": "vip"},
                          {"key": "rejected", "label": words("不同意", "Rejected"), "next": "plan"}]},
            {"key": "vip", "kind": "decision", "title": words("是否 VIP", "VIP?"),
             "outcomes": [{"key": "yes", "label": words("是", "Yes"), "next": "both", "if": [{"of": "fact", "key": "tier", "is": "is", "value": "vip"}]},
                          {"key": "otherwise", "label": words("否", "No"), "next": "answer"}]},
            {"key": "both", "kind": "fork", "title": words("同时进行", "At once"),
             "outcomes": [{"key": "call", "label": words("致电", "Call"), "next": "call"}, {"key": "gift", "label": words("寄送", "Gift"), "next": "gift"}]},
            {"key": "call", "title": words("致电客户", "Call"), "owner": {"kind": "role", "key": "team-leader"},
             "outcomes": [{"key": "done", "label": words("完成", "Done"), "next": "meet"}]},
            {"key": "gift", "title": words("寄送礼品", "Gift"), "owner": {"kind": "role", "key": "agent"},
             "outcomes": [{"key": "done", "label": words("完成", "Done"), "next": "meet"}]},
            {"key": "meet", "kind": "join", "title": words("汇合", "Together"), "outcomes": done},
            {"key": "answer", "title": words("答复客户", "Answer"), "limit_minutes": 60,
             "outcomes": [{"key": "answered", "label": words("已答复", "Answered"), "next": "end"}]},
        ],
    }  # fmt: skip


@pytest.fixture
def procedure(things: Things, now: datetime) -> Procedure:
    foundation.lay(now=now)
    lay_form(now)
    return ensure_procedure(complaint(), now=now)
