"""A short letter of the house that belongs to no case: sign-in codes."""

from __future__ import annotations

from datetime import datetime
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime
from uuid import uuid4

from lingting.service.channels.email.dkim_keys import can_sign, signed
from lingting.service.channels.email.models import Mailbox
from lingting.service.channels.email.smtp import hand_over, signed_in


def send_plain(address: str, *, subject: str, text: str, language: str, now: datetime) -> bool:
    """Hands a text to the server of the first mailbox that sends; False where there is none.

    At once and without the outbox, so call it from a job that tries again. Raises what the network and the server raise.
    """
    mailbox = Mailbox.objects.filter(is_active=True).exclude(smtp_host="").order_by("is_demo", "id").first()
    if mailbox is None:
        return False
    name = mailbox.from_name_zh if language.lower().startswith("zh") else mailbox.from_name_en or mailbox.from_name_zh
    letter = EmailMessage()
    letter["From"] = f'"{name}" <{mailbox.address}>' if name else mailbox.address
    letter["To"], letter["Subject"], letter["Date"] = address, subject, format_datetime(now)
    letter["Message-ID"] = f"<lt.{uuid4().hex}@{mailbox.domain}>"
    letter["Auto-Submitted"], letter["X-Auto-Response-Suppress"] = "auto-generated", "All"
    letter.set_content(text)
    content = letter.as_bytes(policy=SMTP)
    content = signed(content, mailbox=mailbox) if can_sign(mailbox) else content
    client = signed_in(mailbox)
    try:
        hand_over(client, sender=mailbox.address, recipients=[address], content=content, before_text=lambda: None)
    finally:
        client.close()
    return True
