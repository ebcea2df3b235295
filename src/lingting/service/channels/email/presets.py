"""Providers whose servers we know: what is left to type is an address and a code."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


@dataclass(frozen=True)
class Preset:
    """A provider: how it is shown, its servers, and what a person has to do there first."""

    key: str
    label: str | Promise
    detail: str | Promise
    icon: str
    steps: tuple[str | Promise, ...]
    fields: dict[str, Any] = field(default_factory=dict)


def _servers(imap: str, smtp: str, *, smtp_port: int = 465, smtp_security: str = "tls", **more: Any) -> dict[str, Any]:
    return {
        "imap_host": imap, "imap_port": 993, "imap_security": "tls", "smtp_host": smtp, "smtp_port": smtp_port,
        "smtp_security": smtp_security,
    } | more  # fmt: skip


_CODE = _("Make an authorisation code (授权码) there and enter it here instead of the password.")
PRESETS: dict[str, Preset] = {
    preset.key: preset
    for preset in (
        Preset(
            "exmail", _("Tencent Exmail"), _("QQ mail for companies"), "brand-qq",
            (_("Sign in to exmail.qq.com, open Settings, Client, and switch IMAP/SMTP on."), _CODE),
            _servers("imap.exmail.qq.com", "smtp.exmail.qq.com"),
        ),
        Preset(
            "qq", _("QQ mail"), _("@qq.com, @foxmail.com"), "brand-qq",
            (_("Sign in to mail.qq.com, open Settings, Account, and switch IMAP/SMTP on."), _CODE),
            _servers("imap.qq.com", "smtp.qq.com"),
        ),
        Preset(
            "163", _("NetEase 163 and 126"), _("@163.com, @126.com"), "mail",
            (_("Sign in to mail.163.com, open Settings, POP3/SMTP/IMAP, and switch IMAP on."), _CODE),
            _servers("imap.163.com", "smtp.163.com"),
        ),
        Preset(
            "aliyun", _("Alibaba Mail"), _("Alibaba Cloud mail for companies"), "mail",
            (_("Ask the mail administrator to allow third-party programs (IMAP and SMTP) for this account."), _CODE),
            _servers("imap.qiye.aliyun.com", "smtp.qiye.aliyun.com"),
        ),
        Preset(
            "microsoft", _("Microsoft 365, Outlook"), _("sign-in by OAuth 2.0"), "brand-office",
            (
                _("Register an application in Entra with IMAP.AccessAsUser.All, SMTP.Send and offline_access."),
                _("Enter its client id and client secret here and connect."),
                _("On the page that follows, copy the return address into the application, then sign in with the button."),
            ),
            _servers(
                "outlook.office365.com", "smtp.office365.com", smtp_port=587, smtp_security="starttls", sign_in="oauth",
                oauth_authorize_url="https://login.microsoftonline.com/common/oauth2/v2.0/authorize",
                oauth_token_url="https://login.microsoftonline.com/common/oauth2/v2.0/token",
                oauth_scope="https://outlook.office.com/IMAP.AccessAsUser.All https://outlook.office.com/SMTP.Send offline_access",
                takes_plus=True,
            ),
        ),
        Preset(
            "gmail", _("Gmail, Google Workspace"), _("with an app password"), "brand-google",
            (
                _("Switch on two-step verification in the Google account."),
                _("Make an app password there and enter it here instead of the password."),
            ),
            _servers("imap.gmail.com", "smtp.gmail.com", takes_plus=True, authserv_id="mx.google.com"),
        ),
        Preset(
            "own", _("Your own server"), _("any IMAP and SMTP server"), "server",
            (_("Have its IMAP and SMTP names, ports, and a user name with password ready."),),
            {"imap_port": 993, "imap_security": "tls", "smtp_port": 587, "smtp_security": "starttls"},
        ),
        Preset(
            "lmtp", _("Your server hands it over"), _("LMTP on this machine, no fetching"), "transfer-in",
            (
                _("Let your mail server deliver to LMTP on 127.0.0.1, port 2424 (MAIL_LMTP sets another)."),
                _("Enter the SMTP server through which answers go out."),
            ),
            {"intake": "lmtp", "smtp_host": "127.0.0.1", "smtp_port": 25, "smtp_security": "none", "smtp_sign_in": False,
             "takes_plus": True},
        ),
    )
}  # fmt: skip
