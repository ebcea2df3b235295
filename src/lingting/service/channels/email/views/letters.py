"""Writing letters: the answer to a case, a new one to a customer; taking back, sending now, sending again."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from lingting.kernel.accounts.permissions import requires
from lingting.platform.files.models import StoredFile
from lingting.platform.refusals import NotPermitted
from lingting.platform.ui.toasts import add_toast, add_trigger
from lingting.service.channels.email import selectors, services
from lingting.service.channels.email.models import Letter, Mailbox
from lingting.service.channels.email.services.letters import BadLetter, NoMailbox, Wording
from lingting.service.crm.models import Customer
from lingting.service.desk.models import Case, Conversation, Priority
from lingting.service.desk.selectors import access_case, access_case_to, may_act
from lingting.service.desk.services import assign_case, drop_draft, open_case_with_conversation

ANSWER = "desk.answer_cases"
MOST_FILES = 10


@require_POST
@requires(ANSWER)
def letter(request: HttpRequest, case_id: int) -> HttpResponse:
    """Takes a letter in: it goes after ten seconds unless it is taken back, or at its moment."""
    case = access_case_to(request.user, case_id, permission=ANSWER)
    talk = services.mail_conversation(case_id)
    mailbox = _chosen_mailbox(request, case, talk)
    held = services.write_letter(
        case_id, wording=_wording(request, case, mailbox), mailbox=mailbox, actor=request.user.as_actor,
        client_key=_key(request), now=timezone.now(),
    )  # fmt: skip
    drop_draft(case_id, account_id=request.user.pk, mode="reply")
    services.drop_letter_draft(case_id, account_id=request.user.pk)
    if request.headers.get("X-Requested-With") != "fetch" and request.headers.get("HX-Request") != "true":
        return redirect("desk:case", case_id)
    return _held_answer(held)


@requires(ANSWER)
def new_letter(request: HttpRequest, customer_id: int) -> HttpResponse:
    """A letter that begins a case: opens the case with its composer ready, addressed to the customer."""
    customer = get_object_or_404(Customer, pk=customer_id, merged_into=None)
    boxes = list(Mailbox.objects.filter(is_active=True).exclude(smtp_host="").select_related("queue"))
    if not boxes:
        raise NoMailbox(_("No mailbox can send letters yet. Ask an administrator to set one up under Settings, Mailboxes."))
    if request.method != "POST":
        return render(
            request,
            "email/new_letter.html",
            {"customer": customer, "boxes": boxes, "cancel_url": reverse("crm:customer", args=[customer.pk])},
        )
    chosen = request.POST.get("mailbox", "")
    mailbox = next((box for box in boxes if str(box.pk) == chosen), boxes[0])
    now = timezone.now()
    case = open_case_with_conversation(
        customer.pk, queue_id=mailbox.queue_id, channel="mail", subject=request.POST.get("subject", "")[:200],
        priority=Priority.NORMAL, actor=request.user.as_actor, now=now,
    )  # fmt: skip
    assign_case(case.pk, assignee_id=request.user.pk, actor=request.user.as_actor, now=now)
    return redirect("desk:case", case.pk)


@require_POST
@requires(ANSWER)
def withdrawal(request: HttpRequest, letter_id: int) -> HttpResponse:
    """Undo: the letter does not go, its text is a draft again."""
    found = _own_letter(request, letter_id)
    services.withdraw_letter(letter_id, actor=request.user.as_actor, now=timezone.now())
    response = _changed(request, found, text=_("Taken back. The text is in your draft."))
    add_trigger(response, "composer:insert", {"text": found.text})
    add_trigger(response, "composer:files", {"files": _own_files(found, request.user.pk)})
    fields = {name: ", ".join(getattr(found, name)) for name in ("to", "cc", "bcc")}
    add_trigger(response, "letter:fields", fields | {"subject": found.subject, "quote": found.quote, "mailbox": found.mailbox_id})
    return response


@require_POST
@requires(ANSWER)
def departure(request: HttpRequest, letter_id: int) -> HttpResponse:
    """Without waiting for its moment."""
    found = _own_letter(request, letter_id)
    services.send_now(letter_id, actor=request.user.as_actor, now=timezone.now())
    return _changed(request, found, text=_("The letter goes now."))


@require_POST
@requires(ANSWER)
def repetition(request: HttpRequest, letter_id: int) -> HttpResponse:
    """Send again, under the same Message-ID."""
    found = _own_letter(request, letter_id)
    services.send_again(letter_id, actor=request.user.as_actor, now=timezone.now())
    return _changed(request, found, text=_("The letter is sent again."))


def banner_context(request: HttpRequest, *, case: Case, **given: Any) -> dict[str, Any] | None:
    """Letters of a case that wait for their moment or never left."""
    if case.channel != "mail" and not Conversation.objects.filter(case=case, channel="mail").exists():
        return None
    held = selectors.held_letters(case.pk)
    return {"held": held, "may": may_act(request.user, case), "now": timezone.now()} if held else None


def customer_context(request: HttpRequest, *, customer: Customer, **given: Any) -> dict[str, Any] | None:
    """The way to a new letter on a customer's page."""
    if not request.user.can(ANSWER) or not customer.contact_points.filter(kind="email").exists():
        return None
    return {"customer": customer} if Mailbox.objects.filter(is_active=True).exclude(smtp_host="").exists() else None


def _wording(request: HttpRequest, case: Case, mailbox: Mailbox) -> Wording:
    given = request.POST
    signature = selectors.signature_for(request.user, language=case.customer.language or mailbox.language)
    return Wording(
        to=[given.get("to", "")], cc=[given.get("cc", "")], bcc=[given.get("bcc", "")], subject=given.get("subject", ""),
        text=given.get("text", ""), quote=given.get("quote") if given.get("quote") in ("none", "last", "all") else "last",
        signature=signature if given.get("signature") else "", file_ids=_files(request), due_at=_due_in(given.get("due_at", "")),
        closes=given.get("then") == "close",
    )  # fmt: skip


def _due_in(text: str) -> datetime | None:
    """When to send; None at once. Raises `BadLetter`."""
    due = services.typed_moment(text)
    if text.strip() and due is None:
        sentence = _("Choose a day and a time.")
        raise BadLetter(sentence, fields={"due_at": [sentence]})
    return due


def _files(request: HttpRequest) -> list[int]:
    ids = [each for text in request.POST.getlist("attachment")[:MOST_FILES] if (each := _uuid(text))]
    own = StoredFile.objects.filter(public_id__in=ids, uploaded_by_kind="account", uploaded_by_id=str(request.user.pk))
    return list(own.order_by("id").values_list("id", flat=True))


def _own_files(letter: Letter, account_id: int) -> list[dict[str, Any]]:
    """The files of a letter that was taken back, for the composer of whoever gave them."""
    rows = letter.files.filter(file__uploaded_by_kind="account", file__uploaded_by_id=str(account_id)).select_related("file")
    files = [row.file for row in rows.order_by("id")]
    return [{"id": str(file.public_id), "name": file.original_name, "isPicture": file.is_image} for file in files]


def _chosen_mailbox(request: HttpRequest, case: Case, talk: Conversation | None) -> Mailbox:
    chosen = request.POST.get("mailbox", "")
    box = Mailbox.objects.filter(pk=int(chosen), is_active=True).exclude(smtp_host="").first() if chosen.isdigit() else None
    return box or services.mailbox_of(case, conversation_id=talk.pk if talk else None)


def _key(request: HttpRequest) -> UUID:
    return _uuid(request.POST.get("client_key", "")) or uuid4()


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None


def _own_letter(request: HttpRequest, letter_id: int) -> Letter:
    """A letter of a case the person may answer."""
    found = Letter.objects.select_related("case").filter(pk=letter_id).first()
    if found is None:
        raise services.NoSuchLetter(_("This letter is not here."))
    access_case(request.user, found.case_id)
    if not may_act(request.user, found.case) and found.author_id != request.user.pk and not request.user.can("email.mend_mail"):
        raise NotPermitted(_("Only who may answer this case can do that."))
    return found


def _held_answer(held: Letter) -> HttpResponse:
    response = HttpResponse(status=204)
    seconds = (held.due_at - held.created_at).total_seconds()
    undo, written = reverse("email:withdrawal", args=[held.pk]), services.written_moment(held.due_at)
    text = _("Sent in %(seconds)d s.") % {"seconds": seconds} if seconds <= 60 else _("It goes on %(moment)s.") % {"moment": written}
    add_toast(response, text, undo_url=undo, undo_label=_("Undo"))
    add_trigger(response, "desk:changed", {"case_id": held.case_id})
    return response


def _changed(request: HttpRequest, found: Letter, *, text: str) -> HttpResponse:
    if request.headers.get("HX-Request") != "true" and request.headers.get("X-Requested-With") != "fetch":
        return redirect(
            request.POST.get("next")
            if request.POST.get("next") == reverse("email:outbox")
            else reverse("desk:case", args=[found.case_id])
        )
    response = HttpResponse(status=204)
    add_toast(response, text)
    add_trigger(response, "desk:changed", {"case_id": found.case_id})
    return response
