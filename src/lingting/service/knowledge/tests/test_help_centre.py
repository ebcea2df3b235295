"""The help centre: open to all, light, cacheable, and nothing internal ever."""

from __future__ import annotations

import json
from datetime import datetime

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from lingting.demo.world import World
from lingting.kernel.accounts.services import issue_token
from lingting.platform.rest.limits import forget_portions
from lingting.service.knowledge import services
from lingting.service.knowledge.models import Article, SearchMiss
from lingting.service.knowledge.tests.scene import SECRET, Library

pytestmark = pytest.mark.django_db
API = "/api/v1/knowledge"


@pytest.fixture(autouse=True)
def fresh_limits() -> None:
    forget_portions()


def pages(books: Library) -> list[str]:
    return [
        "/help/zh-hans/", "/help/en/", f"/help/zh-hans/categories/{books.shelf.key}/", f"/help/zh-hans/articles/{books.refund.slug}/",
        "/help/zh-hans/search/?q=退款", "/help/zh-hans/search/?q=赔偿", f"/help/zh-hans/search/?q={SECRET}", "/help/sitemap.xml",
        f"{API}/articles", f"{API}/articles/search?q=退款", f"{API}/articles/search?q=赔偿",
    ]  # fmt: skip


def test_nothing_internal_or_unfinished_is_ever_shown(books: Library, client: Client) -> None:
    for url in pages(books):
        answer = client.get(url)
        page = answer.content.decode()
        assert answer.status_code == 200, url
        for word in ("赔偿权限", "另算", "还没写完", books.internal.slug):
            assert word not in page, (url, word)


def test_internal_draft_and_withdrawn_articles_do_not_exist(books: Library, client: Client, world: World, now: datetime) -> None:
    services.withdraw_article(books.refund_english.pk, actor=world.knowledge_editor.as_actor, now=now)
    for article in (books.internal, books.draft, books.refund_english):
        assert client.get(f"/help/{article.language}/articles/{article.slug}/").status_code == 404
        assert client.post(f"/help/{article.language}/articles/{article.slug}/opinion/", {"helpful": "yes"}).status_code == 404
        assert client.get(f"{API}/articles/{article.pk}").status_code == 404
    page = client.get(f"/help/zh-hans/articles/{books.refund.slug}/").content.decode()
    assert books.refund_english.slug not in page


def test_signed_in_staff_see_no_more_there(books: Library, world: World, sign_in) -> None:
    client = sign_in(world.knowledge_editor)
    assert client.get(f"/help/zh-hans/articles/{books.internal.slug}/").status_code == 404
    assert "赔偿" not in client.get("/help/zh-hans/search/?q=退款").content.decode()


def test_an_article_that_becomes_internal_is_gone_at_once(books: Library, world: World, client: Client, now: datetime) -> None:
    services.change_subject(
        books.refund.subject_id, category_id=books.shelf.pk, audience="internal", actor=world.knowledge_editor.as_actor, now=now
    )
    assert client.get(f"/help/zh-hans/articles/{books.refund.slug}/").status_code == 404
    assert json.loads(client.get(f"{API}/articles").content)["items"] == []


def test_four_queries_are_enough_and_no_cookie_is_set(books: Library, client: Client) -> None:
    for url in pages(books)[:5]:
        with CaptureQueriesContext(connection) as asked:
            answer = client.get(url)
        tables = [query["sql"] for query in asked if "rest_bucket" not in query["sql"] and "organisation_centre" not in query["sql"]]
        assert len(tables) <= 4, (url, tables)
        assert not answer.cookies
        assert "Cookie" not in answer.headers["Vary"]
        assert "max-age" in answer.headers["Cache-Control"]


def test_an_unchanged_article_is_not_sent_again(books: Library, client: Client) -> None:
    url = f"/help/zh-hans/articles/{books.refund.slug}/"
    stamp = client.get(url).headers["Last-Modified"]
    assert client.get(url, headers={"If-Modified-Since": stamp}).status_code == 304


def test_each_language_has_its_address_and_knows_the_other(books: Library, client: Client) -> None:
    page = client.get(f"/help/en/articles/{books.refund_english.slug}/", headers={"Accept-Language": "zh-CN"})
    text = page.content.decode()
    assert '<html lang="en"' in text and "Did this help?" in text
    assert f"/help/zh-hans/articles/{books.refund.slug}" in text or "%E9%80%80" in text
    assert client.get("/help/", headers={"Accept-Language": "en"}).headers["Location"] == "/help/en/"
    assert 'hreflang="zh-CN"' in client.get("/help/sitemap.xml").content.decode()


def test_an_opinion_counts_once_a_day_from_an_address(books: Library, client: Client) -> None:
    url = f"/help/zh-hans/articles/{books.refund.slug}/opinion/"
    answer = client.post(url, {"helpful": "no"})
    assert answer.status_code == 303
    assert client.post(url, {"helpful": "no"}).status_code == 429
    found = Article.objects.get(pk=books.refund.pk)
    assert (found.helpful_count, found.unhelpful_count) == (0, 1)
    assert client.post(url, {"helpful": "yes"}, headers={"Sec-Fetch-Site": "cross-site"}).status_code == 403


def test_a_search_in_vain_is_noted_and_searches_are_limited(books: Library, client: Client) -> None:
    client.get("/help/zh-hans/search/?q=火星保修")
    assert SearchMiss.objects.get().place == "help"
    statuses = {client.get("/help/zh-hans/search/?q=火星保修").status_code for _time in range(70)}
    assert statuses == {200, 429}


def test_the_api_shows_internal_ones_with_the_scope_only(books: Library, world: World, now: datetime, client: Client) -> None:
    def call(path: str, *scopes: str):
        _row, secret = issue_token("t", owner=None, scopes=scopes, expires_at=None, by=world.administrator, now=now)
        return client.get(f"{API}/staff/{path}", headers={"Authorization": f"Bearer {secret}"})

    assert client.get(f"{API}/staff/articles").status_code == 401
    assert call("articles", "crm:read").status_code == 403
    assert "赔偿权限" in call("articles", "knowledge:read").content.decode()
    whole = json.loads(call(f"articles/{books.internal.pk}", "knowledge:read").content)
    assert (whole["audience"], whole["url"]) == ("internal", "")
    public = json.loads(client.get(f"{API}/articles/{books.refund.pk}").content)
    assert public["url"].startswith("http://testserver/help/zh-hans/articles/")
