"""Who may open a stream: credentials, origins, topics; and the answers to those who may not."""

from __future__ import annotations

import contextlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qs, urlsplit

import orjson
from django.conf import settings
from django.http.cookie import parse_cookie
from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation.trans_real import parse_accept_lang_header

from lingting.platform.realtime.topics import is_topic, refused_topics
from lingting.platform.realtime.visitors import LiveRequest, Visitor, recognise
from lingting.platform.refusals import Refusal


class LiveRefusal(Refusal):
    """A stream that is not opened."""


class NotRecognised(LiveRefusal):
    """Nobody we know."""

    code = "not_recognised"
    status = 401


class ForeignOrigin(LiveRefusal):
    """A page of another site tries to use our session cookie."""

    code = "foreign_origin"
    status = 403


class TopicsRefused(LiveRefusal):
    """Topics that do not exist for this visitor; they are named."""

    code = "topics_refused"
    status = 403


class BadTopics(LiveRefusal):
    """No topics, too many, or malformed ones."""

    code = "bad_topics"
    status = 400


class TooManyConnections(LiveRefusal):
    """The visitor, or the hub, has as many connections as it may."""

    code = "too_many_connections"
    status = 429


class HubNotReady(LiveRefusal):
    """The hub cannot read the database at the moment."""

    code = "hub_not_ready"
    status = 503


@dataclass(frozen=True, slots=True)
class Asked:
    """What a request asks for, before anybody has looked at who asks."""

    credentials: LiveRequest
    topics: frozenset[str]
    after: str
    origin: str = ""
    host: str = ""
    fetch_site: str = ""

    @classmethod
    def read(cls, scope: Mapping[str, Any]) -> Asked:
        """Read an ASGI scope. A token, in the query or as Authorization, makes cookies void."""
        headers = {name.decode("latin-1"): value.decode("latin-1") for name, value in scope["headers"]}
        query = parse_qs(scope.get("query_string", b"").decode("latin-1"))
        token = query.get("token", [""])[-1]
        authorization = headers.get("authorization", "")
        cookies = {} if token or authorization else parse_cookie(headers.get("cookie", ""))
        names = {name for part in query.get("topics", []) for name in part.split(",") if name}
        return cls(
            credentials=LiveRequest(
                cookies=_needed(cookies),
                token=token,
                authorization=authorization,
                client=(scope.get("client") or ("",))[0],
                language=_language(cookies, headers.get("accept-language", "")),
            ),
            topics=frozenset(names),
            after=query.get("after", [""])[-1] or headers.get("last-event-id", ""),
            origin=headers.get("origin", ""),
            host=headers.get("host", ""),
            fetch_site=headers.get("sec-fetch-site", ""),
        )


def check_origin(asked: Asked) -> None:
    """Cookies work only for pages of this site. Raises `ForeignOrigin`."""
    if asked.credentials.has_token:
        return
    is_foreign = asked.fetch_site in {"cross-site", "same-site"}
    if asked.origin:
        is_foreign = urlsplit(asked.origin).netloc != asked.host
    if is_foreign and asked.origin not in settings.CSRF_TRUSTED_ORIGINS:
        raise ForeignOrigin(_("This page belongs to another site. Open Lingting itself to follow live updates."))


def check_topics(topics: frozenset[str], *, limit: int) -> None:
    """Topics are well formed and not too many. Raises `BadTopics`."""
    if not topics:
        raise BadTopics(_("Name at least one topic to listen to."))
    if len(topics) > limit:
        raise BadTopics(_("Listen to at most %(limit)d topics at once.") % {"limit": limit})
    malformed = sorted(topic for topic in topics if not is_topic(topic))
    if malformed:
        raise BadTopics(_("These are not topic names: %(topics)s.") % {"topics": _listed(malformed)}, topics=malformed)


def admit(credentials: LiveRequest, *, topics: frozenset[str]) -> Visitor:
    """The visitor, if it may hear all topics. Reads the database; for a thread.

    Raises `NotRecognised` or `TopicsRefused`.
    """
    with translation.override(credentials.language):
        visitor = recognise(credentials)
        if visitor is None:
            raise NotRecognised(_("Your sign-in has ended. Sign in again to follow live updates."))
        refused = sorted(refused_topics(visitor, topics=topics))
        if refused:
            raise TopicsRefused(
                _("You may not listen to %(topics)s. Ask your administrator for access.") % {"topics": _listed(refused)},
                topics=refused,
            )
        return visitor


def problem(refusal: Refusal) -> bytes:
    """A refusal as problem+json."""
    return orjson.dumps(
        {
            "type": "about:blank",
            "title": str(refusal),
            "status": refusal.status,
            "code": refusal.code,
            **{name: value for name, value in refusal.details.items() if name == "topics"},
        }
    )


def _needed(cookies: Mapping[str, str]) -> dict[str, str]:
    """Only the session's cookie is kept: it lives as long as the connection."""
    name = settings.SESSION_COOKIE_NAME
    return {name: cookies[name]} if name in cookies else {}


def _language(cookies: Mapping[str, str], accepted: str) -> str:
    """The visitor's language: cookie, then browser, then the house's."""
    chosen = cookies.get(settings.LANGUAGE_COOKIE_NAME, "")
    for tag in [chosen, *(tag for tag, _share in parse_accept_lang_header(accepted))]:
        with contextlib.suppress(LookupError):
            return translation.get_supported_language_variant(tag)
    return settings.LANGUAGE_CODE


def _listed(names: Iterable[str]) -> str:
    return ", ".join(list(names)[:10])
