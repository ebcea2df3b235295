"""What keeps a draft from being published, in words that name the steps."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from lingting.kernel.procedures.graph import END, Node, Problem, Way, problems_of
from lingting.kernel.procedures.models import Outcome, OwnerKind, Step, StepKind, Version
from lingting.kernel.questionnaires.models import Item
from lingting.kernel.timeline.registry import subject_kind

WORDS = {
    "empty": gettext_lazy("There is no step yet."),
    "no_outcome": gettext_lazy("“%(step)s” has no outcome."),
    "leads_nowhere": gettext_lazy("“%(step)s”: the outcome “%(outcome)s” leads nowhere. Choose a step or the end."),
    "unreachable": gettext_lazy("“%(step)s” is never reached. Lead an outcome to it or take it out."),
    "dead_end": gettext_lazy("From “%(step)s” there is no way to the end."),
    "idle_circle": gettext_lazy("“%(step)s” comes back to itself without anybody acting."),
    "join_with_choice": gettext_lazy("“%(step)s” waits for all and goes on one way: leave it one outcome."),
    "fork_of_one": gettext_lazy("“%(step)s” needs at least two branches."),
    "decision_without_condition": gettext_lazy("“%(step)s” branches by itself: give its outcomes conditions."),
    "no_otherwise": gettext_lazy("“%(step)s”: the last outcome must be without a condition, and only that one."),
    "approval_outcomes": gettext_lazy("“%(step)s” is an approval: its two outcomes are approved and rejected."),
    "join_without_fork": gettext_lazy("“%(step)s” waits for branches, but none were opened before it."),
    "crosses_parallel": gettext_lazy("“%(step)s” is entered from inside and from outside of a parallel part."),
    "ends_inside_parallel": gettext_lazy(
        "“%(step)s”: the outcome “%(outcome)s” ends while other branches are open. Let it lead to the join."
    ),
    "join_of_several_forks": gettext_lazy("“%(step)s” collects branches of more than one parallel part."),
    "branch_does_not_join": gettext_lazy("“%(step)s” does not collect every branch (missing: %(branches)s)."),
    "fork_without_join": gettext_lazy("The branches of “%(step)s” never meet again."),
    "fork_with_joins": gettext_lazy("The branches of “%(step)s” meet in more than one place."),
    "no_title": gettext_lazy("Step %(place)s has no Chinese title."),
    "no_owner": gettext_lazy("“%(step)s”: choose who does it."),
    "rank_is_for_approvals": gettext_lazy("“%(step)s”: only an approval can go to anyone of sufficient rank."),
    "no_label": gettext_lazy("“%(step)s” has an outcome without a Chinese label."),
    "unknown_test": gettext_lazy("“%(step)s”: the condition of “%(outcome)s” asks “%(key)s”, which is not there."),
    "levels_stop": gettext_lazy("“%(step)s”: the last level of approval must have no upper amount."),
    "no_amount": gettext_lazy("“%(step)s”: choose the form field that holds the amount."),
    "unpublished_form": gettext_lazy("“%(step)s”: its form is not published."),
}  # fmt: skip


def nodes_of(version: Version) -> list[Node]:
    """The shape of a version, in written order: two queries."""
    steps = list(version.steps.prefetch_related("outcomes"))
    keys = {step.pk: step.key for step in steps}
    return [
        Node(key=step.key, kind=step.kind, ways=tuple(_way(outcome, keys) for outcome in step.outcomes.all())) for step in steps
    ]


def _way(outcome: Outcome, keys: Mapping[int, str]) -> Way:
    onward = END if outcome.ends else keys.get(outcome.next_step_id or 0)
    return Way(key=outcome.key, next=onward, is_conditional=bool(outcome.tests))


def version_problems(version: Version) -> list[Problem]:
    """Everything wrong with the shape and with the steps."""
    steps = list(version.steps.select_related("form").prefetch_related("outcomes", "levels"))
    items = _items(steps)
    found = problems_of(nodes_of(version))
    for step in steps:
        found += _step_problems(step, version=version, items=items)
    return found


def _items(steps: Sequence[Step]) -> dict[str, dict[str, str]]:
    """The form items of every step: step key to item key to kind. One query."""
    by_form: dict[int, dict[str, str]] = {}
    forms = {step.form_id for step in steps if step.form_id}
    for form_id, key, kind in Item.objects.filter(section__version_id__in=forms).values_list(
        "section__version_id", "key", "kind"
    ):
        by_form.setdefault(form_id, {})[key] = kind
    return {step.key: by_form.get(step.form_id or 0, {}) for step in steps}


def _step_problems(step: Step, *, version: Version, items: Mapping[str, Mapping[str, str]]) -> Iterator[Problem]:
    if not step.title_zh.strip():
        yield Problem(code="no_title", step=step.key, details={"place": str(step.order + 1)})
    if any(not outcome.label_zh.strip() for outcome in step.outcomes.all()):
        yield Problem(code="no_label", step=step.key)
    if step.is_manned and _lacks_owner(step):
        yield Problem(code="no_owner", step=step.key)
    if step.kind != StepKind.APPROVAL and step.owner_kind == OwnerKind.RANK:
        yield Problem(code="rank_is_for_approvals", step=step.key)
    if step.form is not None and step.form.published_at is None:
        yield Problem(code="unpublished_form", step=step.key)
    if step.kind == StepKind.APPROVAL:
        yield from _approval_problems(step, items=items)
    for outcome in step.outcomes.all():
        for test in outcome.tests:
            if not _is_known(test, step=step, version=version, items=items):
                yield Problem(code="unknown_test", step=step.key, outcome=outcome.key, details={"key": str(test.get("key", ""))})


def _lacks_owner(step: Step) -> bool:
    wanted = {OwnerKind.ROLE: step.role_id, OwnerKind.TEAM: step.team_id, OwnerKind.PERSON: step.person_id}
    return step.owner_kind in wanted and wanted[OwnerKind(step.owner_kind)] is None


def _approval_problems(step: Step, *, items: Mapping[str, Mapping[str, str]]) -> Iterator[Problem]:
    levels = list(step.levels.all())
    if (levels and levels[-1].up_to is not None) or (not levels and step.owner_kind == OwnerKind.RANK):
        yield Problem(code="levels_stop", step=step.key)
    source, _dot, item = step.amount_from.partition(".")
    if any(level.up_to is not None for level in levels) and items.get(source, {}).get(item) not in ("number", "scale"):
        yield Problem(code="no_amount", step=step.key)


def _is_known(test: Mapping[str, Any], *, step: Step, version: Version, items: Mapping[str, Mapping[str, str]]) -> bool:
    if test.get("of") == "fact":
        return test.get("key") in subject_kind(version.procedure.subject_kind).fields
    return test.get("key") in items.get(test.get("step") or step.key, {})


def sentences_of(version: Version, problems: Sequence[Problem]) -> list[str]:
    """The problems in the reader's language, naming steps and outcomes by their titles."""
    steps = {step.key: step for step in version.steps.prefetch_related("outcomes")}
    return [sentence for _step_key, sentence in placed_sentences(steps, problems)]


def placed_sentences(steps: Mapping[str, Step], problems: Sequence[Problem]) -> list[tuple[str, str]]:
    """Each problem as the key of its step and a sentence."""
    found = []
    for problem in problems:
        step = steps.get(problem.step)
        outcome = next((one for one in step.outcomes.all() if one.key == problem.outcome), None) if step else None
        label = (outcome.label or _("no label")) if outcome else ""
        title = (step.title or _("step %(place)s") % {"place": step.order + 1}) if step else ""
        found.append((problem.step, str(WORDS[problem.code]) % {"step": title, "outcome": label, **problem.details}))
    return found
