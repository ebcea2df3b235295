"""Mailboxes that sign in by OAuth 2.0: the permission a person gives in the browser, access tokens from then on."""

from __future__ import annotations

import base64
import json
import secrets
import time
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Callable
from dataclasses import dataclass
from hashlib import sha256

from django.utils.translation import gettext as _

from lingting.platform.refusals import Refusal
from lingting.service.channels.email.models import Mailbox
from lingting.service.channels.email.vault import locked, opened

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
    """A valid access token; a refresh token that the provider replaces is kept. Raises `TokenRefused`."""
    kept = _tokens.get(mailbox.pk or 0)
    if kept and kept.key == mailbox.oauth_refresh_token and kept.until > time.monotonic():
        return kept.text
    refresh_token = opened(mailbox.oauth_refresh_token)
    answer = _ask(mailbox, {"grant_type": "refresh_token", "refresh_token": refresh_token})
    token = str(answer.get("access_token") or "")
    if not token:
        reason = str(answer.get("error", ""))[:100]
        raise TokenRefused(_("The provider gave no token: %(reason)s") % {"reason": reason}, reason=reason)
    replaced = str(answer.get("refresh_token") or refresh_token)
    if replaced != refresh_token:
        mailbox.oauth_refresh_token = locked(replaced)
        Mailbox.objects.filter(pk=mailbox.pk).update(oauth_refresh_token=mailbox.oauth_refresh_token)
    seconds = float(str(answer.get("expires_in") or 3000))
    _tokens[mailbox.pk or 0] = _Token(token, time.monotonic() + seconds - SECONDS_BEFORE_END, mailbox.oauth_refresh_token)
    return token


def sign_in_by_token(mailbox: Mailbox, *, attempt: Callable[[str], object], refusal: type[Exception]) -> None:
    """Signs in with an access token; one that was kept and is refused (taken back early) is replaced once.

    `attempt` signs in with the token given and raises `refusal`.
    """
    was_kept = (mailbox.pk or 0) in _tokens
    try:
        attempt(access_token(mailbox))
    except refusal:
        _tokens.pop(mailbox.pk or 0, None)
        if not was_kept:
            raise
        attempt(access_token(mailbox))


def xoauth2(user: str, token: str) -> str:
    """The answer to AUTH XOAUTH2, in base64."""
    return base64.b64encode(f"user={user}\x01auth=Bearer {token}\x01\x01".encode()).decode()


@dataclass(frozen=True, slots=True)
class Asking:
    """A visit to the provider: where to send the browser, and what must be remembered until it returns."""

    url: str
    state: str
    verifier: str


def ask_permission(mailbox: Mailbox, *, return_url: str) -> Asking:
    """Where a person allows us into the mailbox (RFC 6749, 7636). Raises `TokenRefused` where the address is not given."""
    address = mailbox.oauth_authorize_url
    if not _is_safe(address):
        raise TokenRefused(_("The address of the sign-in page must begin with https://."))
    asking_state, verifier = secrets.token_urlsafe(24), secrets.token_urlsafe(48)
    challenge = base64.urlsafe_b64encode(sha256(verifier.encode()).digest()).rstrip(b"=").decode()
    fields = {
        "response_type": "code", "client_id": mailbox.oauth_client_id, "redirect_uri": return_url, "scope": mailbox.oauth_scope,
        "state": asking_state, "code_challenge": challenge, "code_challenge_method": "S256", "login_hint": mailbox.address,
        "access_type": "offline", "prompt": "consent",
    }  # fmt: skip
    return Asking(f"{address}{'&' if '?' in address else '?'}{urllib.parse.urlencode(fields)}", asking_state, verifier)


def refresh_token_for(mailbox: Mailbox, *, code: str, verifier: str, return_url: str) -> str:
    """The lasting permission for the code the browser came back with. Raises `TokenRefused`."""
    fields = {"grant_type": "authorization_code", "code": code, "code_verifier": verifier, "redirect_uri": return_url}
    token = str(_ask(mailbox, fields).get("refresh_token") or "")
    if not token:
        raise TokenRefused(
            _("The provider gave no lasting permission. Allow offline access for the application there, then sign in again.")
        )
    return token


def _ask(mailbox: Mailbox, fields: dict[str, str]) -> dict[str, object]:
    fields = {"client_id": mailbox.oauth_client_id} | fields
    if mailbox.oauth_client_secret:
        fields["client_secret"] = opened(mailbox.oauth_client_secret)
    if mailbox.oauth_scope:
        fields["scope"] = mailbox.oauth_scope
    if not _is_safe(mailbox.oauth_token_url):
        raise TokenRefused(_("The token address must begin with https://."))
    request = urllib.request.Request(mailbox.oauth_token_url, data=urllib.parse.urlencode(fields).encode())
    try:
        with urllib.request.urlopen(request, timeout=TIMEOUT_SECONDS) as answer:
            found = json.loads(answer.read(1_000_000))
    except urllib.error.HTTPError as error:
        reason = _reason(error)
        sentence = _("The provider refused a token: %(reason)s. Connect the mailbox again.")
        raise TokenRefused(sentence % {"reason": reason}, reason=reason) from error
    except (urllib.error.URLError, TimeoutError, ValueError) as error:
        raise TokenRefused(_("The token address does not answer: %(reason)s") % {"reason": str(error)[:120]}) from error
    return found if isinstance(found, dict) else {}


def _is_safe(url: str) -> bool:
    return url.startswith(("https://", "http://127.0.0.1:", "http://localhost:"))


def _reason(error: urllib.error.HTTPError) -> str:
    try:
        found = json.loads(error.read(100_000))
        return str(found.get("error_description") or found.get("error"))[:150]
    except (ValueError, AttributeError):
        return str(error.code)
