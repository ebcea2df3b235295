"""What routing refuses, and what to do instead."""

from __future__ import annotations

from lingting.platform.refusals import Conflict, Invalid, NotFound


class OfferGone(Conflict):
    """The offer was answered, timed out or withdrawn in the meantime."""

    code = "offer_gone"


class ContactGone(Conflict):
    """The customer left, or somebody else took the conversation."""

    code = "contact_gone"


class NotYours(Conflict):
    """Somebody else has the conversation in hand by now."""

    code = "not_yours"


class NotThere(Conflict):
    """The colleague is not signed in at a desk."""

    code = "colleague_not_there"


class UnknownReason(Invalid):
    """No such reason for being away."""

    code = "unknown_reason"


class NoSuchContact(NotFound):
    """There is no such contact or conversation in a queue."""

    code = "no_such_contact"
