"""Calendars, queues with their rules, skills and members, contact types, canned replies, the shop's chat button."""

from __future__ import annotations

import secrets
from datetime import datetime, timedelta

from django.utils import timezone

from lingting.demo import content
from lingting.demo.content.records import Queue as ContentQueue
from lingting.demo.content.records import Role
from lingting.kernel.accounts.models import Account
from lingting.kernel.calendars.models import Calendar, DayTable, SpecialHours, WeeklyHours
from lingting.kernel.organisation.models import Centre, Skill, Team
from lingting.service.channels.chat.models import Widget
from lingting.service.desk.models import CannedReply, CaseType, Queue
from lingting.service.routing import foundation
from lingting.service.routing.models import AgentCapacity, QueueMember, QueueRule, QueueSkill

WIDGET_KEY = "demo-shop"
_TEAMS = {"presales": "sales_orders", "orders": "sales_orders", "support": "technical", "care": "care"}


def lay(*, now: datetime) -> None:
    plan = content.queue_plan()
    queues = {queue.key: _lay_queue(queue, order=10 * number) for number, queue in enumerate(plan.queues, start=1)}
    for number, kind in enumerate(plan.contact_types, start=1):
        CaseType.objects.update_or_create(
            key=kind.key.replace("_", "-"),
            defaults={"name_zh": kind.name.zh, "name_en": kind.name.en, "order": 10 * number},
        )
    foundation.lay(now=now)
    _lay_members(queues)
    _lay_canned()
    _lay_widget(queues)


def _lay_queue(queue: ContentQueue, *, order: int) -> Queue:
    calendar = Calendar.objects.create(
        key=f"queue-{queue.key}", name_zh=f"{queue.name.zh}服务时间", name_en=f"{queue.name.en} hours",
        always_open=queue.is_always_open, days=DayTable.objects.filter(key="cn").first(), holiday_hours=True,
    )  # fmt: skip
    for period in queue.hours if not queue.is_always_open else ():
        opens = period.opens.hour * 60 + period.opens.minute
        closes = period.closes.hour * 60 + period.closes.minute or 1440
        WeeklyHours.objects.bulk_create(
            WeeklyHours(calendar=calendar, weekday=day - 1, opens_minute=opens, closes_minute=closes)
            for day in period.weekdays
        )
    laid = Queue.objects.create(
        key=queue.key, name_zh=queue.name.zh, name_en=queue.name.en, description_zh=queue.description.zh,
        description_en=queue.description.en, calendar=calendar, team=Team.objects.filter(key=_TEAMS.get(queue.key)).first(),
        target_seconds=queue.target.within_seconds, target_share=str(queue.target.share), order=order,
    )  # fmt: skip
    QueueRule.objects.create(
        queue=laid, priority=queue.priority // 10, offer_seconds=queue.offer_seconds, wrap_up_seconds=queue.wrap_up_seconds
    )
    relaxed = {step.skill: step for step in reversed(queue.relaxations)}
    for need in queue.skills:
        step = relaxed.get(need.skill)
        QueueSkill.objects.create(
            queue=laid, skill=Skill.objects.get(key=need.skill), level=need.level,
            relax_after_seconds=step.after_seconds if step else None, relax_to_level=step.level if step else 0,
        )  # fmt: skip
    return laid


def open_round_the_clock(*, now: datetime, days: int = 14) -> None:
    """For its first days the demo centre answers at any hour, so that whoever tries it at night finds it open.

    Installation keeps its hours, to show what a closed queue looks like.
    """
    today = timezone.localtime(now).date()
    SpecialHours.objects.bulk_create(
        SpecialHours(calendar=calendar, date=today + timedelta(days=offset), note="演示期间全天开放 / open all day in the demo")
        for calendar in Calendar.objects.filter(queues__isnull=False, always_open=False).exclude(queues__key="installation")
        for offset in range(-1, days)
    )


def _lay_members(queues: dict[str, Queue]) -> None:
    """Agents and team leaders serve every queue whose skills they come near; best-fitting queues first."""
    accounts = {account.login: account for account in Account.objects.filter(is_demo=True)}
    members, capacities = [], []
    needs = {queue.key: queue.skills for queue in content.queue_plan().queues}
    for person in content.organisation().people:
        if person.role not in {Role.AGENT, Role.TEAM_LEADER}:
            continue
        for key, asked in needs.items():
            gap = sum(max(0, need.level - person.skills.get(need.skill, 0)) for need in asked)
            if gap <= 1 and all(person.skills.get(need.skill) for need in asked):
                members.append(QueueMember(queue=queues[key], account=accounts[person.login], order=1 + gap))
        capacities.append(AgentCapacity(account=accounts[person.login], total=3))
    QueueMember.objects.bulk_create(members)
    AgentCapacity.objects.bulk_create(capacities)


def _lay_canned() -> None:
    CannedReply.objects.bulk_create(
        CannedReply(
            shortcut=reply.shortcut, language=language, title=getattr(reply.title, side), text=getattr(reply.text, side),
            is_demo=True,
        )
        for reply in content.canned_replies()
        for language, side in (("zh-hans", "zh"), ("en", "en"))
    )  # fmt: skip


def _lay_widget(queues: dict[str, Queue]) -> None:
    company = content.company()
    Centre.objects.update_or_create(
        pk=1, defaults={"name_zh": company.short_name.zh, "name_en": company.short_name.en, "colour": company.brand_colour}
    )
    widget = Widget.objects.create(
        key=WIDGET_KEY, name_zh=company.short_name.zh, name_en=company.short_name.en, colour=company.brand_colour,
        greeting_zh=company.greeting.zh[:200], greeting_en=company.greeting.en[:200], default_queue=queues["presales"],
        closed_zh=company.after_hours.zh[:300], closed_en=company.after_hours.en[:300], secret=secrets.token_urlsafe(32),
        is_demo=True,
    )  # fmt: skip
    widget.queues.set(queue for key, queue in queues.items() if key != "care")
