"""Mail as bytes in, mail as facts out: pure functions, no database, never an unhandled exception on any bytes."""

from lingting.service.channels.email.parsing.mail import Attached, CalendarCard, ParsedMail, parse

__all__ = ["Attached", "CalendarCard", "ParsedMail", "parse"]
