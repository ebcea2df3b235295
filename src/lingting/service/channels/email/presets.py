"""Providers whose servers we know: what is left to type is an address and a code."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

_ANY_CODE = _("Password or authorisation code")


@dataclass(frozen=True)
class Preset:
    """A provider: how it is shown, its servers, what a person has to do there first, and what it calls the code for us."""

    key: str
    label: str | Promise
    detail: str | Promise
    icon: str
    steps: tuple[str | Promise, ...]
    fields: dict[str, Any] = field(default_factory=dict)
    code_label: str | Promise = _ANY_CODE
    code_hint: str | Promise = ""

    @property
    def knows_servers(self) -> bool:
        """Whether an address and a code are all that is left to fill in."""
        return bool(self.fields.get("imap_host"))


def _servers(imap: str, smtp: str, *, smtp_port: int = 465, smtp_security: str = "tls", **more: Any) -> dict[str, Any]:
    return {
        "imap_host": imap, "imap_port": 993, "imap_security": "tls", "smtp_host": smtp, "smtp_port": smtp_port,
        "smtp_security": smtp_security,
    } | more  # fmt: skip


_CODE = _("Authorisation code")
PRESETS: dict[str, Preset] = {
    preset.key: preset
    for preset in (
        Preset(
            "exmail", _("Tencent Exmail"), _("QQ mail for companies"), "brand-qq",
            (
                _("Sign in to exmail.qq.com as this address, open Settings, Client, and switch IMAP/SMTP on."),
                _("Where secure sign-in is on, make a client password there (Settings, WeChat binding) and enter it below."),
            ),
            _servers("imap.exmail.qq.com", "smtp.exmail.qq.com"), _("Client password"),
            _("Made by the mailbox for other programs. The password of the web page only works while secure sign-in is off."),
        ),
        Preset(
            "qq", _("QQ mail"), _("@qq.com, @foxmail.com"), "brand-qq",
            (
                _("Sign in to mail.qq.com, open Settings, Account, and switch IMAP/SMTP on."),
                _("Confirm by text message; the page then shows an authorisation code. Enter it below."),
            ),
            _servers("imap.qq.com", "smtp.qq.com"), _CODE,
            _("16 letters, not the password of QQ. When that password changes, make a new code and enter it here."),
        ),
        Preset(
            "163", _("NetEase 163 and 126"), _("@163.com, @126.com"), "mail",
            (
                _("Sign in to mail.163.com or mail.126.com, open Settings, POP3/SMTP/IMAP, and switch IMAP/SMTP on."),
                _("Confirm by text message; the page then shows an authorisation code, once. Enter it below."),
            ),
            _servers("imap.163.com", "smtp.163.com"), _CODE,
            _("16 characters, not the password of the web page. When it is lost or has run out, make a new one there."),
        ),
        Preset(
            "aliyun", _("Alibaba Mail"), _("Alibaba Cloud mail for companies"), "mail",
            (
                _("Ask the mail administrator to allow third-party programs (IMAP and SMTP) for this account."),
                _("In the web mail open Settings, Account and security, and make a password for third-party programs."),
            ),
            _servers("imap.qiye.aliyun.com", "smtp.qiye.aliyun.com"), _("Password for third-party programs"),
            _("Where your company has not switched these on, the password of the web page."),
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
            _("App password"),
        ),
        Preset(
            "own", _("Your own server"), _("any IMAP and SMTP server"), "server",
            (_("Have its IMAP and SMTP names, ports, and a user name with password ready."),),
            {"imap_port": 993, "imap_security": "tls", "smtp_port": 587, "smtp_security": "starttls"}, _("Password"),
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
