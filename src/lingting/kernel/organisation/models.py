"""Sites, the tree of teams, positions and the people in them."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from lingting.platform.files.models import StoredFile


class BilingualName(models.Model):
    """Something the centre names itself, in Chinese and (optionally) in English."""

    name_zh = models.CharField(_("Chinese name"), max_length=80)
    name_en = models.CharField(_("English name"), max_length=80, blank=True)

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return self.name

    @property
    def name(self) -> str:
        """The name in the reader's language, the Chinese one when there is no English."""
        if (get_language() or "").startswith("zh"):
            return self.name_zh
        return self.name_en or self.name_zh


class Centre(BilingualName):
    """The whole, in one row. `address` is where people outside reach this site, without a path: `https://service.example.com`.

    Name, colour and logo are what customers see on the help centre, the portal and links that they are sent.
    """

    name_zh = models.CharField(_("Chinese name"), max_length=80, blank=True)
    colour = models.CharField(_("colour"), max_length=7, blank=True)
    logo = models.ForeignKey(StoredFile, models.SET_NULL, null=True, related_name="+", verbose_name=_("logo"))
    id = models.PositiveSmallIntegerField(primary_key=True, default=1, editable=False)
    address = models.CharField(
        _("address of this site"), max_length=200, blank=True,
        help_text=_("As customers type it: https://service.example.com. Links in letters begin with it; without it they are left out."),
    )  # fmt: skip

    class Meta:
        verbose_name = _("centre")
        constraints = [models.CheckConstraint(condition=models.Q(id=1), name="one_centre")]


class Site(BilingualName):
    """A place where people of the centre sit."""

    key = models.SlugField(unique=True, max_length=40)
    city = models.CharField(_("city"), max_length=40, blank=True)
    time_zone = models.CharField(_("time zone"), max_length=40, default="Asia/Shanghai")

    class Meta:
        verbose_name = _("site")


class Team(BilingualName):
    """A group of people under one leader; teams form a tree."""

    key = models.SlugField(unique=True, max_length=40)
    parent = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="children", verbose_name=_("belongs to")
    )
    site = models.ForeignKey(Site, models.PROTECT, related_name="teams", verbose_name=_("site"))
    leader = models.ForeignKey(
        "Employee", models.SET_NULL, null=True, blank=True, related_name="led_teams", verbose_name=_("leader")
    )

    class Meta:
        verbose_name = _("team")
        constraints = [models.CheckConstraint(condition=~models.Q(parent=models.F("id")), name="team_not_its_own_parent")]


class Position(BilingualName):
    """A position with its description: tasks, skills and responsibilities."""

    key = models.SlugField(unique=True, max_length=40)
    tasks = models.TextField(_("tasks"), blank=True)
    requirements = models.TextField(_("skills and experience"), blank=True)
    responsibilities = models.TextField(_("responsibilities"), blank=True)
    role_key = models.SlugField(_("role given with it"), max_length=40, blank=True)
    rank = models.PositiveSmallIntegerField(
        _("rank"),
        default=0,
        help_text=_("A higher number may approve more, e.g. agent 10, team leader 20, supervisor 30, manager 40."),
    )

    class Meta:
        verbose_name = _("position")


class Skill(BilingualName):
    """Something work may ask for: a language, a dialect, a product, a region, a kind of case."""

    KINDS = [
        ("language", _("language")),
        ("dialect", _("dialect")),
        ("product", _("product")),
        ("region", _("region")),
        ("business", _("business")),
    ]
    key = models.SlugField(unique=True, max_length=40)
    kind = models.CharField(_("kind"), max_length=12, choices=KINDS, default="business")

    class Meta:
        verbose_name = _("skill")


class Employee(models.Model):
    """A person who works in the centre: where, in which team and position."""

    account = models.OneToOneField(settings.AUTH_USER_MODEL, models.PROTECT, related_name="employee")
    number = models.CharField(_("staff number"), max_length=20, unique=True)
    site = models.ForeignKey(Site, models.PROTECT, related_name="employees", verbose_name=_("site"))
    team = models.ForeignKey(Team, models.PROTECT, null=True, blank=True, related_name="members", verbose_name=_("team"))
    position = models.ForeignKey(
        Position, models.PROTECT, null=True, blank=True, related_name="holders", verbose_name=_("position")
    )
    hired_date = models.DateField(_("hired on"), null=True, blank=True)
    left_date = models.DateField(_("left on"), null=True, blank=True)
    skills: models.ManyToManyField = models.ManyToManyField(Skill, through="EmployeeSkill", related_name="employees")

    class Meta:
        verbose_name = _("employee")

    def __str__(self) -> str:
        return str(self.account)


LEVELS = {1: _("beginner"), 2: _("assisted"), 3: _("independent"), 4: _("experienced"), 5: _("expert")}


class EmployeeSkill(models.Model):
    """How well a person has a skill: 1 beginner … 5 expert."""

    employee = models.ForeignKey(Employee, models.CASCADE, related_name="skill_levels")
    skill = models.ForeignKey(Skill, models.CASCADE, related_name="holders")
    level = models.PositiveSmallIntegerField(_("level"), default=3)

    class Meta:
        verbose_name = _("skill of a person")
        constraints = [
            models.UniqueConstraint(fields=["employee", "skill"], name="employee_skill_once"),
            models.CheckConstraint(condition=models.Q(level__gte=1, level__lte=5), name="employee_skill_level_1_5"),
        ]
