"""What an app offers to the whole: collected by `config`, never imported between apps."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from django.http import HttpRequest
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

type_text = str | Promise


class Workspace(StrEnum):
    """The groups of the left navigation, in their order."""

    DESK = "desk"
    KNOWLEDGE = "knowledge"
    CUSTOMERS = "customers"
    MY_DAY = "my_day"
    FLOOR = "floor"
    TEAM = "team"
    QUALITY = "quality"
    INSIGHT = "insight"
    SETTINGS = "settings"


class SettingsSection(StrEnum):
    """The parts of the settings page, in their order."""

    CENTRE = "centre"
    CHANNELS = "channels"
    ROUTING = "routing"
    CASES = "cases"
    CUSTOMERS = "customers"
    SYSTEM = "system"


@dataclass(frozen=True, kw_only=True)
class NavigationEntry:
    """A line in the left navigation (and in the command palette).

    `route` is a URL name such as `desk:inbox`; `permission` hides the entry from whoever
    lacks it; `icon` is a Tabler icon name; `phone` puts it in the bottom bar of the phone.
    Entries of the settings stand on the settings page, in their `section`.
    """

    workspace: Workspace
    label: type_text
    route: str
    icon: str
    permission: str = ""
    order: int = 100
    phone: bool = False
    keywords: str = ""
    badge: Callable[[HttpRequest], int] | None = None
    section: SettingsSection = SettingsSection.SYSTEM


@dataclass(frozen=True, kw_only=True)
class Permission:
    """Something a role may allow: `key` is `app.verb_noun`; `scoped` ones carry a reach."""

    key: str
    label: type_text
    scoped: bool = False


@dataclass(frozen=True, kw_only=True)
class Command:
    """An act in the command palette that is not a page: `event` is a DOM event it fires."""

    label: type_text
    event: str
    icon: str
    permission: str = ""
    shortcut: str = ""


@dataclass(frozen=True, kw_only=True)
class Finder:
    """Something the command palette can find: cases, customers, articles.

    `route` is a URL name that answers `GET ?q=…` with JSON `{"found": [{"label", "url",
    "detail"?, "icon"?}, …]}`, at most eight, already limited to what the person may see.
    """

    label: type_text
    route: str
    icon: str = "search"
    permission: str = ""
    order: int = 100


@dataclass(frozen=True, kw_only=True)
class Slot:
    """A piece of one app inside a screen of another (below it).

    `place` names the slot, e.g. `shell.presence`, `desk.conversation.actions`,
    `desk.side.tabs`; `template` is rendered with the slot's context plus what
    `context(request, **given)` returns; None from `context` leaves the piece out.
    """

    place: str
    template: str
    context: Callable[..., dict[str, Any] | None] | None = None
    permission: str = ""
    label: type_text = ""
    key: str = ""
    order: int = 100


@dataclass(frozen=True, kw_only=True)
class Manifest:
    """Everything an app hands to the composition.

    `pages` maps a URL prefix (no leading slash) to a urlconf module; `rest` maps an API
    prefix to a django-ninja `Router` path ("package.module:router"), so that importing the
    manifest imports no view. `metrics` holds `kernel.metrics` definitions.
    """

    app: str
    navigation: Sequence[NavigationEntry] = field(default=())
    permissions: Sequence[Permission] = field(default=())
    commands: Sequence[Command] = field(default=())
    finders: Sequence[Finder] = field(default=())
    slots: Sequence[Slot] = field(default=())
    metrics: Sequence[Any] = field(default=())
    pages: Sequence[tuple[str, str]] = field(default=())
    rest: Sequence[tuple[str, str]] = field(default=())


_collected: dict[str, Manifest] = {}


def register(manifest: Manifest) -> None:
    """Takes a manifest into the collection; called by `config` once per app, in floor order."""
    _collected[manifest.app] = manifest


def manifests() -> list[Manifest]:
    """All manifests, in the order they were registered."""
    return list(_collected.values())


def slots(place: str) -> list[Slot]:
    """The slots registered for a place, in their order."""
    found = [slot for manifest in manifests() for slot in manifest.slots if slot.place == place]
    return sorted(found, key=lambda slot: (slot.order, slot.key, slot.template))


manifest = Manifest(
    app="ui",
    permissions=[Permission(key="ui.view_gallery", label=_("See the component gallery"))],
    pages=[("ui/", "lingting.platform.ui.urls"), ("settings/", "lingting.platform.ui.settings_urls")],
)
