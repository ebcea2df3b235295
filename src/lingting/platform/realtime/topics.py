"""Which topics exist and who may listen to them.

A topic is a word, or a word and a key: `"wallboard"`, `"case:481"`. The word before the
colon is the prefix; the app that owns the thing registers one check for it.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Collection

from lingting.platform.realtime.visitors import Visitor

TOPIC = re.compile(r"[a-z][a-z0-9_.-]{0,39}(:[A-Za-z0-9_.-]{1,60})?", re.ASCII)

TopicCheck = Callable[[Visitor, frozenset[str]], Collection[str]]

_checks: dict[str, TopicCheck] = {}


def register_topic(prefix: str, check: TopicCheck) -> None:
    """Let visitors listen to topics that begin with `prefix`.

    `check(visitor, topics)` gets all asked topics of this prefix at once and returns those
    allowed, so that one query can answer for a whole list. It runs in a thread with Django's
    ORM at connect and again every minute. For a check of one topic at a time, wrap it in `each`.
    """
    _checks[prefix] = check


def each(allows: Callable[[Visitor, str], bool]) -> TopicCheck:
    """Make a check of many topics from a check of one: `register_topic("case", each(may_see))`."""

    def check(visitor: Visitor, topics: frozenset[str]) -> Collection[str]:
        return {topic for topic in topics if allows(visitor, topic)}

    return check


def key_of(topic: str) -> str:
    """The part after the colon: `"481"` of `"case:481"`, `""` of `"wallboard"`."""
    return topic.partition(":")[2]


def is_topic(name: str) -> bool:
    """Whether a name is well formed; it may still be unknown or forbidden."""
    return TOPIC.fullmatch(name) is not None


def refused_topics(visitor: Visitor, *, topics: Collection[str]) -> frozenset[str]:
    """The topics among those asked that this visitor may not hear. Reads the database."""
    asked: dict[str, set[str]] = defaultdict(set)
    for topic in topics:
        asked[topic.partition(":")[0]].add(topic)
    refused: set[str] = set()
    for prefix, names in asked.items():
        check = _checks.get(prefix)
        allowed = set(check(visitor, frozenset(names))) if check else set()
        refused |= names - allowed
    return frozenset(refused)
