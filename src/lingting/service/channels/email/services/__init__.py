"""Writes of e-mail: one transaction each, a module per behaviour."""

from lingting.service.channels.email.services.acknowledging import send_progress
from lingting.service.channels.email.services.bounces import lift_suppression
from lingting.service.channels.email.services.drafting import drop_letter_draft, save_letter_draft
from lingting.service.channels.email.services.intake import MailTooLarge, store_mail, store_mails
from lingting.service.channels.email.services.letters import (
    BadLetter,
    LetterIsGone,
    NoMailbox,
    NoSuchLetter,
    Wording,
    mail_conversation,
    mailbox_of,
    release_due,
    send_again,
    send_automatically,
    send_now,
    withdraw_letter,
    write_letter,
)
from lingting.service.channels.email.services.moments import typed_moment, written_moment
from lingting.service.channels.email.services.plain import send_plain
from lingting.service.channels.email.services.quarantine import (
    NoSuchMail,
    NotInQuarantine,
    reason_words,
    release,
    throw_away,
)
from lingting.service.channels.email.services.reading import read_waiting
from lingting.service.channels.email.services.saying import add_to_last_word, carry_message

__all__ = [
    "BadLetter",
    "LetterIsGone",
    "MailTooLarge",
    "NoMailbox",
    "NoSuchLetter",
    "NoSuchMail",
    "NotInQuarantine",
    "Wording",
    "add_to_last_word",
    "carry_message",
    "drop_letter_draft",
    "lift_suppression",
    "mail_conversation",
    "mailbox_of",
    "read_waiting",
    "reason_words",
    "release",
    "release_due",
    "save_letter_draft",
    "send_again",
    "send_automatically",
    "send_now",
    "send_plain",
    "send_progress",
    "store_mail",
    "store_mails",
    "throw_away",
    "typed_moment",
    "withdraw_letter",
    "write_letter",
    "written_moment",
]
