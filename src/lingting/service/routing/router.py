"""The router process: elected by an advisory lock, it hands out waiting work round by round.

A round reads the floor from the database, asks `science.match`, and makes the offers in one transaction. It holds
nothing that a crash could lose: whoever takes the lock next goes on with the next round. Rounds run when a
fact wakes them, when time alone changes something, and every second in any case.
"""

from __future__ import annotations

import logging
import os
import socket
import threading
import time
from collections.abc import Callable
from datetime import datetime, timedelta
from functools import partial

import psycopg
from django.db import Error as DatabaseFailure
from django.db import connection, connections
from django.utils import timezone

from lingting.platform.realtime.health import hub_health
from lingting.platform.realtime.notify import WORK_CHANNEL
from lingting.platform.realtime.serving import database_conninfo
from lingting.science.match import match
from lingting.service.routing.models import RouterLease
from lingting.service.routing.selectors.health import GROUP
from lingting.service.routing.services import (
    Proposal,
    drop_lost_agents,
    expire_offers,
    make_offers,
    release_wrapped_up,
    requeue_orphans,
)
from lingting.service.routing.snapshot import Settings, read_settings, ready_agents, waiting_contacts, work_of

LOCK_KEY = 0x4C54_524F  # "LTRO"
LONGEST_PAUSE_SECONDS = 1.0
SHORTEST_PAUSE_SECONDS = 0.03
LONGEST_REST_SECONDS = 0.1
REST_SHARE = 4.0
"""A round and the rest after it last at least so many times the round: many arrivals mean larger rounds, not more of them."""
SETTINGS_SECONDS = 3.0
SWEEP_SECONDS = 1.0
ELECTION_SECONDS = 1.0
HUB_SETTLED = timedelta(seconds=15)

_log = logging.getLogger(__name__)


def run_router(*, stop_event: threading.Event) -> None:
    """Leads while it holds the lock, waits for it while it does not, until the event is set."""
    while not stop_event.is_set():
        try:
            with psycopg.connect(database_conninfo(), autocommit=True) as control:
                if _elected(control):
                    _log.info("This router leads.")
                    Router(control).lead(stop_event)
                else:
                    stop_event.wait(ELECTION_SECONDS)
        except (psycopg.Error, DatabaseFailure) as error:
            _log.warning("The router lost the database (%s); it tries again.", error)
            connections.close_all()
            stop_event.wait(ELECTION_SECONDS)


def _elected(control: psycopg.Connection) -> bool:
    row = control.execute("SELECT pg_try_advisory_lock(%s)", [LOCK_KEY]).fetchone()
    return bool(row and row[0])


class Router:
    """The leader's loop. `control` is the connection that holds the lock and hears the wake-ups."""

    def __init__(self, control: psycopg.Connection) -> None:
        self._control = control
        self._settings: Settings | None = None
        self._due: dict[str, float] = {}
        self._hub_well_since: datetime | None = None

    def lead(self, stop_event: threading.Event) -> None:
        """Rounds until the event is set or the lock's connection breaks."""
        self._control.execute(f"LISTEN {WORK_CHANNEL}")
        name = f"{socket.gethostname()}:{os.getpid()}"
        started = timezone.now()
        RouterLease.objects.update_or_create(
            group=GROUP, defaults={"process": name, "since_at": started, "beat_at": started}
        )
        while not stop_event.is_set():
            began = time.monotonic()
            now = timezone.now()
            recheck_at = self.round(now=now)
            self._every(SWEEP_SECONDS, "sweep", partial(self._sweep, now=now))
            self._wait(recheck_at, began=began)

    def round(self, *, now: datetime) -> float | None:
        """One decision over the whole floor; returns when time alone can change it (seconds since 1970)."""
        self._every(SETTINGS_SECONDS, "settings", self._read_settings)
        assert self._settings is not None
        contacts = waiting_contacts()
        if not contacts:
            return None
        agents = ready_agents(self._settings)
        work = work_of(contacts, self._settings, agents=agents, now=now)
        result = match(work, agents=agents, now=now.timestamp())
        if result.pairs:
            queue_of = {item.id: item.queue for item in work}
            make_offers(
                [
                    Proposal(
                        contact_id=int(pair.work_id), account_id=int(pair.agent_id), reason=pair.reason.as_data(),
                        offer_seconds=self._settings.rule(int(queue_of[pair.work_id])).offer_seconds,
                    )
                    for pair in result.pairs
                ],
                now=now,
            )  # fmt: skip
        return result.recheck_at

    def _read_settings(self) -> None:
        self._settings = read_settings()

    def _sweep(self, *, now: datetime) -> None:
        """What time alone brings: offers and wrap-ups run out, people are lost, crashes are mended."""
        expire_offers(now=now)
        release_wrapped_up(now=now)
        if self._hub_is_settled(now=now):
            drop_lost_agents(now=now)
        requeue_orphans(now=now)
        RouterLease.objects.filter(pk=GROUP).update(beat_at=now)

    def _hub_is_settled(self, *, now: datetime) -> bool:
        """Nobody counts as lost while the hub itself is away or has only just come back."""
        if hub_health(now=now).hubs == 0:
            self._hub_well_since = None
            return False
        self._hub_well_since = self._hub_well_since or now
        return now - self._hub_well_since >= HUB_SETTLED

    def _every(self, period: float, name: str, act: Callable[[], None]) -> None:
        if time.monotonic() >= self._due.get(name, 0.0):
            self._due[name] = time.monotonic() + period
            act()

    def _wait(self, recheck_at: float | None, *, began: float) -> None:
        """Sleeps until a fact, a moment of the rule, or a second; gathers bursts into one round."""
        pause, worked = LONGEST_PAUSE_SECONDS, time.monotonic() - began
        if recheck_at is not None:
            pause = min(pause, max(0.0, recheck_at - time.time()))
        if pause > 0:
            for _notice in self._control.notifies(timeout=pause, stop_after=1):
                pass
        left = max(SHORTEST_PAUSE_SECONDS, min(LONGEST_REST_SECONDS, REST_SHARE * worked)) - (time.monotonic() - began)
        if left > 0:
            time.sleep(left)
        self._forget_notices()
        connection.close_if_unusable_or_obsolete()

    def _forget_notices(self) -> None:
        for _notice in self._control.notifies(timeout=0):
            pass
