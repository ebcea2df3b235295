"""Addresses at which customers write to us: how mail is fetched, taken in and sent."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from lingting.kernel.organisation.models import Team
from lingting.service.desk.models import CaseType, Priority, Queue


class Security(models.TextChoices):
    """How a connection is protected."""

    TLS = "tls", _("TLS from the start")
    STARTTLS = "starttls", _("STARTTLS")
    NONE = "none", pgettext_lazy("connection security", "none (own network only)")


class Intake(models.TextChoices):
    IMAP = "imap", _("We fetch it (IMAP)")
    LMTP = "lmtp", _("Your mail server hands it over (LMTP)")


class AfterFetch(models.TextChoices):
    SEEN = "seen", _("mark as read")
    MOVE = "move", _("move to a folder")
    LEAVE = "leave", _("leave as it is")


class SignIn(models.TextChoices):
    PASSWORD = "password", _("password or authorisation code")
    OAUTH = "oauth", _("OAuth 2.0")
    NONE = "none", pgettext_lazy("sign-in", "none")


class Mailbox(models.Model):
    """An address of the centre, the queue its mail waits in, and the servers behind it.

    Secrets are kept encrypted (`vault`). The cursor (`uid_validity`, `uid_next`) says what was fetched; it only moves
    after the bytes are stored. `authserv_id`: whose Authentication-Results we believe.
    """

    address = models.CharField(_("address"), max_length=190, unique=True)
    from_name_zh = models.CharField(_("Chinese sender name"), max_length=80, blank=True)
    from_name_en = models.CharField(_("English sender name"), max_length=80, blank=True)
    provider = models.CharField(max_length=20, default="own")
    queue = models.ForeignKey(Queue, models.PROTECT, related_name="mailboxes", verbose_name=_("queue"))
    priority = models.PositiveSmallIntegerField(_("priority"), choices=Priority.choices, default=Priority.NORMAL)
    case_type = models.ForeignKey(CaseType, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("case type"))
    language = models.CharField(_("language"), max_length=10, default="zh-hans")
    is_active = models.BooleanField(_("in use"), default=True)
    is_demo = models.BooleanField(default=False)

    intake = models.CharField(_("how mail comes in"), max_length=8, choices=Intake.choices, default=Intake.IMAP)
    sign_in = models.CharField(_("sign-in"), max_length=8, choices=SignIn.choices, default=SignIn.PASSWORD)
    user = models.CharField(_("user name"), max_length=190, blank=True)
    secret = models.TextField(blank=True)
    imap_host = models.CharField(_("IMAP server"), max_length=190, blank=True)
    imap_port = models.PositiveIntegerField(_("IMAP port"), default=993)
    imap_security = models.CharField(_("IMAP protection"), max_length=8, choices=Security.choices, default=Security.TLS)
    folder = models.CharField(_("folder"), max_length=120, default="INBOX")
    after_fetch = models.CharField(_("after fetching"), max_length=8, choices=AfterFetch.choices, default=AfterFetch.SEEN)
    move_to = models.CharField(_("folder for fetched mail"), max_length=120, blank=True)
    poll_seconds = models.PositiveIntegerField(_("look every (s) where the server cannot call"), default=60)

    smtp_host = models.CharField(_("SMTP server"), max_length=190, blank=True)
    smtp_port = models.PositiveIntegerField(_("SMTP port"), default=465)
    smtp_security = models.CharField(_("SMTP protection"), max_length=8, choices=Security.choices, default=Security.TLS)
    smtp_sign_in = models.BooleanField(_("sign in to send"), default=True)
    per_minute = models.PositiveIntegerField(_("letters a minute at most"), default=60)
    takes_plus = models.BooleanField(_("mail to name+token@ arrives here too"), default=False)

    oauth_authorize_url = models.CharField(_("address of the sign-in page"), max_length=300, blank=True)
    oauth_token_url = models.CharField(_("token address"), max_length=300, blank=True)
    oauth_client_id = models.CharField(_("client id"), max_length=190, blank=True)
    oauth_client_secret = models.TextField(blank=True)
    oauth_refresh_token = models.TextField(blank=True)
    oauth_scope = models.CharField(max_length=300, blank=True)

    dkim_domain = models.CharField(_("DKIM domain"), max_length=190, blank=True)
    dkim_selector = models.CharField(_("DKIM selector"), max_length=60, blank=True)
    dkim_key = models.TextField(blank=True)
    authserv_id = models.CharField(_("trusted checker (authserv-id)"), max_length=190, blank=True)

    acknowledges = models.BooleanField(_("acknowledge new cases"), default=False)
    ack_subject_zh = models.CharField(_("Chinese subject"), max_length=150, blank=True)
    ack_text_zh = models.TextField(_("Chinese text"), blank=True)
    ack_subject_en = models.CharField(_("English subject"), max_length=150, blank=True)
    ack_text_en = models.TextField(_("English text"), blank=True)
    tells_progress = models.BooleanField(_("write at each step customers care about"), default=True)
    tells_end = models.BooleanField(_("write when it is done, with the way to rate it"), default=True)

    uid_validity = models.BigIntegerField(null=True)
    uid_next = models.BigIntegerField(default=1)
    fetched_at = models.DateTimeField(null=True)
    arrived_at = models.DateTimeField(null=True)
    is_idling = models.BooleanField(default=False)
    trouble = models.CharField(max_length=300, blank=True)
    trouble_since_at = models.DateTimeField(null=True)
    send_trouble = models.CharField(max_length=300, blank=True)
    changed_at = models.DateTimeField()

    class Meta:
        verbose_name = _("mailbox")
        ordering = ["address"]

    def __str__(self) -> str:
        return self.address

    @property
    def domain(self) -> str:
        return self.address.rpartition("@")[2]

    def from_name(self, language: str) -> str:
        """The sender's name in a language, the other one where it is empty."""
        both = [self.from_name_zh, self.from_name_en]
        if not language.lower().startswith("zh"):
            both.reverse()
        return both[0] or both[1]


class TeamSignature(models.Model):
    """What a team writes under its letters."""

    team = models.OneToOneField(Team, models.CASCADE, related_name="mail_signature", primary_key=True)
    text_zh = models.TextField(_("Chinese text"), blank=True)
    text_en = models.TextField(_("English text"), blank=True)
