"""What is said: conversations, messages, their files, mentions and drafts."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from lingting.platform.files.models import StoredFile
from lingting.platform.search import VectorField, index_for
from lingting.service.desk.models.cases import Case

ACCOUNT = settings.AUTH_USER_MODEL

LIVE_CHANNELS = ("chat", "voice")
"""Who comes by these waits before the screen, for seconds; who writes waits for hours. Their times are never averaged together."""


class Conversation(models.Model):
    """An exchange on one channel. A chat is live until it ends; a mail thread stays open with its case."""

    case = models.ForeignKey(Case, models.CASCADE, related_name="conversations", db_index=False)
    channel = models.CharField(max_length=10)
    started_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)
    ended_by = models.CharField(max_length=10, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["case", "id"], name="conversation_of_case")]


class MessageKind(models.TextChoices):
    CUSTOMER = "customer", _("customer")
    AGENT = "agent", _("agent")
    BOT = "bot", _("bot")
    NOTE = "note", _("internal note")
    WHISPER = "whisper", _("whisper")
    SYSTEM = "system", _("system")


class Message(models.Model):
    """Something said. Notes and whispers are for staff only; system lines carry a code in `data`.

    `client_key` is the sender's own id of the message: the same key never makes a second message. Case and conversation are
    one foreign key, `message_of_conversation`: there is such a conversation, and it is the case's.
    Not partitioned: that uniqueness could not hold over partitions (decision 0002).
    """

    conversation = models.ForeignKey(Conversation, models.CASCADE, related_name="messages", db_index=False, db_constraint=False)
    case = models.ForeignKey(Case, models.CASCADE, related_name="messages", db_index=False, db_constraint=False)
    kind = models.CharField(max_length=8, choices=MessageKind.choices)
    author = models.ForeignKey(ACCOUNT, models.PROTECT, null=True, related_name="+", db_index=False)
    text = models.TextField()
    data = models.JSONField(null=True)
    created_at = models.DateTimeField()
    client_key = models.UUIDField(null=True)
    delivered_at = models.DateTimeField(null=True)
    read_at = models.DateTimeField(null=True)
    vector = VectorField()

    PERSONAL_DATA = {"text": ("service", "with its case")}

    class Meta:
        verbose_name = _("message")
        constraints = [models.UniqueConstraint(fields=["conversation", "client_key"], name="message_once")]
        indexes = [
            models.Index(fields=["case", "id"], name="message_of_case"),
            index_for("vector", name="message_search", unsorted_kb=64),
        ]


class Attachment(models.Model):
    """A file that came with a message."""

    message = models.ForeignKey(Message, models.CASCADE, related_name="attachments")
    file = models.ForeignKey(StoredFile, models.PROTECT, related_name="+")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["message", "file"], name="attachment_once")]


class Mention(models.Model):
    """A colleague named in a note."""

    message = models.ForeignKey(Message, models.CASCADE, related_name="mentions")
    account = models.ForeignKey(ACCOUNT, models.CASCADE, related_name="mentions")
    seen_at = models.DateTimeField(null=True)


class Draft(models.Model):
    """An answer or note being written; kept on the server per person and case."""

    case = models.ForeignKey(Case, models.CASCADE, related_name="drafts")
    account = models.ForeignKey(ACCOUNT, models.CASCADE, related_name="+")
    mode = models.CharField(max_length=5, choices=[("reply", _("reply")), ("note", _("note"))])
    text = models.TextField()
    updated_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["case", "account", "mode"], name="draft_once")]
