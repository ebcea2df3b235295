"""Hands out files, in a way that no file can do harm in a reader's browser."""

from __future__ import annotations

from urllib.parse import quote
from uuid import UUID

from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from lingting.platform.files import kinds
from lingting.platform.files.models import StoredFile
from lingting.platform.files.ranges import Part, Unsatisfiable, asked_part
from lingting.platform.files.registry import may_see
from lingting.platform.files.selectors import file_of, token_opens
from lingting.platform.files.stores import current_store
from lingting.platform.refusals import NotFound

_LOCKED_POLICY = "default-src 'none'; style-src 'unsafe-inline'; img-src 'self'; media-src 'self'; sandbox"
_PDF_POLICY = "default-src 'none'; style-src 'unsafe-inline'; img-src 'self' data:; object-src 'self'; frame-ancestors 'self'"
_SHOWN_AS_TEXT = frozenset({"text/plain", "text/csv", "text/markdown", "application/json"})
_KEEP_SECONDS = 3600


@require_safe
def download(request: HttpRequest, public_id: UUID, name: str) -> HttpResponseBase:
    """One file, whole or in part; `?download` asks for an attachment even of a picture."""
    file = _access_file(request, public_id)
    headers = _headers(file, request=request)
    if request.headers.get("If-None-Match") == headers["ETag"]:
        return HttpResponse(status=304, headers={name: headers[name] for name in ("ETag", "Cache-Control")})
    try:
        part = _part(request, file=file, etag=headers["ETag"])
    except Unsatisfiable:
        return HttpResponse(status=416, headers={"Content-Range": f"bytes */{file.size}"})
    status = 200
    length = file.size
    if part is not None:
        status, length = 206, part.end - part.start
        headers["Content-Range"] = f"bytes {part.start}-{part.end - 1}/{file.size}"
    headers["Content-Length"] = str(length)
    if request.method == "HEAD":
        return HttpResponse(status=status, headers=headers)
    try:
        content = current_store().read(file.storage_key, start=part.start if part else 0, end=part.end if part else None)
    except FileNotFoundError as gone:
        raise _nothing() from gone
    return StreamingHttpResponse(content, status=status, headers=headers)


def _access_file(request: HttpRequest, public_id: UUID) -> StoredFile:
    file = file_of(public_id)
    if file is None:
        raise _nothing()
    token = request.GET.get("token", "")
    user = getattr(request, "user", None)
    account_id = str(user.pk) if user is not None and user.is_authenticated else ""
    if token and token_opens(token, file=file, account_id=account_id, now=timezone.now()):
        return file
    if may_see(request, file):
        return file
    raise _nothing()


def _nothing() -> NotFound:
    return NotFound(_("This file is not there, or the link has run out. Open it again from where you found it."))


def _part(request: HttpRequest, *, file: StoredFile, etag: str) -> Part | None:
    wanted = request.headers.get("Range", "")
    condition = request.headers.get("If-Range", "")
    if not wanted or (condition and condition != etag):
        return None
    return asked_part(wanted, size=file.size)


def _headers(file: StoredFile, *, request: HttpRequest) -> dict[str, str]:
    is_inline = file.content_type in kinds.INLINE and "download" not in request.GET
    is_pdf = file.content_type == "application/pdf"
    return {
        "Content-Type": _sent_type(file.content_type),
        "Content-Disposition": content_disposition(file.original_name, is_inline=is_inline),
        "Content-Security-Policy": _PDF_POLICY if is_pdf and is_inline else _LOCKED_POLICY,
        "X-Content-Type-Options": "nosniff",
        "X-Frame-Options": "SAMEORIGIN",
        "Referrer-Policy": "no-referrer",
        "Cross-Origin-Resource-Policy": "cross-origin" if "token" in request.GET else "same-origin",
        "Cache-Control": f"private, max-age={_KEEP_SECONDS}",
        "Accept-Ranges": "bytes",
        "ETag": f'"{file.sha256[:32]}"',
    }


def _sent_type(content_type: str) -> str:
    """Only what browsers show harmlessly keeps its type; markup and programs travel as bytes."""
    if content_type in _SHOWN_AS_TEXT:
        return f"{content_type}; charset=utf-8" if content_type == "application/json" else content_type
    if content_type in kinds.INLINE or content_type.startswith(("audio/", "video/", "application/vnd.")):
        return content_type
    return kinds.BINARY


def content_disposition(name: str, *, is_inline: bool) -> str:
    """The header with an ASCII name for old programs and the true one after RFC 5987."""
    plain = "".join(character if character.isascii() and character.isprintable() else "_" for character in name)
    plain = plain.replace("\\", "_").replace('"', "_")
    return f"{'inline' if is_inline else 'attachment'}; filename=\"{plain}\"; filename*=UTF-8''{quote(name, safe='')}"
