"""Customers, the points at which they can be reached, tiers, duplicates and imports."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from lingting.kernel.organisation.models import BilingualName
from lingting.platform.search import VectorField, index_for


class Tier(BilingualName):
    """A customer's standing; `priority` is how many places it raises waiting work (VIP: 2)."""

    key = models.SlugField(unique=True, max_length=40)
    rank = models.PositiveSmallIntegerField(_("rank"), default=0)
    priority = models.PositiveSmallIntegerField(_("raises priority by"), default=0)

    class Meta:
        verbose_name = _("tier")
        ordering = ["rank"]


class CustomerTag(BilingualName):
    """A label on customers."""

    key = models.SlugField(unique=True, max_length=40)


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

    class Meta:
        verbose_name = _("customer")
        indexes = [
            models.Index(fields=["-updated_at", "-id"], name="customer_recent", condition=models.Q(merged_into=None)),
            index_for("vector", name="customer_search"),
        ]

    def __str__(self) -> str:
        return self.name or f"#{self.pk}"


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
        constraints = [models.UniqueConstraint(fields=["kind", "value"], name="contact_point_once")]


class CustomerNote(models.Model):
    """What staff should know about a customer, with who wrote it and when."""

    customer = models.ForeignKey(Customer, models.CASCADE, related_name="notes")
    author = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    text = models.TextField(_("note"))
    created_at = models.DateTimeField()

    PERSONAL_DATA = {"text": ("service", "while customer")}


class Merge(models.Model):
    """Two customers found to be one; keeps what moved, so that it can be undone."""

    kept = models.ForeignKey(Customer, models.CASCADE, related_name="merges")
    absorbed = models.ForeignKey(Customer, models.CASCADE, related_name="absorptions")
    merged_at = models.DateTimeField()
    merged_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    moved = models.JSONField(default=dict)
    undone_at = models.DateTimeField(null=True)
    undone_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")


class Import(models.Model):
    """An uploaded table of customers: previewed, mapped, then applied; every bad row keeps its reason."""

    file_name = models.CharField(max_length=200)
    encoding = models.CharField(max_length=20, blank=True)
    mapping = models.JSONField(default=dict)
    created_at = models.DateTimeField()
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    applied_at = models.DateTimeField(null=True)
    added = models.PositiveIntegerField(default=0)
    changed = models.PositiveIntegerField(default=0)
    unchanged = models.PositiveIntegerField(default=0)


class ImportRow(models.Model):
    """A row of an import as it was read, with what became of it."""

    run = models.ForeignKey(Import, models.CASCADE, related_name="rows")
    number = models.PositiveIntegerField()
    cells = models.JSONField()
    outcome = models.CharField(max_length=10, blank=True)
    problems = models.JSONField(default=list)
    customer = models.ForeignKey(Customer, models.SET_NULL, null=True, related_name="+")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["run", "number"], name="import_row_once")]
