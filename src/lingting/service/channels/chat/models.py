"""The web chat: widgets on sites, visitors and their sessions."""

from __future__ import annotations

import uuid

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from lingting.kernel.organisation.models import BilingualName
from lingting.service.crm.models import Customer
from lingting.service.desk.models import Conversation, Queue


class Widget(BilingualName):
    """A chat button for a site: its look, words, queues to choose from and who may identify customers.

    `origins` limits the sites that may use it (empty: any). `secret` signs the host's identity tokens (HS256).
    What comes in through a widget of the demo (`is_demo`) is demo data too.
    """

    key = models.SlugField(unique=True, max_length=40)
    colour = models.CharField(_("colour"), max_length=7, default="#206bc4")
    greeting_zh = models.CharField(_("Chinese greeting"), max_length=200, blank=True)
    greeting_en = models.CharField(_("English greeting"), max_length=200, blank=True)
    closed_zh = models.CharField(_("Chinese words when closed"), max_length=300, blank=True)
    closed_en = models.CharField(_("English words when closed"), max_length=300, blank=True)
    queues: models.ManyToManyField = models.ManyToManyField(
        Queue, related_name="widgets", verbose_name=_("queues to choose from")
    )
    default_queue = models.ForeignKey(Queue, models.PROTECT, related_name="+", verbose_name=_("queue"))
    origins = ArrayField(models.CharField(max_length=200), default=list, blank=True)
    secret = models.CharField(max_length=80)
    leave_contact_after_seconds = models.PositiveIntegerField(_("offer to leave a message after (s)"), default=120)
    is_active = models.BooleanField(_("in use"), default=True)
    is_demo = models.BooleanField(default=False)

    class Meta:
        verbose_name = _("chat widget")
        ordering = ["key"]

    def words(self, name: str) -> str:
        """`greeting` or `closed` in the reader's language, the other one where it is empty."""
        both = [getattr(self, f"{name}_zh"), getattr(self, f"{name}_en")]
        if not (get_language() or "").startswith("zh"):
            both.reverse()
        return both[0] or both[1]


class Visitor(models.Model):
    """A browser that opened the chat; its token names `key`.

    Its customer is the identified one, or a guest made when the first words are said: who only looks leaves no customer.
    """

    key = models.UUIDField(default=uuid.uuid4, unique=True)
    widget = models.ForeignKey(Widget, models.CASCADE, related_name="visitors")
    customer = models.ForeignKey(Customer, models.CASCADE, null=True, related_name="visitors")
    language = models.CharField(max_length=10, default="zh-hans")
    page_url = models.CharField(max_length=500, blank=True)
    page_title = models.CharField(max_length=200, blank=True)
    user_agent = models.CharField(max_length=300, blank=True)
    created_at = models.DateTimeField()
    seen_at = models.DateTimeField()
    closed_at = models.DateTimeField(null=True)


class ChatSession(models.Model):
    """A conversation of a visitor; one live at a time."""

    visitor = models.ForeignKey(Visitor, models.CASCADE, related_name="sessions")
    conversation = models.OneToOneField(Conversation, models.CASCADE, related_name="chat")
    started_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["visitor"], condition=models.Q(ended_at=None), name="chat_one_live")
        ]
