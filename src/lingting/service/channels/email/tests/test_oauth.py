"""Mailboxes that sign in by OAuth 2.0, against Dovecot and Postfix that ask a token server on loopback.

The identity provider is our own small one: no provider in the world (Microsoft, Google) was asked.
"""

from __future__ import annotations

from collections.abc import Iterator
from urllib.error import HTTPError
from urllib.parse import urlsplit
from urllib.request import HTTPRedirectHandler, build_opener

import pytest
from django.test import Client
from django.utils import timezone

from lingting.kernel.accounts.models import Account
from lingting.kernel.accounts.services import create_administrator
from lingting.service.channels.email import oauth
from lingting.service.channels.email.checking import check_mailbox
from lingting.service.channels.email.imap import Fetcher, connected
from lingting.service.channels.email.models import Mailbox, RawMail
from lingting.service.channels.email.oauth import TokenRefused, access_token
from lingting.service.channels.email.smtp import hand_over, signed_in
from lingting.service.channels.email.tests.conftest import ADDRESS, mailbox_in
from lingting.service.channels.email.tests.provider import CLIENT, SECRET, Provider, provider_of
from lingting.service.channels.email.tests.servers import MailServers, running, why_not
from lingting.service.channels.email.tests.writing import mail
from lingting.service.channels.email.vault import locked, opened
from lingting.service.desk.models import Queue

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.skipif(bool(why_not()), reason=why_not())]


@pytest.fixture(scope="module")
def provider() -> Iterator[Provider]:
    with provider_of(ADDRESS) as found:
        yield found


@pytest.fixture(scope="module")
def servers(provider: Provider) -> Iterator[MailServers]:
    with running(introspection_url=f"{provider.url}/introspect") as found:
        yield found


@pytest.fixture
def box(queue: Queue, servers: MailServers, provider: Provider) -> Mailbox:
    oauth._tokens.clear()
    provider.lifetime_seconds, provider.replaces_refresh_tokens = 3600, False
    provider.grants.clear()
    return mailbox_in(
        queue, intake="imap", sign_in="oauth", imap_host="127.0.0.1", imap_port=servers.imap_port, imap_security="none",
        smtp_port=servers.smtp_port, smtp_sign_in=True, oauth_client_id=CLIENT, oauth_client_secret=locked(SECRET),
        oauth_refresh_token=locked(provider.grant_refresh_token()), oauth_token_url=f"{provider.url}/token",
        oauth_authorize_url=f"{provider.url}/authorize", oauth_scope="mail offline_access",
    )  # fmt: skip


def test_mail_is_fetched_and_sent_with_a_token(box: Mailbox, provider: Provider, servers: MailServers):
    client = signed_in(box)
    hand_over(client, sender=ADDRESS, recipients=[ADDRESS], content=mail("送给自己"), before_text=lambda: None)
    client.quit()
    for _try in range(100):
        with connected(box) as opened_box:
            fetcher = Fetcher(Mailbox.objects.get(), opened_box, now=timezone.now)
            fetcher.open()
            if fetcher.fetch():
                break
    assert RawMail.objects.filter(mailbox=box).exists()
    assert provider.grants == ["refresh_token"], "one token serves both ways"


def test_without_a_token_the_servers_let_nobody_in(box: Mailbox, servers: MailServers):
    import smtplib

    with smtplib.SMTP("127.0.0.1", servers.smtp_port, timeout=10) as client:
        client.ehlo()
        client.mail(ADDRESS)
        assert client.rcpt(ADDRESS)[0] >= 500


def test_a_token_that_ran_out_is_fetched_again(box: Mailbox, provider: Provider):
    provider.lifetime_seconds = oauth.SECONDS_BEFORE_END
    signed_in(box).quit()
    signed_in(box).quit()
    assert provider.grants == ["refresh_token", "refresh_token"]


def test_a_token_that_was_taken_back_early_is_replaced_once_for_either_server(box: Mailbox, provider: Provider):
    signed_in(box).quit()
    provider.take_back()
    signed_in(box).quit()
    provider.take_back()
    connected(box).logout()
    assert len(provider.grants) == 3


def test_a_refresh_token_that_the_provider_replaces_is_kept(box: Mailbox, provider: Provider):
    provider.replaces_refresh_tokens = True
    first = opened(box.oauth_refresh_token)
    signed_in(box).quit()
    kept = opened(Mailbox.objects.get().oauth_refresh_token)
    assert kept != first and kept in provider.refresh_tokens
    oauth._tokens.clear()
    assert access_token(Mailbox.objects.get())


def test_a_permission_that_was_taken_back_is_told_in_words(box: Mailbox, provider: Provider):
    provider.refresh_tokens.clear()
    with pytest.raises(TokenRefused, match="the permission was taken back"):
        access_token(box)
    found = check_mailbox(box, with_domain=False)
    assert {one.state for one in found} == {"breach"}
    assert all("重新连接" in one.words for one in found)


def test_the_check_finds_a_mailbox_with_tokens_good(box: Mailbox):
    assert {one.state for one in check_mailbox(box, with_domain=False)} == {"ready"}


@pytest.fixture
def page(db: None, now) -> Client:
    from lingting.config.foundation import lay_foundation

    lay_foundation()
    administrator: Account = create_administrator("wu.lang", display_name="武朗", password="a long enough password", now=now)
    client = Client(headers={"accept-language": "zh-CN"})
    client.force_login(administrator)
    return client


def test_an_administrator_signs_in_at_the_provider_and_the_mailbox_is_connected(box: Mailbox, page: Client, provider: Provider):
    Mailbox.objects.update(oauth_refresh_token="")
    shown = page.get(f"/mail/mailboxes/{box.pk}/").content.decode()
    assert "http://testserver/mail/mailboxes/permitted/" in shown
    back = _browse(page.post(f"/mail/mailboxes/{box.pk}/permission/").headers["Location"])
    answer = page.get(back)
    assert answer.headers["Location"] == f"/mail/mailboxes/{box.pk}/"
    assert opened(Mailbox.objects.get().oauth_refresh_token) in provider.refresh_tokens
    signed_in(Mailbox.objects.get()).quit()
    assert page.get(back).status_code == 409, "the way back is good for once"


def test_a_browser_that_was_not_sent_there_is_not_let_in(box: Mailbox, page: Client):
    page.post(f"/mail/mailboxes/{box.pk}/permission/")
    assert page.get("/mail/mailboxes/permitted/?code=x&state=forged").status_code == 409
    before = Mailbox.objects.get().oauth_refresh_token
    assert before == box.oauth_refresh_token


def test_who_says_no_at_the_provider_is_brought_back_with_its_words(box: Mailbox, page: Client):
    page.post(f"/mail/mailboxes/{box.pk}/permission/")
    state = page.session["email.asked_permission"]["state"]
    answer = page.get(f"/mail/mailboxes/permitted/?error=access_denied&state={state}", follow=True)
    assert "access_denied" in answer.content.decode()


def _browse(url: str) -> str:
    """What a browser does at the provider: it is sent back; returns path and query of our own."""

    class Stay(HTTPRedirectHandler):
        def redirect_request(self, *given: object) -> None:
            return None

    try:
        build_opener(Stay).open(url)
    except HTTPError as answer:
        split = urlsplit(answer.headers["Location"])
        return f"{split.path}?{split.query}"
    raise AssertionError("the provider did not send the browser back")
