"""Why an act at the desk may be refused, in words that say what to do next."""

from __future__ import annotations

from datetime import datetime

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from lingting.platform.refusals import Conflict, Invalid, NotFound


class CaseNotFound(NotFound):
    code = "case_not_found"


class ConversationNotFound(NotFound):
    code = "conversation_not_found"


class CaseIsClosed(Conflict):
    """Somebody closed the case before this act arrived."""

    code = "case_is_closed"


class CaseWasTaken(Conflict):
    """The case has another owner than the page showed."""

    code = "case_was_taken"


class ConversationIsOver(Conflict):
    """The exchange has ended; the customer starts a new one."""

    code = "conversation_is_over"


class ConversationIsBusy(Conflict):
    """Somebody else changes the case this very moment; asked again it will be free."""

    code = "conversation_is_busy"


class EmptyMessage(Invalid):
    code = "empty_message"


class MessageTooLong(Invalid):
    code = "message_too_long"


class BadMoment(Invalid):
    """A moment to come back at that does not lie ahead."""

    code = "bad_moment"


class UnknownChoice(Invalid):
    """A queue, type, tag or person that does not exist or is not in use."""

    code = "unknown_choice"


def case_not_found() -> CaseNotFound:
    return CaseNotFound(_("This case does not exist, or it is not among those you may see."))


def clock_words(moment: datetime, *, now: datetime) -> str:
    """A moment as people say it: the time today, date and time otherwise; in the active time zone."""
    local = timezone.localtime(moment)
    if local.date() == timezone.localtime(now).date():
        return date_format(local, "H:i")
    return date_format(local, "m-d H:i")


def case_is_closed(*, case_id: int, closed_by: str, closed_at: datetime | None, now: datetime) -> CaseIsClosed:
    """Says who closed it and when; the act may be repeated after reopening."""
    words = {"case": case_id, "name": closed_by, "time": clock_words(closed_at or now, now=now)}
    if closed_by:
        message = _("%(name)s closed case #%(case)s at %(time)s. Reopen it to go on.") % words
    else:
        message = _("Case #%(case)s was closed at %(time)s. Reopen it to go on.") % words
    return CaseIsClosed(message, case_id=case_id)
