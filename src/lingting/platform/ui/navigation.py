"""What the asking person sees of the navigation, the palette and the phone's bottom bar."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from django.http import HttpRequest
from django.urls import NoReverseMatch, reverse
from django.utils.translation import gettext_lazy as _

from lingting.platform.ui import manifest
from lingting.platform.ui.icons import icon_svg
from lingting.platform.ui.manifest import SettingsSection, Workspace

WORKSPACE_LABELS = {
    Workspace.DESK: _("Desk"),
    Workspace.KNOWLEDGE: _("Knowledge"),
    Workspace.CUSTOMERS: _("Customers"),
    Workspace.MY_DAY: _("My day"),
    Workspace.FLOOR: _("Floor"),
    Workspace.TEAM: _("Team"),
    Workspace.QUALITY: _("Quality"),
    Workspace.INSIGHT: _("Insight"),
    Workspace.SETTINGS: _("Settings"),
}
SECTION_LABELS = {
    SettingsSection.CENTRE: _("Centre and people"),
    SettingsSection.CHANNELS: _("Channels"),
    SettingsSection.ROUTING: _("Routing and promises"),
    SettingsSection.CASES: _("Cases and quality"),
    SettingsSection.CUSTOMERS: _("Customers and knowledge"),
    SettingsSection.SYSTEM: _("System"),
}
FEW_SETTINGS = 3  # so few stand in the navigation itself
PHONE_PLACES = 3  # the fourth place of the bottom bar opens the whole navigation


@dataclass(kw_only=True)
class Line:
    """A navigation entry as this person sees it."""

    label: str
    url: str
    icon: str
    badge: int = 0
    is_current: bool = False
    phone: bool = False
    keywords: str = ""
    section: SettingsSection = SettingsSection.SYSTEM


@dataclass(kw_only=True)
class Group:
    """A workspace with the lines this person sees."""

    key: str
    label: str
    lines: list[Line] = field(default_factory=list)


def may(request: HttpRequest | None, permission: str) -> bool:
    """Whether the asking person holds a permission; everybody holds the empty one."""
    if not permission:
        return True
    user = getattr(request, "user", None)
    if user is None or not getattr(user, "is_authenticated", False):
        return False
    can = getattr(user, "can", None)
    return bool(can(permission)) if can is not None else bool(getattr(user, "is_superuser", False))


def route_url(route: str) -> str:
    """The address of a URL name, "" when the installation does not have it."""
    try:
        return reverse(route)
    except NoReverseMatch:
        return ""


def groups(request: HttpRequest) -> list[Group]:
    """The left navigation: workspaces in their order, lines in theirs, the current one marked."""
    found = {workspace: Group(key=workspace.value, label=str(WORKSPACE_LABELS[workspace])) for workspace in Workspace}
    for entry in sorted(_entries(), key=lambda entry: entry.order):
        url = route_url(entry.route)
        if url and may(request, entry.permission):
            found[entry.workspace].lines.append(_line(entry, url=url, request=request))
    shown = [group for group in found.values() if group.lines]
    _mark_current(request.path, [line for group in shown for line in group.lines])
    return shown


def shell_groups(request: HttpRequest) -> list[Group]:
    """The left navigation as the shell shows it: many settings are one line, which leads to their page."""
    shown = groups(request)
    for group in shown:
        url = route_url("settings:index")
        if url and group.key == Workspace.SETTINGS and len(group.lines) > FEW_SETTINGS:
            is_here = request.path.startswith(url) or any(line.is_current for line in group.lines)
            group.lines = [Line(label=group.label, url=url, icon="settings", is_current=is_here)]
            group.label = ""
    return shown


def settings_groups(request: HttpRequest) -> list[Group]:
    """The settings this person may change, by section."""
    lines = [line for group in groups(request) if group.key == Workspace.SETTINGS for line in group.lines]
    found = [
        Group(key=section.value, label=str(label), lines=[line for line in lines if line.section == section])
        for section, label in SECTION_LABELS.items()
    ]
    return [group for group in found if group.lines]


def phone_bar(shown: Iterable[Group]) -> list[Line]:
    """The first places of the phone's bottom bar: entries that asked for it, else the first ones."""
    lines = [line for group in shown for line in group.lines]
    return ([line for line in lines if line.phone] or lines)[:PHONE_PLACES]


def palette(request: HttpRequest) -> dict[str, Any]:
    """What the command palette offers before anything is typed, and whom it may ask after that."""
    pages = [
        {"label": line.label, "group": group.label, "url": line.url, "svg": icon_svg(line.icon), "keywords": line.keywords}
        for group in groups(request)
        for line in group.lines
    ]
    acts = [
        {"label": str(act.label), "event": act.event, "svg": icon_svg(act.icon), "shortcut": act.shortcut}
        for one in manifest.manifests()
        for act in one.commands
        if may(request, act.permission)
    ]
    finders = sorted((finder for one in manifest.manifests() for finder in one.finders), key=lambda one: one.order)
    asked = [
        {"label": str(finder.label), "url": route_url(finder.route), "svg": icon_svg(finder.icon)}
        for finder in finders
        if route_url(finder.route) and may(request, finder.permission)
    ]
    return {"pages": pages, "acts": acts, "finders": asked}


def _entries() -> Iterable[manifest.NavigationEntry]:
    return (entry for one in manifest.manifests() for entry in one.navigation)


def _line(entry: manifest.NavigationEntry, *, url: str, request: HttpRequest) -> Line:
    return Line(
        label=str(entry.label),
        url=url,
        icon=entry.icon,
        phone=entry.phone,
        keywords=entry.keywords,
        section=entry.section,
        badge=entry.badge(request) if entry.badge else 0,
    )


def _mark_current(path: str, lines: list[Line]) -> None:
    """The line with the longest address that the path starts with is where the person is."""
    fitting = [line for line in lines if path == line.url or (line.url != "/" and path.startswith(line.url))]
    if fitting:
        max(fitting, key=lambda line: len(line.url)).is_current = True
