"""A procedure as a plain definition: laid by the apps above, exported and imported as JSON.

    {"key": "complaint", "name": {"zh": "投诉处理", "en": "Complaint"}, "purpose": {"zh": "…"}, "subject_kind": "desk.case",
     "steps": [{"key": "classify", "kind": "task", "title": {"zh": "分类", "en": "Classify"},
                "public": {"zh": "核实情况", "en": "Looking into it"}, "is_mailed": false, "instructions": {"zh": "…"},
                "owner": {"kind": "role", "key": "agent"}, "limit_minutes": 60, "calendar": "office",
                "form": "complaint-classes", "knowledge": ["knowledge.article:12"], "may_skip": false,
                "outcomes": [{"key": "hard", "label": {"zh": "疑难"}, "next": "care", "if": [{"key": "severity", "is": "at_least",
                              "value": 3}]}, {"key": "easy", "label": {"zh": "一般"}, "next": "answer"}]},
               {"key": "approve", "kind": "approval", "owner": {"kind": "rank"}, "amount_from": "plan.amount",
                "levels": [{"up_to": 500, "least_rank": 20}, {"up_to": null, "least_rank": 40}], …}]}

`next` is a step's key or "end". Roles, teams, calendars and forms go by their keys, people by their sign-in names.
Keys that do not exist here are left empty, and the check says so before anything is published.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal, InvalidOperation
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from lingting.kernel.accounts.models import Account, Role
from lingting.kernel.calendars.models import Calendar
from lingting.kernel.organisation.models import Team
from lingting.kernel.procedures.models import (
    ApprovalLevel,
    Outcome,
    OwnerKind,
    Procedure,
    Step,
    StepKind,
    Version,
    VersionState,
)
from lingting.kernel.procedures.services.drafting import draft_from
from lingting.kernel.procedures.services.publishing import publish_version
from lingting.kernel.questionnaires.selectors import current_version
from lingting.platform.refusals import Invalid

END_WORD = "end"


class BadDefinition(Invalid):
    """The definition cannot be read; the message says where."""

    code = "bad_definition"


@transaction.atomic
def ensure_procedure(definition: Mapping[str, Any], *, publish: bool = True, now: datetime) -> Procedure:
    """Lays a procedure that is not there yet and publishes it; one that is stays as people made it.

    For `foundation.lay` of the apps above. Raises `BadDefinition`, `NotSound`.
    """
    found = Procedure.objects.filter(key=_text(definition, "key", "")).first()
    if found is not None:
        return found
    procedure = import_procedure(definition, now=now)
    if publish:
        publish_version(procedure.versions.get(state=VersionState.DRAFT), note="", actor=None, now=now)
    return procedure


@transaction.atomic
def import_procedure(definition: Mapping[str, Any], *, now: datetime) -> Procedure:
    """Reads a definition into the draft of the procedure with its key, made when missing; the draft's steps are replaced.

    Raises `BadDefinition` and changes nothing then.
    """
    key, names, purpose = _text(definition, "key", ""), _words(definition, "name"), _words(definition, "purpose")
    if not key or not names[0]:
        raise BadDefinition(_("A definition needs a key and a Chinese name."))
    procedure, made = Procedure.objects.get_or_create(
        key=key[:60],
        defaults={
            "name_zh": names[0][:80], "name_en": names[1][:80], "purpose_zh": purpose[0], "purpose_en": purpose[1],
            "subject_kind": _text(definition, "subject_kind", "")[:40],
        },
    )  # fmt: skip
    draft = Version.objects.create(procedure=procedure, number=1, created_at=now) if made else draft_from(procedure, now=now)
    draft.steps.all().delete()
    _read_steps(draft, definition.get("steps"))
    return procedure


def _read_steps(draft: Version, given: Any) -> None:
    if not isinstance(given, list) or not all(isinstance(one, Mapping) for one in given):
        raise BadDefinition(_("“steps” has to be a list of steps."))
    steps: dict[str, Step] = {}
    for order, one in enumerate(given):
        step = _read_step(draft, one, order=order)
        if step.key in steps:
            raise BadDefinition(_("There are two steps with the key “%(key)s”.") % {"key": step.key})
        step.save()
        steps[step.key] = step
        _read_levels(step, one.get("levels", []))
    for one in given:
        _read_outcomes(steps[one["key"]], one.get("outcomes", []), steps)


def _read_step(draft: Version, one: Mapping[str, Any], *, order: int) -> Step:
    key, kind = _text(one, "key", ""), _text(one, "kind", "task")
    if not key or kind not in StepKind.values:
        raise BadDefinition(
            _("Step %(place)s: give it a key and a kind (%(kinds)s).") % {"place": order + 1, "kinds": ", ".join(StepKind.values)}
        )
    title, instructions, public = _words(one, "title"), _words(one, "instructions"), _words(one, "public")
    owner = one.get("owner") or {"kind": "subject"}
    limit = one.get("limit_minutes")
    knowledge = one.get("knowledge", [])
    if not isinstance(owner, Mapping) or owner.get("kind", "subject") not in OwnerKind.values:
        raise BadDefinition(
            _("Step “%(key)s”: its owner is not one of %(kinds)s.") % {"key": key, "kinds": ", ".join(OwnerKind.values)}
        )
    if limit is not None and (not isinstance(limit, int) or isinstance(limit, bool) or not 0 < limit < 2**31):
        raise BadDefinition(_("Step “%(key)s”: the limit is a whole number of minutes.") % {"key": key})
    if not isinstance(knowledge, list) or not all(isinstance(reference, str) for reference in knowledge):
        raise BadDefinition(_("Step “%(key)s”: knowledge is a list of references.") % {"key": key})
    step = Step(
        version=draft, key=key[:60], order=order, kind=kind, title_zh=title[0][:120], title_en=title[1][:120],
        public_zh=public[0][:120], public_en=public[1][:120], is_mailed=one.get("is_mailed") is True,
        instructions_zh=instructions[0], instructions_en=instructions[1], owner_kind=owner.get("kind", "subject"),
        limit_minutes=limit, knowledge=knowledge, may_skip=one.get("may_skip") is True,
        amount_from=_text(one, "amount_from", "")[:121], four_eyes=one.get("four_eyes", True) is True,
    )  # fmt: skip
    _find_named(step, owner, one)
    return step


def _find_named(step: Step, owner: Mapping[str, Any], one: Mapping[str, Any]) -> None:
    named = str(owner.get("key", ""))
    if step.owner_kind == OwnerKind.ROLE:
        step.role = Role.objects.filter(key=named).first()
    elif step.owner_kind == OwnerKind.TEAM:
        step.team = Team.objects.filter(key=named).first()
    elif step.owner_kind == OwnerKind.PERSON:
        step.person = Account.objects.filter(login=named).first()
    if one.get("calendar"):
        step.calendar = Calendar.objects.filter(key=str(one["calendar"])).first()
    if one.get("form"):
        step.form = current_version(str(one["form"]))


def _read_levels(step: Step, given: Any) -> None:
    if not isinstance(given, list):
        raise BadDefinition(_("Step “%(key)s”: levels have to be a list.") % {"key": step.key})
    try:
        ApprovalLevel.objects.bulk_create(
            ApprovalLevel(
                step=step, least_rank=int(level["least_rank"]),
                up_to=None if level.get("up_to") is None else Decimal(str(level["up_to"])).quantize(Decimal("0.01")),
            )
            for level in given
        )  # fmt: skip
    except (KeyError, TypeError, ValueError, AttributeError, InvalidOperation) as error:
        raise BadDefinition(_("Step “%(key)s”: a level needs an amount (or none) and a rank.") % {"key": step.key}) from error


def _read_outcomes(step: Step, given: Any, steps: Mapping[str, Step]) -> None:
    if not isinstance(given, list) or not all(isinstance(one, Mapping) for one in given):
        raise BadDefinition(_("Step “%(key)s”: outcomes have to be a list.") % {"key": step.key})
    seen: set[str] = set()
    for order, one in enumerate(given):
        onward, key = _text(one, "next", ""), _text(one, "key", "") or f"outcome-{order + 1}"
        if key in seen or (onward not in ("", END_WORD) and onward not in steps):
            raise BadDefinition(
                _("Step “%(key)s”: the outcome “%(outcome)s” leads to “%(next)s”, which is no step, or stands there twice.")
                % {"key": step.key, "outcome": key, "next": onward}
            )
        seen.add(key)
        tests = one.get("if", [])
        if not isinstance(tests, list) or not all(isinstance(test, Mapping) for test in tests):
            raise BadDefinition(_("Step “%(key)s”: conditions have to be a list.") % {"key": step.key})
        label = _words(one, "label")
        Outcome.objects.create(
            step=step, key=key[:60], order=order, label_zh=label[0][:80], label_en=label[1][:80],
            next_step=steps.get(onward), ends=onward == END_WORD, tests=[dict(test) for test in tests],
        )  # fmt: skip


def _text(given: Mapping[str, Any], name: str, otherwise: str) -> str:
    value = given.get(name, otherwise)
    if not isinstance(value, str):
        raise BadDefinition(_("“%(name)s” has to be a text.") % {"name": name})
    return value.replace("\x00", "")


def _words(given: Mapping[str, Any], name: str) -> tuple[str, str]:
    """A bilingual text: {"zh", "en"}, or one text that stands for both."""
    value = given.get(name, "")
    if isinstance(value, Mapping):
        return _text(value, "zh", ""), _text(value, "en", "")
    return _text(given, name, ""), ""


def export_procedure(version: Version) -> dict[str, Any]:
    """A version as a definition that `import_procedure` reads back."""
    procedure = version.procedure
    steps = version.steps.select_related("role", "team", "person", "calendar", "form__questionnaire").prefetch_related(
        "outcomes__next_step", "levels"
    )
    return {
        "key": procedure.key, "name": _both(procedure.name_zh, procedure.name_en),
        "purpose": _both(procedure.purpose_zh, procedure.purpose_en), "subject_kind": procedure.subject_kind,
        "steps": [_written(step) for step in steps],
    }  # fmt: skip


def _both(chinese: str, english: str) -> dict[str, str]:
    return {"zh": chinese, "en": english}


def _written(step: Step) -> dict[str, Any]:
    named = step.role.key if step.role else step.team.key if step.team else step.person.login if step.person else ""
    return {
        "key": step.key, "kind": step.kind, "title": _both(step.title_zh, step.title_en),
        "public": _both(step.public_zh, step.public_en), "is_mailed": step.is_mailed,
        "instructions": _both(step.instructions_zh, step.instructions_en), "owner": {"kind": step.owner_kind, "key": named},
        "limit_minutes": step.limit_minutes, "calendar": step.calendar.key if step.calendar else "",
        "form": step.form.questionnaire.key if step.form else "", "knowledge": step.knowledge, "may_skip": step.may_skip,
        "amount_from": step.amount_from, "four_eyes": step.four_eyes,
        "levels": [
            {"up_to": None if level.up_to is None else str(level.up_to), "least_rank": level.least_rank}
            for level in step.levels.all()
        ],
        "outcomes": [
            {
                "key": outcome.key, "label": _both(outcome.label_zh, outcome.label_en), "if": outcome.tests,
                "next": END_WORD if outcome.ends else outcome.next_step.key if outcome.next_step else "",
            }
            for outcome in step.outcomes.all()
        ],
    }  # fmt: skip
