"""What came in: the bytes as they came, and what they turned out to be."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from lingting.platform.files.models import StoredFile
from lingting.service.channels.email.models.mailboxes import Mailbox
from lingting.service.desk.models import Conversation, Message


class RawState(models.TextChoices):
    WAITING = "waiting", pgettext_lazy("mail", "waiting")
    DONE = "done", pgettext_lazy("mail", "read")
    REPEATED = "repeated", pgettext_lazy("mail", "came twice")
    QUARANTINED = "held", pgettext_lazy("mail", "in quarantine")
    DISCARDED = "thrown", pgettext_lazy("mail", "thrown away")


class RawMail(models.Model):
    """The bytes of one mail as they came, once per mailbox; nothing here is ever changed by reading it.

    `claimed_by` is the advisory lock of the process that reads it: a claim whose lock nobody holds was left by a dead
    process. `deaths` counts processes that died while they took it up again. `repaired` holds what a person made of
    bytes that could not be read; it is read instead of `content`.
    """

    mailbox = models.ForeignKey(Mailbox, models.PROTECT, related_name="raw", db_index=False)
    sha256 = models.CharField(max_length=64)
    content = models.BinaryField()
    size = models.PositiveIntegerField()
    source = models.CharField(max_length=8)
    envelope_from = models.CharField(max_length=320, blank=True)
    envelope_to = models.CharField(max_length=320, blank=True)
    received_at = models.DateTimeField()
    state = models.CharField(max_length=8, choices=RawState.choices, default=RawState.WAITING)
    claimed_by = models.IntegerField(null=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    deaths = models.PositiveSmallIntegerField(default=0)
    not_before_at = models.DateTimeField(null=True)
    reason = models.CharField(max_length=40, blank=True)
    detail = models.TextField(blank=True)
    repaired = models.BinaryField(null=True)
    done_at = models.DateTimeField(null=True)

    PERSONAL_DATA = {"content": ("service", "with its case"), "repaired": ("service", "with its case")}

    class Meta:
        verbose_name = _("raw mail")
        constraints = [models.UniqueConstraint(fields=["mailbox", "sha256"], name="raw_mail_once")]
        indexes = [
            models.Index(fields=["id"], name="raw_mail_waiting", condition=models.Q(state="waiting")),
            models.Index(fields=["-id"], name="raw_mail_held", condition=models.Q(state="held")),
        ]


class MailKind(models.TextChoices):
    LETTER = "letter", pgettext_lazy("mail", "letter")
    AUTO_REPLY = "auto", pgettext_lazy("mail", "automatic reply")
    BOUNCE = "bounce", pgettext_lazy("mail", "bounce")
    LOOP = "loop", pgettext_lazy("mail", "loop")


class Mail(models.Model):
    """One mail that was read: its envelope facts and where it stands. `message` is null for what says nothing new.

    `thread_key` is the normalised subject; `body_hash` tells the same letter that came by two ways.
    `checks` holds spf, dkim and dmarc as the trusted checker gave them; `marks` what is special (encrypted, signed,
    calendar, remote images, cut).
    """

    raw = models.OneToOneField(RawMail, models.CASCADE, related_name="mail")
    mailbox = models.ForeignKey(Mailbox, models.PROTECT, related_name="mails", db_index=False)
    message = models.OneToOneField(Message, models.CASCADE, null=True, related_name="mail")
    conversation = models.ForeignKey(Conversation, models.CASCADE, null=True, related_name="mails")
    kind = models.CharField(max_length=8, choices=MailKind.choices, default=MailKind.LETTER)
    identifier = models.CharField(max_length=500, blank=True)
    from_address = models.CharField(max_length=320)
    from_name = models.CharField(max_length=200, blank=True)
    reply_to = models.CharField(max_length=320, blank=True)
    to = ArrayField(models.CharField(max_length=600), default=list)
    cc = ArrayField(models.CharField(max_length=600), default=list)
    subject = models.CharField(max_length=500, blank=True)
    thread_key = models.CharField(max_length=200, blank=True)
    body_hash = models.CharField(max_length=32)
    sent_at = models.DateTimeField(null=True)
    quoted = models.TextField(blank=True)
    html = models.TextField(blank=True)
    checks = models.JSONField(default=dict)
    marks = models.JSONField(default=dict)

    PERSONAL_DATA = {
        "from_address": ("service", "with its case"),
        "from_name": ("service", "with its case"),
        "quoted": ("service", "with its case"),
        "html": ("service", "with its case"),
    }

    class Meta:
        verbose_name = _("mail")
        indexes = [
            models.Index(fields=["identifier"], name="mail_by_identifier"),
            models.Index(fields=["from_address", "-id"], name="mail_by_sender"),
            models.Index(fields=["-id"], name="mail_put_aside", condition=models.Q(message=None)),
        ]


class MailPart(models.Model):
    """A picture that a mail's text shows (cid:); not an attachment of its message."""

    mail = models.ForeignKey(Mail, models.CASCADE, related_name="parts")
    content_id = models.CharField(max_length=300)
    file = models.ForeignKey(StoredFile, models.PROTECT, related_name="+")
