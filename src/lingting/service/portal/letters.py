"""The letter with a sign-in code: by a mailbox of the centre, else through Django's mail settings."""

from __future__ import annotations

from datetime import datetime

from django.core.mail import EmailMessage
from django.utils.translation import gettext as _
from django.utils.translation import override

from lingting.service.channels.email.services import send_plain


def mail_code(address: str, *, code: str, language: str, now: datetime) -> None:
    """Sends it in the customer's language, marked as automatic, so that no machine answers it. Raises what sending raises."""
    with override("zh-hans" if language.lower().startswith("zh") else "en"):
        subject = _("%(code)s is your sign-in code") % {"code": code}
        text = _(
            "Your code is %(code)s. It works once, within 10 minutes.\n\n"
            "If you did not ask for it, do nothing: without the code nobody sees your cases."
        ) % {"code": code}
    if send_plain(address, subject=subject, text=text, language=language, now=now):
        return
    headers = {"Auto-Submitted": "auto-generated", "X-Auto-Response-Suppress": "All"}
    EmailMessage(subject, text, to=[address], headers=headers).send()
