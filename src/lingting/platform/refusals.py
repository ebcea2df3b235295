"""Expected failures: what a person asked for cannot be done, and what to do instead."""

from __future__ import annotations


class Refusal(Exception):
    """An expected failure whose message tells the person what to do next.

    Subclasses stand beside the function that raises them. `code` is stable and machine
    readable, `status` is the HTTP status an entry point answers with. The message is the
    first argument and is already translated (or lazily translatable).
    """

    code = "refused"
    status = 400

    def __init__(self, message: object = "", **details: object) -> None:
        super().__init__(message)
        self.message = message
        self.details = details

    def __str__(self) -> str:
        return str(self.message)


class NotPermitted(Refusal):
    """The person may not do this; the message says whom to ask."""

    code = "not_permitted"
    status = 403


class NotFound(Refusal):
    """The thing does not exist, or not for this person: the two are never told apart."""

    code = "not_found"
    status = 404


class Conflict(Refusal):
    """Somebody else changed the thing first; the message says how it stands now."""

    code = "conflict"
    status = 409


class Invalid(Refusal):
    """The input is wrong; `details["fields"]` maps field names to lists of sentences."""

    code = "invalid"
    status = 422
