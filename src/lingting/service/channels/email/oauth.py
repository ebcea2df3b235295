"""Access tokens for mailboxes that sign in by OAuth 2.0: fetched with the refresh token, kept until they run out."""

from __future__ import annotations

import base64
import json
import time
import urllib.error
import urllib.parse
import urllib.request
from dataclasses import dataclass

from django.utils.translation import gettext as _

from lingting.platform.refusals import Refusal
from lingting.service.channels.email.models import Mailbox
from lingting.service.channels.email.vault import opened

SECONDS_BEFORE_END = 120
TIMEOUT_SECONDS = 20


class TokenRefused(Refusal):
    """The provider gives no token: the permission was taken back, or client id and secret do not fit."""

    code = "token_refused"
    status = 502


@dataclass(frozen=True, slots=True)
class _Token:
    text: str
    until: float
    key: str


_tokens: dict[int, _Token] = {}


def access_token(mailbox: Mailbox) -> str:
    """A valid access token. Raises `TokenRefused`."""
    kept = _tokens.get(mailbox.pk or 0)
    if kept and kept.key == mailbox.oauth_refresh_token and kept.until > time.monotonic():
        return kept.text
    answer = _ask(mailbox)
    token = str(answer.get("access_token") or "")
    if not token:
        raise TokenRefused(_("The provider gave no token: %(reason)s") % {"reason": str(answer.get("error", ""))[:100]})
    seconds = float(str(answer.get("expires_in") or 3000))
    _tokens[mailbox.pk or 0] = _Token(token, time.monotonic() + seconds - SECONDS_BEFORE_END, mailbox.oauth_refresh_token)
    return token


def forget_token(mailbox: Mailbox) -> None:
    """After a refused sign-in the next one fetches a fresh token."""
    _tokens.pop(mailbox.pk or 0, None)


def xoauth2(user: str, token: str) -> str:
    """The answer to AUTH XOAUTH2, in base64."""
    return base64.b64encode(f"user={user}\x01auth=Bearer {token}\x01\x01".encode()).decode()


def _ask(mailbox: Mailbox) -> dict[str, object]:
    fields = {
        "grant_type": "refresh_token", "client_id": mailbox.oauth_client_id, "refresh_token": opened(mailbox.oauth_refresh_token),
    }  # fmt: skip
    if mailbox.oauth_client_secret:
        fields["client_secret"] = opened(mailbox.oauth_client_secret)
    if mailbox.oauth_scope:
        fields["scope"] = mailbox.oauth_scope
    if not mailbox.oauth_token_url.startswith(("https://", "http://127.0.0.1", "http://localhost")):
        raise TokenRefused(_("The token address must begin with https://."))
    request = urllib.request.Request(mailbox.oauth_token_url, data=urllib.parse.urlencode(fields).encode())
    try:
        with urllib.request.urlopen(request, timeout=TIMEOUT_SECONDS) as answer:
            found = json.loads(answer.read(1_000_000))
    except urllib.error.HTTPError as error:
        raise TokenRefused(
            _("The provider refused a token: %(reason)s. Connect the mailbox again.") % {"reason": _reason(error)}
        ) from error
    except (urllib.error.URLError, TimeoutError, ValueError) as error:
        raise TokenRefused(_("The token address does not answer: %(reason)s") % {"reason": str(error)[:120]}) from error
    return found if isinstance(found, dict) else {}


def _reason(error: urllib.error.HTTPError) -> str:
    try:
        found = json.loads(error.read(100_000))
        return str(found.get("error_description") or found.get("error"))[:150]
    except (ValueError, AttributeError):
        return str(error.code)
