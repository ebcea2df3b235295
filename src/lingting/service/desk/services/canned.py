"""Prepared texts: keeping them, and filling their variables in."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from lingting.platform.refusals import Conflict, Invalid
from lingting.service.desk.models import CannedReply

_VARIABLE = re.compile(r"\{\{\s*([a-z_.]+)\s*\}\}")
_VARIABLE_WITH_GAP = re.compile(r"( ?)" + _VARIABLE.pattern)
_SHORTCUT = re.compile(r"[\w-]{1,40}")

VARIABLES = ("customer.name", "customer.tier", "agent.name", "case.number", "case.subject", "queue.name")


class BadCannedReply(Invalid):
    code = "bad_canned_reply"


class ShortcutIsTaken(Conflict):
    code = "shortcut_is_taken"


@dataclass(frozen=True, slots=True)
class CannedText:
    """What a canned reply says: shortcut (without the slash), language code, title, text with variables."""

    shortcut: str
    language: str
    title: str
    text: str


def save_canned_reply(text: CannedText, *, owner_id: int | None, reply_id: int | None = None) -> CannedReply:
    """Makes or changes a canned reply; `owner_id` None shares it with everyone.

    Raises `BadCannedReply` (fields named) and `ShortcutIsTaken`.
    """
    check_canned(text)
    reply = CannedReply.objects.get(pk=reply_id) if reply_id else CannedReply()
    reply.shortcut, reply.language, reply.title = text.shortcut.strip(), text.language, text.title.strip()
    reply.text, reply.owner_id = text.text.strip(), owner_id
    try:
        with transaction.atomic():
            reply.save()
    except IntegrityError as error:
        raise ShortcutIsTaken(
            _("There is already a reply called /%(shortcut)s in this language. Choose another shortcut.")
            % {"shortcut": reply.shortcut}
        ) from error
    return reply


def check_canned(text: CannedText) -> None:
    problems: dict[str, list[str]] = {}
    if not _SHORTCUT.fullmatch(text.shortcut.strip()):
        problems["shortcut"] = [_("Use 1 to 40 letters, digits, characters or hyphens, without spaces.")]
    if not text.title.strip():
        problems["title"] = [_("Give it a title to recognise it by.")]
    if not text.text.strip():
        problems["text"] = [_("Write the text that is sent.")]
    unknown = sorted(set(_VARIABLE.findall(text.text)) - set(VARIABLES))
    if unknown:
        problems["text"] = [_("Unknown variable: %(names)s.") % {"names": ", ".join(unknown)}]
    if problems:
        raise BadCannedReply(_("Some fields need your attention."), fields=problems)


def delete_canned_reply(reply_id: int) -> None:
    CannedReply.objects.filter(pk=reply_id).delete()


def filled(text: str, *, values: Mapping[str, str]) -> str:
    """The text with its variables replaced; one without a value leaves nothing behind, not even the space before it."""
    return _VARIABLE_WITH_GAP.sub(lambda found: found.group(1) + values[found.group(2)] if values.get(found.group(2)) else "", text)


def filled_lines(text: str, *, values: Mapping[str, str]) -> str:
    """The same for letters that write themselves: a line of which a variable has no value is left out whole."""
    lines = [line for line in text.split("\n") if all(values.get(name) for name in _VARIABLE.findall(line))]
    return re.sub(r"\n{3,}", "\n\n", filled("\n".join(lines), values=values)).strip()
