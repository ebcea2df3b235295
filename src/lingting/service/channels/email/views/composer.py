"""The composer of a letter: what stands above its text, who will get it, its draft and those of colleagues."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from lingting.kernel.accounts.permissions import requires
from lingting.service.channels.email import selectors, services
from lingting.service.channels.email.models import LetterDraft, Mailbox
from lingting.service.channels.email.services import NoMailbox
from lingting.service.channels.email.services.threading import thread_key
from lingting.service.channels.email.views.letters import ANSWER
from lingting.service.desk.models import Case, Conversation
from lingting.service.desk.selectors import access_case, access_case_to

FIELDS = ("to", "cc", "bcc")
QUOTES = ("none", "last", "all")


@require_GET
@requires("desk.view_cases")
def recipients(request: HttpRequest, case_id: int) -> HttpResponse:
    """Who will get this and why, while it is being written."""
    case = access_case(request.user, case_id)
    talk = services.mail_conversation(case_id)
    fields = {name: [request.GET.get(name, "")] for name in FIELDS}
    found = selectors.who_gets(case, conversation_id=talk.pk if talk else None, fields=fields)
    due_at = services.typed_moment(request.GET.get("due_at", ""))
    context = {"people": found, "warned": [one for one in found if one.warning], "due": services.written_moment(due_at) if due_at else ""}
    return render(request, "email/_recipients.html", context)


@require_POST
@requires(ANSWER)
def draft(request: HttpRequest, case_id: int) -> HttpResponse:
    """Keeps the fields of a letter while it is being written."""
    access_case_to(request.user, case_id, permission=ANSWER)
    given = request.POST
    mailbox_id = given.get("mailbox", "")
    box = Mailbox.objects.filter(pk=int(mailbox_id), is_active=True).first() if mailbox_id.isdigit() else None
    services.save_letter_draft(
        case_id, account_id=request.user.pk, to=given.get("to", ""), cc=given.get("cc", ""), bcc=given.get("bcc", ""),
        subject=given.get("subject", ""), quote=given["quote"] if given.get("quote") in QUOTES else "last",
        mailbox_id=box.pk if box else None, now=timezone.now(),
    )  # fmt: skip
    return HttpResponse(status=204)


def composer_context(
    request: HttpRequest, *, case: Case, conversation: Conversation | None = None, **given: Any
) -> dict[str, Any] | None:
    """What stands above the text of an answer by mail: from, to, copies, subject, history, signature, moment."""
    if conversation is None or conversation.channel != "mail":
        return None
    try:
        mailbox = services.mailbox_of(case, conversation_id=conversation.pk)
    except NoMailbox:
        return {"has_no_mailbox": True}
    own = LetterDraft.objects.filter(case=case, account=request.user).first()
    letter = own or _fresh(case, conversation, mailbox=mailbox)
    people = selectors.who_gets(
        case, conversation_id=conversation.pk, fields={name: [getattr(letter, name)] for name in FIELDS}
    )
    boxes = list(Mailbox.objects.filter(is_active=True).exclude(smtp_host=""))
    return {
        "case": case, "mailbox": next((box for box in boxes if box.pk == letter.mailbox_id), mailbox), "letter": letter,
        "people": people, "warned": [one for one in people if one.warning],
        "signature": selectors.signature_for(request.user, language=case.customer.language or mailbox.language),
        "other_drafts": selectors.drafts_of_others(case.pk, account_id=request.user.pk), "boxes": boxes,
    }  # fmt: skip


def _fresh(case: Case, conversation: Conversation, *, mailbox: Mailbox) -> LetterDraft:
    suggestion = selectors.suggested(case, conversation_id=conversation.pk)
    return LetterDraft(
        mailbox=mailbox, to=", ".join(suggestion.to), cc=", ".join(suggestion.cc), subject=_subject(case, conversation)
    )


def _subject(case: Case, conversation: Conversation) -> str:
    latest = conversation.mails.exclude(message=None).order_by("-id").values_list("subject", flat=True).first()
    subject = latest or case.subject
    if latest is None:
        return subject
    return subject if thread_key(subject) != subject.casefold() else (f"Re: {subject}" if subject else "")
