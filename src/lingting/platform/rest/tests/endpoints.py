"""Endpoints for the tests of the API's conduct; a drawer of notes stands in for an app."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.http import HttpRequest
from django.utils.translation import gettext as _
from ninja import File, Form, Query, Router, Schema, Status
from ninja.files import UploadedFile
from procrastinate.contrib.django.models import ProcrastinateJob
from pydantic import Field

from lingting.platform.jobs.models import Failure
from lingting.platform.refusals import NotFound
from lingting.platform.rest import (
    Authentication,
    Page,
    PageQuery,
    Rate,
    by_address,
    cross_origin,
    largest_body,
    limited,
    page,
    scope,
)

router = Router(tags=["notes"])


class NoteIn(Schema):
    text: str = Field(min_length=1, max_length=200)
    copies: int = Field(1, ge=1, le=5)


class NoteOut(Schema):
    id: int
    text: str = Field(alias="message")
    made_at: datetime = Field(alias="failed_at")


def _write(text: str) -> Failure:
    made_at = datetime.fromisoformat("2026-11-21T09:30:00+08:00")
    return Failure.objects.create(job_id=1, task_name="note", attempt=1, failed_at=made_at, error="", message=text)


@router.get("/notes", response=Page[NoteOut])
@scope("notes:read")
def list_notes(request: HttpRequest, query: Query[PageQuery]) -> dict[str, Any]:
    return page(Failure.objects.filter(task_name="note"), query=query, order=("-failed_at", "-id"))


@router.post("/notes", response={201: NoteOut})
@scope("notes:write")
def write_note(request: HttpRequest, note: NoteIn) -> Status:
    return Status(201, _write(note.text))


@router.post("/notes/half", response={201: NoteOut})
def write_half(request: HttpRequest, note: NoteIn) -> Status:
    _write(note.text)
    raise NotFound(_("There is nothing here, or not for you. Check the address against /api/v1/docs."))


@router.post("/notes/broken", response={201: NoteOut})
def write_broken(request: HttpRequest, note: NoteIn) -> Status:
    _write(note.text)
    raise ZeroDivisionError


@router.get("/notes/{note_id}", response=NoteOut)
def read_note(request: HttpRequest, note_id: int) -> Failure:
    found = Failure.objects.filter(pk=note_id).first()
    if found is None:
        raise NotFound(_("There is nothing here, or not for you. Check the address against /api/v1/docs."))
    return found


@router.post("/open/notes", auth=None, response={201: NoteOut})
@limited(Rate(600, per=1, burst=600), name="test-open", by=by_address)
@cross_origin
def write_openly(request: HttpRequest, note: NoteIn) -> Status:
    return Status(201, _write(note.text))


@router.post("/open/rare", auth=None)
@limited(Rate(2, per=60), name="test-rare", by=by_address)
def write_rarely(request: HttpRequest) -> dict[str, bool]:
    return {"done": True}


@router.post("/open/small", auth=None)
@largest_body(100)
def write_small(request: HttpRequest, note: NoteIn) -> dict[str, str]:
    return {"text": note.text}


@router.post("/open/upload", auth=None)
def upload(request: HttpRequest, file: File[UploadedFile], title: Form[str] = "") -> dict[str, Any]:
    return {"size": file.size, "title": title, "seen": ProcrastinateJob.objects.count()}


@router.get("/visitors/me", auth=Authentication("Visitor"))
def visitor(request: HttpRequest) -> dict[str, str]:
    return {"id": request.auth.id}  # type: ignore[attr-defined]
