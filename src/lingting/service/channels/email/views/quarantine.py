"""Mail a person has to look at: held with its reason, repaired, tried again, thrown away; and what was put aside."""

from __future__ import annotations

from email.message import EmailMessage
from email.policy import SMTP
from email.utils import formataddr, parseaddr

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from lingting.kernel.accounts.permissions import requires
from lingting.platform.files.views import content_disposition
from lingting.platform.ui.paging import keyset_page
from lingting.service.channels.email import selectors, services
from lingting.service.channels.email.forms import RepairForm
from lingting.service.channels.email.models import RawMail, RawState
from lingting.service.channels.email.parsing import ParsedMail, parse

MEND = "email.mend_mail"
SHOWN_BYTES = 6_000


@requires(MEND)
@require_safe
def held_list(request: HttpRequest) -> HttpResponse:
    page = keyset_page(selectors.held_mails(), order=("-id",), query=request.GET)
    for raw in page.items:
        raw.words = services.reason_words(raw.reason)
    return render(request, "email/quarantine.html", {"page": page})


@requires(MEND)
@require_safe
def aside(request: HttpRequest) -> HttpResponse:
    page = keyset_page(selectors.mails_put_aside(), order=("-id",), query=request.GET)
    return render(request, "email/aside.html", {"page": page})


@requires(MEND)
def held(request: HttpRequest, raw_id: int) -> HttpResponse:
    """One held mail: why, what could be read of it, and a form to mend it."""
    raw = get_object_or_404(RawMail.objects.select_related("mailbox"), pk=raw_id)
    content = bytes(raw.repaired or raw.content)
    read = _read(content)
    initial = {"sender": str(read.sender or ""), "subject": read.subject, "text": read.text} if read else {}
    form = RepairForm(request.POST or None, initial=initial)
    if request.method == "POST" and form.is_valid():
        services.release(raw_id, repaired=_mended(form, raw), actor=request.user.as_actor, now=timezone.now())
        messages.success(request, _("The mail is read again with your changes."))
        return redirect("email:quarantine")
    context = {
        "raw": raw, "form": form, "reason": services.reason_words(raw.reason), "read": read, "is_held": raw.state == RawState.QUARANTINED,
        "head": content[:SHOWN_BYTES].decode("utf-8", "replace"), "cancel_url": reverse("email:quarantine"),
        "submit_label": _("Save and read again"),
    }  # fmt: skip
    return render(request, "email/held.html", context, status=422 if form.errors else 200)


@requires(MEND)
@require_safe
def original(request: HttpRequest, raw_id: int) -> HttpResponse:
    """The bytes as they came."""
    return eml(get_object_or_404(RawMail, pk=raw_id))


@requires(MEND)
@require_POST
def release(request: HttpRequest, raw_id: int) -> HttpResponse:
    services.release(raw_id, repaired=None, actor=request.user.as_actor, now=timezone.now())
    messages.success(request, _("The mail is read again."))
    return redirect("email:quarantine")


@requires(MEND)
@require_POST
def removal(request: HttpRequest, raw_id: int) -> HttpResponse:
    services.throw_away(raw_id, actor=request.user.as_actor, now=timezone.now())
    messages.success(request, _("The mail is thrown away; its original is kept."))
    return redirect("email:quarantine")


def eml(raw: RawMail) -> HttpResponse:
    """A mail as a file that mail programs open and browsers do not."""
    response = HttpResponse(bytes(raw.content), content_type="application/octet-stream")
    response.headers["Content-Disposition"] = content_disposition(f"mail-{raw.pk}.eml", is_inline=False)
    response.headers["Content-Security-Policy"] = "default-src 'none'; sandbox"
    return response


def _read(content: bytes) -> ParsedMail | None:
    try:
        return parse(content)
    except Exception:  # noqa: BLE001  (that it cannot be read is why it is here)
        return None


def _mended(form: RepairForm, raw: RawMail) -> bytes:
    """A new mail of what the person typed, with the original beside it."""
    message = EmailMessage(policy=SMTP)
    given = form.cleaned_data
    name, address = parseaddr(given["sender"])
    message["From"] = formataddr((name, address), charset="utf-8") if name else address
    message["To"] = raw.mailbox.address
    message["Subject"] = " ".join(given["subject"].split())
    message["Message-ID"] = f"<repaired.{raw.pk}.{raw.sha256[:16]}@{raw.mailbox.domain}>"
    message.set_content(given["text"])
    message.add_attachment(bytes(raw.content), maintype="application", subtype="octet-stream", filename=f"original-{raw.pk}.eml")
    return message.as_bytes()
