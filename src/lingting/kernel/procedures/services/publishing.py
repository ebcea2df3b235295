"""Publishing a version after everything about it was checked."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from lingting.kernel.accounts.models import Account
from lingting.kernel.procedures.checking import sentences_of, version_problems
from lingting.kernel.procedures.events import VersionPublished, VersionRetired
from lingting.kernel.procedures.models import Procedure, Version, VersionState
from lingting.kernel.procedures.services.drafting import locked_draft
from lingting.kernel.procedures.services.reading import ask_readers
from lingting.kernel.procedures.services.telling import acting
from lingting.kernel.timeline.services import record
from lingting.platform.refusals import Invalid


class NotSound(Invalid):
    """The draft cannot be published; `details["problems"]` are sentences that name the steps."""

    code = "procedure_not_sound"


@transaction.atomic
def publish_version(version: Version, *, note: str, actor: Account | None, now: datetime) -> Version:
    """Makes a draft the version that runs start by; the one before retires, its runs go on. Who must read it is asked.

    Locks the procedure, then the draft. Raises `NotSound` naming every problem, `Frozen`.
    """
    Procedure.objects.select_for_update().get(pk=version.procedure_id)
    draft = locked_draft(version.pk)
    problems = sentences_of(draft, version_problems(draft))
    if problems:
        raise NotSound(
            ngettext("One thing is still wrong: %(first)s", "%(count)s things are still wrong. The first: %(first)s", len(problems))
            % {"count": len(problems), "first": problems[0]},
            problems=problems,
        )  # fmt: skip
    Version.objects.filter(procedure_id=draft.procedure_id, state=VersionState.PUBLISHED).update(
        state=VersionState.RETIRED, retired_at=now
    )
    draft.state, draft.published_at, draft.published_by, draft.note = VersionState.PUBLISHED, now, actor, note.strip()[:500]
    draft.save(update_fields=["state", "published_at", "published_by", "note"])
    readers = ask_readers(draft, now=now)
    record(
        VersionPublished(
            procedure_id=draft.procedure_id, version_id=draft.pk, number=draft.number, note=draft.note, readers=readers
        ),
        actor=acting(actor), now=now,
    )  # fmt: skip
    return draft


@transaction.atomic
def retire_version(version: Version, *, actor: Account | None, now: datetime) -> Version:
    """No run starts by it any more; those under way go on. Raises `NotSound` for a draft."""
    held = Version.objects.select_for_update().get(pk=version.pk)
    if held.state == VersionState.RETIRED:
        return held
    if held.is_draft:
        raise NotSound(_("A draft is not published, so it cannot be withdrawn. Throw it away instead."), problems=[])
    held.state, held.retired_at = VersionState.RETIRED, now
    held.save(update_fields=["state", "retired_at"])
    record(VersionRetired(procedure_id=held.procedure_id, version_id=held.pk, number=held.number), actor=acting(actor), now=now)
    return held
