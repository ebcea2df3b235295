"""Who is there, who can do what, what waits, who was asked and who has it."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from lingting.kernel.organisation.models import BilingualName, Skill
from lingting.service.desk.models import Case, Conversation, Queue

ACCOUNT = settings.AUTH_USER_MODEL


class QueueRule(models.Model):
    """How a queue's work is handed out. `priority`: points added to its work, the higher the sooner (see `science.match`)."""

    queue = models.OneToOneField(Queue, models.CASCADE, related_name="rule", primary_key=True)
    priority = models.PositiveSmallIntegerField(_("priority"), default=0)
    offer_seconds = models.PositiveSmallIntegerField(_("time to accept (s)"), default=20)
    wrap_up_seconds = models.PositiveSmallIntegerField(_("wrap-up (s)"), default=30)
    last_agent_days = models.PositiveSmallIntegerField(_("prefer the last agent for (days)"), default=7)
    last_agent_seconds = models.PositiveSmallIntegerField(_("hold for the last agent (s)"), default=10)

    class Meta:
        verbose_name = _("queue rule")


class QueueSkill(models.Model):
    """A skill that a queue's work asks for, and how the demand is relaxed while it waits."""

    queue = models.ForeignKey(Queue, models.CASCADE, related_name="skills")
    skill = models.ForeignKey(Skill, models.PROTECT, related_name="+")
    level = models.PositiveSmallIntegerField(_("least level"), default=1)
    relax_after_seconds = models.PositiveIntegerField(_("relax after (s)"), null=True, blank=True)
    relax_to_level = models.PositiveSmallIntegerField(_("relax to level (0: drop)"), default=0)

    class Meta:
        verbose_name = _("queue skill")
        constraints = [models.UniqueConstraint(fields=["queue", "skill"], name="queue_skill_once")]


class QueueMember(models.Model):
    """A person serves a queue; a lower order means rather."""

    queue = models.ForeignKey(Queue, models.CASCADE, related_name="members")
    account = models.ForeignKey(ACCOUNT, models.CASCADE, related_name="queue_memberships")
    order = models.PositiveSmallIntegerField(_("order"), default=1)

    class Meta:
        verbose_name = _("queue member")
        constraints = [models.UniqueConstraint(fields=["queue", "account"], name="queue_member_once")]


class ChannelLoad(models.Model):
    """How much of a person's capacity one contact of a channel takes; `exclusive` takes all of it."""

    channel = models.CharField(max_length=10, primary_key=True)
    weight = models.PositiveSmallIntegerField(_("weight"), default=1)
    is_exclusive = models.BooleanField(_("alone"), default=False)


class AgentCapacity(models.Model):
    """How much a person can carry at once (default 3 chats of weight 1)."""

    account = models.OneToOneField(ACCOUNT, models.CASCADE, related_name="capacity", primary_key=True)
    total = models.PositiveSmallIntegerField(_("capacity"), default=3)

    class Meta:
        verbose_name = _("agent capacity")


class AwayReason(BilingualName):
    """Why someone is not ready; `is_paid_work` counts as work (training, coaching), others as break."""

    key = models.SlugField(unique=True, max_length=40)
    icon = models.CharField(max_length=40, default="coffee")
    is_paid_work = models.BooleanField(_("counts as work"), default=False)
    order = models.PositiveSmallIntegerField(default=100)

    class Meta:
        verbose_name = _("reason to be away")
        ordering = ["order", "id"]


class PresenceState(models.TextChoices):
    READY = "ready", _("Ready")
    AWAY = "away", _("Not ready")
    OFFLINE = "offline", _("Offline")


class Presence(models.Model):
    """What an agent is doing now. `since_at` is the start of the state, `seen_at` the last sign of life.

    Wrap-up and conversations in hand are not states of the person: they are assignments.
    """

    account = models.OneToOneField(ACCOUNT, models.CASCADE, related_name="presence", primary_key=True)
    state = models.CharField(max_length=8, choices=PresenceState.choices, default=PresenceState.OFFLINE)
    reason = models.ForeignKey(AwayReason, models.PROTECT, null=True, blank=True)
    since_at = models.DateTimeField()
    seen_at = models.DateTimeField(null=True)
    idle_since_at = models.DateTimeField(null=True)
    missed_offers = models.PositiveSmallIntegerField(default=0)
    returns_ready = models.BooleanField(default=False)

    class Meta:
        indexes = [models.Index(fields=["state"], name="presence_state")]


class PresenceSpell(models.Model):
    """A period in a state, closed when the next begins: the base of adherence and time reports."""

    account = models.ForeignKey(ACCOUNT, models.CASCADE, related_name="presence_spells")
    state = models.CharField(max_length=8, choices=PresenceState.choices)
    reason = models.ForeignKey(AwayReason, models.PROTECT, null=True)
    started_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["account"], condition=models.Q(ended_at=None), name="presence_spell_one_open")
        ]
        indexes = [models.Index(fields=["started_at"], name="presence_spell_start")]


class Outcome(models.TextChoices):
    """How a contact's wait in a queue ended."""

    ANSWERED = "answered", _("answered")
    ABANDONED = "abandoned", _("abandoned")
    LEFT_CONTACT = "left", _("left contact details")
    MOVED = "moved", _("moved to another queue")
    WITHDRAWN = "withdrawn", _("withdrawn")


class Contact(models.Model):
    """One pass of a conversation through a queue: the fact that every service-level figure counts.

    Waiting while `ended_at` is null. `answered_at` is when a person accepted; `talk_seconds` and
    `wrap_up_seconds` are known at the end. A transfer ends this one as moved and opens another.
    `priority` is in points, the higher the sooner: the queue's, the case's and the customer tier's together.
    """

    conversation = models.ForeignKey(Conversation, models.CASCADE, related_name="contacts")
    case = models.ForeignKey(Case, models.CASCADE, related_name="contacts")
    queue = models.ForeignKey(Queue, models.PROTECT, related_name="contacts")
    channel = models.CharField(max_length=10)
    priority = models.PositiveSmallIntegerField(default=0)
    preferred = models.ForeignKey(ACCOUNT, models.SET_NULL, null=True, related_name="+")
    only_for = models.ForeignKey(ACCOUNT, models.SET_NULL, null=True, related_name="+")
    entered_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)
    outcome = models.CharField(max_length=10, choices=Outcome.choices, blank=True)
    answered_at = models.DateTimeField(null=True)
    answered_by = models.ForeignKey(ACCOUNT, models.PROTECT, null=True, related_name="answered_contacts")
    wait_seconds = models.FloatField(null=True)
    talk_seconds = models.FloatField(null=True)
    wrap_up_seconds = models.FloatField(null=True)
    finished_at = models.DateTimeField(null=True)
    is_demo = models.BooleanField(default=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["conversation"], condition=models.Q(ended_at=None), name="contact_one_waiting")
        ]
        indexes = [
            models.Index(fields=["queue", "entered_at"], name="contact_waiting", condition=models.Q(ended_at=None)),
            models.Index(fields=["entered_at", "queue"], name="contact_by_time"),
            models.Index(fields=["answered_by", "entered_at"], name="contact_by_agent"),
        ]


class Offer(models.Model):
    """A waiting contact shown to one person, with the rule's reason; at most one open per contact."""

    contact = models.ForeignKey(Contact, models.CASCADE, related_name="offers")
    account = models.ForeignKey(ACCOUNT, models.CASCADE, related_name="offers")
    offered_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    decided_at = models.DateTimeField(null=True)
    decision = models.CharField(max_length=10, blank=True)
    reason = models.JSONField(default=dict)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["contact"], condition=models.Q(decided_at=None), name="offer_one_open")
        ]
        indexes = [
            models.Index(fields=["account"], name="offer_open", condition=models.Q(decided_at=None)),
            models.Index(fields=["expires_at"], name="offer_expiry", condition=models.Q(decided_at=None)),
        ]


class Assignment(models.Model):
    """A person has a conversation in hand, until it ends, moves on or is taken over; then wraps up.

    It takes capacity while `released_at` is null: through the conversation and the wrap-up after it.
    """

    conversation = models.ForeignKey(Conversation, models.CASCADE, related_name="assignments")
    contact = models.ForeignKey(Contact, models.CASCADE, null=True, related_name="assignments")
    account = models.ForeignKey(ACCOUNT, models.PROTECT, related_name="assignments")
    weight = models.PositiveSmallIntegerField(default=1)
    is_exclusive = models.BooleanField(default=False)
    reason = models.JSONField(default=dict)
    started_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)
    end_reason = models.CharField(max_length=12, blank=True)
    wrap_up_until_at = models.DateTimeField(null=True)
    released_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["conversation"], condition=models.Q(ended_at=None), name="assignment_one_owner")
        ]
        indexes = [
            models.Index(fields=["account"], name="assignment_in_hand", condition=models.Q(released_at=None)),
            models.Index(fields=["wrap_up_until_at"], name="assignment_wrap_up", condition=models.Q(released_at=None)),
        ]


class Consult(models.Model):
    """An agent asked a colleague to look at a conversation; the owner stays the owner."""

    conversation = models.ForeignKey(Conversation, models.CASCADE, related_name="consults")
    asked_by = models.ForeignKey(ACCOUNT, models.PROTECT, related_name="+")
    asked = models.ForeignKey(ACCOUNT, models.PROTECT, related_name="consults")
    question = models.TextField(blank=True)
    asked_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["conversation", "asked"], condition=models.Q(ended_at=None), name="consult_once")
        ]


class RouterLease(models.Model):
    """Which router process leads a queue group, for people to see; the truth is its advisory lock."""

    group = models.CharField(max_length=40, primary_key=True)
    process = models.CharField(max_length=80)
    since_at = models.DateTimeField()
    beat_at = models.DateTimeField()
