"""The centre that demo data, tests and screenshots share: its people, queues and customers, and how to name them.

`build_world` lays them into an empty database in about a second; `World` finds them by their content keys.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from lingting.demo import content
from lingting.demo.laying import customers, floor, people, shelves
from lingting.kernel.accounts.models import Account
from lingting.kernel.organisation.models import Employee, Site, Team
from lingting.service.crm.models import Customer
from lingting.service.desk.models import Queue

PASSWORD = "lingting-demo"


@dataclass(frozen=True)
class World:
    """The demo centre in the database. Everything is looked up by the keys of `demo.content`."""

    def account(self, login: str) -> Account:
        return Account.objects.get(login=login)

    def employee(self, login: str) -> Employee:
        return Employee.objects.select_related("account").get(account__login=login)

    def queue(self, key: str) -> Queue:
        return Queue.objects.select_related("rule").get(key=key)

    def team(self, key: str) -> Team:
        return Team.objects.get(key=key)

    def site(self, key: str) -> Site:
        return Site.objects.get(key=key)

    def customer(self, key: str) -> Customer:
        """A hand-written customer by its content key."""
        return Customer.objects.get(external_id=f"demo-{key}")

    # The named cast: who plays in tests and pictures.

    @property
    def newcomer(self) -> Account:
        """林晓, an agent on her third month."""
        return self.account(content.organisation().cast.newcomer)

    @property
    def experienced(self) -> Account:
        return self.account(content.organisation().cast.experienced)

    @property
    def long_name(self) -> Account:
        """尉迟·阿依古丽."""
        return self.account(content.organisation().cast.long_name)

    @property
    def team_leader(self) -> Account:
        return self.account(content.organisation().cast.team_leader)

    @property
    def supervisor(self) -> Account:
        return self.account(content.organisation().cast.supervisor)

    @property
    def manager(self) -> Account:
        return self.account(content.organisation().cast.manager)

    @property
    def knowledge_editor(self) -> Account:
        return self.account(content.organisation().cast.knowledge_editor)

    @property
    def administrator(self) -> Account:
        return self.account(content.organisation().cast.administrator)


@transaction.atomic
def build_world(*, now: datetime, with_articles: bool = True, with_customers: bool = True) -> World:
    """Lays the whole centre: organisation, accounts, calendars, queues, canned replies, knowledge, customers."""
    people.lay(now=now, password=PASSWORD)
    floor.lay(now=now)
    if with_customers:
        customers.lay(now=now)
    if with_articles:
        shelves.lay(now=now)
    return World()
