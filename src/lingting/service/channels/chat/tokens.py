"""Who a visitor is: our own signed token, and the host site's signed identity."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache, lru_cache
from typing import Any, cast
from uuid import UUID

import jwt
import orjson
from django.core import signing
from django.db import connection
from django.db.models import Field, Model
from django.utils.translation import gettext as _

from lingting.platform.database.binding import bound_cursor
from lingting.platform.refusals import NotPermitted
from lingting.platform.search import VectorField
from lingting.service.channels.chat.models import Visitor, Widget
from lingting.service.crm.models import Customer

_SALT = "lingting.chat.visitor"
LASTS = timedelta(days=180)
LONGEST_IDENTITY_LIFE = timedelta(hours=24)
LEEWAY = timedelta(seconds=60)


class BadIdentity(NotPermitted):
    """The host's identity token is not valid; the message is for the developers of the host site."""

    code = "bad_identity"
    status = 401


@dataclass(frozen=True)
class Identity:
    """Who the host site says the customer is: `sub` is the customer's id there."""

    external_id: str
    name: str
    email: str
    phone: str


def visitor_token(visitor: Visitor) -> str:
    """A token that names a visitor; valid for 180 days, of no use for any other."""
    return signing.dumps(str(visitor.key), salt=_SALT, compress=False)


def visitor_of(token: str) -> Visitor | None:
    """The visitor a token names; None when it is forged, outdated or the widget is out of use.

    One query, with the widget and the customer. Every call of a customer comes through here, so the statement is
    written once and not composed anew each time, which would cost more than all the rest of the check.
    """
    return visitors_of([token])[0]


def visitors_of(tokens: Sequence[str]) -> list[Visitor | None]:
    """The same for many, in their order."""
    keys = [_key_in(token) for token in tokens]
    if not any(keys):
        return [None] * len(keys)
    with bound_cursor(connection) as cursor:
        cursor.execute(_known_visitors(), [[key for key in keys if key]])
        rows = {str(row[_place_of_key()]): row for row in cursor.fetchall()}
    return [_visitor_from(rows[key]) if key in rows else None for key in keys]


@dataclass(frozen=True, slots=True)
class Speaker:
    """Somebody with a valid token who speaks in a conversation of their own; `origins` are the sites of the widget."""

    key: str
    customer_id: int
    customer_name: str
    origins: Sequence[str]


_SPEAKERS = """
    SELECT asked.place, visitor.key::text, visitor.customer_id, customer.name, widget.origins
    FROM json_to_recordset(%s::json) AS asked(place integer, key uuid, talk bigint)
    JOIN chat_visitor visitor ON visitor.key = asked.key AND visitor.closed_at IS NULL
    JOIN chat_widget widget ON widget.id = visitor.widget_id AND widget.is_active
    JOIN crm_customer customer ON customer.id = visitor.customer_id
    JOIN chat_chatsession session ON session.conversation_id = asked.talk
    JOIN chat_visitor own ON own.id = session.visitor_id
     AND own.customer_id = visitor.customer_id AND own.widget_id = visitor.widget_id
"""


def speakers_of(calls: Sequence[tuple[str, int]]) -> list[Speaker | None]:
    """For tokens and the conversations their bearers want to speak in: who it is, if both are right. One query."""
    keys = [_key_in(token) for token, _talk in calls]
    asked = [
        {"place": place, "key": key, "talk": talk}
        for place, (key, (_token, talk)) in enumerate(zip(keys, calls, strict=True))
        if key and 0 < talk < 2**63
    ]
    if not asked:
        return [None] * len(calls)
    with bound_cursor(connection) as cursor:
        cursor.execute(_SPEAKERS, [orjson.dumps(asked).decode()])
        found = {place: Speaker(*rest) for place, *rest in cursor.fetchall()}
    return [found.get(place) for place in range(len(calls))]


def _key_in(token: str) -> str:
    """The visitor's key that a token names; empty when it is forged or outdated."""
    try:
        key, signed_at = _signed(token)
    except (signing.BadSignature, ValueError, TypeError, AttributeError):
        return ""
    return key if time.time() - signed_at <= LASTS.total_seconds() else ""


@lru_cache(maxsize=4096)
def _signed(token: str) -> tuple[str, int]:
    """What a token says and when it was signed (seconds); a signature that held once holds, so it is checked once."""
    text = signing.TimestampSigner(salt=_SALT).unsign_object(token)
    return str(UUID(text)), signing.b62_decode(token.rsplit(":", 2)[1])


def _visitor_from(row: tuple[Any, ...]) -> Visitor:
    place, made = 0, []
    for model in (Visitor, Widget, Customer):
        names = _names(model)
        values = row[place : place + len(names)]
        made.append(model.from_db(connection.alias, names, values) if values[0] is not None else None)
        place += len(names)
    visitor: Any = made[0]
    visitor.widget, visitor.customer = made[1], made[2]
    return cast(Visitor, visitor)


@cache
def _known_visitors() -> str:
    columns = ", ".join(
        f'"{model._meta.db_table}"."{field.column}"' for model in (Visitor, Widget, Customer) for field in _fields(model)
    )
    return f"""
        SELECT {columns} FROM chat_visitor
        JOIN chat_widget ON chat_widget.id = chat_visitor.widget_id AND chat_widget.is_active
        LEFT JOIN crm_customer ON crm_customer.id = chat_visitor.customer_id
        WHERE chat_visitor.key = ANY(%s::uuid[]) AND chat_visitor.closed_at IS NULL
    """


@cache
def _place_of_key() -> int:
    return _names(Visitor).index("key")


@cache
def _names(model: type[Model]) -> list[str]:
    return [field.attname for field in _fields(model)]


def _fields(model: type[Model]) -> list[Field[Any, Any]]:
    """The columns of a table, its id first; search vectors are for searching only."""
    fields = [field for field in model._meta.concrete_fields if not isinstance(field, VectorField)]
    return sorted(fields, key=lambda field: not field.primary_key)


def identity_of(token: str, *, widget: Widget, now: datetime) -> Identity:
    """Reads the host's JSON Web Token (HS256 with the widget's secret; `sub` and `exp`, at most a day ahead).

    Raises `BadIdentity` with what is wrong.
    """
    try:
        claims: dict[str, Any] = jwt.decode(
            token, widget.secret, algorithms=["HS256"],
            options={
                "require": ["sub", "exp"], "verify_exp": False, "verify_nbf": False, "verify_iat": False, "verify_aud": False
            },
        )  # fmt: skip
        expires_at = float(claims["exp"])
    except (jwt.PyJWTError, TypeError, ValueError) as error:
        raise BadIdentity(
            _("The identity token is not valid: sign it with HS256 and this widget's secret, with “sub” and “exp”.")
        ) from error
    left_seconds = expires_at - now.timestamp()
    if left_seconds < -LEEWAY.total_seconds():
        raise BadIdentity(_("The identity token has expired: the site must sign a fresh one for every page."))
    if not left_seconds <= (LONGEST_IDENTITY_LIFE + LEEWAY).total_seconds():
        raise BadIdentity(_("The identity token lives too long: “exp” may lie at most 24 hours ahead."))
    external_id = _claim(claims, "sub", longest=80)
    if not external_id:
        raise BadIdentity(_("The identity token has an empty “sub”: it must be the customer's id on your site."))
    return Identity(external_id, *(_claim(claims, name, longest=120) for name in ("name", "email", "phone")))


def _claim(claims: dict[str, Any], name: str, *, longest: int) -> str:
    return str(claims.get(name) or "").replace("\x00", "").strip()[:longest]
