"""A small centre for the desk's tests: two teams, four people, two queues, a customer with a case."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from django.test import Client

from lingting.kernel.accounts.models import Account, Grant, Role
from lingting.kernel.calendars.models import Calendar
from lingting.kernel.organisation.models import Employee, Site, Team
from lingting.kernel.timeline.events import Actor
from lingting.platform.search import vector
from lingting.service.crm.models import Customer, Tier
from lingting.service.desk import services
from lingting.service.desk.models import Case, CaseType, Conversation, Queue

NOW = datetime(2026, 11, 21, 6, 0, tzinfo=UTC)
CUSTOMER = Actor("customer", None, "王芳")
EVERYTHING = [
    "desk.view_cases", "desk.answer_cases", "desk.assign_cases", "desk.bulk_cases", "desk.export_cases", "desk.manage_canned", "desk.manage_types",
]  # fmt: skip


def signed_in(account: Account) -> Client:
    """A browser in which this person has signed in."""
    client = Client()
    client.force_login(account)
    return client


def later(seconds: int = 60) -> datetime:
    return NOW + timedelta(seconds=seconds)


@dataclass
class Scene:
    """Lin Xiao and Zhao Lei answer in the after-sales team (赵磊 leads), 何静 in the other; 周敏 sees everything."""

    lin: Account
    zhao: Account
    he: Account
    zhou: Account
    service: Queue
    sales: Queue
    complaint: CaseType
    customer: Customer

    def case(self, *, queue: Queue | None = None, assignee: Account | None = None, subject: str = "", at: datetime = NOW) -> Case:
        return services.open_case(
            self.customer.pk,
            queue_id=(queue or self.service).pk,
            channel="chat",
            actor=CUSTOMER,
            now=at,
            subject=subject,
            assignee_id=assignee.pk if assignee else None,
        )

    def chat(self, **case: object) -> tuple[Case, Conversation]:
        made = self.case(**case)  # type: ignore[arg-type]
        return made, services.start_conversation(made.pk, channel="chat", now=made.opened_at)

    def says(self, conversation: Conversation, text: str, *, at: datetime | None = None, **more: object) -> services.AddedMessage:
        return services.add_message(
            conversation.pk,
            kind="customer",
            text=text,
            actor=CUSTOMER,
            now=at or later(),
            **more,  # type: ignore[arg-type]
        )


def make_scene() -> Scene:
    site = Site.objects.create(key="scene-hq", name_zh="总部", name_en="Head office")
    after = Team.objects.create(key="scene-after", name_zh="售后一组", name_en="After-sales 1", site=site)
    sales = Team.objects.create(key="scene-sales", name_zh="售前组", name_en="Sales", site=site)
    role = Role.objects.create(key="scene-role", name_zh="客服", name_en="Agent", permissions=EVERYTHING)
    people = {}
    for number, (login, name, team, reach) in enumerate(
        [
            ("lin", "林晓", after, "own"),
            ("zhao", "赵磊", after, "team"),
            ("he", "何静", sales, "own"),
            ("zhou", "周敏", None, "all"),
        ]
    ):
        account = Account.objects.create_user(f"scene-{login}", "correct horse battery", display_name=name)
        Employee.objects.create(account=account, number=f"S{number}", site=site, team=team)
        Grant.objects.create(account=account, role=role, reach=reach, granted_at=NOW)
        people[login] = account
    Team.objects.filter(pk=after.pk).update(leader=Employee.objects.get(account=people["zhao"]))
    calendar = Calendar.objects.create(key="scene", name_zh="全天", always_open=True)
    tier = Tier.objects.create(key="scene-vip", name_zh="贵宾", name_en="VIP", rank=9, priority=2)
    customer = Customer.objects.create(name="王芳", tier=tier, created_at=NOW, updated_at=NOW, vector=vector("王芳"))
    return Scene(
        **people,
        service=Queue.objects.create(
            key="scene-service", name_zh="售后服务", name_en="After-sales", calendar=calendar, team=after
        ),
        sales=Queue.objects.create(key="scene-sales", name_zh="售前咨询", name_en="Sales", calendar=calendar, team=sales),
        complaint=CaseType.objects.create(key="scene-complaint", name_zh="投诉", name_en="Complaint"),
        customer=customer,
    )
