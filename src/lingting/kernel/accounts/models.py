"""Who may sign in and what they may do."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, Any

from django.contrib.auth.models import AbstractBaseUser, BaseUserManager
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from lingting.kernel.timeline.events import Actor

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime


class Reach(StrEnum):
    """How far a permission goes; ordered by `REACH_ORDER`."""

    OWN = "own"
    TEAM = "team"
    SITE = "site"
    ALL = "all"


ADMINISTRATOR = "administrator"
"""The key of the role that always allows everything."""

REACH_ORDER: tuple[Reach, ...] = (Reach.OWN, Reach.TEAM, Reach.SITE, Reach.ALL)
REACH_LABELS = {
    Reach.OWN: _("own things only"),
    Reach.TEAM: _("their team"),
    Reach.SITE: _("their site"),
    Reach.ALL: _("the whole centre"),
}


def covers(held: Reach, wanted: Reach) -> bool:
    """Whether a reach is at least as wide as another."""
    return REACH_ORDER.index(held) >= REACH_ORDER.index(wanted)


class AccountManager(BaseUserManager["Account"]):
    def create_user(self, login: str, password: str | None = None, **fields: Any) -> Account:
        account = self.model(login=login.strip().lower(), **fields)
        account.set_password(password)
        account.save(using=self._db)
        return account

    def get_by_natural_key(self, username: str | None) -> Account:
        return self.get(login=(username or "").strip().lower())


class Account(AbstractBaseUser):
    """A person of the centre who may sign in. What they may do comes from their grants."""

    login = models.CharField(_("sign-in name"), max_length=64, unique=True)
    email = models.EmailField(_("e-mail"), blank=True)
    display_name = models.CharField(_("name"), max_length=80)
    language = models.CharField(
        _("language"), max_length=10, default="zh-hans", choices=[("zh-hans", "简体中文"), ("en", "English")]
    )
    theme = models.CharField(
        _("theme"),
        max_length=8,
        default="auto",
        choices=[("auto", _("as the system")), ("light", _("light")), ("dark", _("dark"))],
    )
    density = models.CharField(
        _("density"), max_length=8, default="cosy", choices=[("cosy", _("cosy")), ("compact", _("compact"))]
    )
    is_active = models.BooleanField(_("active"), default=True)
    is_demo = models.BooleanField(default=False)
    must_change_password = models.BooleanField(default=False)
    created_at = models.DateTimeField(auto_now_add=True)

    USERNAME_FIELD = "login"
    REQUIRED_FIELDS = ["display_name"]
    objects = AccountManager()

    class Meta:
        verbose_name = _("account")
        constraints = [
            models.CheckConstraint(condition=models.Q(login=models.functions.Lower("login")), name="account_login_is_lower")
        ]

    def __str__(self) -> str:
        return self.display_name

    def get_full_name(self) -> str:
        return self.display_name

    @property
    def as_actor(self) -> Actor:
        return Actor("staff", self.pk, self.display_name)

    @property
    def reaches(self) -> dict[str, Reach]:
        """The widest reach of every permission this person has; read once per request."""
        found: dict[str, Reach] | None = self.__dict__.get("_reaches")
        if found is None:
            found = widest_reaches(self.grants.values_list("role__permissions", "reach"))
            self.keep_reaches(found)
        return found

    def keep_reaches(self, reaches: dict[str, Reach]) -> None:
        """Notes rights that were read together with the account."""
        self.__dict__["_reaches"] = reaches

    def can(self, permission: str) -> bool:
        """Whether any grant allows it, at any reach."""
        return self.is_active and permission in self.reaches

    def reach_of(self, permission: str) -> Reach | None:
        """The widest reach of a permission; None: not allowed."""
        return self.reaches.get(permission) if self.is_active else None


def widest_reaches(rows: Iterable[tuple[Iterable[str], str]]) -> dict[str, Reach]:
    """The widest reach of each permission over grants: (permissions, reach) each."""
    widest: dict[str, Reach] = {}
    for permissions, reach_text in rows:
        reach = Reach(reach_text)
        for permission in permissions:
            held = widest.get(permission)
            if held is None or covers(reach, held):
                widest[permission] = reach
    return widest


class Role(models.Model):
    """A named set of permissions. The house's own roles can be changed but not deleted.

    `offered` remembers which permissions the house has put into a built-in role, so that a permission taken
    out by people stays out, and one that arrives with a new app comes in. `requires_second_factor`: whoever
    holds the role sets up a second factor before the first sign-in is complete.
    """

    key = models.SlugField(_("key"), max_length=40, unique=True)
    name_zh = models.CharField(_("Chinese name"), max_length=60)
    name_en = models.CharField(_("English name"), max_length=60)
    permissions = ArrayField(models.CharField(max_length=80), default=list, blank=True)
    offered = ArrayField(models.CharField(max_length=80), default=list, blank=True)
    is_builtin = models.BooleanField(default=False)
    requires_second_factor = models.BooleanField(_("a second factor is required"), default=False)

    class Meta:
        verbose_name = _("role")
        ordering = ["id"]

    def __str__(self) -> str:
        return self.name

    @property
    def name(self) -> str:
        """The name in the reader's language."""
        return self.name_zh if (get_language() or "").startswith("zh") else self.name_en or self.name_zh


class Grant(models.Model):
    """A role given to a person, at a reach: own things, their team's, their site's, or all."""

    account = models.ForeignKey(Account, models.CASCADE, related_name="grants")
    role = models.ForeignKey(Role, models.PROTECT, related_name="grants")
    reach = models.CharField(
        _("reach"), max_length=4, default=Reach.OWN, choices=[(reach.value, REACH_LABELS[reach]) for reach in Reach]
    )
    granted_at = models.DateTimeField()
    granted_by = models.ForeignKey(Account, models.SET_NULL, null=True, related_name="+")

    class Meta:
        verbose_name = _("role given")
        constraints = [models.UniqueConstraint(fields=["account", "role"], name="grant_once_per_role")]


class Token(models.Model):
    """A key for programs: personal (acts as its owner) or of an application (acts as itself).

    Only a SHA-256 of the secret is kept; `prefix` lets people recognise it.
    """

    name = models.CharField(_("name"), max_length=80)
    owner = models.ForeignKey(Account, models.CASCADE, related_name="tokens", null=True)
    prefix = models.CharField(max_length=12)
    digest = models.CharField(max_length=64, unique=True)
    scopes = ArrayField(models.CharField(max_length=60), default=list)
    created_at = models.DateTimeField()
    created_by = models.ForeignKey(Account, models.SET_NULL, null=True, related_name="+")
    expires_at = models.DateTimeField(_("expires"), null=True, blank=True)
    last_used_at = models.DateTimeField(null=True)
    revoked_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("token")

    def is_usable(self, *, now: datetime) -> bool:
        return self.revoked_at is None and (self.expires_at is None or self.expires_at > now)


class SignInAttempt(models.Model):
    """A try to sign in; throttling counts the failed ones per name and per address."""

    login = models.CharField(max_length=64)
    address = models.GenericIPAddressField(null=True)
    at = models.DateTimeField()
    succeeded = models.BooleanField()

    class Meta:
        indexes = [models.Index(fields=["login", "at"]), models.Index(fields=["address", "at"])]


class SignedIn(models.Model):
    """A browser in which a person is signed in: shown to them, and ended by them.

    `session_key` is the key of Django's session; rows whose session is gone are leftovers and are cleared
    when the person signs in again.
    """

    account = models.ForeignKey(Account, models.CASCADE, related_name="signed_in")
    session_key = models.CharField(max_length=40, unique=True)
    address = models.GenericIPAddressField(null=True)
    device = models.CharField(max_length=200, blank=True)
    started_at = models.DateTimeField()

    class Meta:
        verbose_name = _("signed-in browser")
