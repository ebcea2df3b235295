"""One versioned form of the house: surveys, scorecards, exams and check-ins are all made of it."""

from __future__ import annotations

from django.conf import settings as django_settings
from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from lingting.kernel.organisation.models import BilingualName
from lingting.kernel.questionnaires.definitions import in_language


class Questionnaire(BilingualName):
    """A form under a key; what people fill in is one of its versions."""

    key = models.SlugField(unique=True, max_length=60)

    class Meta:
        verbose_name = _("questionnaire")


class Version(models.Model):
    """A frozen state of a questionnaire; a draft until `published_at`.

    A draft stands in `draft` as a document (`definitions.as_document`), whatever state it is in; publishing makes
    sections and items of it, which the database then keeps as they are. `draft_number` grows with every save.
    """

    questionnaire = models.ForeignKey(Questionnaire, models.CASCADE, related_name="versions")
    number = models.PositiveIntegerField()
    published_at = models.DateTimeField(null=True)
    pass_share = models.DecimalField(_("pass mark"), max_digits=4, decimal_places=3, null=True, blank=True)
    draft = models.JSONField(null=True)
    draft_number = models.PositiveIntegerField(default=0)
    note = models.CharField(_("what changed"), max_length=500, blank=True)
    published_by = models.ForeignKey(django_settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")

    class Meta:
        verbose_name = _("version of a questionnaire")
        constraints = [
            models.UniqueConstraint(fields=["questionnaire", "number"], name="questionnaire_version_once"),
            models.UniqueConstraint(
                fields=["questionnaire"], condition=models.Q(draft__isnull=False), name="questionnaire_one_draft"
            ),
            models.CheckConstraint(
                condition=models.Q(published_at=None) | models.Q(draft=None), name="questionnaire_published_without_draft"
            ),
        ]

    @property
    def is_draft(self) -> bool:
        return self.published_at is None


class Section(BilingualName):
    version = models.ForeignKey(Version, models.CASCADE, related_name="sections")
    order = models.PositiveSmallIntegerField()

    class Meta:
        ordering = ["order"]


class ItemKind(models.TextChoices):
    SCALE = "scale", _("scale")
    CHOICE = "choice", _("choice")
    CHOICES = "choices", _("several choices")
    TEXT = "text", pgettext_lazy("kind of question", "text")
    NUMBER = "number", _("number")
    YES_NO = "yes_no", _("yes or no")
    FILE = "file", _("file")


class Item(models.Model):
    """A question. `settings` holds what its kind needs: {"low": 1, "high": 5} or {"options": [{"key","zh","en","points"}]}.

    `weight` is its share in the score; a failed `is_critical` item makes the whole score 0. `show_if` is a list of
    {"item", "op", "value"} on earlier items, all of which have to hold for it to be asked.
    """

    section = models.ForeignKey(Section, models.CASCADE, related_name="items")
    key = models.SlugField(max_length=60)
    kind = models.CharField(max_length=8, choices=ItemKind.choices)
    text_zh = models.CharField(max_length=300)
    text_en = models.CharField(max_length=300, blank=True)
    settings = models.JSONField(default=dict)
    weight = models.DecimalField(max_digits=6, decimal_places=2, default=0)
    is_required = models.BooleanField(default=False)
    is_critical = models.BooleanField(default=False)
    show_if = models.JSONField(default=list)
    order = models.PositiveSmallIntegerField()

    class Meta:
        ordering = ["order"]
        constraints = [models.UniqueConstraint(fields=["section", "key"], name="questionnaire_item_once")]

    @property
    def text(self) -> str:
        return in_language(self.text_zh, self.text_en)


class Response(models.Model):
    """A filled-in form: by whom, about what, and its score (0-1; null where nothing is scored)."""

    version = models.ForeignKey(Version, models.PROTECT, related_name="responses")
    respondent_kind = models.CharField(max_length=12)
    respondent_id = models.BigIntegerField(null=True)
    subject_type = models.CharField(max_length=40)
    subject_id = models.BigIntegerField()
    answered_at = models.DateTimeField()
    score = models.DecimalField(max_digits=5, decimal_places=4, null=True)
    is_critical_failure = models.BooleanField(default=False)

    class Meta:
        indexes = [
            models.Index(fields=["subject_type", "subject_id"], name="response_subject"),
            models.Index(fields=["version", "answered_at"], name="response_period"),
        ]


class Answer(models.Model):
    """One item's answer: {"value": …} as its kind says."""

    response = models.ForeignKey(Response, models.CASCADE, related_name="answers")
    item = models.ForeignKey(Item, models.PROTECT, related_name="answers")
    value = models.JSONField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["response", "item"], name="answer_once")]
