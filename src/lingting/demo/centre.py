"""The demo centre from outside: made on the first start, announced, made to live, removed."""

from __future__ import annotations

from collections.abc import Callable

from django.db import transaction
from django.utils import timezone

from lingting.demo import content
from lingting.demo.world import PASSWORD, build_world
from lingting.kernel.accounts.models import Account
from lingting.platform.refusals import Refusal

Say = Callable[[str], None]


class CentreNotEmpty(Refusal):
    """The demo centre is laid into an empty database only."""


def create_on_first_start(say: Say) -> None:
    """Lays the demo centre when there is nobody yet; a centre that has people is left alone."""
    if Account.objects.exists():
        return
    create(say)


def create(say: Say, *, days: int = 60, seed: int = 20261121) -> None:
    """The whole demo centre with its history. Raises `CentreNotEmpty`."""
    if Account.objects.exists():
        raise CentreNotEmpty("There are accounts already: the demo centre is made in an empty database only.")
    now = timezone.now()
    with transaction.atomic():
        say("Making the demo centre: people, queues, customers, knowledge …")
        build_world(now=now)
        from lingting.demo.history import lay_history

        lay_history(days=days, seed=seed, now=now, say=say)


def run_command(*, remove: bool, live: bool, rate: float, days: int, seed: int, url: str) -> None:
    """`lingting demo`: makes the centre, lets it live, or removes it."""
    if remove:
        from lingting.demo.removal import remove_demo

        print(f"The demo centre is gone: {len(remove_demo())} tables are empty.")
    elif live:
        from lingting.demo.live import run_live

        run_live(url=url, rate=rate, seed=seed)
    else:
        create(print, days=days, seed=seed)


def greeting(url: str) -> str:
    """What a newcomer needs to begin."""
    cast = content.organisation().cast
    people = content.organisation()
    lines = [
        f"  Shop with the chat   {url}/demo/shop/",
        f"  Help centre          {url}/help/",
        "",
        f"  Sign in (password {PASSWORD}):",
    ]
    for login, what in (
        (cast.newcomer, "agent, third month"), (cast.experienced, "agent"), (cast.team_leader, "team leader"),
        (cast.supervisor, "supervisor"), (cast.manager, "manager"), (cast.knowledge_editor, "knowledge editor"),
        (cast.administrator, "administrator"),
    ):  # fmt: skip
        lines.append(f"    {login:<16}{people.person(login).name}  {what}")
    return "\n".join(lines) + "\n"
