"""Tables of e-mail, a module per subject."""

from lingting.service.channels.email.models.letters import (
    Letter,
    LetterDraft,
    LetterFile,
    LetterKind,
    LetterState,
    Suppression,
)
from lingting.service.channels.email.models.mailboxes import (
    AfterFetch,
    Intake,
    Mailbox,
    Security,
    SignIn,
    TeamSignature,
)
from lingting.service.channels.email.models.mails import Mail, MailKind, MailPart, RawMail, RawState

__all__ = [
    "AfterFetch",
    "Intake",
    "Letter",
    "LetterDraft",
    "LetterFile",
    "LetterKind",
    "LetterState",
    "Mail",
    "MailKind",
    "MailPart",
    "Mailbox",
    "RawMail",
    "RawState",
    "Security",
    "SignIn",
    "Suppression",
    "TeamSignature",
]
