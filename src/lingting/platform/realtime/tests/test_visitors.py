"""A session cookie says who somebody is for as long as it is good."""

from __future__ import annotations

from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY, get_user_model
from django.contrib.sessions.backends.db import SessionStore

from lingting.platform.realtime.visitors import LiveRequest, Visitor, visitor_from_session


def test_a_session_cookie_is_good_until_it_is_not(db: None) -> None:
    user = _an_account()
    session = SessionStore()
    session[SESSION_KEY] = str(user.pk)
    session[BACKEND_SESSION_KEY] = "django.contrib.auth.backends.ModelBackend"
    session[HASH_SESSION_KEY] = user.get_session_auth_hash()
    session.save()
    request = LiveRequest(cookies={"lingting_session": session.session_key or ""})

    assert visitor_from_session(request) == Visitor("staff", user.pk)
    user.set_password("another one 42")
    user.save()
    assert visitor_from_session(request) is None, "the password changed"
    session.delete()
    assert visitor_from_session(request) is None
    assert visitor_from_session(LiveRequest()) is None


def _an_account():  # type: ignore[no-untyped-def]
    model = get_user_model()
    account = model(**{model.USERNAME_FIELD: "wang.fang"})
    account.set_password("a good one 42")
    account.save()
    return account
