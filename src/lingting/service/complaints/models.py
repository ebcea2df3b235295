"""Complaints, what they may cost, the calls afterwards, and the measures that hot spots lead to."""

from __future__ import annotations

from decimal import Decimal

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from lingting.kernel.accounts.models import Role
from lingting.kernel.organisation.models import BilingualName, Position, Team
from lingting.kernel.questionnaires.models import Response
from lingting.service.desk.models import Case
from lingting.service.workorders.models import Department

ACCOUNT = settings.AUTH_USER_MODEL


class Severity(models.IntegerChoices):
    SLIGHT = 1, pgettext_lazy("severity", "slight")
    MODERATE = 2, pgettext_lazy("severity", "moderate")
    SERIOUS = 3, pgettext_lazy("severity", "serious")
    GRAVE = 4, pgettext_lazy("severity", "grave")


class Category(BilingualName):
    """What complaints are about: a tree of two or three levels. `severity` is what a new complaint of it starts with."""

    key = models.SlugField(unique=True, max_length=60)
    parent = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="children", verbose_name=_("belongs to")
    )
    severity = models.PositiveSmallIntegerField(_("usual severity"), choices=Severity.choices, default=Severity.MODERATE)
    order = models.PositiveSmallIntegerField(_("order"), default=100)
    is_active = models.BooleanField(_("in use"), default=True)

    class Meta:
        verbose_name = _("complaint category")
        ordering = ["order", "id"]


class Cause(BilingualName):
    """Why it came to the complaint; chosen when it is closed."""

    key = models.SlugField(unique=True, max_length=60)
    order = models.PositiveSmallIntegerField(_("order"), default=100)
    is_active = models.BooleanField(_("in use"), default=True)

    class Meta:
        verbose_name = _("root cause")
        ordering = ["order", "id"]


class Stage(models.TextChoices):
    RECEIVED = "received", pgettext_lazy("complaint", "received")
    HANDLING = "handling", pgettext_lazy("complaint", "in hand")
    ANSWERED = "answered", pgettext_lazy("complaint", "answered")
    FOLLOWED = "followed", pgettext_lazy("complaint", "followed up")
    CLOSED = "closed", pgettext_lazy("complaint", "closed")


class Responsibility(models.TextChoices):
    CENTRE = "centre", _("service centre")
    DEPARTMENT = "department", _("another department")
    SUPPLIER = "supplier", _("supplier or carrier")
    CUSTOMER = "customer", _("the customer's own side")
    NOBODY = "nobody", _("nobody at fault")


class Complaint(models.Model):
    """A case as a complaint. `severity` already counts the flags in; `repeat_of` is the latest earlier one that it repeats.

    `answer` is what the customer was told as the outcome; cause and responsibility are there before it closes.
    """

    case = models.OneToOneField(Case, models.CASCADE, related_name="complaint")
    stage = models.CharField(_("stage"), max_length=10, choices=Stage.choices, default=Stage.RECEIVED)
    category = models.ForeignKey(Category, models.PROTECT, null=True, related_name="complaints", verbose_name=_("category"))
    severity = models.PositiveSmallIntegerField(_("severity"), choices=Severity.choices, default=Severity.MODERATE)
    is_public = models.BooleanField(_("in public (media, social networks)"), default=False)
    is_regulator = models.BooleanField(_("through a regulator or consumer body"), default=False)
    on_behalf = models.BooleanField(_("filed on the customer's behalf"), default=False)
    repeat_of = models.ForeignKey("self", models.SET_NULL, null=True, related_name="repeated_by")
    repeat_days = models.PositiveSmallIntegerField(null=True)
    product = models.CharField(_("product"), max_length=80, blank=True)
    region = models.CharField(_("region"), max_length=60, blank=True)
    team = models.ForeignKey(
        Team, models.SET_NULL, null=True, blank=True, related_name="complaints", verbose_name=_("team concerned")
    )
    person = models.ForeignKey(
        ACCOUNT, models.SET_NULL, null=True, blank=True, related_name="complaints_about", verbose_name=_("person concerned")
    )
    filed_at = models.DateTimeField()
    filed_by = models.ForeignKey(ACCOUNT, models.PROTECT, null=True, related_name="+")
    classified_at = models.DateTimeField(null=True)
    classified_by = models.ForeignKey(ACCOUNT, models.PROTECT, null=True, related_name="+")
    answer = models.TextField(_("answer"), blank=True)
    answered_at = models.DateTimeField(null=True)
    answered_by = models.ForeignKey(ACCOUNT, models.PROTECT, null=True, related_name="+")
    cause = models.ForeignKey(Cause, models.PROTECT, null=True, related_name="complaints", verbose_name=_("root cause"))
    responsibility = models.CharField(_("responsibility"), max_length=10, choices=Responsibility.choices, blank=True)
    department = models.ForeignKey(
        Department, models.PROTECT, null=True, related_name="complaints", verbose_name=_("department responsible")
    )
    conclusion = models.TextField(_("conclusion"), blank=True)
    closed_at = models.DateTimeField(null=True)
    closed_by = models.ForeignKey(ACCOUNT, models.PROTECT, null=True, related_name="+")
    is_demo = models.BooleanField(default=False)

    PERSONAL_DATA = {"answer": ("service", "with its case"), "conclusion": ("service", "with its case")}

    class Meta:
        verbose_name = _("complaint")
        indexes = [
            models.Index(fields=["stage", "-filed_at"], name="complaint_stage"),
            models.Index(fields=["filed_at"], name="complaint_filed"),
        ]
        constraints = [
            models.CheckConstraint(
                name="complaint_closed_with_cause",
                condition=~models.Q(stage="closed")
                | (models.Q(cause__isnull=False, closed_at__isnull=False) & ~models.Q(responsibility="")),
            )
        ]


class CompensationKind(models.TextChoices):
    REFUND = "refund", _("refund")
    COUPON = "coupon", _("coupon")
    GIFT = "gift", _("gift")
    REPAIR = "repair", _("free repair or part")
    APOLOGY = "apology", _("apology in writing")


class CompensationItem(BilingualName):
    """Something that may be given. With `unit_cost` the amount is pieces times it; else it is entered, up to `most_amount`."""

    key = models.SlugField(unique=True, max_length=60)
    kind = models.CharField(_("kind"), max_length=10, choices=CompensationKind.choices)
    unit_cost = models.DecimalField(
        _("cost of one"), max_digits=10, decimal_places=2, null=True, blank=True, validators=[MinValueValidator(0)]
    )
    most_amount = models.DecimalField(
        _("most for one complaint"), max_digits=10, decimal_places=2, null=True, blank=True, validators=[MinValueValidator(0)]
    )
    order = models.PositiveSmallIntegerField(_("order"), default=100)
    is_active = models.BooleanField(_("in use"), default=True)

    class Meta:
        verbose_name = _("compensation item")
        ordering = ["order", "id"]


class CompensationLimit(models.Model):
    """How much somebody of a role or position may decide for one complaint, all its compensation together."""

    role = models.ForeignKey(Role, models.CASCADE, null=True, blank=True, related_name="+", verbose_name=_("role"))
    position = models.ForeignKey(Position, models.CASCADE, null=True, blank=True, related_name="+", verbose_name=_("position"))
    amount = models.DecimalField(_("amount"), max_digits=10, decimal_places=2, validators=[MinValueValidator(0)])

    class Meta:
        verbose_name = _("compensation limit")
        ordering = ["amount", "id"]
        constraints = [
            models.CheckConstraint(
                name="limit_of_role_or_position",
                condition=models.Q(role__isnull=False, position__isnull=True) | models.Q(role__isnull=True, position__isnull=False),
            ),
            models.UniqueConstraint(fields=["role"], name="one_limit_a_role"),
            models.UniqueConstraint(fields=["position"], name="one_limit_a_position"),
        ]


class CompensationState(models.TextChoices):
    PROPOSED = "proposed", pgettext_lazy("compensation", "waits for approval")
    APPROVED = "approved", pgettext_lazy("compensation", "approved")
    REJECTED = "rejected", pgettext_lazy("compensation", "rejected")
    GRANTED = "granted", pgettext_lazy("compensation", "given")


class Compensation(models.Model):
    """What is given to a customer. Within the proposer's own limit it is approved at once (`decided_by` empty)."""

    complaint = models.ForeignKey(Complaint, models.CASCADE, related_name="compensations")
    item = models.ForeignKey(CompensationItem, models.PROTECT, related_name="compensations", verbose_name=_("what"))
    quantity = models.PositiveSmallIntegerField(_("pieces"), default=1, validators=[MinValueValidator(1), MaxValueValidator(99)])
    amount = models.DecimalField(_("amount"), max_digits=10, decimal_places=2, default=Decimal(0))
    reason = models.CharField(_("reason"), max_length=300)
    state = models.CharField(_("state"), max_length=10, choices=CompensationState.choices, default=CompensationState.PROPOSED)
    proposed_by = models.ForeignKey(ACCOUNT, models.PROTECT, related_name="+")
    proposed_at = models.DateTimeField()
    decided_by = models.ForeignKey(ACCOUNT, models.PROTECT, null=True, related_name="+")
    decided_at = models.DateTimeField(null=True)
    decision_note = models.CharField(max_length=300, blank=True)
    granted_by = models.ForeignKey(ACCOUNT, models.PROTECT, null=True, related_name="+")
    granted_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("compensation")
        ordering = ["id"]
        constraints = [
            models.CheckConstraint(
                name="compensation_not_decided_by_proposer",
                condition=models.Q(decided_by__isnull=True) | ~models.Q(decided_by=models.F("proposed_by")),
            )
        ]


class FollowUp(models.Model):
    """A call after the answer: due, made or not reached; `satisfied` as the customer said in the questionnaire."""

    complaint = models.ForeignKey(Complaint, models.CASCADE, related_name="follow_ups")
    attempt = models.PositiveSmallIntegerField(default=1)
    due_at = models.DateTimeField(_("due"))
    called_at = models.DateTimeField(null=True)
    called_by = models.ForeignKey(ACCOUNT, models.PROTECT, null=True, related_name="+")
    is_reached = models.BooleanField(null=True)
    response = models.OneToOneField(Response, models.PROTECT, null=True, related_name="+")
    satisfied = models.BooleanField(null=True)
    note = models.CharField(_("note"), max_length=500, blank=True)

    PERSONAL_DATA = {"note": ("service", "with its case")}

    class Meta:
        verbose_name = _("follow-up call")
        ordering = ["attempt"]
        constraints = [models.UniqueConstraint(fields=["complaint", "attempt"], name="follow_up_attempt")]


class MeasureState(models.TextChoices):
    OPEN = "open", pgettext_lazy("measure", "under way")
    DONE = "done", pgettext_lazy("measure", "in effect")
    DROPPED = "dropped", pgettext_lazy("measure", "dropped")


class Measure(models.Model):
    """What is done about a hot spot. `cell` names where, as {"category": 3, "product": "HY-W600"}; `expected_drop` in percent.

    Its effect is the complaint rate of the cell before `done_at` and after it.
    """

    title = models.CharField(_("what is done"), max_length=200)
    owner = models.ForeignKey(ACCOUNT, models.PROTECT, related_name="+", verbose_name=_("owner"))
    due_date = models.DateField(_("due on"))
    expected_drop = models.PositiveSmallIntegerField(
        _("expected drop (%)"), default=50, validators=[MinValueValidator(1), MaxValueValidator(100)]
    )
    cell = models.JSONField(default=dict)
    finding = models.JSONField(default=dict)
    state = models.CharField(_("state"), max_length=10, choices=MeasureState.choices, default=MeasureState.OPEN)
    made_by = models.ForeignKey(ACCOUNT, models.PROTECT, related_name="+")
    made_at = models.DateTimeField()
    done_at = models.DateTimeField(null=True)
    is_demo = models.BooleanField(default=False)

    class Meta:
        verbose_name = _("measure")
        ordering = ["-id"]
