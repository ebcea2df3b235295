"""What the desk does when something happens to a case: the procedure of its type begins and ends with it, its tags go with it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from django.db import connection
from django.db.models.signals import m2m_changed
from django.dispatch import receiver
from django.utils.translation import gettext as _

from lingting.kernel.accounts.models import Account
from lingting.kernel.procedures import services as procedures
from lingting.kernel.procedures.models import Procedure
from lingting.kernel.procedures.selectors import runs_of
from lingting.kernel.timeline.events import Actor, Happening, receives, receives_many
from lingting.service.desk.events import CaseAssigned, CaseChanged, CaseClosed, CaseMerged, CaseOpened
from lingting.service.desk.models import Case, Tag
from lingting.service.desk.subject import SUBJECT


@receives_many(CaseOpened)
def begin(happenings: Sequence[Happening], now: datetime) -> None:
    """Cases of types with a procedure start it."""
    typed = {each.fact.case_id: each.actor for each in happenings if each.fact.type_id is not None}
    if typed:
        _start(typed, now=now)


@receives(CaseChanged)
def begin_another(fact: CaseChanged, actor: Actor, now: datetime) -> None:
    """Another type means another procedure: the one of the old type ends."""
    if "type_id" not in fact.changes:
        return
    _end(fact.case_id, reason=_("The case has another type now."), actor=actor, now=now, but=_procedure_key(fact.case_id))
    _start({fact.case_id: actor}, now=now)


@receives(CaseAssigned)
def hand_over(fact: CaseAssigned, actor: Actor, now: datetime) -> None:
    """The steps of whoever has the case follow it to its new owner."""
    procedures.hand_over_steps(SUBJECT, fact.case_id, to_id=fact.assignee_id, actor=actor, now=now)


@receives(CaseClosed)
def end(fact: CaseClosed, actor: Actor, now: datetime) -> None:
    _end(fact.case_id, reason=_("The case was closed."), actor=actor, now=now)


@receives(CaseMerged)
def end_merged(fact: CaseMerged, actor: Actor, now: datetime) -> None:
    _end(fact.case_id, reason=_("The case went into another one."), actor=actor, now=now)


def _procedure_key(case_id: int) -> str:
    return Case.objects.filter(pk=case_id).values_list("type__procedure_key", flat=True).first() or ""


def _start(cases: Mapping[int, Actor], *, now: datetime) -> None:
    typed = Case.objects.filter(pk__in=cases, type__procedure_key__gt="").order_by("pk")
    for case_id, key in typed.values_list("pk", "type__procedure_key"):
        if not Procedure.objects.filter(key=key, versions__state="published").exists():
            continue
        actor = cases[case_id]
        account = Account.objects.filter(pk=actor.id).first() if actor.is_staff and actor.id else None
        procedures.start_run(key, subject_kind=SUBJECT, subject_id=case_id, account=account, actor=actor, now=now)


def _end(case_id: int, *, reason: str, actor: Actor, now: datetime, but: str = "") -> None:
    """Ends the runs that the desk began, those of procedures that case types name; others belong to their apps."""
    for run in runs_of(SUBJECT, case_id):
        if run.state == "running" and run.procedure.key != but and _is_ours(run.procedure.key):
            procedures.cancel_run(run.pk, reason=reason, account=None, actor=actor, now=now)


def _is_ours(procedure_key: str) -> bool:
    from lingting.service.desk.models import CaseType

    return CaseType.objects.filter(procedure_key=procedure_key).exists()


_CARRIED = """
    UPDATE desk_case AS file SET tag_ids = (SELECT array_agg(tag_id ORDER BY tag_id) FROM desk_case_tags WHERE case_id = file.id)
    WHERE {which}"""
_OF_CASES = _CARRIED.format(which="id = ANY(%s)")
_OF_TAG = _CARRIED.format(which="tag_ids @> ARRAY[%s]::bigint[]")


@receiver(m2m_changed, sender=Case.tags.through)
def carry_tags(action: str, *, instance: Case | Tag, pk_set: set[int] | None, reverse: bool, **_more: Any) -> None:
    """The case's row carries its tags' ids, for the indexes of the inbox.

    A tag that leaves all its cases at once names none of them: they are the rows that still carry it.
    """
    if action not in ("post_add", "post_remove", "post_clear"):
        return
    with connection.cursor() as cursor:
        if reverse and action == "post_clear":
            cursor.execute(_OF_TAG, [instance.pk])
        else:
            cursor.execute(_OF_CASES, [list(pk_set or ()) if reverse else [instance.pk]])
