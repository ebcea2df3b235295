"""Signing in: who gets in, who waits, what the steps in between ask."""

from __future__ import annotations

import re
from datetime import datetime, timedelta

import pytest
from django.contrib.auth import get_user
from django.test import Client
from django.urls import reverse
from django.utils import translation
from django_otp.oath import totp
from django_otp.plugins.otp_totp.models import TOTPDevice

from lingting.demo.world import PASSWORD, World
from lingting.kernel.accounts import services
from lingting.kernel.accounts.models import Account, Role, SignedIn, SignInAttempt
from lingting.kernel.accounts.qr import qr_svg
from lingting.kernel.accounts.services.signing_in import wait_seconds

LOCAL = {"HTTP_HOST": "localhost", "REMOTE_ADDR": "127.0.0.1"}
ELSEWHERE = {"HTTP_HOST": "localhost", "REMOTE_ADDR": "203.0.113.7"}
GOOD = "a long walk by the river"


@pytest.fixture
def person(db: None, now: datetime) -> Account:
    return services.create_account("han.mei", display_name="韩梅", password=GOOD, now=now)


def sign_in(client: Client, login: str, password: str, **more: str):
    return client.post(reverse("accounts:sign-in"), {"login": login, "password": password, **more})


def signed_in(client: Client) -> bool:
    request = type("Request", (), {"session": client.session})()
    return get_user(request).is_authenticated


def current_code(account: Account) -> str:
    device = TOTPDevice.objects.get(user=account)
    return f"{totp(device.bin_key):06d}"


def test_the_right_password_opens_and_goes_where_the_person_wanted(person: Account) -> None:
    client = Client(**ELSEWHERE)
    answer = sign_in(client, " Han.Mei ", GOOD, next="/me/")
    assert (answer.status_code, answer.url) == (302, "/me/")
    assert signed_in(client)
    assert SignedIn.objects.get(account=person).session_key == client.session.session_key


@pytest.mark.parametrize("goal", ["https://evil.example/", "//evil.example/", "javascript:alert(1)"])
def test_an_address_elsewhere_is_not_followed(person: Account, goal: str) -> None:
    assert sign_in(Client(**ELSEWHERE), "han.mei", GOOD, next=goal).url == "/"


def test_the_session_gets_a_new_key(person: Account) -> None:
    client = Client(**ELSEWHERE)
    session = client.session
    session["left"] = "by a stranger"
    session.save()
    client.cookies["lingting_session"] = session.session_key
    sign_in(client, "han.mei", GOOD)
    assert client.session.session_key != session.session_key


def test_a_wrong_password_and_an_unknown_name_are_answered_alike(person: Account) -> None:
    wrong = sign_in(Client(**ELSEWHERE), "han.mei", "not this one")
    unknown = sign_in(Client(**ELSEWHERE), "nobody", "not this one")
    assert wrong.status_code == unknown.status_code == 422
    marked = re.findall(r'name="(\w+)"[^>]* autofocus', wrong.content.decode())
    assert marked == ["password"], "the name stands there already"
    assert list(wrong.context["form"].non_field_errors()) == list(unknown.context["form"].non_field_errors())


def test_a_closed_account_does_not_open(person: Account) -> None:
    Account.objects.filter(pk=person.pk).update(is_active=False)
    client = Client(**ELSEWHERE)
    assert sign_in(client, "han.mei", GOOD).status_code == 422
    assert not signed_in(client)


def attempt(login: str, password: str, *, now: datetime, address: str = "203.0.113.7") -> Account:
    return services.recognise(login, password=password, address=address, is_local=False, request=None, now=now)


def test_after_four_wrong_tries_even_the_right_password_waits(person: Account, now: datetime) -> None:
    for _try in range(4):
        with pytest.raises(services.NotRecognised):
            attempt("han.mei", "wrong", now=now)
    with pytest.raises(services.TooManyAttempts) as refused:
        attempt("han.mei", GOOD, now=now + timedelta(seconds=5))
    assert refused.value.details["wait_seconds"] == 10
    assert "10" in str(refused.value)
    assert attempt("han.mei", GOOD, now=now + timedelta(seconds=16)) == person


def test_waiting_is_not_made_longer_by_trying(person: Account, now: datetime) -> None:
    for _try in range(4):
        with pytest.raises(services.NotRecognised):
            attempt("han.mei", "wrong", now=now)
    for second in range(1, 10):
        with pytest.raises(services.TooManyAttempts):
            attempt("han.mei", "wrong", now=now + timedelta(seconds=second))
    assert SignInAttempt.objects.count() == 4


def test_one_address_guessing_at_many_names_waits_too(person: Account, now: datetime) -> None:
    for number in range(20):
        with pytest.raises(services.NotRecognised):
            attempt(f"guess{number}", "wrong", now=now)
    with pytest.raises(services.TooManyAttempts):
        attempt("han.mei", GOOD, now=now)
    assert attempt("han.mei", GOOD, now=now, address="198.51.100.9") == person


def test_waits_double_and_end_at_a_quarter_of_an_hour() -> None:
    assert [wait_seconds(count, free=4) for count in (0, 3, 4, 5, 6, 30)] == [0, 0, 15, 30, 60, 900]


def test_demo_accounts_open_on_this_computer_only(world: World) -> None:
    login = world.newcomer.login
    away = Client(**ELSEWHERE)
    answer = sign_in(away, login, PASSWORD)
    assert answer.status_code == 403 and not signed_in(away)
    home = Client(**LOCAL)
    assert sign_in(home, login, PASSWORD).status_code == 302 and signed_in(home)


@pytest.mark.parametrize(
    "trace", [{"HTTP_X_FORWARDED_FOR": "203.0.113.7"}, {"HTTP_HOST": "127.0.0.1", "HTTP_FORWARDED": "for=x"}]
)
def test_a_proxy_on_this_computer_does_not_make_a_visitor_local(world: World, trace: dict[str, str]) -> None:
    client = Client(**{**LOCAL, **trace})
    assert sign_in(client, world.newcomer.login, PASSWORD).status_code == 403
    choice = client.post(reverse("accounts:demo-sign-in"), {"account": world.newcomer.pk})
    assert choice.status_code == 403 and not signed_in(client)


def test_the_demo_centre_offers_its_people_with_one_click(world: World, settings) -> None:
    settings.DEMO = True
    client = Client(**LOCAL)
    offered = client.get(reverse("accounts:sign-in")).context["demo_accounts"]
    assert world.administrator in offered and len(offered) >= 6
    assert not Client(**ELSEWHERE).get(reverse("accounts:sign-in")).context["demo_accounts"]
    assert client.post(reverse("accounts:demo-sign-in"), {"account": world.newcomer.pk}).status_code == 302
    assert signed_in(client)


def test_one_click_opens_no_real_account(world: World, person: Account, settings) -> None:
    settings.DEMO = True
    client = Client(**LOCAL)
    assert client.post(reverse("accounts:demo-sign-in"), {"account": person.pk}).status_code == 422
    assert not signed_in(client)


def test_a_second_factor_is_asked_for_before_anybody_is_in(person: Account) -> None:
    services.begin_second_factor(person)
    services.confirm_second_factor(person, code=current_code(person))
    TOTPDevice.objects.update(last_t=-1)
    client = Client(**ELSEWHERE)
    assert sign_in(client, "han.mei", GOOD).url == reverse("accounts:second-step")
    assert not signed_in(client)
    assert client.post(reverse("accounts:second-step"), {"code": "000000"}).status_code == 422
    TOTPDevice.objects.update(throttling_failure_count=0, throttling_failure_timestamp=None)
    assert client.post(reverse("accounts:second-step"), {"code": current_code(person)}).url == "/"
    assert signed_in(client)


def test_the_second_step_without_the_first_leads_back(person: Account) -> None:
    client = Client(**ELSEWHERE)
    for step in ("second-step", "new-password", "set-up"):
        assert client.get(reverse(f"accounts:{step}")).url == reverse("accounts:sign-in")


def test_one_code_opens_once(person: Account) -> None:
    services.begin_second_factor(person)
    code = current_code(person)
    services.confirm_second_factor(person, code=code)
    with pytest.raises(services.WrongCode):
        services.check_code(person, code=code)


def test_the_picture_to_scan_grows_and_shrinks_whole() -> None:
    picture = qr_svg("otpauth://totp/Lingting:somebody?secret=LU6ITYKBR6K7HGUDGXKHJWKU2J3FSFWW")
    tag = picture[: picture.index(">")]
    assert "viewBox" in tag and "width" not in tag


def test_a_recovery_code_opens_once_and_is_not_readable_in_the_database(person: Account) -> None:
    services.begin_second_factor(person)
    codes = services.confirm_second_factor(person, code=current_code(person))
    assert len(set(codes)) == 10
    stored = set(person.staticdevice_set.get().token_set.values_list("token", flat=True))
    assert not stored & {code.replace("-", "") for code in codes}
    services.check_code(person, code=codes[0].upper())
    with translation.override("en"):
        with pytest.raises(services.WrongCode, match="recovery code does not fit or has been used"):
            services.check_code(person, code=codes[0])
        with pytest.raises(services.WrongCode, match="next one in the app"):
            services.check_code(person, code="000 000" if current_code(person) != "000000" else "111 111")


def test_after_a_reset_the_person_chooses_a_password_before_anything_else(person: Account) -> None:
    handed = services.replace_password(person)
    client = Client(**ELSEWHERE)
    assert sign_in(client, "han.mei", handed).url == reverse("accounts:new-password")
    assert not signed_in(client)
    again = client.post(reverse("accounts:new-password"), {"password": handed, "again": handed})
    assert again.status_code == 422
    mine = "another quiet evening at home"
    assert client.post(reverse("accounts:new-password"), {"password": mine, "again": mine}).status_code == 302
    assert signed_in(client)
    assert sign_in(Client(**ELSEWHERE), "han.mei", handed).status_code == 422


def test_a_role_can_demand_a_second_factor(person: Account, now: datetime) -> None:
    role = Role.objects.create(key="vault", name_zh="金库", name_en="Vault", requires_second_factor=True)
    services.grant_role(person, role_key=role.key, reach="all", by=None, now=now)
    client = Client(**ELSEWHERE)
    assert sign_in(client, "han.mei", GOOD).url == reverse("accounts:set-up")
    assert client.get(reverse("accounts:set-up")).status_code == 200
    codes = client.post(reverse("accounts:set-up"), {"code": current_code(person)})
    assert len(codes.context["codes"]) == 10 and not signed_in(client)
    assert client.post(reverse("accounts:set-up")).url == "/"
    assert signed_in(client)


def test_the_first_page_makes_the_administrator_once(db: None, now: datetime) -> None:
    from lingting.kernel.accounts import foundation

    foundation.lay(now=now)
    client = Client(**ELSEWHERE)
    assert client.get(reverse("accounts:sign-in")).url == reverse("accounts:first-administrator")
    given = {"display_name": "穆青", "login": "muqing", "password": GOOD, "again": GOOD}
    assert client.post(reverse("accounts:first-administrator"), given).status_code == 302
    assert signed_in(client) and Account.objects.get().can("accounts.manage_roles")
    late = Client(**ELSEWHERE).post(reverse("accounts:first-administrator"), {**given, "login": "second"})
    assert late.url == reverse("accounts:sign-in") and Account.objects.count() == 1


def test_signing_out_ends_the_session(person: Account) -> None:
    client = Client(**ELSEWHERE)
    sign_in(client, "han.mei", GOOD)
    assert client.get(reverse("accounts:sign-out")).status_code == 405
    client.post(reverse("accounts:sign-out"))
    assert not signed_in(client) and not SignedIn.objects.exists()


def test_a_new_password_signs_out_every_other_browser(person: Account) -> None:
    here, there = Client(**ELSEWHERE), Client(**ELSEWHERE)
    sign_in(here, "han.mei", GOOD)
    sign_in(there, "han.mei", GOOD)
    mine = "another quiet evening at home"
    wrong = here.post(reverse("accounts:password"), {"current": "no", "password": mine, "again": mine})
    assert wrong.status_code == 422
    here.post(reverse("accounts:password"), {"current": GOOD, "password": mine, "again": mine})
    assert signed_in(here) and not signed_in(there)
    assert [row["is_here"] for row in here.get(reverse("accounts:me")).context["browsers"]] == [True]


def test_a_person_ends_another_browser_but_nobody_elses(person: Account, world: World) -> None:
    here, there, stranger = Client(**ELSEWHERE), Client(**ELSEWHERE), Client(**LOCAL)
    sign_in(here, "han.mei", GOOD)
    sign_in(there, "han.mei", GOOD)
    sign_in(stranger, world.newcomer.login, PASSWORD)
    for row in SignedIn.objects.exclude(session_key=here.session.session_key):
        here.post(reverse("accounts:browser-end", args=[row.pk]))
    assert signed_in(here) and not signed_in(there) and signed_in(stranger)


def test_preferences_are_kept_with_the_account_and_for_guests_in_cookies(person: Account) -> None:
    client = Client(**ELSEWHERE)
    guest = client.post(reverse("accounts:preferences"), {"language": "en", "theme": "dark"})
    assert guest.cookies["lingting_theme"].value == "dark"
    sign_in(client, "han.mei", GOOD)
    client.post(reverse("accounts:preferences"), {"language": "en", "density": "compact", "theme": "pink"})
    person.refresh_from_db()
    assert (person.language, person.density, person.theme) == ("en", "compact", "auto")
