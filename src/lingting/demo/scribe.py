"""Writes the generated past: rows gathered in memory, ids given out here, stored by COPY in one go."""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from django.db import connection
from psycopg.types.json import Jsonb

from lingting.demo.content.records import Dialogue, Ending, Language, Speaker
from lingting.demo.shifts import LONGEST_PAUSE_SECONDS, Served, Shift
from lingting.kernel.accounts.models import Account
from lingting.kernel.questionnaires.models import Item
from lingting.kernel.questionnaires.selectors import current_version
from lingting.platform.search import vector
from lingting.platform.terminal import gettext as _
from lingting.service.crm.models import Customer
from lingting.service.desk.models import CaseType, Queue, Tag
from lingting.service.feedback.foundation import RATING_KEY
from lingting.service.routing.models import AwayReason

_VARIABLE = re.compile(r"\{\{\s*([\w.]+)\s*\}\}")
_TABLES: dict[str, tuple[str, ...]] = {
    "desk_case": (
        "id", "customer_id", "queue_id", "type_id", "assignee_id", "subject", "channel", "state", "priority", "preview",
        "preview_kind", "opened_at", "active_at", "waiting_since_at", "due_at", "closed_at", "closed_by_id", "unread_count",
        "is_demo", "tag_ids",
    ),
    "desk_conversation": ("id", "case_id", "channel", "started_at", "ended_at", "ended_by"),
    "desk_message": (
        "id", "conversation_id", "case_id", "kind", "author_id", "text", "data", "created_at", "delivered_at", "read_at", "vector",
    ),
    "desk_case_tags": ("case_id", "tag_id"),
    "routing_contact": (
        "id", "conversation_id", "case_id", "queue_id", "channel", "priority", "entered_at", "ended_at", "outcome",
        "answered_at", "answered_by_id", "wait_seconds", "talk_seconds", "wrap_up_seconds", "finished_at", "is_demo",
    ),
    "routing_assignment": (
        "conversation_id", "contact_id", "account_id", "weight", "is_exclusive", "reason", "started_at", "ended_at", "end_reason",
        "wrap_up_until_at", "released_at",
    ),
    "routing_presencespell": ("account_id", "state", "reason_id", "started_at", "ended_at"),
    "questionnaires_response": (
        "id", "version_id", "respondent_kind", "respondent_id", "subject_type", "subject_id", "answered_at", "score",
        "is_critical_failure",
    ),
    "questionnaires_answer": ("response_id", "item_id", "value"),
    "feedback_rating": (
        "conversation_id", "case_id", "queue_id", "account_id", "response_id", "score", "comment", "rated_at", "is_demo",
    ),
    "timeline_entry": (
        "occurred_at", "kind", "subject_type", "subject_id", "actor_kind", "actor_id", "actor_label", "data",
    ),
}  # fmt: skip
_WITH_IDS = ("desk_case", "desk_conversation", "desk_message", "routing_contact", "questionnaires_response")
OPEN_HOURS = 30


class Scribe:
    """Turns what happened on the floor into rows."""

    def __init__(self, rng: random.Random, *, customers: Sequence[tuple[int, str, str]], now: datetime) -> None:
        self._rng = rng
        self._now = now
        self.contacts = 0
        self._rows: dict[str, list[tuple[Any, ...]]] = {table: [] for table in _TABLES}
        self._last = {table: self._highest(table) for table in _WITH_IDS}
        self._accounts = dict(Account.objects.values_list("login", "id"))
        self._names = dict(Account.objects.values_list("id", "display_name"))
        self._queues = {queue.key: queue for queue in Queue.objects.all()}
        self._types = dict(CaseType.objects.values_list("key", "id"))
        self._tags: dict[str, int] = dict(Tag.objects.values_list("name", "id"))
        self._meal = AwayReason.objects.filter(key="meal").values_list("id", flat=True).first()
        self._version = current_version(RATING_KEY)
        self._items = dict(Item.objects.filter(section__version=self._version).values_list("key", "id"))
        self._crowd = {
            Language.ENGLISH: [each for each in customers if each[2] == "en"],
            Language.CHINESE: [each for each in customers if each[2] != "en"],
        }
        self._named = {
            str(key).removeprefix("demo-"): (pk, name)
            for key, pk, name in Customer.objects.filter(external_id__startswith="demo-").values_list("external_id", "id", "name")
        }

    @staticmethod
    def _highest(table: str) -> int:
        with connection.cursor() as cursor:
            cursor.execute(f'SELECT COALESCE(max(id), 0) FROM "{table}"')
            return int(cursor.fetchone()[0])

    def _next(self, table: str) -> int:
        self._last[table] += 1
        return self._last[table]

    def write_shift(self, shift: Shift, *, until: datetime) -> None:
        """A day of presence: ready, a meal, ready again. What lies ahead has not happened."""
        account_id = self._accounts[shift.login]
        back_at = shift.break_at + timedelta(minutes=self._rng.uniform(38, 55))
        for state, reason_id, starts_at, ends_at in (
            ("ready", None, shift.starts_at, shift.break_at),
            ("away", self._meal, shift.break_at, back_at),
            ("ready", None, back_at, shift.ends_at),
        ):
            if starts_at < until and starts_at < ends_at:
                self._rows["routing_presencespell"].append((account_id, state, reason_id, starts_at, min(ends_at, until)))

    def write_contact(self, served: Served, dialogue: Dialogue) -> None:
        """One contact with its case, messages, assignment and perhaps a rating."""
        if served.ended_at >= self._now:
            return
        self.contacts += 1
        queue = self._queues[served.queue]
        customer_id, customer_name = self._customer(dialogue)
        case_id, talk_id = self._next("desk_case"), self._next("desk_conversation")
        account_id = self._accounts[served.login] if served.login else None
        wait = (served.answered_at - served.at).total_seconds()
        contact_id = self._next("routing_contact")
        self._rows["routing_contact"].append(
            (
                contact_id, talk_id, case_id, queue.pk, "chat", 0, served.at, served.answered_at,
                "answered" if account_id else "abandoned", served.answered_at if account_id else None, account_id, wait,
                (served.ended_at - served.answered_at).total_seconds() if account_id else None,
                (served.wrapped_at - served.ended_at).total_seconds() if account_id else None, served.wrapped_at, True,
            )
        )  # fmt: skip
        words = {"customer": customer_name, "case": case_id, "agent": self._names.get(account_id or 0, ""), "queue": queue.name_zh}
        preview = self._write_messages(served, dialogue, case_id, talk_id, account_id, words)
        self._write_case(served, dialogue, case_id, customer_id, queue, account_id, preview)
        self._rows["desk_conversation"].append(
            (talk_id, case_id, "chat", served.at, served.ended_at, "agent" if account_id and self._rng.random() < 0.6 else "customer")
        )
        if account_id:
            self._rows["routing_assignment"].append(
                (
                    talk_id, contact_id, account_id, 1, False, Jsonb({"code": "longest_idle", "agent": account_id, "relaxed": []}),
                    served.answered_at, served.ended_at, "by_agent", served.wrapped_at, served.wrapped_at,
                )
            )  # fmt: skip
            self._maybe_rate(served, dialogue, case_id, talk_id, queue.pk, account_id, customer_id)
        self._write_facts(served, case_id, talk_id, contact_id, queue.pk, account_id, customer_id)

    def _customer(self, dialogue: Dialogue) -> tuple[int, str]:
        if dialogue.customer in self._named:
            return self._named[dialogue.customer]
        chosen = self._rng.choice(self._crowd[dialogue.language] or self._crowd[Language.CHINESE])
        return chosen[0], chosen[1]

    def _write_messages(
        self, served: Served, dialogue: Dialogue, case_id: int, talk_id: int, account_id: int | None, words: dict[str, Any]
    ) -> tuple[str, str]:
        """The turns, spread over the time the conversation took; an abandoned one has the customer's first words only."""
        turns = [turn for turn in dialogue.turns if turn.text]
        if account_id is None:
            first_ours = next((place for place, turn in enumerate(turns) if turn.speaker is Speaker.AGENT), len(turns))
            turns = turns[:first_ours] or turns[:1]
        said = sum(min(turn.after_seconds, LONGEST_PAUSE_SECONDS) for turn in turns) or 1
        pace = max(0.2, (served.ended_at - served.answered_at).total_seconds() / said)
        at = served.at
        last = ("", "customer")
        joined = False
        for turn in turns:
            ours = turn.speaker is Speaker.AGENT
            if ours and not joined:
                at = max(at, served.answered_at)
                self._add(talk_id, case_id, "system", None, "", {"code": "agent_joined", "params": {"name": words["agent"]}}, at)
                joined = True
            at = min(at + timedelta(seconds=min(turn.after_seconds, LONGEST_PAUSE_SECONDS) * (pace if joined else 0.2)), served.ended_at)
            text = _VARIABLE.sub(lambda found: _filled(found.group(1), words), turn.text)
            self._add(talk_id, case_id, "agent" if ours else "customer", account_id if ours else None, text, None, at)
            last = (" ".join(text.split())[:140], "agent" if ours else "customer")
        return last

    def _add(
        self, talk_id: int, case_id: int, kind: str, author_id: int | None, text: str, data: dict[str, Any] | None, at: datetime
    ) -> None:
        seen = at + timedelta(seconds=3)
        self._rows["desk_message"].append(
            (
                self._next("desk_message"), talk_id, case_id, kind, author_id, text, Jsonb(data) if data else None, at, seen, seen,
                vector(text) if text else "",
            )
        )  # fmt: skip

    def _write_case(
        self, served: Served, dialogue: Dialogue, case_id: int, customer_id: int, queue: Queue, account_id: int | None,
        preview: tuple[str, str],
    ) -> None:  # fmt: skip
        """Closed, but for what is recent and needs more: that waits for the customer or for us."""
        recent = self._now - served.ended_at < timedelta(hours=OPEN_HOURS)
        needs_more = dialogue.ending in {Ending.FOLLOW_UP, Ending.WORK_ORDER} and self._rng.random() < 0.5
        state = "closed"
        waiting_since: datetime | None = None
        due: datetime | None = None
        closed_at: datetime | None = served.wrapped_at
        if recent and account_id is None and self._rng.random() < 0.35:
            state, waiting_since, due, closed_at = "open", served.at, served.at + timedelta(hours=queue.response_hours), None
        elif recent and account_id and needs_more:
            state, closed_at = ("waiting" if self._rng.random() < 0.6 else "open"), None
            if state == "open":
                waiting_since = served.ended_at
                due = served.ended_at + timedelta(hours=queue.response_hours)
        tag_ids = sorted({self._tag(name) for name in dialogue.tags[:3]})
        self._rows["desk_case_tags"] += [(case_id, tag_id) for tag_id in tag_ids]
        self._rows["desk_case"].append(
            (
                case_id, customer_id, queue.pk, self._types.get(dialogue.contact_type.replace("_", "-")), account_id,
                dialogue.subject[:200], "chat", state, 2 if dialogue.ending is Ending.WORK_ORDER else 3, preview[0], preview[1],
                served.at, served.wrapped_at, waiting_since, due, closed_at, account_id if closed_at else None,
                1 if state == "open" else 0, True, tag_ids or None,
            )
        )  # fmt: skip

    def _tag(self, name: str) -> int:
        if name not in self._tags:
            self._tags[name] = Tag.objects.create(name=name[:40]).pk
        return self._tags[name]

    def _maybe_rate(
        self, served: Served, dialogue: Dialogue, case_id: int, talk_id: int, queue_id: int, account_id: int, customer_id: int
    ) -> None:
        waited = (served.answered_at - served.at).total_seconds()
        if self._version is None or not dialogue.rating or self._rng.random() > 0.41:
            return
        score = dialogue.rating
        if waited > 60 and self._rng.random() < 0.5:
            score -= 1
        score = min(5, max(1, score + self._rng.choice((0, 0, 0, 0, -1, 1))))
        response_id, rated_at = self._next("questionnaires_response"), served.ended_at + timedelta(seconds=20)
        comment = dialogue.comment if score == dialogue.rating and self._rng.random() < 0.6 else ""
        self._rows["questionnaires_response"].append(
            (
                response_id, self._version.pk, "customer", customer_id, "desk.conversation", talk_id, rated_at,
                Decimal(score - 1) / 4, False,
            )
        )  # fmt: skip
        self._rows["questionnaires_answer"].append((response_id, self._items["score"], Jsonb({"value": score})))
        if comment:
            self._rows["questionnaires_answer"].append((response_id, self._items["comment"], Jsonb({"value": comment})))
        self._rows["feedback_rating"].append(
            (talk_id, case_id, queue_id, account_id, response_id, score, comment, rated_at, True)
        )

    def _write_facts(
        self, served: Served, case_id: int, talk_id: int, contact_id: int, queue_id: int, account_id: int | None, customer_id: int
    ) -> None:
        """The log of the case, in the words of the live facts; nobody hears of it live."""
        facts = self._rows["timeline_entry"]
        pass_of = {"conversation_id": talk_id, "contact_id": contact_id, "queue_id": queue_id}
        opened = {"customer_id": customer_id, "queue_id": queue_id, "channel": "chat"}
        facts.append((served.at, "CaseOpened", "desk.case", case_id, "customer", customer_id, "", Jsonb(opened)))
        if account_id is None:
            left = {**pass_of, "wait_seconds": (served.answered_at - served.at).total_seconds(), "outcome": "abandoned"}
            facts.append((served.ended_at, "ContactAbandoned", "desk.case", case_id, "customer", customer_id, "", Jsonb(left)))
            return
        name = self._names[account_id]
        answered = {**pass_of, "account_id": account_id, "account_label": name,
                    "wait_seconds": (served.answered_at - served.at).total_seconds()}  # fmt: skip
        facts.append((served.answered_at, "ContactAnswered", "desk.case", case_id, "staff", account_id, name, Jsonb(answered)))
        facts.append((served.wrapped_at, "CaseClosed", "desk.case", case_id, "staff", account_id, name,
                      Jsonb({"assignee_id": account_id})))  # fmt: skip

    def store(self, say: Callable[[str], None]) -> None:
        """Everything into the database, sequences brought up to date."""
        counts = {"contacts": self.contacts, "messages": len(self._rows["desk_message"])}
        say(_("Storing %(contacts)d contacts and %(messages)d messages …") % counts)
        with connection.cursor() as cursor:
            for table, columns in _TABLES.items():
                names = ", ".join(f'"{column}"' for column in columns)
                with cursor.copy(f'COPY "{table}" ({names}) FROM STDIN') as copy:
                    for row in self._rows[table]:
                        copy.write_row(row)
            for table in _WITH_IDS:
                cursor.execute(f"SELECT setval(pg_get_serial_sequence('{table}', 'id'), GREATEST(%s, 1))", [self._last[table]])
        with connection.cursor() as cursor:
            cursor.execute("ANALYZE")


def _filled(name: str, words: dict[str, Any]) -> str:
    known = {
        "customer.name": words["customer"], "case.number": f"#{words['case']}", "agent.name": words["agent"],
        "queue.name": words["queue"], "order.number": f"HY{words['case']:08d}", "customer.phone": "1380000****",
        "customer.city": "成都",
    }  # fmt: skip
    return str(known.get(name, ""))
