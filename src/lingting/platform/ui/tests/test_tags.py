"""The template tags: what they write, and what they must never write."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from types import SimpleNamespace

import pytest
from django import forms
from django.template import Context, Template
from django.test import RequestFactory
from django.utils import timezone, translation

from lingting.platform.ui import manifest
from lingting.platform.ui.icons import icon_markup, icon_svg
from lingting.platform.ui.manifest import Manifest, Slot
from lingting.platform.ui.tags.marks import initials, state_kind
from lingting.platform.ui.tags.moments import duration_text, moment_text


def rendered(text: str, **values: object) -> str:
    return Template("{% load ui %}" + text).render(Context(values))


@pytest.fixture(autouse=True)
def english():
    with translation.override("en"):
        yield


def test_icon_without_label_is_hidden_from_assistive_technology() -> None:
    assert 'aria-hidden="true"' in icon_svg("inbox")
    assert "<path" in icon_svg("inbox")


def test_icon_with_label_is_an_image_with_that_name() -> None:
    assert 'role="img" aria-label="收件箱"' in icon_svg("inbox", label="收件箱")


def test_unknown_icon_shows_a_dashed_square_rather_than_nothing() -> None:
    assert icon_markup("no-such-icon", filled=False) == ""
    assert icon_svg("no-such-icon") == icon_svg("square-dashed")


def test_icon_name_is_matched_whole() -> None:
    assert icon_markup("inbo", filled=False) == ""


@pytest.mark.parametrize(
    ("name", "letters"),
    [
        ("王小明", "小明"),
        ("李雷", "李雷"),
        ("尉迟·阿依古丽", "古丽"),
        ("Maria Chen", "MC"),
        ("Madonna", "MA"),
        ("Jonathan Featherstone-Haugh", "JH"),
        ("", "?"),
        ("  ", "?"),
    ],
)
def test_initials_are_the_last_two_characters_of_a_chinese_name(name: str, letters: str) -> None:
    assert initials(name) == letters


def test_avatar_tint_is_stable_for_a_name() -> None:
    assert rendered("{% avatar name %}", name="陈静") == rendered("{% avatar name %}", name="陈静")


def test_avatar_escapes_the_name() -> None:
    assert "<script>" not in rendered("{% avatar name label=name %}", name="<script>")


@pytest.mark.parametrize(
    ("word", "kind"),
    [("ok", "ready"), ("URGENT", "breach"), ("busy", "ours"), ("nonsense", "idle"), ("", "idle")],
)
def test_state_words_become_one_of_five_states(word: str, kind: str) -> None:
    assert state_kind(word) == kind


def test_state_chip_always_has_an_icon_and_a_word() -> None:
    chip = rendered('{% state "breach" "Overdue" %}')
    assert "<svg" in chip
    assert "Overdue" in chip


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (0, "00:00"),
        (59.6, "01:00"),
        (247, "04:07"),
        (3599, "59:59"),
        (3600, "1 h 00 min"),
        (7530, "2 h 05 min"),
        (-125, "−02:05"),
        (None, "–"),
    ],
)
def test_durations_are_minutes_below_an_hour_then_hours(seconds: float | None, text: str) -> None:
    assert duration_text(seconds) == text


def test_moment_is_a_time_element_in_utc() -> None:
    at = datetime(2026, 11, 21, 11, 30, tzinfo=UTC)
    assert '<time datetime="2026-11-21T11:30:00Z" data-moment="day">' in rendered('{% moment at "day" %}', at=at)


@pytest.mark.parametrize(
    ("before", "style", "words"),
    [
        (timedelta(seconds=20), "relative", "just now"),
        (timedelta(minutes=5), "relative", "5 min ago"),
        (timedelta(hours=3), "relative", "3 h ago"),
        (timedelta(hours=-2), "relative", "in 2 h"),
        (timedelta(days=3), "relative", "Nov 19"),
        (timedelta(days=400), "date", "Oct 18, 2025"),
        (timedelta(hours=1), "day", "Today 11:00"),
        (timedelta(days=1), "day", "Yesterday 12:00"),
        (timedelta(minutes=5), "time", "11:55"),
        (timedelta(0), "exact", "Nov 22, 2026, 12:00"),
    ],
)
def test_moments_are_written_as_the_script_goes_on_writing_them(
    before: timedelta, style: str, words: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
    monkeypatch.setattr("django.utils.timezone.now", lambda: now)
    with timezone.override(UTC):
        assert moment_text(now - before, style, now=now) == words


def test_a_plain_date_is_written_in_the_language_of_the_page(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("django.utils.timezone.now", lambda: datetime(2026, 11, 22, 12, 0, tzinfo=UTC))
    assert ">Nov 1</time>" in rendered("{% moment day %}", day=date(2026, 11, 1))
    with translation.override("zh-hans"):
        assert ">11月1日</time>" in rendered("{% moment day %}", day=date(2026, 11, 1))
        assert rendered("{{ day|date_text }}", day=date(2025, 1, 2)) == "2025年1月2日"
    assert rendered('{{ day|date_text|default:"–" }}', day=None) == "–"


def test_moment_of_nothing_is_a_dash() -> None:
    assert "–" in rendered("{% moment at %}", at=None)


def test_countdown_says_breach_once_the_moment_has_passed() -> None:
    late = timezone.now() - timedelta(minutes=3)
    assert "lt-breach" in rendered("{% countdown at %}", at=late)


def test_countdown_warns_from_its_warning_moment() -> None:
    now = timezone.now()
    text = rendered("{% countdown due warn %}", due=now + timedelta(hours=2), warn=now - timedelta(seconds=1))
    assert "lt-warning" in text


def test_card_keeps_markup_inside_and_escapes_its_title() -> None:
    text = rendered("{% card title %}<b>inside</b>{% endcard %}", title="<i>A</i>")
    assert "<b>inside</b>" in text
    assert "<i>A</i>" not in text


def test_captured_markup_can_be_an_argument() -> None:
    text = rendered('{% capture as buttons %}<a href="#">Go</a>{% endcapture %}{% card "A" actions=buttons %}x{% endcard %}')
    assert '<a href="#">Go</a>' in text


def test_field_names_its_control_and_says_what_is_wrong() -> None:
    class Sample(forms.Form):
        name = forms.CharField(label="Name", help_text="As on the badge")

    text = rendered("{% field form.name %}", form=Sample({"name": ""}))
    assert '<label class="form-label" for="id_name">Name' in text
    assert 'aria-invalid="true"' in text
    assert "lt-field-error" in text
    assert "As on the badge" in text


def test_a_folded_section_opens_for_an_error_and_not_for_words_that_look_like_one() -> None:
    class Sample(forms.Form):
        name = forms.CharField(label="Name")

    def is_folded(form: forms.Form) -> bool:
        text = rendered('{% section "a" "A" folded=True %}{% field form.name %}{% endsection %}', form=form)
        return "<details" in text and "<details open" not in text

    assert is_folded(Sample()) and is_folded(Sample({"name": 'is-wrong aria-invalid="true"'}))
    assert not is_folded(Sample({"name": ""}))


def test_choices_are_boxes_with_their_words() -> None:
    class Sample(forms.Form):
        channel = forms.ChoiceField(widget=forms.RadioSelect, choices=[("a", "Chat"), ("b", "Mail")], required=False)

    text = rendered("{% field form.channel %}", form=Sample({"channel": "b"}))
    assert text.count('type="radio"') == 2
    assert "<legend" in text
    assert "checked" in text.split('value="b"')[1].split(">")[0]


def test_form_body_summarises_all_errors_first() -> None:
    class Sample(forms.Form):
        one = forms.CharField(label="One")
        two = forms.CharField(label="Two")

    text = rendered("{% form_body form %}", form=Sample({}))
    assert text.index("2 things are not right yet") < text.index('id="id_one"')
    assert 'href="#id_two"' in text


def test_pager_keeps_the_query_and_replaces_the_cursor() -> None:
    request = RequestFactory().get("/list/", {"q": "退款", "after": "old"})
    text = rendered("{% pager page %}", page=SimpleNamespace(older="next", newer=None, shown=""), request=request)
    assert "q=%E9%80%80%E6%AC%BE&amp;after=next" in text
    assert "old" not in text.replace("older", "").replace("Older", "")


def test_figure_without_value_shows_a_dash_never_a_zero() -> None:
    text = rendered("{% figure one %}", one={"name": "Resolution", "value": None, "sample": "0"})
    assert '<span class="lt-num">–</span>' in text


def test_figure_shows_a_value_of_zero() -> None:
    assert '<span class="lt-num">0</span>' in rendered('{% figure name="Waiting" value=0 %}')


def test_chart_data_cannot_close_its_script() -> None:
    text = rendered('{% chart "c" data "Volume" %}', data={"kind": "bar", "labels": ["</script><b>"], "series": []})
    assert "</script><b>" not in text


def test_slot_renders_the_pieces_of_a_place_in_order_and_honours_permissions(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(manifest, "_collected", {})
    template = "ui/parts/segmented.html"
    manifest.register(
        Manifest(
            app="a",
            slots=[
                Slot(
                    place="p",
                    template=template,
                    order=2,
                    key="second",
                    label="Second",
                    context=lambda request, **given: {"label": f"two {given['case']}"},
                ),
                Slot(place="p", template=template, order=1, key="first", context=lambda request, **given: {"label": "one"}),
                Slot(place="p", template=template, key="left-out", context=lambda request, **given: None),
                Slot(place="p", template=template, key="secret", permission="a.see_secret"),
            ],
        )
    )
    text = rendered('{% slot "p" case=7 %}', request=RequestFactory().get("/"))
    assert text.index("one") < text.index("two 7")
    keys = rendered('{% slots_of "p" case=7 as found %}{% for piece in found %}{{ piece.key }},{% endfor %}')
    assert keys == "first,second,"
