"""Nobody gives away more than they hold; tokens are recognised by their digest, within scopes and time."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from django.test import Client, RequestFactory
from django.urls import reverse

from lingting.demo.world import World
from lingting.kernel.accounts import foundation, services
from lingting.kernel.accounts.bearer import caller_by_token, own_account
from lingting.kernel.accounts.models import Account, Grant, Reach, Role, Token
from lingting.platform.audit.selectors import changes_of
from lingting.platform.realtime.visitors import Visitor

LOCAL = {"HTTP_HOST": "localhost", "REMOTE_ADDR": "127.0.0.1"}


def test_a_supervisor_gives_what_she_holds_and_no_more(world: World, now: datetime) -> None:
    supervisor, agent = world.supervisor, world.newcomer
    services.grant_role(agent, role_key="team-leader", reach=Reach.TEAM, by=supervisor, now=now)
    assert agent.reach_of("routing.supervise") is Reach.TEAM or not agent.can("routing.supervise")
    with pytest.raises(services.MoreThanOneHolds):
        services.grant_role(agent, role_key="administrator", reach=Reach.OWN, by=supervisor, now=now)
    with pytest.raises(services.MoreThanOneHolds):
        services.grant_role(agent, role_key="supervisor", reach=Reach.ALL, by=supervisor, now=now)
    assert set(agent.grants.values_list("role__key", flat=True)) == {"agent", "team-leader"}


def test_accounts_with_more_rights_are_not_for_a_supervisor_to_touch(world: World) -> None:
    with pytest.raises(services.MoreThanOneHolds):
        services.check_outranks(world.supervisor, account=world.administrator)
    services.check_outranks(world.administrator, account=world.supervisor)


def test_the_last_administrator_stays(world: World, now: datetime) -> None:
    administrator = world.administrator
    with pytest.raises(services.LastAdministrator):
        services.revoke_role(administrator, role_key="administrator", by=administrator)
    with pytest.raises(services.LastAdministrator):
        services.deactivate_account(world.administrator)
    administrator = world.administrator
    assert administrator.is_active and administrator.can("accounts.manage_roles")
    services.grant_role(world.manager, role_key="administrator", reach=Reach.ALL, by=administrator, now=now)
    services.revoke_role(administrator, role_key="administrator", by=administrator)
    assert not world.administrator.can("accounts.manage_roles")


def test_a_role_of_the_house_can_be_changed_but_not_deleted(world: World) -> None:
    role, administrator = Role.objects.get(key="agent"), world.administrator
    kept = [key for key in role.permissions if key != "organisation.view_colleagues"]
    services.save_role(role, name_zh="坐席", name_en="Agent", permissions=kept, requires_second_factor=False, by=administrator)
    assert not world.newcomer.can("organisation.view_colleagues")
    with pytest.raises(services.RoleInUse):
        services.delete_role(role)


def test_what_people_took_out_of_a_role_stays_out_and_what_is_new_comes_in(world: World, now: datetime) -> None:
    role = Role.objects.get(key="agent")
    role.permissions = [key for key in role.permissions if key != "organisation.view_colleagues"]
    role.offered = [key for key in role.offered if key != "crm.view_customers"]
    role.permissions = [key for key in role.permissions if key != "crm.view_customers"]
    role.save()
    foundation.lay(now=now)
    role.refresh_from_db()
    assert "organisation.view_colleagues" not in role.permissions
    assert "crm.view_customers" in role.permissions


def test_nobody_puts_into_a_role_what_they_do_not_hold(world: World, now: datetime) -> None:
    half = Role.objects.create(key="half", name_zh="半", permissions=["accounts.manage_roles"])
    agent = world.newcomer
    Grant.objects.create(account=agent, role=half, reach="all", granted_at=now)
    client = Client(**LOCAL)
    client.force_login(agent)
    answer = client.post(
        reverse("accounts:role", args=[half.pk]),
        {"name_zh": "半", "permissions": ["accounts.manage_roles", "accounts.manage_tokens", "organisation.manage_people"]},
    )
    half.refresh_from_db()
    assert answer.status_code == 403 and half.permissions == ["accounts.manage_roles"]


def test_the_administrators_permissions_stay_complete(world: World) -> None:
    role = Role.objects.get(key="administrator")
    before = list(role.permissions)
    services.save_role(role, name_zh="管理员", name_en="", permissions=[], requires_second_factor=True, by=world.administrator)
    role.refresh_from_db()
    assert role.permissions == before and role.requires_second_factor


@pytest.mark.parametrize(("language", "name"), [("zh-hans", "客服代表"), ("en", "Team leader")])
def test_roles_are_shown_side_by_side_in_both_languages(world: World, language: str, name: str) -> None:
    client, account = Client(**LOCAL), world.administrator
    services.keep_preferences(account, wishes={"language": language})
    client.force_login(account)
    page = client.get(reverse("accounts:roles"))
    assert page.status_code == 200 and name in page.content.decode()


def test_a_removed_role_of_ones_own_is_gone_when_nobody_has_it(world: World, now: datetime) -> None:
    role = services.save_role(
        None, name_zh="夜班长", name_en="Night lead", permissions=["desk.view_cases"], requires_second_factor=False,
        by=world.administrator,
    )  # fmt: skip
    assert role.key == "night-lead"
    services.grant_role(world.newcomer, role_key=role.key, reach=Reach.OWN, by=None, now=now)
    with pytest.raises(services.RoleInUse):
        services.delete_role(role)
    services.revoke_role(world.newcomer, role_key=role.key, by=world.administrator)
    services.delete_role(role)
    assert not Role.objects.filter(key="night-lead").exists()


@pytest.fixture
def owner(db: None, now: datetime) -> Account:
    return services.create_account("li.na", display_name="李娜", password=None, now=now)


def test_a_personal_token_acts_as_its_owner_within_its_scopes(owner: Account, now: datetime) -> None:
    _token, secret = services.issue_token("report", owner=owner, scopes=["desk:read"], expires_at=None, by=owner, now=now)
    caller = caller_by_token(RequestFactory().get("/"), secret)
    assert caller is not None and caller.user == owner and caller.scopes == {"desk:read"}
    assert secret not in str(list(Token.objects.values()))


def test_an_application_acts_as_itself(owner: Account, now: datetime) -> None:
    token, secret = services.issue_token("shop", owner=None, scopes=["chat:write"], expires_at=None, by=owner, now=now)
    caller = caller_by_token(RequestFactory().get("/"), secret)
    assert caller is not None and (caller.kind, caller.id, caller.user) == ("application", str(token.pk), None)


def test_revoked_expired_unknown_and_orphaned_tokens_are_refused(owner: Account, now: datetime) -> None:
    token, secret = services.issue_token(
        "a", owner=owner, scopes=["desk:read"], expires_at=now + timedelta(days=1), by=owner, now=now
    )
    assert services.use_token(secret, now=now) == token
    assert services.use_token(secret, now=now + timedelta(days=2)) is None
    assert services.use_token(secret[:-1] + ("x" if secret[-1] != "x" else "y"), now=now) is None
    assert services.use_token("", now=now) is None
    Account.objects.filter(pk=owner.pk).update(is_active=False)
    assert services.use_token(secret, now=now) is None
    Account.objects.filter(pk=owner.pk).update(is_active=True)
    services.revoke_token(token, now=now)
    assert services.use_token(secret, now=now) is None


def test_use_is_noted_at_most_once_a_minute(owner: Account, now: datetime) -> None:
    token, secret = services.issue_token("a", owner=owner, scopes=["desk:read"], expires_at=None, by=owner, now=now)
    noted = []
    for seconds in (0, 30, 61):
        services.use_token(secret, now=now + timedelta(seconds=seconds))
        token.refresh_from_db()
        noted.append((token.last_used_at - now).total_seconds())
    assert noted == [0, 0, 61]


def test_a_demo_persons_token_opens_on_this_computer_only(world: World, now: datetime) -> None:
    person = world.newcomer
    _token, secret = services.issue_token("a", owner=person, scopes=["desk:read"], expires_at=None, by=person, now=now)
    assert caller_by_token(RequestFactory(**LOCAL).get("/"), secret) is not None
    assert caller_by_token(RequestFactory(REMOTE_ADDR="203.0.113.7", HTTP_HOST="localhost").get("/"), secret) is None


def test_the_api_takes_the_token_and_asks_for_the_scope(world: World, now: datetime) -> None:
    person, client = world.newcomer, Client(**LOCAL)
    _token, reads = services.issue_token("a", owner=person, scopes=["organisation:read"], expires_at=None, by=person, now=now)
    _token, other = services.issue_token("b", owner=person, scopes=["desk:read"], expires_at=None, by=person, now=now)
    address = "/api/v1/organisation/people"
    assert client.get(address).status_code == 401
    assert client.get(address, HTTP_AUTHORIZATION="Bearer nonsense").status_code == 401
    assert client.get(address, HTTP_AUTHORIZATION=f"Bearer {other}").status_code == 403
    found = client.get(address, HTTP_AUTHORIZATION=f"Bearer {reads}")
    assert found.status_code == 200 and len(found.json()["items"]) == 40


def test_the_secret_is_on_the_answer_to_the_form_and_nowhere_else(world: World) -> None:
    client = Client(**LOCAL)
    client.force_login(world.newcomer)
    made = client.post(reverse("accounts:my-token-new"), {"name": "脚本", "scopes": ["organisation:read"]})
    secret = made.context["secret"]
    assert secret.startswith("ltp_") and secret in made.content.decode() and "no-store" in made["Cache-Control"]
    assert secret not in client.get(reverse("accounts:me")).content.decode()
    token = Token.objects.get(owner=world.newcomer)
    Client(**LOCAL).post(reverse("accounts:my-token-revocation", args=[token.pk]))
    client.post(reverse("accounts:my-token-revocation", args=[token.pk]))
    token.refresh_from_db()
    assert token.revoked_at is not None


def test_nobody_withdraws_anothers_personal_token(world: World, now: datetime) -> None:
    token, _secret = services.issue_token(
        "a", owner=world.experienced, scopes=["desk:read"], expires_at=None, by=world.experienced, now=now
    )
    client = Client(**LOCAL)
    client.force_login(world.newcomer)
    assert client.post(reverse("accounts:my-token-revocation", args=[token.pk])).status_code == 404


def test_everybody_hears_their_own_topic_only() -> None:
    assert own_account(Visitor("staff", 7), frozenset({"account:7", "account:8"})) == {"account:7"}
    assert own_account(Visitor("customer", 7), frozenset({"account:7"})) == set()


def test_the_change_record_tells_of_a_new_password_without_showing_it(owner: Account) -> None:
    services.replace_password(owner)
    change = changes_of("accounts_account", object_id=owner.pk).first()
    assert change is not None and change.changes["password"] is None
