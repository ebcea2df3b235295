"""Channels as people see them: an icon and a name."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

CHANNELS: dict[str, tuple[str, str | Promise]] = {
    "chat": ("message-circle", _("chat")),
    "mail": ("mail", _("mail")),
    "voice": ("phone", _("phone")),
    "sms": ("device-mobile-message", _("SMS")),
    "social": ("brand-wechat", _("social")),
    "form": ("forms", _("form")),
    "order": ("clipboard-list", _("work order")),
}
ORDER = "order"
"""The channel of work orders: child cases that ask another department. They have a list of their own."""


@dataclass(frozen=True, slots=True)
class ChannelLook:
    icon: str
    label: str


def channel_look(channel: str) -> ChannelLook:
    icon, label = CHANNELS.get(channel, ("message", channel))
    return ChannelLook(icon, str(label))


def channel_choices() -> list[tuple[str, str | Promise]]:
    return [(key, label) for key, (_icon, label) in CHANNELS.items()]
