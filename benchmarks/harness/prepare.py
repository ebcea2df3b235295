"""Fills an empty database with the centre a benchmark works on, and prints who may come in; run as a process.

The demo's people, queues and customers, opening hours around the clock, and as many agents as asked for, who serve
every queue, with sessions of their own.
"""

from __future__ import annotations

import argparse
import json
import secrets
import sys

import django
from django.db import transaction


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--agents", type=int, default=0)
    parser.add_argument("--capacity", type=int, default=10)
    parser.add_argument("--history-days", type=int, default=0)
    given = parser.parse_args()
    django.setup()
    from django.core.management import call_command
    from django.utils import timezone

    from lingting.config import messages
    from lingting.config.foundation import lay_foundation
    from lingting.demo.world import build_world

    now = timezone.now()
    messages.compile_all()
    call_command("migrate", verbosity=0, interactive=False)
    lay_foundation()
    with transaction.atomic():
        build_world(now=now)
        if given.history_days:
            from lingting.demo.history import lay_history

            lay_history(days=given.history_days, seed=20261121, now=now, say=lambda text: print(text, file=sys.stderr))
    lay_foundation()
    with transaction.atomic():
        _open_around_the_clock()
        agents = _agents(given.agents, capacity=given.capacity, now=now)
    print(json.dumps({"agents": agents, "people": _people(), "token": _token(now=now)}))
    return 0


def _open_around_the_clock() -> None:
    from lingting.kernel.calendars.models import Calendar
    from lingting.service.routing.models import QueueRule

    Calendar.objects.update(always_open=True)
    QueueRule.objects.update(wrap_up_seconds=0)


def _agents(count: int, *, capacity: int, now: object) -> list[dict[str, object]]:
    from lingting.kernel.accounts.models import Account, Grant, Role
    from lingting.kernel.organisation.models import Employee, EmployeeSkill, Skill, Team
    from lingting.service.desk.models import Queue
    from lingting.service.routing.models import AgentCapacity, QueueMember

    team = Team.objects.order_by("pk").first()
    role, queues, skills = Role.objects.get(key="agent"), list(Queue.objects.all()), list(Skill.objects.all())
    accounts = Account.objects.bulk_create(
        Account(login=f"bench{number}", display_name=f"Bench {number}", password="!", is_demo=True) for number in range(count)
    )
    Grant.objects.bulk_create(Grant(account=one, role=role, reach="own", granted_at=now) for one in accounts)
    employees = Employee.objects.bulk_create(
        Employee(account=one, number=f"B{one.pk}", site=team.site, team=team) for one in accounts
    )
    EmployeeSkill.objects.bulk_create(
        EmployeeSkill(employee=one, skill=skill, level=5) for one in employees for skill in skills
    )
    QueueMember.objects.bulk_create(QueueMember(queue=queue, account=one, order=1) for one in accounts for queue in queues)
    AgentCapacity.objects.bulk_create(AgentCapacity(account=one, total=capacity) for one in accounts)
    return [_ticket(one) for one in accounts]


def _people() -> dict[str, dict[str, object]]:
    """The demo's manager and administrator, signed in."""
    from lingting.demo.world import World

    world = World()
    return {"manager": _ticket(world.manager), "administrator": _ticket(world.administrator)}


def _ticket(account: object) -> dict[str, object]:
    """A session that Django's own sign-in would have made, and a CSRF secret to go with it."""
    from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
    from django.contrib.sessions.backends.db import SessionStore

    store = SessionStore()
    store[SESSION_KEY] = str(account.pk)  # type: ignore[attr-defined]
    store[BACKEND_SESSION_KEY] = "django.contrib.auth.backends.ModelBackend"
    store[HASH_SESSION_KEY] = account.get_session_auth_hash()  # type: ignore[attr-defined]
    store.create()
    csrf = "".join(secrets.choice("abcdefghijklmnopqrstuvwxyz0123456789") for _ in range(32))
    return {"id": account.pk, "session": store.session_key, "csrf": csrf}  # type: ignore[attr-defined]


def _token(*, now: object) -> str:
    """An application's token that may read and write at the desk."""
    from lingting.demo.world import World
    from lingting.kernel.accounts.services.tokens import issue_token

    scopes = ("desk:read", "desk:write", "crm:read")
    _token, secret = issue_token("bench", owner=None, scopes=scopes, expires_at=None, by=World().administrator, now=now)
    return secret


if __name__ == "__main__":
    sys.exit(main())
