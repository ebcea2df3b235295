"""A mail in its case: as it was formatted, its history, its original; and the pieces the desk shows of it."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.clickjacking import xframe_options_sameorigin
from django.views.decorators.http import require_safe

from lingting.kernel.accounts.permissions import requires
from lingting.platform.files.selectors import signed_url
from lingting.platform.refusals import NotFound
from lingting.service.channels.email import selectors
from lingting.service.channels.email.models import Mail, MailPart
from lingting.service.channels.email.parsing.showing import safe_html
from lingting.service.channels.email.presenting import check_look, letter_look, mark_looks
from lingting.service.channels.email.views.quarantine import eml
from lingting.service.desk.models import Case, Message
from lingting.service.desk.selectors import access_case, may_act

PICTURE_TTL = timedelta(hours=2)
_MEMO = "_lingting_mail_of_case"


@requires("desk.view_cases")
@xframe_options_sameorigin
@require_safe
def formatted(request: HttpRequest, message_id: int) -> HttpResponse:
    """The mail as its writer formatted it, in a page of its own that may do nothing.

    `?pictures=1` lets it fetch pictures from elsewhere: the policy allows that for this one answer.
    """
    mail = _access_mail(request, message_id)
    with_remote = request.GET.get("pictures") == "1"
    now = timezone.now()
    pictures = {
        part.content_id: signed_url(part.file, audience=f"account:{request.user.pk}", now=now, ttl=PICTURE_TTL)
        for part in MailPart.objects.filter(mail=mail).select_related("file")
    }
    html = safe_html(mail.html, pictures=pictures, with_remote=with_remote)
    response = render(request, "email/formatted.html", {"html": html})
    images = "'self' data: https: http:" if with_remote else "'self' data:"
    response.headers["Content-Security-Policy"] = (
        f"default-src 'none'; img-src {images}; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'; "
        "frame-ancestors 'self'; sandbox allow-same-origin allow-popups allow-popups-to-escape-sandbox"
    )
    response.headers["Referrer-Policy"] = "no-referrer"
    response.headers["Cache-Control"] = "private, no-store"
    return response


@requires("desk.view_cases")
@require_safe
def original(request: HttpRequest, message_id: int) -> HttpResponse:
    """The mail as it came, as a file."""
    return eml(_access_mail(request, message_id).raw)


@requires("desk.view_cases")
@require_safe
def quoted(request: HttpRequest, message_id: int) -> HttpResponse:
    """History and signature under the writer's own words."""
    return render(request, "email/_quoted.html", {"text": _access_mail(request, message_id).quoted})


def message_context(request: HttpRequest, *, message: dict[str, Any], case: Case, **given: Any) -> dict[str, Any] | None:
    """What stands under a message that is a mail or a letter; two queries for a whole page of messages."""
    if (message.get("data") or {}).get("extra") != "mail":
        return None
    mails, letters, formatted_ids = _of_case(request, case)
    mail, letter = mails.get(message["id"]), letters.get(message["id"])
    if mail is not None:
        return {
            "mail": mail, "check": check_look(mail), "marks": mark_looks(mail), "has_html": mail.message_id in formatted_ids,
            "cards": mail.marks.get("calendar", []), "has_remote": bool(mail.marks.get("remote")),
            "is_other": mail.from_address, "copies": [*mail.to, *mail.cc],
        }  # fmt: skip
    if letter is not None:
        may_again = letter.state in selectors.TROUBLED and may_act(request.user, case)
        return {
            "letter": letter,
            "look": letter_look(letter),
            "may_again": may_again,
            "people": [*letter.to, *letter.cc, *letter.bcc],
        }
    return None


def _of_case(request: HttpRequest, case: Case) -> tuple[dict[int, Any], dict[int, Any], set[int]]:
    memo = getattr(request, _MEMO, None)
    if memo is None or memo[0] != case.pk:
        found = (selectors.mails_of_messages(case.pk), selectors.letters_of_messages(case.pk), selectors.mails_with_html(case.pk))
        memo = (case.pk, found)
        setattr(request, _MEMO, memo)
    return memo[1]


def _access_mail(request: HttpRequest, message_id: int) -> Mail:
    case_id = Message.objects.filter(pk=message_id).values_list("case_id", flat=True).first()
    mail = Mail.objects.select_related("raw").filter(message_id=message_id).first() if case_id else None
    if mail is None or case_id is None:
        raise NotFound(_("This mail is not here."))
    access_case(request.user, case_id)
    return mail
