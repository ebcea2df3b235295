"""Why this agent: the rule's reason in the reader's words."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from lingting.kernel.accounts.models import Account
from lingting.kernel.organisation.models import Skill
from lingting.service.routing.models import Assignment, Contact

_SENTENCES = {
    "only_candidate": gettext_lazy("%(agent)s was the only one free who could take it"),
    "preferred_agent": gettext_lazy("%(agent)s served this customer last and was free"),
    "queue_rank": gettext_lazy("this queue is nearer to %(agent)s than to the others who were free"),
    "nearest_skills": gettext_lazy("%(agent)s came nearest to the skills asked for"),
    "least_overqualified": gettext_lazy("%(agent)s had the skills asked for and the fewest others are needed elsewhere"),
    "least_loaded": gettext_lazy("%(agent)s had the least in hand"),
    "longest_idle": gettext_lazy("%(agent)s had been free the longest"),
    "lowest_id": gettext_lazy("all who were free were equal; %(agent)s came first by number"),
    "nobody_ready": gettext_lazy("nobody is ready"),
    "nobody_in_queue": gettext_lazy("nobody who is ready serves this queue"),
    "nobody_with_skill": gettext_lazy("nobody who is ready has %(skill)s at level %(level)s"),
    "nobody_with_all_skills": gettext_lazy("nobody who is ready has all the skills together"),
    "all_at_capacity": gettext_lazy("everyone who could take it has both hands full"),
    "all_excluded": gettext_lazy("everyone who could take it has declined or missed it"),
    "held_for_preferred": gettext_lazy("it is kept a moment for %(agent)s, who served this customer last"),
    "picked": gettext_lazy("%(agent)s picked it from the list"),
    "taken_over": gettext_lazy("%(by)s took it over"),
    "handed": gettext_lazy("%(by)s gave it to %(agent)s"),
    "passed_on": gettext_lazy("a colleague passed it on to %(agent)s"),
}


def reason_text(reason: Mapping[str, Any]) -> str:
    """One sentence in the reader's language; skills that were relaxed are told. Up to three small queries."""
    words = dict(reason)
    words["agent"] = _name_of(words.get("agent"))
    words.setdefault("by", words["agent"])
    if words.get("code") == "taken_over" and words["by"] != words["agent"]:
        words["code"] = "handed"  # Whoever gave it away took it from its owner for somebody else.
    skills = _skill_names(words)
    words["skill"] = skills.get(str(words.get("skill")), words.get("skill"))
    sentence = _SENTENCES.get(str(words.get("code")))
    if sentence is None:
        return _("No reason was recorded.")
    parts = [str(sentence) % words]
    candidates = words.get("candidates")
    if isinstance(candidates, int) and candidates > 1:
        counted = ngettext("%(n)d person could have taken it", "%(n)d people could have taken it", candidates)
        parts.append(counted % {"n": candidates})
    for step in words.get("relaxed", ()):
        name = skills.get(step["skill"], step["skill"])
        if step["accepted"]:
            told = _("after waiting, %(skill)s was accepted from level %(level)s") % {"skill": name, "level": step["accepted"]}
        else:
            told = _("after waiting, %(skill)s was no longer asked for") % {"skill": name}
        parts.append(told)
    return _("; ").join(parts)


def explanation_of(conversation_id: int) -> list[dict[str, Any]]:
    """Everyone who had a conversation, in order, each with the reason in words."""
    rows = Assignment.objects.filter(conversation_id=conversation_id).select_related("account", "contact").order_by("id")
    return [
        {
            "account": row.account, "started_at": row.started_at, "ended_at": row.ended_at,
            "text": reason_text(given_reason({"agent": row.account_id, **row.reason}, contact=row.contact)),
        }
        for row in rows
    ]  # fmt: skip


def given_reason(reason: Mapping[str, Any], *, contact: Contact | None) -> dict[str, Any]:
    """The reason as people see it: what a colleague passed on to one person came to her because of that."""
    if contact is None or contact.only_for_id is None or contact.only_for_id != reason.get("agent"):
        return dict(reason)
    return {"code": "passed_on", "agent": contact.only_for_id}


def _name_of(account_id: object) -> str:
    if not isinstance(account_id, int):
        return str(account_id or "")
    return Account.objects.filter(pk=account_id).values_list("display_name", flat=True).first() or str(account_id)


def _skill_names(words: Mapping[str, Any]) -> dict[str, str]:
    keys = {str(step["skill"]) for step in words.get("relaxed", ())} | {str(words.get("skill"))}
    return {skill.key: skill.name for skill in Skill.objects.filter(key__in=keys)}
