"""How a person wants to see the product: from the account, else from cookies, else from the browser."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.utils import translation
from django.utils.functional import SimpleLazyObject

LANGUAGES = {"zh-hans": "简体中文", "en": "English"}
HTML_LANGUAGES = {"zh-hans": "zh-CN", "en": "en"}
THEMES = ("auto", "light", "dark")
DENSITIES = ("cosy", "compact")
COOKIES = {"theme": "lingting_theme", "density": "lingting_density"}
CHOICES = {"theme": THEMES, "density": DENSITIES}


def signed_in(request: HttpRequest) -> Any | None:
    """The account that asks, None for an anonymous visitor.

    Without a session cookie nobody can be signed in, and the session is not touched.
    """
    user = request.__dict__.get("user")
    if isinstance(user, SimpleLazyObject) and settings.SESSION_COOKIE_NAME not in request.COOKIES:
        return None
    return user if user is not None and user.is_authenticated else None


def language(request: HttpRequest) -> str:
    """The language to answer in: account, cookie, Accept-Language, Chinese."""
    person = signed_in(request)
    chosen = getattr(person, "language", "") or request.COOKIES.get(settings.LANGUAGE_COOKIE_NAME, "")
    if chosen in LANGUAGES:
        return chosen
    return _accepted(request.headers.get("Accept-Language", ""))


def _accepted(header: str) -> str:
    for wish in header.split(","):
        code = wish.split(";")[0].strip().lower()
        if code.startswith("zh"):
            return "zh-hans"
        if code.startswith("en"):
            return "en"
    return "zh-hans"


def preference(request: HttpRequest, name: str) -> str:
    """`theme` or `density` of the asking person; an unknown value counts as the default."""
    person = signed_in(request)
    chosen = getattr(person, name, "") or request.COOKIES.get(COOKIES[name], "")
    return chosen if chosen in CHOICES[name] else CHOICES[name][0]


def html_language() -> str:
    """The `lang` attribute for the active language."""
    return HTML_LANGUAGES.get(translation.get_language() or "zh-hans", "en")
