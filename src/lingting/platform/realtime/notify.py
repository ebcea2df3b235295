"""What writers call: wake the hub after a commit, or send a passing signal."""

from __future__ import annotations

import json
import logging
from collections.abc import Collection, Mapping

from django.db import DEFAULT_DB_ALIAS, DatabaseError, connections, transaction
from django.utils.translation import gettext as _

from lingting.platform.realtime.topics import is_topic
from lingting.platform.refusals import Refusal

WAKE_CHANNEL = "lingting_live"
SIGNAL_CHANNEL = "lingting_signal"
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


def wake(*, using: str = DEFAULT_DB_ALIAS) -> None:
    """Tell the hubs, once this transaction is committed, that there is something to read.

    Any number of calls in one transaction becomes one NOTIFY. It is sent after the commit
    on its own: a NOTIFY inside the transaction would make all commits queue for one lock.
    A lost wake loses nothing; hubs also look by themselves every second.
    """
    registered = connections[using].run_on_commit
    if any(getattr(hook[1], "wakes_live_hub", False) for hook in registered):
        return

    def send() -> None:
        _send(using, WAKE_CHANNEL, "")

    send.wakes_live_hub = True  # type: ignore[attr-defined]
    transaction.on_commit(send, using=using, robust=True)


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
    for topic in topics:
        if not is_topic(topic):
            raise BadTopic(_("“%(topic)s” is not a topic name.") % {"topic": topic})
    payload = json.dumps({"topics": sorted(topics), "kind": kind, "data": data}, separators=(",", ":"), ensure_ascii=False)
    if len(payload.encode()) > SIGNAL_LIMIT_BYTES:
        raise SignalTooLarge(_("This signal is too large to pass on. Send a reference to the content instead of the content."))
    transaction.on_commit(lambda: _send(using, SIGNAL_CHANNEL, payload), using=using, robust=True)


def _send(using: str, channel: str, payload: str) -> None:
    """NOTIFY on the writer's connection; failing must not undo what is already committed."""
    try:
        with connections[using].cursor() as cursor:
            cursor.execute("SELECT pg_notify(%s, %s)", [channel, payload])
    except DatabaseError:
        _log.warning("Could not notify the live hubs on %s; they will look by themselves.", channel, exc_info=True)
