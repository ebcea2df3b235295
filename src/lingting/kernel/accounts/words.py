"""Apps, scopes and browsers in the words of the screen."""

from __future__ import annotations

from django.apps import apps
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from lingting.platform.rest import declared_scopes

_APPS = {
    "accounts": gettext_lazy("Accounts and roles"),
    "audit": gettext_lazy("Change record"),
    "calendars": gettext_lazy("Calendars"),
    "chat": gettext_lazy("Web chat"),
    "email": gettext_lazy("E-mail"),
    "crm": gettext_lazy("Customers"),
    "demo": gettext_lazy("Demo"),
    "desk": gettext_lazy("Desk"),
    "feedback": gettext_lazy("Ratings"),
    "files": gettext_lazy("Files"),
    "jobs": gettext_lazy("Background jobs"),
    "knowledge": gettext_lazy("Knowledge"),
    "metrics": gettext_lazy("Figures"),
    "notices": gettext_lazy("Notices"),
    "organisation": gettext_lazy("People and teams"),
    "questionnaires": gettext_lazy("Questionnaires"),
    "reports": gettext_lazy("Reports"),
    "routing": gettext_lazy("Routing"),
    "ui": gettext_lazy("Interface"),
    "wallboard": gettext_lazy("Wallboard"),
}
_DEEDS = {
    "read": pgettext_lazy("scope", "read"),
    "write": pgettext_lazy("scope", "write and change"),
    "import": pgettext_lazy("scope", "import"),
    "manage": pgettext_lazy("scope", "manage"),
}
_BROWSERS = (
    ("Edg/", "Edge"),
    ("OPR/", "Opera"),
    ("MicroMessenger", "微信"),
    ("Firefox/", "Firefox"),
    ("Chrome/", "Chrome"),
    ("Safari/", "Safari"),
)
_SYSTEMS = (
    ("Android", "Android"),
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Windows", "Windows"),
    ("Mac OS X", "macOS"),
    ("Linux", "Linux"),
)


def app_label(app: str) -> str:
    """What an app is called on the screen: its own verbose name when it gives one, else ours, else its key."""
    if app in _APPS:
        return str(_APPS[app])
    try:
        return str(apps.get_app_config(app).verbose_name)
    except LookupError:
        return app


def scope_label(scope: str) -> str:
    """`desk:read` as “Desk: read”."""
    app, _colon, deed = scope.partition(":")
    return _("%(app)s: %(deed)s") % {"app": app_label(app), "deed": _DEEDS.get(deed, deed)}


def scope_choices() -> list[tuple[str, str]]:
    """Every scope an endpoint asks for."""
    return [(scope, scope_label(scope)) for scope in declared_scopes()]


def device_label(agent: str) -> str:
    """A browser and its system out of a User-Agent, roughly: people know their own devices."""
    browser = next((name for mark, name in _BROWSERS if mark in agent), "")
    system = next((name for mark, name in _SYSTEMS if mark in agent), "")
    if browser and system:
        return _("%(browser)s on %(system)s") % {"browser": browser, "system": system}
    return browser or system or _("Unknown program")
