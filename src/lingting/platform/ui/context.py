"""The context processor behind every page: `shell`, built only when a template asks for it."""

from __future__ import annotations

from functools import cached_property, lru_cache
from typing import Any

from django.conf import settings
from django.contrib.messages import get_messages
from django.http import HttpRequest
from django.utils import translation
from django.utils.html import json_script
from django.utils.safestring import SafeString
from django.utils.translation import gettext

from lingting.platform.ui import navigation, preferences


class Shell:
    """What the app shell shows; each part is computed at most once, on first use."""

    def __init__(self, request: HttpRequest) -> None:
        self.request = request

    @cached_property
    def groups(self) -> list[navigation.Group]:
        """The left navigation."""
        return navigation.shell_groups(self.request)

    @property
    def above(self) -> navigation.Line | None:
        """The page of the settings, on each of the pages it leads to: their first crumb."""
        index = navigation.route_url("settings:index")
        lines = [line for group in self.groups for line in group.lines if line.is_current and line.url == index]
        return lines[0] if lines and self.request.path != index else None

    @cached_property
    def phone_bar(self) -> list[navigation.Line]:
        """The first three places of the phone's bottom bar."""
        return navigation.phone_bar(self.groups)

    @property
    def person(self) -> Any | None:
        """The account that is signed in, or None."""
        return preferences.signed_in(self.request)

    @property
    def person_name(self) -> str:
        """The name shown in the person menu."""
        person = self.person
        return (getattr(person, "display_name", "") or str(person)) if person else gettext("Guest")

    @cached_property
    def theme(self) -> str:
        """auto, light or dark."""
        return preferences.preference(self.request, "theme")

    @cached_property
    def density(self) -> str:
        """cosy or compact."""
        return preferences.preference(self.request, "density")

    @property
    def is_narrow(self) -> bool:
        """Whether the left navigation shows icons only."""
        return self.request.COOKIES.get("lingting_nav") == "narrow"

    @property
    def language(self) -> str:
        """zh-hans or en: the language of this answer."""
        return translation.get_language() or "zh-hans"

    @property
    def html_language(self) -> str:
        """The `lang` attribute."""
        return preferences.html_language()

    @property
    def languages(self) -> list[tuple[str, str]]:
        """Languages to choose from, each in its own name."""
        return list(preferences.LANGUAGES.items())

    @property
    def themes(self) -> list[tuple[str, str, str]]:
        """Themes to choose from: value, name, icon."""
        return [
            ("light", gettext("Light"), "sun"),
            ("dark", gettext("Dark"), "moon"),
            ("auto", gettext("Automatic"), "device-desktop"),
        ]

    @property
    def densities(self) -> list[tuple[str, str, str]]:
        """Densities to choose from: value, name, icon."""
        return [("cosy", gettext("Comfortable"), ""), ("compact", gettext("Compact"), "")]

    @property
    def preferences_url(self) -> str:
        """Where a change of preference is posted."""
        signed = navigation.route_url("accounts:preferences") if self.person else ""
        return signed or navigation.route_url("ui:preferences")

    @property
    def profile_url(self) -> str:
        """The person's own account page, "" when there is none."""
        return navigation.route_url("accounts:me") if self.person else ""

    @property
    def signout_url(self) -> str:
        """Where signing out is posted, "" for a guest."""
        return navigation.route_url("accounts:sign-out") if self.person else ""

    @property
    def told(self) -> Any:
        """Django's messages for this page; a page may have a `messages` of its own."""
        return get_messages(self.request)

    @property
    def home_url(self) -> str:
        """The address of the start page."""
        return navigation.route_url("home") or "/"

    @property
    def product(self) -> str:
        """The name in the window title."""
        return getattr(settings, "LINGTING_NAME", "") or gettext("Lingting")

    @property
    def words(self) -> SafeString:
        """What the scripts say, as a JSON script in the language of the page."""
        return _words_script(self.language)


def shell(request: HttpRequest) -> dict[str, Any]:
    """Context processor: `shell` for the page templates."""
    return {"shell": Shell(request)}


@lru_cache(maxsize=4)
def _words_script(language: str) -> SafeString:
    with translation.override(language):
        return json_script(_words(), "ui-words")


def _words() -> dict[str, str]:
    return {
        "closed": gettext("Close"),
        "undo": gettext("Undo"),
        "copied": gettext("Copied"),
        "hour_minutes": gettext("%(hours)d h %(minutes)02d min"),
        "today": gettext("Today"),
        "yesterday": gettext("Yesterday"),
        "tomorrow": gettext("Tomorrow"),
        "just_now": gettext("just now"),
        "minutes_ago": gettext("%(count)s min ago"),
        "hours_ago": gettext("%(count)s h ago"),
        "in_minutes": gettext("in %(count)s min"),
        "in_hours": gettext("in %(count)s h"),
        "lost": gettext("The connection is gone. What you wrote is still here; try again in a moment."),
        "failed": gettext("That did not work, and nothing was changed. Try again; if it happens again, tell your administrator."),
        "forbidden": gettext("You may not do this. Ask your team leader or an administrator."),
        "gone": gettext("It is not there any more. Reload the page to see how things stand."),
        "unsaved": gettext("There are changes you have not saved."),
        "show_table": gettext("Show table"),
        "show_chart": gettext("Show chart"),
        "nothing_found": gettext("Nothing found"),
        "pages": gettext("Pages"),
        "acts": gettext("Actions"),
        "searching": gettext("Searching…"),
        "choose": gettext("Choose…"),
        "remove": gettext("Remove"),
        "add": gettext("Add “%(text)s”"),
        "target": gettext("Target"),
        "time": gettext("Time"),
        "general": gettext("General"),
        "selected": gettext("%(count)s selected"),
        "open_palette": gettext("Search or jump to…"),
        "show_shortcuts": gettext("Keyboard shortcuts"),
        "collapse_navigation": gettext("Collapse or open the navigation"),
        "characters_left": gettext("%(count)s characters left"),
        "no_data": gettext("No data for this period"),
        "cancel": gettext("Cancel"),
        "choose_file": gettext("Choose a file"),
        "choose_files": gettext("Choose files"),
        "drop_file": gettext("or drop it here"),
    }
