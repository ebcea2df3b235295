"""`Idempotency-Key`: the same POST sent twice is done once and answered twice."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import connection, transaction
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _

from lingting.platform.refusals import Conflict, Invalid

HEADER = "Idempotency-Key"
REPLAYED = "Idempotency-Replayed"
KEEP = timedelta(hours=24)
_SHAPE = re.compile(r"[\x21-\x7e]{1,200}")
_SHORTEST_OPEN_KEY = 16


class MalformedKey(Invalid):
    """The key is empty, too long or holds strange characters."""

    code = "idempotency_key_malformed"


class KeyReused(Invalid):
    """The key was used for another request."""

    code = "idempotency_key_reused"


class InProgress(Conflict):
    """The first request with this key is still being worked on."""

    code = "idempotency_in_progress"


@dataclass(frozen=True)
class Claim:
    """A key in somebody's hands: whose, which, and a hash of what was asked."""

    owner: str
    key: str
    request_hash: bytes


def claim_of(request: HttpRequest, *, owner: str) -> Claim | None:
    """The claim a request makes, or None if it brings no key. Raises `MalformedKey`.

    On open endpoints all callers share one owner, so a key must be long enough not to be met by chance.
    """
    key = request.headers.get(HEADER)
    if key is None:
        return None
    if not _SHAPE.fullmatch(key) or (owner == "open" and len(key) < _SHORTEST_OPEN_KEY):
        raise MalformedKey(_("Send an Idempotency-Key of 16 to 200 visible ASCII characters, for instance a UUID."))
    return Claim(owner, key, _hash(request))


def once(claim: Claim, *, work: Callable[[], HttpResponse], now: datetime) -> HttpResponse:
    """Does the work and keeps its answer in one transaction; or gives the answer kept before.

    Raises `KeyReused` when the kept answer belongs to another request, `InProgress` while another request with the
    key runs. Whatever the work raises undoes everything, the key included. Holds an advisory lock to the end.
    """
    with transaction.atomic():
        kept = _locked(claim)
        if kept is not None:
            return kept
        response = work()
        _keep(claim, response=response, now=now)
    return response


def delete_expired(*, now: datetime) -> int:
    """Forgets answers older than a day; returns how many."""
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM rest_idempotencykey WHERE created_at < %s", [now - KEEP])
        return int(cursor.rowcount)


def _locked(claim: Claim) -> HttpResponse | None:
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT pg_try_advisory_xact_lock(hashtextextended(%(owner)s || ' ' || %(key)s, 0)),
                   kept.request_hash, kept.status, kept.content_type, kept.response_body
              FROM (SELECT 1) AS asked LEFT JOIN rest_idempotencykey kept ON kept.owner = %(owner)s AND kept.key = %(key)s
            """,
            {"owner": claim.owner, "key": claim.key},
        )
        is_locked, request_hash, status, content_type, body = cursor.fetchone()
    if status is None:
        if not is_locked:
            raise _in_progress()
        return None
    if bytes(request_hash) != claim.request_hash:
        raise KeyReused(_("This Idempotency-Key was used for another request. Make a new key for each new request."))
    response = HttpResponse(bytes(body), status=status, content_type=content_type)
    response.headers[REPLAYED] = "true"
    return response


def _keep(claim: Claim, *, response: HttpResponse, now: datetime) -> None:
    content_type = response.headers.get("Content-Type", "")
    with connection.cursor() as cursor:
        cursor.execute(
            """
            INSERT INTO rest_idempotencykey (owner, key, request_hash, status, content_type, response_body, created_at)
            VALUES (%s, %s, %s, %s, %s, %s, %s) ON CONFLICT (owner, key) DO NOTHING
            """,
            [claim.owner, claim.key, claim.request_hash, response.status_code, content_type, response.content, now],
        )
        if not cursor.rowcount:
            raise _in_progress()


def _in_progress() -> InProgress:
    return InProgress(_("The first request with this key is still running. Ask again in a second."), retry_after_seconds=1)


def _hash(request: HttpRequest) -> bytes:
    digest = hashlib.sha256(f"{request.method} {request.get_full_path()}\n".encode())
    if request.content_type == "multipart/form-data":
        for name, values in sorted(request.POST.lists()):
            digest.update(repr((name, values)).encode())
        for name, files in sorted(request.FILES.lists()):
            for upload in files:
                digest.update(repr((name, upload.name, upload.size)).encode())
                for chunk in upload.chunks():
                    digest.update(chunk)
                upload.seek(0)
    else:
        digest.update(request.body)
    return digest.digest()
