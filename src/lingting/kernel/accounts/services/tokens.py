"""Keys for programs: made, used, withdrawn."""

from __future__ import annotations

import secrets
from collections.abc import Iterable
from datetime import datetime, timedelta
from hashlib import sha256

from django.db import connection
from django.db.models import Q
from django.utils.translation import gettext as _

from lingting.kernel.accounts.models import Account, Token
from lingting.platform.database.binding import bound_cursor
from lingting.platform.refusals import Invalid

PERSONAL, APPLICATION = "ltp_", "lta_"
USE_NOTED_EVERY = timedelta(minutes=1)


class BadToken(Invalid):
    """A token needs a name and at least one scope."""

    code = "bad_token"


def issue_token(
    name: str, *, owner: Account | None, scopes: Iterable[str], expires_at: datetime | None, by: Account, now: datetime
) -> tuple[Token, str]:
    """A new token and its secret, which is shown once. `owner` None: it belongs to an application and acts as itself.

    Raises `BadToken`.
    """
    wanted = sorted(set(scopes))
    if not wanted:
        raise BadToken(_("Choose what the token may do."), fields={"scopes": [_("Choose what the token may do.")]})
    if expires_at is not None and expires_at <= now:
        raise BadToken(_("The last day is in the past."), fields={"expires_date": [_("The last day is in the past.")]})
    secret = (PERSONAL if owner else APPLICATION) + secrets.token_urlsafe(32)
    token = Token.objects.create(
        name=name.strip(), owner=owner, prefix=secret[:8], digest=digest_of(secret), scopes=wanted, created_at=now, created_by=by,
        expires_at=expires_at,
    )  # fmt: skip
    return token, secret


def revoke_token(token: Token, *, now: datetime) -> None:
    """Ends a token at once; ending it twice keeps the first moment."""
    Token.objects.filter(pk=token.pk, revoked_at=None).update(revoked_at=now)


def use_token(secret: str, *, now: datetime) -> Token | None:
    """The token behind a secret, None when it is unknown, withdrawn, past its day, or its owner's account is closed.

    One query, and one more at most once a minute to note the use.
    """
    if not secret.startswith((PERSONAL, APPLICATION)):
        return None
    token = _token_with_owner(digest_of(secret))
    if token is None or not token.is_usable(now=now) or (token.owner is not None and not token.owner.is_active):
        return None
    if token.last_used_at is None or now - token.last_used_at >= USE_NOTED_EVERY:
        stale = Q(last_used_at=None) | Q(last_used_at__lte=now - USE_NOTED_EVERY)
        Token.objects.filter(stale, pk=token.pk).update(last_used_at=now)
    return token


_TOKEN_FIELDS = tuple(field.attname for field in Token._meta.concrete_fields)
_OWNER_FIELDS = tuple(field.attname for field in Account._meta.concrete_fields)
_TOKEN = f"""
    SELECT {", ".join(f'token."{field.column}"' for field in Token._meta.concrete_fields)},
           {", ".join(f'owner."{field.column}"' for field in Account._meta.concrete_fields)}
    FROM accounts_token token LEFT JOIN accounts_account owner ON owner.id = token.owner_id WHERE token.digest = %s
"""


def _token_with_owner(digest: str) -> Token | None:
    """Read at every call of the API: a prepared statement costs a third of what the ORM's does."""
    with bound_cursor(connection, is_binary=True) as cursor:
        cursor.execute(_TOKEN, [digest])
        row = cursor.fetchone()
    if row is None:
        return None
    own = len(_TOKEN_FIELDS)
    token: Token = Token.from_db(connection.alias, _TOKEN_FIELDS, row[:own])
    if token.owner_id is not None:
        token.owner = Account.from_db(connection.alias, _OWNER_FIELDS, row[own:])
    return token


def digest_of(secret: str) -> str:
    """What is kept of a secret in place of it: tokens, links of portals and work orders."""
    return sha256(secret.encode()).hexdigest()
