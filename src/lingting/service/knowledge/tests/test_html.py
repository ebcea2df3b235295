"""The HTML of articles: nothing runs, tables live through the editor, plain text says the same."""

from __future__ import annotations

import pytest

from lingting.service.knowledge.differences import differences
from lingting.service.knowledge.html import editor_html, plain_text, sanitised
from lingting.service.knowledge.selectors.finding import marked, snippet_of, sought_words

TABLE = "<table><thead><tr><th>产品</th><th>保修</th></tr></thead><tbody><tr><td>W600</td><td>24 个月</td></tr></tbody></table>"
PICTURE = "/files/0f8fad5b-d9cb-469f-a165-70867728950e/%E5%9B%BE.png"


@pytest.mark.parametrize(
    "evil",
    [
        "<script>alert(1)</script>", "<img src=x onerror=alert(1)>", "<p onclick=alert(1)>x</p>", '<a href="javascript:alert(1)">x</a>',
        "<svg/onload=alert(1)>", '<iframe src="//evil"></iframe>', "<style>*{display:none}</style>", '<p style="position:fixed">x</p>',
        '<img src="https://evil.example/pixel.png">', '<form action="//evil"><input></form>', "<math><mtext><script>alert(1)</script>",
        '<figure data-trix-attachment=\'{"content":"<img src=x onerror=alert(1)><script>alert(1)</script>"}\'></figure>',
        '<figure data-trix-attachment=\'{"url":"javascript:alert(1)","filename":"\\"><script>"}\'></figure>',
    ],
)  # fmt: skip
def test_nothing_runs_and_nothing_is_fetched_from_elsewhere(evil: str) -> None:
    clean = sanitised(f"<p>Hallo</p>{evil}")
    for bad in ("alert", "evil", "<script", "<style", "style=", "onerror", "javascript:", "<form", "<iframe"):
        assert bad not in clean
    assert "Hallo" in clean
    assert sanitised(clean) == clean


def test_tables_and_pictures_live_through_the_editor() -> None:
    picture = f'<figure><img src="{PICTURE}" alt="图" width="20" height="10"></figure>'
    clean = sanitised(f"<h2>保修</h2><p>见下表</p>{TABLE}{picture}")
    assert TABLE in clean and PICTURE in clean
    assert sanitised(editor_html(clean)) == clean


def test_a_picture_of_the_editor_becomes_a_figure_with_its_words() -> None:
    given = (
        f'<figure data-trix-attachment=\'{{"contentType":"image/png","url":"{PICTURE}","width":20,"height":10}}\' class="attachment">'
        f'<img src="{PICTURE}"><figcaption class="attachment__caption attachment__caption--edited">接头 &amp; 垫圈</figcaption></figure>'
    )
    clean = sanitised(given)
    assert (
        clean
        == f'<figure><img src="{PICTURE}" alt="接头 &amp; 垫圈" width="20" height="10"><figcaption>接头 &amp; 垫圈</figcaption></figure>'
    )


def test_plain_text_numbers_steps_and_parts_cells() -> None:
    html = f"<p>先看 <strong>水源</strong></p><ol><li>开龙头</li><li>看灯 &amp; 电</li></ol><ul><li>停水</li></ul>{TABLE}"
    assert plain_text(html).split("\n") == ["先看 水源", "1. 开龙头", "2. 看灯 & 电", "• 停水", "产品 | 保修", "W600 | 24 个月"]


def test_differences_show_what_changed_within_a_line() -> None:
    lines = differences("标题\n七天内退货\n邮费自理\n尾", "标题\n十五天内退货\n邮费自理\n尾")
    assert [line.kind for line in lines] == ["same", "removed", "added", "same", "skipped"]
    assert ("七", True) in lines[1].pieces and ("天内退货", False) in lines[2].pieces


def test_words_found_are_marked_and_markup_in_them_stays_text() -> None:
    assert marked("退款多久到账", sought_words("退款")) == [("退款", True), ("多久到账", False)]
    assert marked("Your REFUND", sought_words("refund")) == [("Your ", False), ("REFUND", True)]
    snippet = snippet_of("x" * 300 + " <b>退款</b> " + "y" * 300, sought_words("退款"))
    assert ("退款", True) in snippet
    assert len("".join(text for text, _hit in snippet)) < 130
