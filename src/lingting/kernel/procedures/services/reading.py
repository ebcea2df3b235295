"""Who works by a version is asked to read it, reminded, and says when they have."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Q
from django.urls import reverse

from lingting.kernel.accounts.models import Account
from lingting.kernel.notices.services import tell
from lingting.kernel.organisation.selectors import team_ids_below
from lingting.kernel.procedures.events import ReadingConfirmed
from lingting.kernel.procedures.models import OwnerKind, Reading, Version, VersionState
from lingting.kernel.timeline.services import record

REMINDED_AFTER = timedelta(days=3)


def readers_of(version: Version) -> set[int]:
    """The active accounts that hold a role, belong to a team or are a person that owns one of its steps."""
    steps = list(version.steps.all())
    roles = {step.role_id for step in steps if step.owner_kind == OwnerKind.ROLE and step.role_id}
    people = {step.person_id for step in steps if step.owner_kind == OwnerKind.PERSON and step.person_id}
    teams = [step.team_id for step in steps if step.owner_kind == OwnerKind.TEAM and step.team_id]
    wanted = Q(grants__role_id__in=roles) | Q(pk__in=people)
    if teams:
        wanted |= Q(employee__team_id__in=team_ids_below(teams))
    return set(Account.objects.filter(wanted, is_active=True).values_list("pk", flat=True))


@transaction.atomic
def ask_readers(version: Version, *, now: datetime) -> int:
    """Asks everybody who was not asked yet, newcomers too; returns how many were asked now."""
    asked = set(Reading.objects.filter(version=version).values_list("account_id", flat=True))
    missing = sorted(readers_of(version) - asked)
    Reading.objects.bulk_create((Reading(version=version, account_id=pk, asked_at=now) for pk in missing), ignore_conflicts=True)
    for account in Account.objects.filter(pk__in=missing).order_by("pk"):
        _notice(version, account, code="procedures.to_read", now=now)
    return len(missing)


def _notice(version: Version, account: Account, *, code: str, now: datetime) -> None:
    name = (
        version.procedure.name_zh if account.language.startswith("zh") else version.procedure.name_en or version.procedure.name_zh
    )
    tell(
        account, code=code, params={"name": name, "number": version.number},
        url=reverse("procedures:reading", args=[version.pk]), now=now,
    )  # fmt: skip


@transaction.atomic
def confirm_reading(version: Version, *, account: Account, now: datetime) -> bool:
    """The person says they have read it; False when they were not asked or had said so before."""
    changed = Reading.objects.filter(version=version, account=account, confirmed_at=None).update(confirmed_at=now)
    if changed:
        record(
            ReadingConfirmed(
                procedure_id=version.procedure_id, version_id=version.pk, number=version.number, account_id=account.pk
            ),
            actor=account.as_actor, now=now,
        )  # fmt: skip
    return bool(changed)


@transaction.atomic
def remind_readers(version: Version, *, now: datetime, after: timedelta = REMINDED_AFTER) -> int:
    """Reminds whoever was asked (or reminded) that long ago and has not confirmed; returns how many."""
    before = now - after
    open_ones = (
        Reading.objects.select_for_update(skip_locked=True, of=("self",)).select_related("account")
        .filter(version=version, confirmed_at=None, asked_at__lte=before, account__is_active=True)
        .filter(Q(reminded_at=None) | Q(reminded_at__lte=before)).order_by("pk")
    )  # fmt: skip
    readings = list(open_ones)
    for reading in readings:
        reading.reminded_at = now
        _notice(version, reading.account, code="procedures.read_reminder", now=now)
    Reading.objects.bulk_update(readings, ["reminded_at"])
    return len(readings)


def keep_asking(*, now: datetime) -> None:
    """Newcomers are asked and the late reminded, for every published version. A daily job."""
    for version in Version.objects.filter(state=VersionState.PUBLISHED).select_related("procedure").order_by("pk"):
        ask_readers(version, now=now)
        remind_readers(version, now=now)
