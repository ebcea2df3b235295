"""What goes out: letters with their way, and addresses that cannot be reached."""

from __future__ import annotations

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from lingting.platform.files.models import StoredFile
from lingting.service.channels.email.models.mailboxes import Mailbox
from lingting.service.desk.models import Case, Conversation, Message


class LetterKind(models.TextChoices):
    REPLY = "reply", pgettext_lazy("letter", "reply")
    NEW = "new", pgettext_lazy("letter", "new letter")
    ACKNOWLEDGEMENT = "ack", pgettext_lazy("letter", "acknowledgement")
    PROGRESS = "progress", pgettext_lazy("letter", "progress")


class LetterState(models.TextChoices):
    """`held` can still be taken back; `unsure`: the process died while the server was taking it."""

    HELD = "held", pgettext_lazy("letter", "will be sent")
    QUEUED = "queued", pgettext_lazy("letter", "on its way")
    SENDING = "sending", pgettext_lazy("letter", "being sent")
    SENT = "sent", pgettext_lazy("letter", "sent")
    UNSURE = "unsure", pgettext_lazy("letter", "perhaps sent")
    FAILED = "failed", pgettext_lazy("letter", "not sent")
    WITHDRAWN = "undone", pgettext_lazy("letter", "taken back")


class Letter(models.Model):
    """A letter to a customer, from the moment somebody pressed send.

    `identifier` (its Message-ID) is fixed before the first attempt, so a repeat is recognised by whoever gets it. `due_at` is when it
    may go next: the end of the undo time, the scheduled moment, or the next attempt. `began_at` is set just before the
    server is given the text: a process that dies after it leaves the letter `unsure`, one that dies before leaves it
    to be sent again. `references` are our own and the customer's Message-IDs, oldest first.
    """

    mailbox = models.ForeignKey(Mailbox, models.PROTECT, related_name="letters")
    case = models.ForeignKey(Case, models.CASCADE, related_name="letters")
    conversation = models.ForeignKey(Conversation, models.CASCADE, related_name="letters")
    message = models.OneToOneField(Message, models.CASCADE, null=True, related_name="letter")
    author = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    kind = models.CharField(max_length=8, choices=LetterKind.choices, default=LetterKind.REPLY)
    client_key = models.UUIDField(unique=True)
    identifier = models.CharField(max_length=200, unique=True)
    in_reply_to = models.CharField(max_length=500, blank=True)
    references = ArrayField(models.CharField(max_length=500), default=list)
    to = ArrayField(models.CharField(max_length=600), default=list)
    cc = ArrayField(models.CharField(max_length=600), default=list)
    bcc = ArrayField(models.CharField(max_length=600), default=list)
    subject = models.CharField(max_length=500, blank=True)
    text = models.TextField()
    signature = models.TextField(blank=True)
    quote = models.CharField(max_length=8, default="last")
    priority = models.PositiveSmallIntegerField(default=3)
    closes = models.BooleanField(default=False)
    state = models.CharField(max_length=8, choices=LetterState.choices, default=LetterState.HELD)
    created_at = models.DateTimeField()
    due_at = models.DateTimeField()
    claimed_by = models.IntegerField(null=True)
    began_at = models.DateTimeField(null=True)
    sent_at = models.DateTimeField(null=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    trouble = models.CharField(max_length=300, blank=True)
    answer = models.CharField(max_length=300, blank=True)
    bounced_at = models.DateTimeField(null=True)

    PERSONAL_DATA = {
        "to": ("service", "with its case"),
        "cc": ("service", "with its case"),
        "bcc": ("service", "with its case"),
        "text": ("service", "with its case"),
    }

    class Meta:
        verbose_name = _("letter")
        indexes = [
            models.Index(fields=["due_at"], name="letter_due", condition=models.Q(state__in=["held", "queued", "sending"])),
            models.Index(fields=["case", "-id"], name="letter_of_case"),
            models.Index(fields=["-id"], name="letter_in_trouble", condition=models.Q(state__in=["failed", "unsure"])),
        ]


class LetterDraft(models.Model):
    """To whom and about what a person is writing in a case; the text beside it is the desk's draft.

    Fields stand as they were typed, however unfinished. Colleagues see them with the text and may take both over.
    """

    case = models.ForeignKey(Case, models.CASCADE, related_name="+")
    account = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    mailbox = models.ForeignKey(Mailbox, models.SET_NULL, null=True, related_name="+")
    to = models.TextField(blank=True)
    cc = models.TextField(blank=True)
    bcc = models.TextField(blank=True)
    subject = models.CharField(max_length=500, blank=True)
    quote = models.CharField(max_length=8, default="last")
    updated_at = models.DateTimeField()

    PERSONAL_DATA = {
        "to": ("service", "with its case"),
        "cc": ("service", "with its case"),
        "bcc": ("service", "with its case"),
    }

    class Meta:
        verbose_name = _("draft of a letter")
        constraints = [models.UniqueConstraint(fields=["case", "account"], name="letter_draft_once")]


class LetterFile(models.Model):
    """A file that goes with a letter."""

    letter = models.ForeignKey(Letter, models.CASCADE, related_name="files")
    file = models.ForeignKey(StoredFile, models.PROTECT, related_name="+")


class Suppression(models.Model):
    """An address to which nothing is sent any more, and why (a stored `Trouble`); a person can lift it."""

    address = models.CharField(_("address"), max_length=320, unique=True)
    reason = models.CharField(max_length=300)
    letter = models.ForeignKey(Letter, models.SET_NULL, null=True, related_name="+")
    created_at = models.DateTimeField()
