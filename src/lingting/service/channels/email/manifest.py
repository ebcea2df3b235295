"""What e-mail offers to the whole."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from lingting.platform.ui.manifest import Manifest, NavigationEntry, Permission, SettingsSection, Slot, Workspace


def _message(request: HttpRequest, **given: Any) -> dict[str, Any] | None:
    from lingting.service.channels.email.views.desk import message_context

    return message_context(request, **given)


def _composer(request: HttpRequest, **given: Any) -> dict[str, Any] | None:
    from lingting.service.channels.email.views.composer import composer_context

    return composer_context(request, **given)


def _banner(request: HttpRequest, **given: Any) -> dict[str, Any] | None:
    from lingting.service.channels.email.views.letters import banner_context

    return banner_context(request, **given)


def _customer(request: HttpRequest, **given: Any) -> dict[str, Any] | None:
    from lingting.service.channels.email.views.letters import customer_context

    return customer_context(request, **given)


manifest = Manifest(
    app="email",
    permissions=[
        Permission(key="email.manage_mailboxes", label=_("Set up mailboxes and signatures")),
        Permission(key="email.mend_mail", label=_("Look after mail that is held, unsent or unreachable")),
    ],
    navigation=[
        NavigationEntry(
            workspace=Workspace.SETTINGS, label=_("Mailboxes"), route="email:mailboxes", icon="mail",
            permission="email.manage_mailboxes", order=50, keywords="mail email imap smtp mailbox 邮箱 邮件 收信 发信",
            section=SettingsSection.CHANNELS,
        ),
        NavigationEntry(
            workspace=Workspace.SETTINGS, label=_("Mail signatures"), route="email:signatures", icon="signature",
            permission="email.manage_mailboxes", order=51,
            section=SettingsSection.CHANNELS,
        ),
        NavigationEntry(
            workspace=Workspace.SETTINGS, label=_("Held mail"), route="email:quarantine", icon="mail-question",
            permission="email.mend_mail", order=52, keywords="quarantine 隔离 待处理邮件",
            section=SettingsSection.CHANNELS,
        ),
        NavigationEntry(
            workspace=Workspace.SETTINGS, label=_("Outbox"), route="email:outbox", icon="send",
            permission="email.mend_mail", order=53, keywords="outbox letters 发件箱",
            section=SettingsSection.CHANNELS,
        ),
        NavigationEntry(
            workspace=Workspace.SETTINGS, label=_("Unreachable addresses"), route="email:unreachable", icon="mail-x",
            permission="email.mend_mail", order=54, keywords="bounce suppression 退信",
            section=SettingsSection.CHANNELS,
        ),
    ],
    slots=[
        Slot(place="desk.message.foot", template="email/_message.html", context=_message, key="mail"),
        Slot(place="desk.composer.head", template="email/_composer.html", context=_composer, key="mail"),
        Slot(place="desk.conversation.banner", template="email/_banner.html", context=_banner, key="mail", order=20),
        Slot(place="crm.customer.sections", template="email/_customer.html", context=_customer, key="mail", order=5),
    ],
    pages=[("mail/", "lingting.service.channels.email.urls")],
)  # fmt: skip
