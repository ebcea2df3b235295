"""Writing and publishing: the draft beside what stands, versions, who may."""

from __future__ import annotations

import json
from datetime import datetime, timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from lingting.demo.world import World
from lingting.kernel.timeline.models import Entry
from lingting.service.knowledge import selectors, services
from lingting.service.knowledge.models import Article, Picture, SearchMiss, Use
from lingting.service.knowledge.services import BadArticle, CategoryInUse, DraftMoved, LanguageTaken, NothingToPublish
from lingting.service.knowledge.tests.scene import Library

pytestmark = pytest.mark.django_db
PNG = bytes.fromhex(
    "89504e470d0a1a0a0000000d49484452000000010000000108060000001f15c4890000000d49444154789c6360000002000001e221bc330000000049454e44ae426082"
)


def write(article: Article, world: World, now: datetime, html: str = "<p>新的说法</p>", **given: object) -> Article:
    values = {"title": article.title, "summary": "", "keywords": "", "expected": None, **given}
    return services.save_draft(article.pk, html=html, actor=world.knowledge_editor.as_actor, now=now, **values)  # type: ignore[arg-type]


def test_readers_see_the_published_text_until_the_draft_is_published(books: Library, world: World, now: datetime) -> None:
    write(books.refund, world, now, "<p>五个工作日。</p>")
    assert "三个工作日" in Article.objects.get(pk=books.refund.pk).html
    version = services.publish_article(books.refund.pk, actor=world.knowledge_editor.as_actor, now=now)
    found = Article.objects.get(pk=books.refund.pk)
    assert (version.number, found.html, found.has_draft, found.slug) == (2, "<p>五个工作日。</p>", False, books.refund.slug)
    assert [one.number for one in selectors.versions_of(found.pk)] == [2, 1]


def test_search_knows_a_publication_in_the_same_commit(books: Library, world: World, now: datetime) -> None:
    def found(words: str) -> list[int]:
        articles = Article.objects.published()
        return [one.id for one in selectors.search_articles(articles, words=words, language="zh-hans", limit=9)]

    assert books.refund.pk in found("到账") and books.refund.pk in found("返现")
    write(books.refund, world, now, "<p>量子通道</p>")
    assert not found("量子通道")
    services.publish_article(books.refund.pk, actor=world.knowledge_editor.as_actor, now=now)
    assert found("量子通道") == [books.refund.pk]


def test_the_readers_language_comes_first_and_a_subject_once(books: Library) -> None:
    found = selectors.search_articles(Article.objects.published(), words="refund", language="zh-hans", limit=9)
    assert [one.id for one in found] == [books.refund_english.pk]
    english = selectors.search_articles(Article.objects.published(), words="退款", language="en", limit=9)
    assert [one.language for one in english] == ["zh-hans", "zh-hans"]


def test_two_editors_notice_each_other(books: Library, world: World, now: datetime) -> None:
    begun = Article.objects.get(pk=books.refund.pk).draft_number
    write(books.refund, world, now, "<p>甲写的</p>", expected=begun)
    with pytest.raises(DraftMoved):
        write(books.refund, world, now, "<p>乙写的</p>", expected=begun)
    assert Article.objects.get(pk=books.refund.pk).draft_html == "<p>甲写的</p>"


def test_an_earlier_version_comes_back_as_a_draft(books: Library, world: World, now: datetime) -> None:
    actor = world.knowledge_editor.as_actor
    write(books.refund, world, now)
    services.publish_article(books.refund.pk, actor=actor, now=now)
    services.restore_version(books.refund.pk, number=1, actor=actor, now=now + timedelta(minutes=1))
    found = Article.objects.get(pk=books.refund.pk)
    assert "三个工作日" in found.draft_html and "新的说法" in found.html


def test_withdrawing_hides_and_publishing_shows_again(books: Library, world: World, now: datetime) -> None:
    actor = world.knowledge_editor.as_actor
    services.withdraw_article(books.refund.pk, actor=actor, now=now)
    assert not Article.objects.public().filter(pk=books.refund.pk).exists()
    services.publish_article(books.refund.pk, actor=actor, now=now)
    assert Article.objects.public().filter(pk=books.refund.pk).exists()
    kinds = Entry.objects.filter(subject_type="knowledge.article", subject_id=books.refund.pk).order_by("id")
    assert list(kinds.values_list("kind", flat=True)) == ["ArticlePublished", "ArticleWithdrawn", "ArticlePublished"]


def test_what_cannot_be_published_or_taken_away_is_refused(books: Library, world: World, now: datetime) -> None:
    actor = world.knowledge_editor.as_actor
    with pytest.raises(BadArticle):
        services.publish_article(books.draft.pk, actor=actor, now=now)
    with pytest.raises(NothingToPublish):
        services.publish_article(books.refund.pk, actor=actor, now=now)
    with pytest.raises(BadArticle):
        services.discard_draft(books.draft.pk, now=now)
    with pytest.raises(CategoryInUse):
        services.delete_category(books.shelf.pk)
    with pytest.raises(LanguageTaken):
        services.create_article(
            "x",
            category_id=books.shelf.pk,
            audience="public",
            language="en",
            actor=actor,
            now=now,
            subject_id=books.refund.subject_id,
        )


def test_an_agent_reads_but_neither_writes_nor_sees_drafts(books: Library, world: World, sign_in) -> None:
    client = sign_in(world.newcomer)
    assert client.get(f"/knowledge/articles/{books.internal.pk}/").status_code == 200
    assert client.get(f"/knowledge/articles/{books.draft.pk}/").status_code == 404
    for url in (
        "/knowledge/new/",
        f"/knowledge/articles/{books.refund.pk}/edit/",
        f"/knowledge/articles/{books.refund.pk}/versions/",
    ):
        assert client.get(url).status_code == 403
    for act in ("draft", "publication", "withdrawal", "pictures"):
        assert client.post(f"/knowledge/articles/{books.refund.pk}/{act}/").status_code == 403
    assert books.draft.title not in client.get("/knowledge/?q=还没写完").content.decode()


def test_writing_is_not_publishing(books: Library, world: World, sign_in) -> None:
    client = sign_in(world.supervisor)
    assert client.get(f"/knowledge/articles/{books.refund.pk}/edit/").status_code == 200
    assert client.post(f"/knowledge/articles/{books.refund.pk}/publication/").status_code == 403
    opened = {"title": "x", "html": "<p>x</p>", "category": books.shelf.pk, "audience": "public"}
    assert client.post(f"/knowledge/articles/{books.internal.pk}/edit/", opened).status_code == 403
    assert Article.objects.get(pk=books.internal.pk).subject.audience == "internal"


def test_the_editor_keeps_and_publishes(books: Library, world: World, sign_in) -> None:
    client, url = sign_in(world.knowledge_editor), f"/knowledge/articles/{books.draft.pk}"
    number = Article.objects.get(pk=books.draft.pk).draft_number
    kept = client.post(f"{url}/draft/", {"title": "退款说明", "html": "<p>一</p><script>x</script>", "draft_number": number})
    assert json.loads(kept.content)["draft_number"] == number + 1
    stale = client.post(f"{url}/draft/", {"title": "别的", "html": "<p>二</p>", "draft_number": number})
    assert stale.status_code == 409 and "saved this draft" in json.loads(stale.content)["refused"]
    given = {
        "title": "退款说明",
        "html": "<p>完</p>",
        "category": books.shelf.pk,
        "audience": "public",
        "draft_number": number + 1,
        "then": "publish",
    }
    assert client.post(f"{url}/edit/", given).status_code == 302
    assert Article.objects.public().get(pk=books.draft.pk).html == "<p>完</p>"
    assert client.get(f"{url}/versions/1/").status_code == client.get(f"{url}/preview/").status_code == 200


def test_scripts_in_titles_and_searches_stay_words(books: Library, world: World, now: datetime, sign_in) -> None:
    evil = "<script>alert(1)</script>"
    write(books.refund, world, now, title=f"{evil} 退款", keywords=evil)
    services.publish_article(books.refund.pk, actor=world.knowledge_editor.as_actor, now=now)
    client = sign_in(world.knowledge_editor)
    pages = [
        f"/knowledge/categories/{books.shelf.pk}/",
        f"/knowledge/?q={evil} 退款",
        "/knowledge/desk/search/?q=退款",
        f"/knowledge/desk/articles/{books.refund.pk}/",
    ]
    pages += [
        f"/knowledge/articles/{books.refund.pk}/",
        f"/knowledge/articles/{books.refund.pk}/edit/",
        "/help/zh-hans/",
        "/help/zh-hans/search/?q=退款",
    ]
    for url in pages:
        page = client.get(url).content.decode()
        assert "<script>alert" not in page
        assert "退款" in page


def test_use_on_the_desk_is_counted_and_internal_ones_have_no_insert(books: Library, world: World, sign_in) -> None:
    client = sign_in(world.newcomer)
    public = client.get(f"/knowledge/desk/articles/{books.refund.pk}/?q=退款").content.decode()
    internal = client.get(f"/knowledge/desk/articles/{books.internal.pk}/?q=退款").content.decode()
    assert "data-kb-insert" in public and "/help/zh-hans/articles/" in public
    assert "data-kb-insert" not in internal and "/help/" not in internal
    client.post(f"/knowledge/desk/articles/{books.refund.pk}/uses/", {"kind": "link"})
    assert Use.objects.filter(kind="link", account=world.newcomer).count() == 1
    assert Article.objects.get(pk=books.refund.pk).use_count == 1


def test_a_search_in_vain_is_noted(world: World, books: Library, sign_in) -> None:
    client = sign_in(world.newcomer)
    client.get("/knowledge/desk/search/?q=火星保修&language=en")
    client.get("/knowledge/?q=火星保修")
    assert list(SearchMiss.objects.order_by("id").values_list("place", "words")) == [
        ("desk", "火星保修"),
        ("knowledge", "火星保修"),
    ]
    assert "火星保修" in sign_in(world.knowledge_editor).get("/knowledge/").content.decode()


def test_a_picture_is_seen_by_whoever_may_read_the_article(world: World, books: Library, sign_in, client) -> None:
    editor = sign_in(world.knowledge_editor)
    answer = editor.post(f"/knowledge/articles/{books.internal.pk}/pictures/", {"file": SimpleUploadedFile("图.png", PNG)})
    url = json.loads(answer.content)["url"]
    assert client.get(url).status_code in (403, 404)
    assert sign_in(world.newcomer).get(url).status_code == 200
    Picture.objects.update(article=books.refund)
    assert client.get(url).status_code == 200
    wrong = editor.post(f"/knowledge/articles/{books.internal.pk}/pictures/", {"file": SimpleUploadedFile("a.txt", b"hello")})
    assert wrong.status_code == 422
