"""A request reads its session, the person and their rights in one query, and believes nothing older than that."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from lingting.kernel.accounts.models import Account, Grant, Role
from lingting.kernel.accounts.sessions import SessionStore, person_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def lin() -> Account:
    account = Account.objects.create_user("lin", "a good long password", display_name="林晓")
    role = Role.objects.create(key="reader", name_zh="读者", name_en="Reader", permissions=["desk.view_cases"])
    Grant.objects.create(account=account, role=role, reach="team", granted_at=timezone.now())
    return account


@pytest.fixture
def browser(lin: Account, client: Client) -> Client:
    client.force_login(lin)
    opened = SessionStore(client.session.session_key)
    assert opened.get("_auth_user_id") == str(lin.pk)
    return client


def read_again(browser: Client) -> SessionStore:
    return SessionStore(browser.session.session_key)


def test_one_query_brings_session_person_and_rights(browser: Client, lin: Account, django_assert_num_queries: Any) -> None:
    session = read_again(browser)
    with django_assert_num_queries(1):
        person = person_of(session)
        assert person == lin
        assert person.reaches == {"desk.view_cases": "team"}


def test_a_right_taken_away_is_gone_at_the_next_request(browser: Client, lin: Account) -> None:
    Grant.objects.filter(account=lin).delete()
    person = person_of(read_again(browser))
    assert person is not None
    assert not person.can("desk.view_cases")


def test_a_permission_put_into_a_role_is_there_at_the_next_request(browser: Client) -> None:
    Role.objects.update(permissions=["desk.view_cases", "desk.answer_cases"])
    person = person_of(read_again(browser))
    assert person is not None
    assert person.can("desk.answer_cases")


def test_an_ended_session_is_nobody(browser: Client) -> None:
    session = read_again(browser)
    SessionStore(session.session_key).delete()
    assert person_of(session) is None
    assert browser.get("/desk/").status_code == 302


def test_a_closed_account_and_a_changed_password_are_nobody(browser: Client, lin: Account) -> None:
    lin.set_password("another long password")
    lin.save()
    assert person_of(read_again(browser)) is None
    Account.objects.filter(pk=lin.pk).update(is_active=False)
    assert person_of(read_again(browser)) is None


def test_the_person_before_in_the_same_browser_is_not_taken_for_the_next(browser: Client) -> None:
    other = Account.objects.create_user("zhou", "a good long password", display_name="周敏")
    session = read_again(browser)
    session["_auth_user_id"], session["_auth_user_hash"] = str(other.pk), other.get_session_auth_hash()
    session.save()
    assert person_of(read_again(browser)) is None
    assert person_of(read_again(browser)) == other
