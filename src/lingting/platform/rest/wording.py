"""What is wrong with a field, as a sentence in the caller's language."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

_SOURCES = frozenset({"body", "query", "path", "header", "form", "file", "cookie"})


def field_name(place: Sequence[Any]) -> str:
    """`("body", "payload", "lines", 0, "text")` becomes `lines.0.text`; the name of the handler's argument is ours alone."""
    steps = [str(step) for step in place]
    if steps and steps[0] in _SOURCES:
        steps = steps[2:] if len(steps) > 2 and steps[0] in ("body", "query", "form") else steps[1:]
    return ".".join(steps)


def sentence(error: Mapping[str, Any]) -> str:
    """The sentence for one of pydantic's findings."""
    kind = str(error.get("type", ""))
    details = error.get("ctx") or {}
    plain = _PLAIN.get(kind)
    if plain is not None:
        return plain()
    counted = _COUNTED.get(kind)
    if counted is not None:
        return counted(details)
    if kind.endswith(("_parsing", "_type")):
        return _("This is not a valid value of the expected kind.")
    return str(error.get("msg", "")) or _("This is not valid.")


_PLAIN: dict[str, Callable[[], str]] = {
    "missing": lambda: _("This is required."),
    "extra_forbidden": lambda: _("This field is not known here."),
    "int_parsing": lambda: _("Enter a whole number."),
    "int_type": lambda: _("Enter a whole number."),
    "int_from_float": lambda: _("Enter a whole number."),
    "int_parsing_size": lambda: _("This number is too large."),
    "float_parsing": lambda: _("Enter a number."),
    "float_type": lambda: _("Enter a number."),
    "decimal_parsing": lambda: _("Enter a number."),
    "bool_parsing": lambda: _("Say true or false."),
    "bool_type": lambda: _("Say true or false."),
    "string_type": lambda: _("This must be a text."),
    "list_type": lambda: _("This must be a list."),
    "dict_type": lambda: _("This must be an object."),
    "model_attributes_type": lambda: _("This must be an object."),
    "model_type": lambda: _("This must be an object."),
    "uuid_parsing": lambda: _("This is not a valid UUID."),
    "uuid_type": lambda: _("This is not a valid UUID."),
    "datetime_parsing": lambda: _("Write the moment as 2026-11-21T09:30:00Z."),
    "datetime_from_date_parsing": lambda: _("Write the moment as 2026-11-21T09:30:00Z."),
    "timezone_aware": lambda: _("Say the time zone: 2026-11-21T09:30:00Z or +08:00."),
    "date_parsing": lambda: _("Write the date as 2026-11-21."),
    "date_from_datetime_parsing": lambda: _("Write the date as 2026-11-21."),
    "string_pattern_mismatch": lambda: _("This does not have the expected form."),
}

_COUNTED: dict[str, Callable[[Mapping[str, Any]], str]] = {
    "string_too_short": lambda details: (
        ngettext("Enter at least %(count)d character.", "Enter at least %(count)d characters.", details["min_length"])
        % {"count": details["min_length"]}
    ),
    "string_too_long": lambda details: (
        ngettext("Enter at most %(count)d character.", "Enter at most %(count)d characters.", details["max_length"])
        % {"count": details["max_length"]}
    ),
    "too_short": lambda details: _("Give at least %(count)d.") % {"count": details["min_length"]},
    "too_long": lambda details: _("Give at most %(count)d.") % {"count": details["max_length"]},
    "greater_than": lambda details: _("This must be more than %(bound)s.") % {"bound": details["gt"]},
    "greater_than_equal": lambda details: _("This must be at least %(bound)s.") % {"bound": details["ge"]},
    "less_than": lambda details: _("This must be less than %(bound)s.") % {"bound": details["lt"]},
    "less_than_equal": lambda details: _("This must be at most %(bound)s.") % {"bound": details["le"]},
    "enum": lambda details: _("Choose one of: %(choices)s.") % {"choices": details["expected"]},
    "literal_error": lambda details: _("Choose one of: %(choices)s.") % {"choices": details["expected"]},
}
