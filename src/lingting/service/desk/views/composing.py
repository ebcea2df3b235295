"""Writing: replies and notes, drafts, files, prepared texts."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from lingting.kernel.accounts.permissions import requires
from lingting.platform.files.models import StoredFile
from lingting.platform.files.selectors import plain_url
from lingting.platform.files.services import store_upload
from lingting.platform.refusals import Invalid
from lingting.platform.ui.toasts import add_trigger
from lingting.service.desk import selectors, services
from lingting.service.desk.models import Case
from lingting.service.desk.presenting import canned_values, present_messages
from lingting.service.desk.views.cases import display_name, message_before
from lingting.service.desk.views.requests import uuid_of

MOST_FILES = 10


class NoFile(Invalid):
    code = "no_file"


@require_POST
@requires("desk.view_cases")
def saying(request: HttpRequest, case_id: int) -> HttpResponse:
    """Sends a reply or adds a note; answers with the message as the conversation shows it."""
    is_note = request.POST.get("mode") == "note"
    if is_note:
        found = selectors.access_case(request.user, case_id)
        added = _add_note(request, case_id)
    else:
        found = selectors.access_case_to(request.user, case_id, permission="desk.answer_cases")
        added = services.answer_case(
            case_id,
            text=request.POST.get("text", ""),
            actor=request.user.as_actor,
            now=timezone.now(),
            client_key=uuid_of(request.POST.get("client_key", "")),
            attachment_ids=_attachments(request),
            closes=request.POST.get("then") == "close",
        )
    if request.headers.get("X-Requested-With") != "fetch" and request.headers.get("HX-Request") != "true":
        return redirect("desk:case", case_id)
    response = render(request, "desk/_messages.html", _shown(found, added.id))
    add_trigger(response, "desk:changed", {"case_id": case_id})
    return response


@require_POST
@requires("desk.view_cases")
def draft(request: HttpRequest, case_id: int, mode: str) -> HttpResponse:
    """Keeps what is being written."""
    selectors.access_case(request.user, case_id)
    services.save_draft(case_id, account_id=request.user.pk, mode=mode, text=request.POST.get("text", ""), now=timezone.now())
    return HttpResponse(status=204)


@require_POST
@requires("desk.view_cases")
def upload(request: HttpRequest) -> JsonResponse:
    """Takes a file in before its message is sent; only its uploader can attach it."""
    given = request.FILES.get("file")
    if given is None:
        raise NoFile(_("Choose a file first."))
    stored = store_upload(given, actor_kind="account", actor_id=str(request.user.pk), now=timezone.now())
    return JsonResponse(
        {
            "id": str(stored.public_id),
            "name": stored.original_name,
            "size": stored.size,
            "is_image": stored.is_image,
            "url": plain_url(stored),
        }
    )


@require_GET
@requires("desk.view_cases")
def canned(request: HttpRequest, case_id: int) -> JsonResponse:
    """Prepared texts with their variables filled for this case; the customer's language first."""
    case = selectors.access_case(request.user, case_id)
    values = canned_values(case, agent_name=request.user.display_name)
    language = (case.customer.language or "zh-hans").lower()
    rows = sorted(selectors.canned_replies(request.user), key=lambda row: row["language"] != language)
    found = [
        {
            "shortcut": row["shortcut"],
            "title": row["title"],
            "text": services.filled(row["text"], values=values),
            "language": row["language"],
            "is_own": row["owner_id"] is not None,
        }
        for row in rows
    ]
    return JsonResponse({"found": found})


@require_GET
@requires("desk.view_cases")
def colleagues(request: HttpRequest) -> JsonResponse:
    """People to mention or to ask, by a part of their name."""
    people = selectors.colleagues(words=request.GET.get("q", "")[:60])
    return JsonResponse({"found": [{"value": one.pk, "label": one.display_name, "detail": one.login} for one in people]})


def _add_note(request: HttpRequest, case_id: int) -> services.AddedMessage:
    added = services.add_note(
        case_id,
        text=request.POST.get("text", ""),
        actor=request.user.as_actor,
        now=timezone.now(),
        mention_ids=[int(each) for each in request.POST.getlist("mention") if each.isdigit()],
        client_key=uuid_of(request.POST.get("client_key", "")),
        attachment_ids=_attachments(request),
    )
    services.drop_draft(case_id, account_id=request.user.pk, mode="note")
    return added


def _attachments(request: HttpRequest) -> list[int]:
    """The stored files a message names: only what this person has uploaded."""
    ids = [each for text in request.POST.getlist("attachment")[:MOST_FILES] if (each := uuid_of(text))]
    if not ids:
        return []
    own = StoredFile.objects.filter(public_id__in=ids, uploaded_by_kind="account", uploaded_by_id=str(request.user.pk))
    return list(own.order_by("id").values_list("id", flat=True))


def _shown(case: Case, message_id: int) -> dict[str, object]:
    rows = selectors.messages_after(case.pk, after_id=message_id - 1, most=1)
    previous = message_before(case.pk, before_id=message_id)
    shown = present_messages(rows, customer_name=display_name(case), previous=previous)
    return {"messages": shown, "case": case, "skips_older": True}
