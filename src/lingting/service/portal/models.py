"""Who may open whose portal: passes by link or sign-in, and the codes that are mailed."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from lingting.service.crm.models import Customer
from lingting.service.desk.models import Case


class PassKind(models.TextChoices):
    LINK = "link", _("by link")
    SIGN_IN = "sign_in", _("by sign-in")


class Pass(models.Model):
    """A secret that opens a customer's portal until `until_at`, or one `case` of it; only its digest is kept."""

    customer = models.ForeignKey(Customer, models.CASCADE, related_name="portal_passes")
    case = models.ForeignKey(Case, models.CASCADE, null=True, related_name="+")
    kind = models.CharField(max_length=8, choices=PassKind.choices)
    secret_hash = models.CharField(max_length=64, unique=True)
    made_at = models.DateTimeField()
    until_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("portal pass")
        indexes = [models.Index(fields=["until_at"], name="portal_pass_age")]


class SignInCode(models.Model):
    """A code mailed to a known address; works once, for a few minutes and a few tries."""

    customer = models.ForeignKey(Customer, models.CASCADE, related_name="+")
    address = models.EmailField()
    code_hash = models.CharField(max_length=64)
    made_at = models.DateTimeField()
    until_at = models.DateTimeField()
    tries = models.PositiveSmallIntegerField(default=0)
    used_at = models.DateTimeField(null=True)

    PERSONAL_DATA = {"address": ("service", "a day")}

    class Meta:
        verbose_name = _("sign-in code")
        indexes = [
            models.Index(fields=["address", "-id"], name="portal_code_of_address"),
            models.Index(fields=["until_at"], name="portal_code_age"),
        ]
