"""What e-mail tells the rest of the house about its things: words of lines, facts and notices."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from lingting.kernel.notices.registry import register_text
from lingting.service.channels.email.troubles import told
from lingting.service.desk.services import register_line


def connect() -> None:
    """Called once when the apps are ready."""
    register_line("mail_auto_reply", _("Automatic reply from %(name)s: %(text)s"))
    register_line("mail_bounced", _("The letter did not reach %(address)s: %(words)s"))
    register_line("mail_delayed", _("The letter to %(address)s is delayed: %(words)s"))
    bounced = _("Your letter in case #%(case)s did not reach %(address)s: %(words)s")
    register_text("email.bounced", _with_trouble(bounced), icon="mail-x")
    register_text("email.not_sent", _with_trouble(_("Your letter in case #%(case)s was not sent: %(words)s")), icon="mail-x")
    register_text("email.unsure", _with_trouble(_("Your letter in case #%(case)s: %(words)s")), icon="mail-question")


def _with_trouble(sentence: str | Promise) -> Callable[[Mapping[str, Any]], str]:
    """A sentence whose `words` are a stored trouble."""
    return lambda params: str(sentence) % {
        "case": params.get("case", "–"), "address": params.get("address", "–"), "words": told(str(params.get("words", "")))
    }  # fmt: skip
