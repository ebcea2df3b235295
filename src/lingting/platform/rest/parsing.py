"""Reads and writes JSON, and refuses what cannot be stored or was made to hurt."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Annotated, Any, cast

import orjson
from django.conf import settings
from django.http import HttpRequest
from django.utils.translation import gettext as _
from ninja.parser import Parser
from ninja.renderers import BaseRenderer
from pydantic import Field

from lingting.platform.refusals import Invalid, Refusal

Number = Annotated[int, Field(ge=1, le=2**53)]
"""The number of a thing in a path: what every client can say exactly."""
MOST_BODY_BYTES = 1024 * 1024
MULTIPART_SLACK_BYTES = 64 * 1024
DEEPEST = 32
_NO_BRACKETS = bytes(set(range(256)) - set(b"[]{}"))
_LONE_SURROGATE = re.compile(
    rb"\\u[dD][89abAB][0-9a-fA-F]{2}(?!\\u[dD][c-fC-F])|(?<!\\u[dD][89abAB][0-9a-fA-F]{2})\\u[dD][c-fC-F]"
)


class BodyTooLarge(Refusal):
    """The request body is larger than this endpoint takes."""

    code = "body_too_large"
    status = 413


class BadJson(Refusal):
    """The body is not JSON."""

    code = "bad_json"
    status = 400


class UnstorableText(Invalid):
    """A text holds a NUL character or half a character."""

    code = "unstorable_text"


class TooDeep(Invalid):
    """The JSON is nested deeper than 32 levels."""

    code = "too_deep"


class JsonParser(Parser):
    """Strict JSON by orjson, with bounds on depth and on what a text may hold."""

    def parse_body(self, request: HttpRequest) -> dict[str, Any]:
        body = request.body
        try:
            data = orjson.loads(body)
        except orjson.JSONDecodeError as wrong:
            raise _why_not(body, wrong=wrong) from None
        if not is_shallow(body):
            check_depth(data)
        if b"\\u0000" in body:
            check_texts(_texts(data))
        return cast(dict[str, Any], data)


class JsonRenderer(BaseRenderer):
    """JSON by orjson; what it does not know becomes text."""

    media_type = "application/json"

    def render(self, request: HttpRequest, data: Any, *, response_status: int) -> bytes:
        return orjson.dumps(data, default=str, option=orjson.OPT_NON_STR_KEYS | orjson.OPT_UTC_Z)


def check_size(request: HttpRequest, *, largest_bytes: int = 0) -> None:
    """Raises `BodyTooLarge` by the announced length, before a byte is read."""
    try:
        length = int(request.META.get("CONTENT_LENGTH") or 0)
    except ValueError:
        length = 0
    if request.content_type == "multipart/form-data":
        most = largest_bytes or int(getattr(settings, "FILES_MAX_BYTES", MOST_BODY_BYTES)) + MULTIPART_SLACK_BYTES
    else:
        most = largest_bytes or MOST_BODY_BYTES
    if length > most:
        raise BodyTooLarge(
            _("The request is larger than %(most)d KB. Send less at a time.") % {"most": most // 1024}, most_bytes=most
        )


def check_address_line(request: HttpRequest) -> None:
    """Raises `UnstorableText` for a NUL character in the path or the query."""
    if "\x00" in request.path or "%00" in request.META.get("QUERY_STRING", ""):
        raise _unstorable()


def check_form(request: HttpRequest) -> None:
    """Raises `UnstorableText` for a NUL character in a form that was already read."""
    if request.content_type in ("multipart/form-data", "application/x-www-form-urlencoded"):
        check_texts(value for _name, values in request.POST.lists() for value in values if isinstance(value, str))


def check_texts(texts: Iterable[str]) -> None:
    """Raises `UnstorableText` if a text holds a NUL character."""
    for text in texts:
        if "\x00" in text:
            raise _unstorable()


def is_shallow(body: bytes) -> bool:
    """Whether the brackets of a JSON text surely nest within 32 levels: pairs are taken away, at most two levels a time.

    Brackets within strings only make it doubtful, and `check_depth` looks at the data then; this is ten times cheaper.
    """
    brackets = body.translate(None, _NO_BRACKETS)
    for _twice in range(DEEPEST // 2):
        brackets = brackets.replace(b"[]", b"").replace(b"{}", b"")
        if not brackets:
            return True
    return False


def check_depth(data: Any) -> None:
    """Raises `TooDeep` for more than 32 levels."""
    level = [data]
    for _depth in range(DEEPEST):
        level = [child for container in level for child in _children(container) if isinstance(child, dict | list)]
        if not level:
            return
    raise TooDeep(_("The JSON is nested too deeply: at most %(deepest)d levels.") % {"deepest": DEEPEST})


def _children(container: Any) -> Iterable[Any]:
    if isinstance(container, dict):
        return container.values()
    return container if isinstance(container, list) else ()


def _texts(data: Any) -> Iterable[str]:
    waiting = [data]
    while waiting:
        found = waiting.pop()
        if isinstance(found, str):
            yield found
        elif isinstance(found, dict):
            yield from found.keys()
            waiting.extend(found.values())
        elif isinstance(found, list):
            waiting.extend(found)


def _why_not(body: bytes, *, wrong: orjson.JSONDecodeError) -> Refusal:
    if _LONE_SURROGATE.search(body) or (b"\xed" in body and _holds_raw_surrogate(body)):
        return _unstorable()
    if "depth" in wrong.msg:
        return TooDeep(_("The JSON is nested too deeply: at most %(deepest)d levels.") % {"deepest": DEEPEST})
    place = {"line": wrong.lineno, "column": wrong.colno}
    return BadJson(_("The body is not valid JSON (line %(line)d, column %(column)d). Send UTF-8 JSON.") % place)


def _holds_raw_surrogate(body: bytes) -> bool:
    try:
        text = body.decode("utf-8", "surrogatepass")
    except UnicodeDecodeError:
        return False
    return any("\ud800" <= character <= "\udfff" for character in text)


def _unstorable() -> UnstorableText:
    return UnstorableText(_("A text holds a character that cannot be stored (NUL or half a surrogate pair). Remove it."))
