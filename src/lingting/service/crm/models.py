"""Customers, the points at which they can be reached, tiers, duplicates and imports."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models.functions import Right
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from lingting.kernel.organisation.models import BilingualName
from lingting.platform.files.models import StoredFile
from lingting.platform.search import VectorField, index_for


class Tier(BilingualName):
    """A customer's standing; `priority` is how many places it raises waiting work (VIP: 2)."""

    key = models.SlugField(unique=True, max_length=40)
    rank = models.PositiveSmallIntegerField(_("rank"), default=0)
    priority = models.PositiveSmallIntegerField(_("raises priority by"), default=0)

    class Meta:
        verbose_name = _("tier")
        ordering = ["rank", "id"]


class CustomerTag(BilingualName):
    """A label on customers."""

    key = models.SlugField(unique=True, max_length=40)

    class Meta:
        verbose_name = _("customer tag")


class CustomerQuerySet(models.QuerySet["Customer"]):
    """Filters of customers."""

    def current(self) -> CustomerQuerySet:
        """Without those that turned out to be somebody else."""
        return self.filter(merged_into=None)

    def tagged(self, tag_id: int) -> CustomerQuerySet:
        return self.filter(tags=tag_id)


class Customer(models.Model):
    """A person or company that the centre serves. Personal data: name, city, company, born, remarks.

    `external_id` is the customer's id in the host's own system (from the signed identity token).
    `merged_into` is set when this one turned out to be a duplicate: reads follow it.
    """

    name = models.CharField(_("name"), max_length=120, blank=True)
    tier = models.ForeignKey(Tier, models.PROTECT, null=True, blank=True, related_name="customers", verbose_name=_("tier"))
    language = models.CharField(_("language"), max_length=10, default="zh-hans")
    company = models.CharField(_("company"), max_length=120, blank=True)
    city = models.CharField(_("city"), max_length=60, blank=True)
    address = models.CharField(_("address"), max_length=200, blank=True)
    remarks = models.TextField(_("remarks"), blank=True)
    external_id = models.CharField(_("id in your own system"), max_length=80, null=True, blank=True, unique=True)
    is_guest = models.BooleanField(default=False)
    merged_into = models.ForeignKey("self", models.PROTECT, null=True, blank=True, related_name="merged")
    tags: models.ManyToManyField = models.ManyToManyField(CustomerTag, blank=True, related_name="customers")
    created_at = models.DateTimeField()
    updated_at = models.DateTimeField()
    is_demo = models.BooleanField(default=False)
    vector = VectorField()

    PERSONAL_DATA = {
        "name": ("service", "while customer"),
        "company": ("service", "while customer"),
        "city": ("service", "while customer"),
        "address": ("service", "while customer"),
        "remarks": ("service", "while customer"),
    }

    objects = CustomerQuerySet.as_manager()

    class Meta:
        verbose_name = _("customer")
        indexes = [
            models.Index(fields=["-updated_at", "-id"], name="customer_recent", condition=models.Q(merged_into=None)),
            models.Index(
                fields=["tier", "-updated_at", "-id"], name="customer_tier_recent", condition=models.Q(merged_into=None)
            ),
            models.Index(fields=["name", "city"], name="customer_namesakes", condition=models.Q(merged_into=None)),
            index_for("vector", name="customer_search"),
        ]

    def __str__(self) -> str:
        return self.label_of(self.pk, name=self.name)

    @staticmethod
    def label_of(number: int, *, name: str) -> str:
        """What a customer is called where only id and name are known."""
        return name or gettext("Guest %(number)s") % {"number": number}


class ContactPoint(models.Model):
    """A phone number, mail address or account at which a customer is reached; normalised and unique."""

    KINDS = [("phone", _("phone")), ("email", _("e-mail")), ("wechat", "WeChat"), ("other", _("other"))]
    customer = models.ForeignKey(Customer, models.CASCADE, related_name="contact_points")
    kind = models.CharField(_("kind"), max_length=8, choices=KINDS)
    value = models.CharField(_("number or address"), max_length=190)
    is_preferred = models.BooleanField(_("preferred"), default=False)
    created_at = models.DateTimeField()

    PERSONAL_DATA = {"value": ("contact", "while customer")}

    class Meta:
        verbose_name = _("contact point")
        constraints = [models.UniqueConstraint(fields=["kind", "value"], name="contact_point_once")]
        indexes = [
            models.Index(Right("value", 8), name="contact_point_tail"),
            models.Index(fields=["value"], name="contact_point_start", opclasses=["varchar_pattern_ops"]),
        ]


class CustomerNote(models.Model):
    """What staff should know about a customer, with who wrote it and when."""

    customer = models.ForeignKey(Customer, models.CASCADE, related_name="notes")
    author = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    text = models.TextField(_("note"))
    created_at = models.DateTimeField()

    PERSONAL_DATA = {"text": ("service", "while customer")}

    class Meta:
        verbose_name = _("customer note")


class Merge(models.Model):
    """Two customers found to be one; keeps what moved, so that it can be undone."""

    kept = models.ForeignKey(Customer, models.CASCADE, related_name="merges")
    absorbed = models.ForeignKey(Customer, models.CASCADE, related_name="absorptions")
    merged_at = models.DateTimeField()
    merged_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    moved = models.JSONField(default=dict)
    undone_at = models.DateTimeField(null=True)
    undone_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")

    class Meta:
        verbose_name = _("joining of customers")


class SavedFilter(models.Model):
    """A filter of the customer list under a name of one's own; `query` is its address without the paging."""

    owner = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    name = models.CharField(_("name"), max_length=40)
    query = models.CharField(max_length=400)
    created_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["owner", "name"], name="customer_filter_once")]


class Import(models.Model):
    """An uploaded table of customers: previewed, mapped, then applied; every bad row keeps its reason.

    `done_rows` is how far it came: rows up to there are applied, whatever happened to the worker since.
    """

    STATES = [("mapping", _("to be checked")), ("running", _("running")), ("finished", _("finished")), ("failed", _("failed"))]
    file = models.ForeignKey(StoredFile, models.SET_NULL, null=True, related_name="+")
    file_name = models.CharField(max_length=200)
    kind = models.CharField(max_length=4, default="csv")
    encoding = models.CharField(max_length=20, blank=True)
    delimiter = models.CharField(max_length=1, blank=True)
    columns = models.JSONField(default=list)
    mapping = models.JSONField(default=dict)
    state = models.CharField(max_length=8, choices=STATES, default="mapping")
    trouble = models.CharField(max_length=300, blank=True)
    created_at = models.DateTimeField()
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    applied_at = models.DateTimeField(null=True)
    total_rows = models.PositiveIntegerField(default=0)
    done_rows = models.PositiveIntegerField(default=0)
    added = models.PositiveIntegerField(default=0)
    changed = models.PositiveIntegerField(default=0)
    unchanged = models.PositiveIntegerField(default=0)
    failed = models.PositiveIntegerField(default=0)

    class Meta:
        indexes = [models.Index(fields=["-created_at", "-id"], name="import_recent")]


class ImportRow(models.Model):
    """A row of an import that could not be taken in, as it was read, with the reasons."""

    run = models.ForeignKey(Import, models.CASCADE, related_name="rows")
    number = models.PositiveIntegerField()
    cells = models.JSONField()
    outcome = models.CharField(max_length=10, blank=True)
    problems = models.JSONField(default=list)
    customer = models.ForeignKey(Customer, models.SET_NULL, null=True, related_name="+")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["run", "number"], name="import_row_once")]
