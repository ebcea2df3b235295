"""Why clocks may stand still: said by the apps above, in `AppConfig.ready()`."""

from __future__ import annotations

from collections.abc import Mapping

from django.utils.functional import Promise

Text = str | Promise
_pauses: dict[str, Text] = {}


def register_pause(key: str, label: Text) -> None:
    """A reason for a pause: `register_pause("waiting-parts", _("waiting for spare parts"))`."""
    _pauses[key] = label


def pause_reasons() -> Mapping[str, Text]:
    return _pauses


def pause_label(key: str) -> str:
    """The words of a reason; an unknown one shows itself."""
    return str(_pauses.get(key, key))
