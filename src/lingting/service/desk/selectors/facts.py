"""The timeline of a case in words: each kind of fact has a sentence, apps above bring their own."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _

from lingting.kernel.accounts.models import Account
from lingting.service.desk.models import CaseType, Priority, Queue

Names = Mapping[str, Mapping[int, str]]
Words = Callable[[dict[str, Any], Names], str]


@dataclass(frozen=True, slots=True)
class SaidFact:
    """A fact as people read it: sentence, icon, who did it, when."""

    words: str
    icon: str
    who: str
    at: datetime


_words: dict[str, tuple[str, Words]] = {}


def register_fact_words(kind: str, *, icon: str, words: Words) -> None:
    """Gives a kind of fact its sentence: `words(data, names)`; `names` has account, queue and type by id."""
    _words[kind] = (icon, words)


def fact_words(entries: Iterable[Mapping[str, Any]]) -> list[SaidFact]:
    """The facts that have words, in the given order; three queries for names at most."""
    rows = [entry for entry in entries if entry["kind"] in _words]
    names = _names([row["data"] for row in rows])
    found = []
    for row in rows:
        icon, words = _words[row["kind"]]
        sentence = words(row["data"], names)
        if sentence:
            found.append(SaidFact(sentence, icon, row["actor_label"], row["occurred_at"]))
    return found


def _names(data: Sequence[dict[str, Any]]) -> Names:
    accounts = {value for each in data for key, value in each.items() if _names_account(key) and isinstance(value, int)}
    people = dict(Account.objects.filter(pk__in=accounts).values_list("pk", "display_name")) if accounts else {}
    queues = {queue.pk: queue.name for queue in Queue.objects.all()} if data else {}
    types = {kind.pk: kind.name for kind in CaseType.objects.all()} if data else {}
    return {"account": people, "queue": queues, "type": types}


def _names_account(key: str) -> bool:
    return key in ("assignee_id", "previous_id", "account_id")


def _opened(data: dict[str, Any], names: Names) -> str:
    return _("Opened in %(queue)s") % {"queue": names["queue"].get(data.get("queue_id", 0), "")}


def _assigned(data: dict[str, Any], names: Names) -> str:
    new, old = names["account"].get(data.get("assignee_id") or 0), names["account"].get(data.get("previous_id") or 0)
    if new and old:
        return _("Handed from %(old)s to %(new)s") % {"old": old, "new": new}
    if new:
        return _("Assigned to %(new)s") % {"new": new}
    return _("Taken off %(old)s, waits for a person") % {"old": old or ""}


def _queued(data: dict[str, Any], names: Names) -> str:
    old, new = names["queue"].get(data.get("previous_id", 0), ""), names["queue"].get(data.get("queue_id", 0), "")
    return _("Moved from %(old)s to %(new)s") % {"old": old, "new": new}


def _changed(data: dict[str, Any], names: Names) -> str:
    told = []
    for field, (_old, new) in data.get("changes", {}).items():
        if field == "priority":
            told.append(_("Priority: %(new)s") % {"new": Priority(new).label})
        elif field == "type_id":
            told.append(_("Type: %(new)s") % {"new": names["type"].get(new or 0, _("none"))})
        elif field == "subject":
            told.append(_("Subject: %(new)s") % {"new": new or _("none")})
        elif field == "tags":
            told.append(_("Tags: %(new)s") % {"new": _(", ").join(new) or _("none")})
        elif field.startswith("field:"):
            told.append(_field_words(names, field, new))
        elif field == "link":
            told.append(_("Link with #%(case)s taken away") % {"case": _old})
    return " · ".join(told)


def _field_words(names: Names, field: str, value: Any) -> str:
    from lingting.service.desk.models import CaseField
    from lingting.service.desk.selectors.recorded import field_words

    found = CaseField.objects.filter(pk=field.partition(":")[2]).first()
    return _("%(field)s: %(new)s") % {"field": found.name, "new": field_words(found, value) or _("none")} if found else ""


def _snoozed(data: dict[str, Any], names: Names) -> str:
    from django.utils import timezone
    from django.utils.formats import date_format

    until = parse_datetime(data.get("until_at", ""))
    return _("Snoozed until %(time)s") % {"time": date_format(timezone.localtime(until), "m-d H:i") if until else ""}


def _woken(data: dict[str, Any], names: Names) -> str:
    reasons = {"time": _("Back from snooze"), "customer": _("Woken by the customer")}
    return reasons.get(data.get("reason", ""), _("Woken"))


register_fact_words("CaseOpened", icon="plus", words=_opened)
register_fact_words("CaseAssigned", icon="user-check", words=_assigned)
register_fact_words("CaseQueued", icon="arrows-right-left", words=_queued)
register_fact_words("CaseChanged", icon="pencil", words=_changed)
register_fact_words("CaseSnoozed", icon="clock-pause", words=_snoozed)
register_fact_words("CaseWoken", icon="clock-play", words=_woken)
register_fact_words("CaseClosed", icon="circle-check", words=lambda data, names: _("Closed"))
register_fact_words(
    "CaseReopened",
    icon="rotate",
    words=lambda data, names: _("Reopened by the customer") if data.get("by_customer") else _("Reopened"),
)
register_fact_words(
    "CaseLinked", icon="link", words=lambda data, names: _("Linked with #%(case)s") % {"case": data.get("other_id")}
)
register_fact_words(
    "CaseMerged", icon="arrow-merge", words=lambda data, names: _("Merged into #%(case)s") % {"case": data.get("into_id")}
)
register_fact_words(
    "CaseMergeUndone", icon="arrow-back-up", words=lambda data, names: _("Merge taken back, stands on its own again")
)
register_fact_words(
    "CaseSplitOff",
    icon="arrows-split",
    words=lambda data, names: (
        _("%(count)s messages became #%(case)s") % {"count": data.get("count"), "case": data.get("new_case_id")}
    ),
)
register_fact_words(
    "CaseSplitUndone",
    icon="arrow-back-up",
    words=lambda data, names: _("Messages came back from #%(case)s") % {"case": data.get("new_case_id")},
)
register_fact_words(
    "TalksMoved",
    icon="messages",
    words=lambda data, names: _("Conversations came from #%(case)s") % {"case": data.get("from_id")},
)
register_fact_words("ConversationEnded", icon="message-off", words=lambda data, names: _("Conversation ended"))
register_fact_words("CasesImported", icon="file-import", words=lambda data, names: _("Imported"))
