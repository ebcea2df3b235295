"""Keeping policies and their ladders."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from lingting.platform.refusals import Invalid
from lingting.service.promises.models import Policy, Rung, RungAct

_TARGETS = ("first_answer_minutes", "next_answer_minutes", "resolution_minutes")
_NEEDS_PERSON = {RungAct.TELL_PERSON, RungAct.GIVE_TO_PERSON}


class BadPolicy(Invalid):
    """A policy that promises nothing, or a rung that names nobody."""

    code = "bad_policy"


@transaction.atomic
def save_policy(values: Mapping[str, Any], *, rungs: Sequence[Mapping[str, Any]] = (), policy_id: int | None = None) -> Policy:
    """Makes or changes a policy with its ladder. `values` are the model's fields (types, tiers and queues as ids).

    Cases in work keep what holds for them until something about them changes, or `hold` is asked. Raises `BadPolicy`.
    """
    if not str(values.get("name_zh", "")).strip():
        raise BadPolicy(_("Give the policy a Chinese name."))
    if not any(values.get(name) for name in _TARGETS):
        raise BadPolicy(_("Promise something: a first answer, further answers or a resolution."))
    policy = Policy.objects.select_for_update().get(pk=policy_id) if policy_id else Policy()
    many = {name: values.get(name, ()) for name in ("types", "tiers", "queues")}
    for name, value in values.items():
        if name not in many:
            setattr(policy, name, value)
    policy.save()
    for name, ids in many.items():
        getattr(policy, name).set(ids)
    kept = [_save_rung(policy, given).pk for given in rungs]
    policy.rungs.exclude(pk__in=kept).delete()
    return policy


def _save_rung(policy: Policy, given: Mapping[str, Any]) -> Rung:
    act = given["act"]
    if act not in RungAct.values:
        raise BadPolicy(_("Choose what is done on each rung of the ladder."))
    if act in _NEEDS_PERSON and not given.get("person_id"):
        raise BadPolicy(_("“%(act)s”: choose the person.") % {"act": RungAct(act).label})
    if act == RungAct.MOVE_QUEUE and not given.get("queue_id"):
        raise BadPolicy(_("“%(act)s”: choose the queue.") % {"act": RungAct(act).label})
    share = Decimal(str(given.get("at_share") or 1))
    if not 0 < share <= 1:
        raise BadPolicy(_("A rung stands between 1 % and 100 % of the time."))
    rung = policy.rungs.filter(pk=given["id"]).first() if given.get("id") else None
    rung = rung or Rung(policy=policy)
    rung.promise, rung.at_share, rung.act = given.get("promise", ""), share, act
    rung.after_minutes = int(given.get("after_minutes") or 0) if share == 1 else 0
    rung.person_id, rung.queue_id = given.get("person_id") or None, given.get("queue_id") or None
    rung.save()
    return rung
