"""What else a centre records about cases of a type: its own fields, and what stands in them."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from lingting.kernel.organisation.models import BilingualName
from lingting.service.desk.models.cases import Case, CaseType


class FieldKind(models.TextChoices):
    TEXT = "text", _("text")
    LONG_TEXT = "long", _("long text")
    NUMBER = "number", _("number")
    DATE = "date", pgettext_lazy("field", "date")
    YES_NO = "yes_no", _("yes or no")
    CHOICE = "choice", _("choice")


class CaseField(BilingualName):
    """One thing to record about cases of a type (of every type when `type` is empty).

    `options` of a choice: [{"key": "W600", "zh": "净水器 W600", "en": "Purifier W600"}]. `is_required`: a case of the type
    is not closed while it is empty.
    """

    type = models.ForeignKey(CaseType, models.CASCADE, null=True, blank=True, related_name="fields", verbose_name=_("case type"))
    key = models.SlugField(_("key"), max_length=40)
    kind = models.CharField(_("kind"), max_length=8, choices=FieldKind.choices, default=FieldKind.TEXT)
    options = models.JSONField(_("options"), default=list, blank=True)
    help_zh = models.CharField(_("Chinese hint"), max_length=200, blank=True)
    help_en = models.CharField(_("English hint"), max_length=200, blank=True)
    is_required = models.BooleanField(_("needed before closing"), default=False)
    order = models.PositiveSmallIntegerField(_("order"), default=100)
    is_active = models.BooleanField(_("in use"), default=True)

    class Meta:
        verbose_name = _("field of cases")
        ordering = ["order", "id"]
        constraints = [models.UniqueConstraint(fields=["type", "key"], name="case_field_once", nulls_distinct=False)]


class CaseFieldValue(models.Model):
    """What stands in a field of a case: text, number, true/false, an ISO date, or the key of an option."""

    case = models.ForeignKey(Case, models.CASCADE, related_name="field_values", db_index=False)
    field = models.ForeignKey(CaseField, models.CASCADE, related_name="values")
    value = models.JSONField()

    PERSONAL_DATA = {"value": ("service", "with its case")}

    class Meta:
        verbose_name = _("value of a case's field")
        constraints = [models.UniqueConstraint(fields=["case", "field"], name="case_field_value_once")]


class TimeSpent(models.Model):
    """Minutes of work somebody put into a case, noted by hand or by the desk's own clock."""

    case = models.ForeignKey(Case, models.CASCADE, related_name="time_spent")
    account = models.ForeignKey("accounts.Account", models.PROTECT, related_name="+")
    spent_date = models.DateField(_("day"))
    minutes = models.PositiveIntegerField(_("minutes"))
    note = models.CharField(_("what for"), max_length=200, blank=True)
    noted_at = models.DateTimeField()

    class Meta:
        verbose_name = _("time spent")
        ordering = ["-spent_date", "-id"]
        constraints = [models.CheckConstraint(condition=models.Q(minutes__gte=1, minutes__lte=1440), name="time_spent_a_day")]

    @property
    def seconds(self) -> int:
        return self.minutes * 60
