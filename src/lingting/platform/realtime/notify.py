"""What writers call: wake the hub after a commit, or send a passing signal."""

from __future__ import annotations

import json
import logging
from collections.abc import Collection, Mapping, Sequence

from django.db import DEFAULT_DB_ALIAS, DatabaseError, connections, transaction
from django.utils.translation import gettext as _

from lingting.platform.database.binding import bound_cursor
from lingting.platform.database.standing import standing, standing_under
from lingting.platform.realtime.topics import is_topic
from lingting.platform.refusals import Refusal

WAKE_CHANNEL = "lingting_live"
SIGNAL_CHANNEL = "lingting_signal"
WORK_CHANNEL = "lingting_work"
SIGNAL_LIMIT_BYTES = 7_900

_log = logging.getLogger(__name__)


class SignalTooLarge(Refusal):
    """A passing signal must fit into one NOTIFY."""

    code = "signal_too_large"
    status = 413


class BadTopic(Refusal):
    """A topic name is malformed."""

    code = "bad_topic"
    status = 422


def wake(*, channel: str = WAKE_CHANNEL, using: str = DEFAULT_DB_ALIAS) -> None:
    """Tell those who listen, once this transaction is committed, that there is something to read.

    `WAKE_CHANNEL` wakes the hubs, `WORK_CHANNEL` whoever hands out work. All calls in one transaction become one
    statement. It is sent after the commit on its own: a NOTIFY inside the transaction would make all commits queue
    for one lock. A lost wake loses nothing; both also look by themselves every second.
    """
    # What stands goes only when something is rolled back that we stand under too: ours may go with it.
    _add(next(standing(_Notices, using=using), None), (channel, ""), using=using)


class _Notices:
    """What is to be told after the commit, in one statement."""

    def __init__(self, using: str, told: dict[tuple[str, str], None]) -> None:
        self.told = told
        self._using = using

    def __call__(self) -> None:
        _send(self._using, list(self.told))


def _add(notices: _Notices | None, *told: tuple[str, str], using: str) -> None:
    """Adds to what stands, or lists anew (and tells at once outside a transaction)."""
    if notices is None:
        transaction.on_commit(_Notices(using, dict.fromkeys(told)), using=using, robust=True)
    else:
        notices.told |= dict.fromkeys(told)


def signal(
    topics: Collection[str],
    *,
    kind: str,
    data: Mapping[str, object],
    using: str = DEFAULT_DB_ALIAS,
) -> None:
    """Send something that matters only now (typing, who is looking) to those listening.

    It is stored nowhere and never replayed; slow listeners may miss it. Inside a transaction
    it leaves after the commit. Raises `BadTopic`, or `SignalTooLarge` above 7,900 bytes of JSON.
    """
    signals([(topics, data)], kind=kind, using=using)


def signals(
    each: Sequence[tuple[Collection[str], Mapping[str, object]]], *, kind: str, using: str = DEFAULT_DB_ALIAS
) -> None:
    """Send several signals of one kind, each to its own topics, in one statement. Raises as `signal` does."""
    payloads = [(SIGNAL_CHANNEL, _payload(topics, kind=kind, data=data)) for topics, data in each]
    if payloads:
        # A signal must not outlive what it tells of: it joins those who go with every savepoint open now.
        here = set(connections[using].savepoint_ids)
        beside = (notices for under, notices in standing_under(_Notices, using=using) if under == here)
        _add(next(beside, None), *payloads, using=using)


def _payload(topics: Collection[str], *, kind: str, data: Mapping[str, object]) -> str:
    for topic in topics:
        if not is_topic(topic):
            raise BadTopic(_("“%(topic)s” is not a topic name.") % {"topic": topic})
    payload = json.dumps({"topics": sorted(topics), "kind": kind, "data": data}, separators=(",", ":"), ensure_ascii=False)
    if len(payload.encode()) > SIGNAL_LIMIT_BYTES:
        raise SignalTooLarge(_("This signal is too large to pass on. Send a reference to the content instead of the content."))
    return payload


def _send(using: str, notices: Sequence[tuple[str, str]]) -> None:
    """NOTIFY on the writer's connection; failing must not undo what is already committed."""
    try:
        with bound_cursor(connections[using]) as cursor:
            cursor.execute(
                "SELECT pg_notify(channel, payload) FROM unnest(%s::text[], %s::text[]) AS given(channel, payload)",
                [[channel for channel, _text in notices], [payload for _channel, payload in notices]],
            )
    except DatabaseError:
        _log.warning("Could not notify the live hubs; they will look by themselves.", exc_info=True)
