"""Written processes: their versions of steps, their runs about a subject, and who has read them."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.db import models
from django.utils.translation import get_language, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from lingting.kernel.accounts.models import Role
from lingting.kernel.calendars.models import Calendar
from lingting.kernel.clocks.models import Clock
from lingting.kernel.organisation.models import BilingualName, Team
from lingting.kernel.questionnaires.models import Response
from lingting.kernel.questionnaires.models import Version as FormVersion


def in_language(chinese: str, english: str) -> str:
    """The text in the reader's language, the Chinese one when there is no English."""
    return chinese if (get_language() or "").startswith("zh") else english or chinese


class Procedure(BilingualName):
    """A written process under a key. `subject_kind` is what it runs about (e.g. `desk.case`); "" anything."""

    key = models.SlugField(unique=True, max_length=60)
    purpose_zh = models.TextField(_("purpose in Chinese"), blank=True)
    purpose_en = models.TextField(_("purpose in English"), blank=True)
    subject_kind = models.CharField(max_length=40, blank=True)
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+",
        verbose_name=pgettext_lazy("procedure", "owner"),
    )  # fmt: skip
    review_date = models.DateField(_("review on"), null=True, blank=True)

    class Meta:
        verbose_name = _("procedure")

    @property
    def purpose(self) -> str:
        return in_language(self.purpose_zh, self.purpose_en)


class VersionState(models.TextChoices):
    DRAFT = "draft", pgettext_lazy("procedure version", "draft")
    PUBLISHED = "published", pgettext_lazy("procedure version", "published")
    RETIRED = "retired", pgettext_lazy("procedure version", "retired")


class Version(models.Model):
    """A state of a procedure's steps. Only a draft can be changed: a trigger of the database freezes the others."""

    procedure = models.ForeignKey(Procedure, models.CASCADE, related_name="versions")
    number = models.PositiveIntegerField()
    state = models.CharField(max_length=9, choices=VersionState.choices, default=VersionState.DRAFT)
    note = models.CharField(_("what changed"), max_length=500, blank=True)
    created_at = models.DateTimeField()
    published_at = models.DateTimeField(null=True)
    published_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    retired_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("version of a procedure")
        constraints = [
            models.UniqueConstraint(fields=["procedure", "number"], name="procedure_version_once"),
            models.UniqueConstraint(
                fields=["procedure", "state"], name="procedure_one_draft_one_published",
                condition=models.Q(state__in=["draft", "published"]),
            ),
        ]  # fmt: skip

    @property
    def is_draft(self) -> bool:
        return self.state == VersionState.DRAFT


class StepKind(models.TextChoices):
    TASK = "task", pgettext_lazy("step", "task")
    APPROVAL = "approval", pgettext_lazy("step", "approval")
    DECISION = "decision", pgettext_lazy("step", "automatic branch")
    FORK = "fork", pgettext_lazy("step", "several at once")
    JOIN = "join", pgettext_lazy("step", "wait for all")


MANNED = (StepKind.TASK, StepKind.APPROVAL)
"""Steps at which somebody acts; the others pass by themselves."""


class OwnerKind(models.TextChoices):
    SUBJECT = "subject", pgettext_lazy("step", "whoever has the case")
    STARTER = "starter", pgettext_lazy("step", "whoever started it")
    ROLE = "role", pgettext_lazy("step", "a role")
    TEAM = "team", pgettext_lazy("step", "a team")
    PERSON = "person", pgettext_lazy("step", "one person")
    RANK = "rank", pgettext_lazy("step", "anyone of sufficient rank")


class Step(models.Model):
    """One step. `order` is its place in the written list; the first one is where a run begins.

    `knowledge` holds references such as `knowledge.article:12`, whose kinds are registered by the apps above.
    `public_zh`/`public_en` is what a customer reads of it; a step without them is none of theirs.
    An approval takes its amount from `amount_from` ("step.item"), and `ApprovalLevel` says which rank may approve it.
    """

    version = models.ForeignKey(Version, models.CASCADE, related_name="steps")
    key = models.SlugField(max_length=60)
    order = models.PositiveSmallIntegerField()
    kind = models.CharField(max_length=8, choices=StepKind.choices, default=StepKind.TASK)
    title_zh = models.CharField(_("Chinese title"), max_length=120)
    title_en = models.CharField(_("English title"), max_length=120, blank=True)
    public_zh = models.CharField(_("what customers read, Chinese"), max_length=120, blank=True)
    public_en = models.CharField(_("what customers read, English"), max_length=120, blank=True)
    is_mailed = models.BooleanField(_("tell the customer by mail when it begins"), default=False)
    instructions_zh = models.TextField(_("instructions in Chinese"), blank=True)
    instructions_en = models.TextField(_("instructions in English"), blank=True)
    owner_kind = models.CharField(_("who does it"), max_length=8, choices=OwnerKind.choices, default=OwnerKind.SUBJECT)
    role = models.ForeignKey(Role, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("role"))
    team = models.ForeignKey(Team, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("team"))
    person = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("person")
    )
    limit_minutes = models.PositiveIntegerField(_("time limit"), null=True, blank=True)
    calendar = models.ForeignKey(
        Calendar, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("opening hours")
    )
    form = models.ForeignKey(
        FormVersion, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=pgettext_lazy("questionnaire", "form")
    )
    knowledge = models.JSONField(default=list, blank=True)
    may_skip = models.BooleanField(_("may be skipped with a reason"), default=False)
    amount_from = models.CharField(max_length=121, blank=True)
    four_eyes = models.BooleanField(_("not by whoever did the step before"), default=True)

    class Meta:
        verbose_name = _("step of a procedure")
        ordering = ["order", "id"]
        constraints = [
            models.UniqueConstraint(fields=["version", "key"], name="procedure_step_once"),
            models.CheckConstraint(
                name="procedure_limit_makes_sense", condition=models.Q(limit_minutes=None) | models.Q(limit_minutes__gt=0)
            ),
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def title(self) -> str:
        return in_language(self.title_zh, self.title_en)

    @property
    def public_title(self) -> str:
        """What the customer reads; "" for a step that is none of theirs."""
        return in_language(self.public_zh, self.public_en)

    @property
    def instructions(self) -> str:
        return in_language(self.instructions_zh, self.instructions_en)

    @property
    def is_manned(self) -> bool:
        return self.kind in MANNED


class Outcome(models.Model):
    """How a step may end and what comes then: another step, or the end. Neither: not decided yet (drafts only).

    `tests` is a list of conditions that all must hold, e.g. `{"of": "answer", "step": "check", "key": "amount", "is":
    "at_least", "value": 500}`; the first outcome whose tests hold is taken, one without tests is "otherwise".
    Of a fork every outcome is taken at once.
    """

    step = models.ForeignKey(Step, models.CASCADE, related_name="outcomes")
    key = models.SlugField(max_length=60)
    order = models.PositiveSmallIntegerField()
    label_zh = models.CharField(max_length=80)
    label_en = models.CharField(max_length=80, blank=True)
    next_step = models.ForeignKey(Step, models.SET_NULL, null=True, blank=True, related_name="entries")
    ends = models.BooleanField(default=False)
    tests: models.JSONField[Any, Any] = models.JSONField(default=list, blank=True)

    class Meta:
        verbose_name = _("outcome of a step")
        ordering = ["order", "id"]
        constraints = [models.UniqueConstraint(fields=["step", "key"], name="procedure_outcome_once")]

    @property
    def label(self) -> str:
        return in_language(self.label_zh, self.label_en)


class ApprovalLevel(models.Model):
    """Up to this amount (null: any) a position of at least this rank may approve."""

    step = models.ForeignKey(Step, models.CASCADE, related_name="levels")
    up_to = models.DecimalField(max_digits=14, decimal_places=2, null=True, blank=True)
    least_rank = models.PositiveSmallIntegerField()

    class Meta:
        verbose_name = _("level of approval")
        ordering = [models.F("up_to").asc(nulls_last=True)]


class RunState(models.TextChoices):
    RUNNING = "running", pgettext_lazy("procedure run", "running")
    DONE = "done", pgettext_lazy("procedure run", "done")
    CANCELLED = "cancelled", pgettext_lazy("procedure run", "cancelled")


class Run(models.Model):
    """A procedure under way about a subject; it keeps its version until it is moved to another one."""

    procedure = models.ForeignKey(Procedure, models.PROTECT, related_name="runs")
    version = models.ForeignKey(Version, models.PROTECT, related_name="runs")
    subject_kind = models.CharField(max_length=40)
    subject_id = models.BigIntegerField()
    state = models.CharField(max_length=9, choices=RunState.choices, default=RunState.RUNNING)
    started_at = models.DateTimeField()
    started_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    ended_at = models.DateTimeField(null=True)
    ending = models.CharField(max_length=60, blank=True)
    cancel_reason = models.CharField(max_length=200, blank=True)

    class Meta:
        verbose_name = _("run of a procedure")
        indexes = [models.Index(fields=["subject_kind", "subject_id"], name="procedure_run_subject")]
        constraints = [
            models.UniqueConstraint(
                fields=["procedure", "subject_kind", "subject_id"], name="procedure_run_once",
                condition=models.Q(state="running"),
            )
        ]  # fmt: skip


class StepState(models.TextChoices):
    OPEN = "open", pgettext_lazy("step", "open")
    WAITING = "waiting", pgettext_lazy("step", "waiting for the others")
    DONE = "done", pgettext_lazy("step", "done")
    SKIPPED = "skipped", pgettext_lazy("step", "skipped")
    CANCELLED = "cancelled", pgettext_lazy("step", "cancelled")


class StepRun(models.Model):
    """One passage through a step: whose it is, until when, how it ended and by whom.

    `fork` is the passage that opened the parallel part it lies in, `branch` the outcome of that fork; `joins` on a
    waiting join is the fork whose branches it collects, `arrived` those that have come.
    """

    run = models.ForeignKey(Run, models.CASCADE, related_name="steps")
    step = models.ForeignKey(Step, models.PROTECT, related_name="runs")
    state = models.CharField(max_length=9, choices=StepState.choices, default=StepState.OPEN)
    assignee = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="procedure_steps")
    role = models.ForeignKey(Role, models.PROTECT, null=True, related_name="+")
    team = models.ForeignKey(Team, models.PROTECT, null=True, related_name="+")
    clock = models.OneToOneField(Clock, models.SET_NULL, null=True, related_name="+")
    started_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)
    ended_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    outcome = models.CharField(max_length=60, blank=True)
    response = models.ForeignKey(Response, models.PROTECT, null=True, related_name="+")
    note = models.CharField(max_length=500, blank=True)
    amount = models.DecimalField(max_digits=14, decimal_places=2, null=True)
    fork = models.ForeignKey("self", models.CASCADE, null=True, related_name="branches")
    branch = models.CharField(max_length=60, blank=True)
    joins = models.ForeignKey("self", models.CASCADE, null=True, related_name="+")
    arrived: models.JSONField[Any, Any] = models.JSONField(default=list)

    class Meta:
        verbose_name = _("step under way")
        indexes = [
            models.Index(fields=["assignee"], name="procedure_step_mine", condition=models.Q(state="open")),
            models.Index(fields=["role"], name="procedure_step_of_role", condition=models.Q(state="open")),
            models.Index(fields=["team"], name="procedure_step_of_team", condition=models.Q(state="open")),
            models.Index(fields=["step", "ended_at"], name="procedure_step_report"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["run", "step", "fork"], name="procedure_step_open_once", nulls_distinct=False,
                condition=models.Q(state__in=["open", "waiting"]),
            ),
            models.CheckConstraint(
                name="procedure_step_ended",
                condition=models.Q(state__in=["open", "waiting"], ended_at=None)
                | models.Q(state__in=["done", "skipped", "cancelled"], ended_at__isnull=False),
            ),
        ]  # fmt: skip


class Reading(models.Model):
    """Somebody who works by a version is asked to read it; `confirmed_at` is when they said they had."""

    version = models.ForeignKey(Version, models.CASCADE, related_name="readings")
    account = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    asked_at = models.DateTimeField()
    reminded_at = models.DateTimeField(null=True)
    confirmed_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("reading of a procedure")
        constraints = [models.UniqueConstraint(fields=["version", "account"], name="procedure_reading_once")]
        indexes = [models.Index(fields=["account"], name="procedure_reading_open", condition=models.Q(confirmed_at=None))]


class RunMove(models.Model):
    """A run was moved from one version to another: which open steps went where."""

    run = models.ForeignKey(Run, models.CASCADE, related_name="moves")
    from_version = models.ForeignKey(Version, models.PROTECT, related_name="+")
    to_version = models.ForeignKey(Version, models.PROTECT, related_name="+")
    mapping = models.JSONField()
    at = models.DateTimeField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")

    class Meta:
        verbose_name = _("move of a run to another version")
