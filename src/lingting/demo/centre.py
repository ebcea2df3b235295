"""The demo centre from outside: made on the first start, announced, made to live, removed."""

from __future__ import annotations

import os
from collections.abc import Callable

from django.db import DatabaseError, connection, transaction
from django.utils import timezone

from lingting.demo import content
from lingting.demo.laying import complaints, orders
from lingting.demo.laying.floor import WIDGET_KEY, open_round_the_clock
from lingting.demo.world import PASSWORD, build_world
from lingting.kernel.accounts.models import Account
from lingting.platform.audit import PROGRAM, Actor, acting
from lingting.platform.refusals import Refusal
from lingting.platform.terminal import gettext as _
from lingting.platform.terminal import wide
from lingting.service.channels.chat.models import Widget

Say = Callable[[str], None]
DAYS = 60
LONGEST_DAYS = 365


class BadDays(Refusal):
    """The history was asked for in a way that is no number of days."""


class CentreNotEmpty(Refusal):
    """The demo centre is laid into an empty database only."""


def create_on_first_start(say: Say) -> None:
    """Lays the demo centre when there is nobody yet; a centre that has people is left alone.

    `DEMO_DAYS` in the environment says how many days of history it gets.
    """
    if Account.objects.exists():
        return
    create(say, days=_days_of_history())


def create(say: Say, *, days: int = DAYS, seed: int = 20261121) -> None:
    """The whole demo centre with its history. Raises `CentreNotEmpty`."""
    if Account.objects.exists():
        raise CentreNotEmpty(_("There are accounts already: the demo centre is made in an empty database only."))
    now = timezone.now()
    with acting(Actor(kind=PROGRAM, id="demo", label="demo"), via="command"), transaction.atomic():
        say(_("Making the demo centre: people, queues, customers, knowledge …"))
        build_world(now=now)
        open_round_the_clock(now=now)
        from lingting.demo.history import lay_history

        lay_history(days=days, seed=seed, now=now, say=say)
        orders.lay(seed=seed, now=now)
        complaints.lay(seed=seed, now=now)


def _days_of_history() -> int:
    named = os.environ.get("DEMO_DAYS", "").strip()
    if not named:
        return DAYS
    if not named.isdecimal() or int(named) > LONGEST_DAYS:
        raise BadDays(
            _("DEMO_DAYS is a number of days from 0 to %(longest)d, not “%(named)s”.") % {"longest": LONGEST_DAYS, "named": named}
        )
    return int(named)


def run_command(
    *, remove: bool, live: bool, rate: float, days: int, seed: int, url: str, pace: float = 2.0, everyone: bool = False
) -> None:
    """`lingting demo`: makes the centre, lets it live, or removes it."""
    if remove:
        from lingting.demo.removal import remove_demo

        print(_("The demo centre is gone: %(count)d tables are empty.") % {"count": len(remove_demo())})
    elif live:
        from lingting.demo.live import run_live

        secret = _shop_secret()
        connection.close()  # From here on everything goes through the public interfaces.
        run_live(url=url, rate=rate, seed=seed, pace=pace, everyone=everyone, secret=secret)
    else:
        create(print, days=days, seed=seed)


def _shop_secret() -> str:
    """What the shop's own site keeps to say who its signed-in customers are; empty when no centre is at hand."""
    try:
        widget = Widget.objects.filter(key=WIDGET_KEY).first()
    except DatabaseError:
        return ""
    return widget.secret if widget else ""


def greeting(url: str) -> str:
    """What a newcomer needs to begin."""
    cast = content.organisation().cast
    people = content.organisation()
    shop, help_centre = _("Shop with the chat"), _("Help centre")
    lines = [
        f"  {wide(shop, columns=20)} {url}/demo/shop/",
        f"  {wide(help_centre, columns=20)} {url}/help/",
        "",
        "  " + _("Sign in (password %(password)s):") % {"password": PASSWORD},
    ]
    for login, what in (
        (cast.newcomer, _("agent, third month")), (cast.experienced, _("agent")), (cast.team_leader, _("team leader")),
        (cast.supervisor, _("supervisor")), (cast.manager, _("manager")), (cast.knowledge_editor, _("knowledge editor")),
        (cast.administrator, _("administrator")),
    ):  # fmt: skip
        lines.append(f"    {login:<16}{wide(people.person(login).name, columns=8)}{what}")
    return "\n".join(lines) + "\n"
