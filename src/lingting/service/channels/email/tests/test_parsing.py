"""The traps of mail, one by one: charsets that lie, headers that break, parts within parts, histories of many programs."""

from __future__ import annotations

import base64
import quopri
from email.header import Header

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from lingting.service.channels.email.parsing import parse
from lingting.service.channels.email.parsing.charsets import decoded
from lingting.service.channels.email.parsing.quoting import split_history
from lingting.service.channels.email.parsing.showing import has_remote_pictures, safe_html
from lingting.service.channels.email.parsing.texts import text_of_html
from lingting.service.channels.email.tests.histories import HISTORIES, WHOLE
from lingting.service.channels.email.tests.writing import mail

CHINESE = "您好，请问我的订单什么时候能到？谢谢您的帮助。"
TRADITIONAL = "您好，請問我的訂單什麼時候能到？謝謝您的幫助。"
JAPANESE = "お問い合わせいただきありがとうございます。商品はまだ届いていません。"


def raw(body: bytes, *, kind: str = "text/plain", charset: str = "", coding: str = "8bit", head: str = "") -> bytes:
    charset = f"; charset={charset}" if charset else ""
    return (
        f"From: a@b.example\r\nSubject: x\r\n{head}Content-Type: {kind}{charset}\r\nContent-Transfer-Encoding: {coding}\r\n\r\n"
    ).encode() + body


@pytest.mark.parametrize(
    ("text", "truth", "label"),
    [
        (CHINESE, "gb18030", "gb2312"),
        (CHINESE + "镕㐀", "gb18030", "gb2312"),
        (CHINESE, "gb18030", "gbk"),
        (CHINESE, "gb18030", "iso-8859-1"),
        (CHINESE, "gb18030", "us-ascii"),
        (CHINESE, "gb18030", "utf-8"),
        (CHINESE, "gb18030", "x-unknown-charset"),
        (CHINESE, "gb18030", ""),
        (CHINESE, "utf-8", "gb2312"),
        (CHINESE, "utf-8", "iso-8859-1"),
        (CHINESE, "utf-8-sig", "utf-8"),
        (CHINESE, "utf-16", "utf-16"),
        (CHINESE, "hz", "hz-gb-2312"),
        (TRADITIONAL, "big5", "big5"),
        (TRADITIONAL, "big5hkscs", "big5-hkscs"),
        (TRADITIONAL, "big5", ""),
        (TRADITIONAL, "big5", "gb2312"),
        (JAPANESE, "iso2022_jp", "iso-2022-jp"),
        (JAPANESE, "iso2022_jp", "utf-8"),
        (JAPANESE, "cp932", "shift_jis"),
        (JAPANESE, "cp932", ""),
        (JAPANESE, "euc_jp", ""),
        ("안녕하세요 주문한 상품이 아직 오지 않았습니다", "cp949", "ks_c_5601-1987"),
        ("Здравствуйте, где мой заказ?", "cp1251", ""),
        ("Grüße aus München, schöne Grüße", "cp1252", ""),
        ("Grüße aus München", "cp1252", "iso-8859-1"),
    ],
)
def test_text_is_read_whatever_its_label_says(text: str, truth: str, label: str):
    assert decoded(text.encode(truth), label) == text


@pytest.mark.parametrize("coding", ["8bit", "base64", "quoted-printable"])
def test_a_gb_body_in_disguise_is_read_in_every_transfer_encoding(coding: str):
    data = CHINESE.encode("gb18030")
    body = {"8bit": data, "base64": base64.encodebytes(data), "quoted-printable": quopri.encodestring(data)}[coding]
    assert parse(raw(body, charset="gb2312", coding=coding)).text == CHINESE


def _words(text: str, charset: str, cut: int) -> str:
    """An encoded header whose words are cut in the middle of characters, as bad programs do."""
    data = text.encode(charset)
    pieces = [data[start : start + cut] for start in range(0, len(data), cut)]
    return "\r\n ".join(f"=?{charset}?B?{base64.b64encode(piece).decode()}?=" for piece in pieces)


@pytest.mark.parametrize(
    ("header", "shown"),
    [
        (_words(CHINESE, "utf-8", 7), CHINESE),
        (_words(CHINESE, "gb18030", 5), CHINESE),
        ("=?gb2312?Q?=C4=FA=BA=C3?=", "您好"),
        ("=?utf-8?Q?=E6=82=A8 =E5=A5=BD?=", "您 好"),
        ("=?utf-8?B?5oKo5aW9?==?utf-8?B?5oKo5aW9?=", "您好您好"),
        ("=?utf-8?B?5oKo5aW9", "=?utf-8?B?5oKo5aW9"),
        ("=?utf-8?B?5oKo5aW?=", "您"),
        ("=?UTF-8*zh?Q?=E6=82=A8?=", "您"),
        ('"=?utf-8?B?5oKo5aW9?="', '"您好"'),
        (Header(CHINESE, "big5" if False else "utf-8").encode(), CHINESE),
        ("plain", "plain"),
    ],
)
def test_subjects_are_read_as_they_are_written(header: str, shown: str):
    assert parse(f"From: a@b.example\r\nSubject: {header}\r\n\r\nx".encode()).subject.startswith(shown)


@pytest.mark.parametrize("charset", ["gb18030", "utf-8", "big5"])
def test_raw_8bit_headers_are_read(charset: str):
    text = TRADITIONAL if charset == "big5" else CHINESE
    content = b"From: " + text[:6].encode(charset) + b" <a@b.example>\r\nSubject: " + text.encode(charset) + b"\r\n\r\nx"
    found = parse(content)
    assert found.subject == text
    assert found.sender and found.sender.address == "a@b.example"


def _with_file(disposition: str, kind: str = "application/pdf") -> bytes:
    return (
        "From: a@b.example\r\nMIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n"
        f"Content-Type: text/plain\r\n\r\nhi\r\n--b\r\nContent-Type: {kind}\r\nContent-Disposition: {disposition}\r\n"
        "Content-Transfer-Encoding: base64\r\n\r\nJVBERi0xLjQK\r\n--b--\r\n"
    ).encode("utf-8", "surrogateescape")


@pytest.mark.parametrize(
    ("disposition", "name"),
    [
        ("attachment; filename*=utf-8''%E5%8F%91%E7%A5%A8.pdf", "发票.pdf"),
        ("attachment; filename*=GB2312''%B7%A2%C6%B1.pdf", "发票.pdf"),
        ("attachment; filename*0*=utf-8''%E5%8F%91; filename*1*=%E7%A5%A8; filename*2=.pdf", "发票.pdf"),
        ('attachment; filename="=?gb2312?B?t6LGsS5wZGY=?="', "发票.pdf"),
        ('attachment; filename="=?utf-8?B?5Y+R?=\r\n =?utf-8?B?56WoLnBkZg==?="', "发票.pdf"),
        ('attachment; filename="%E5%8F%91%E7%A5%A8.pdf"', "发票.pdf"),
        ("attachment; filename=my invoice.pdf", "my invoice.pdf"),
        ('attachment; filename="a\\"b;c.pdf"', 'a"b;c.pdf'),
        ('attachment; filename="发票.pdf"', "发票.pdf"),
        ("attachment", "part-1.pdf"),
    ],
)
def test_file_names_of_every_kind_are_read(disposition: str, name: str):
    assert parse(_with_file(disposition)).attachments[0].name == name


def test_a_raw_gb_file_name_is_read():
    content = _with_file('attachment; filename="NAME"').replace(b"NAME", "发票和清单.pdf".encode("gb18030"))
    assert parse(content).attachments[0].name == "发票和清单.pdf"


def test_pictures_in_the_text_stay_in_it_and_unused_ones_become_files():
    content = (
        b"From: a@b.example\r\nContent-Type: multipart/related; boundary=r\r\n\r\n--r\r\nContent-Type: text/html\r\n\r\n"
        b'<p>hi<img src="cid:one@x"></p>\r\n--r\r\nContent-Type: image/png\r\nContent-ID: <one@x>\r\n\r\nPNG1\r\n'
        b"--r\r\nContent-Type: image/png; name=logo.png\r\nContent-ID: <two@x>\r\n\r\nPNG2\r\n--r--\r\n"
    )
    found = parse(content)
    assert [part.content_id for part in found.inline] == ["one@x"]
    assert [part.name for part in found.attachments] == ["logo.png"]
    assert found.text == "hi"


def test_broken_structure_is_read_as_far_as_it_goes():
    no_end = b"From: a@b.example\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\nContent-Type: text/plain\r\n\r\nhello"
    assert parse(no_end).text == "hello"
    no_boundary = b"From: a@b.example\r\nContent-Type: multipart/mixed\r\n\r\nhello"
    assert "hello" in parse(no_boundary).text
    bad_base64 = raw(b"5oKo5aW9*&^%5oKo5aW9", charset="utf-8", coding="base64")
    assert "您好" in parse(bad_base64).text
    assert parse(b"").sender is None
    assert parse(b"\x00\x00\x00").subject == ""
    assert parse(b"just text, no header at all\r\n").sender is None


def test_limits_hold_against_bombs():
    many = b"From: a@b.example\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n" + b"--b\r\n\r\nx\r\n" * 5000 + b"--b--\r\n"
    found = parse(many)
    assert found.marks["cut"] is True
    deep = b"From: a@b.example\r\n" + b"".join(
        b"Content-Type: multipart/mixed; boundary=b%d\r\n\r\n--b%d\r\n" % (level, level) for level in range(3000)
    )
    assert parse(deep).sender is not None
    long_header = b"From: a@b.example\r\nSubject: " + b"x" * 10_000_000 + b"\r\n\r\nhi"
    assert len(parse(long_header).subject) <= 500
    headers = b"From: a@b.example\r\n" + b"X-A: b\r\n" * 100_000 + b"\r\nhi"
    assert parse(headers).text == "hi"


def test_nul_never_reaches_what_is_kept():
    found = parse(raw(b"a\x00b", head="X: y\x00z\r\n").replace(b"Subject: x", b"Subject: a\x00b"))
    assert "\x00" not in found.text + found.subject


def test_calendars_signatures_and_encryption_are_shown_as_such():
    event = (
        "BEGIN:VCALENDAR\r\nMETHOD:REQUEST\r\nVERSION:2.0\r\nBEGIN:VEVENT\r\nUID:1\r\nSUMMARY:上门安装\r\n"
        "DTSTART:20261120T020000Z\r\nDTEND:20261120T030000Z\r\nLOCATION:成都\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n"
    ).encode()
    card = parse(raw(event, kind="text/calendar", charset="utf-8")).calendar[0]
    assert (card.title, card.method, card.starts) == ("上门安装", "REQUEST", "2026-11-20T02:00:00+00:00")
    signed = b'From: a@b.example\r\nContent-Type: multipart/signed; protocol="application/pkcs7-signature"; boundary=b\r\n\r\n'
    signed += (
        b"--b\r\nContent-Type: text/plain\r\n\r\nhi\r\n--b\r\nContent-Type: application/pkcs7-signature\r\n\r\nxx\r\n--b--\r\n"
    )
    assert parse(signed).marks == {"smime": "signed"}
    enveloped = raw(b"MIAG", kind="application/pkcs7-mime; smime-type=enveloped-data", coding="base64")
    assert parse(enveloped).marks["smime"] == "encrypted"
    pgp = b'From: a@b.example\r\nContent-Type: multipart/encrypted; protocol="application/pgp-encrypted"; boundary=b\r\n\r\n--b--\r\n'
    assert parse(pgp).marks["pgp"] == "encrypted"
    assert parse(raw(b"BEGIN:VCALENDAR nonsense", kind="text/calendar")).calendar == []


def test_winmail_dat_that_cannot_be_read_stays_a_file():
    content = raw(b"\x78\x9f\x3e\x22broken", kind="application/ms-tnef; name=winmail.dat")
    assert [file.name for file in parse(content).attachments] == ["winmail.dat"]


@pytest.mark.parametrize("name", sorted(HISTORIES))
def test_what_is_new_stands_apart_from_its_history(name: str):
    text, own = HISTORIES[name]
    found = split_history(text)
    assert found.text == own, name
    assert found.quoted


@pytest.mark.parametrize("name", sorted(WHOLE))
def test_what_is_no_history_stays_whole(name: str):
    assert split_history(WHOLE[name]).text == WHOLE[name].strip()


def test_html_alone_is_read_as_text_with_its_quotes_marked():
    html = "<style>p{}</style><p>您好</p><ul><li>一</li><li>二</li></ul><blockquote>旧的<br>两行</blockquote><script>x()</script>"
    assert text_of_html(html) == "您好\n\n• 一\n• 二\n> 旧的\n> 两行"
    assert text_of_html('<a href="https://a.example/x">这里</a>') == "这里 (https://a.example/x)"


def test_shown_html_can_do_nothing():
    html = (
        '<p onclick="x()" style="color:red;background:url(https://t.example/a);position:fixed">hi</p><script>x()</script>'
        '<img src="https://t.example/p.png"><img src="cid:a"><a href="javascript:x()">j</a><form action="/"><input></form>'
        '<iframe src="https://t.example"></iframe><a href="https://ok.example">ok</a><meta http-equiv=refresh content="0;url=x">'
    )
    shown = safe_html(html, pictures={"a": "/files/1"}, with_remote=False)
    for bad in ("onclick", "script", "t.example", "javascript", "<form", "<iframe", "position", "<meta", "<input"):
        assert bad not in shown, bad
    assert '"/files/1"' in shown and "noopener" in shown and "_blank" in shown
    assert has_remote_pictures(html)
    assert "https://t.example/p.png" in safe_html(html, pictures={}, with_remote=True)


@pytest.mark.parametrize(
    ("more", "subject", "kind"),
    [
        ("Auto-Submitted: auto-replied\r\n", "x", "auto"),
        ("X-Autoreply: yes\r\n", "x", "auto"),
        ("Precedence: auto_reply\r\n", "x", "auto"),
        ("", "自动回复：关于订单", "auto"),
        ("", "Automatic reply: Order", "auto"),
        ("", "Out of Office Re: order", "auto"),
        ("Auto-Submitted: no\r\n", "x", "letter"),
        ("Auto-Submitted: auto-generated\r\n", "网站表单", "letter"),
        ("", "关于自动回复的问题", "letter"),
    ],
)
def test_automatic_answers_are_known(more: str, subject: str, kind: str):
    assert parse(mail("x", subject=subject, more=more)).nature.kind == kind


@pytest.mark.parametrize(
    "more",
    [
        "Auto-Submitted: auto-generated\r\n",
        "List-Id: <a.b>\r\n",
        "Precedence: bulk\r\n",
        "Return-Path: <>\r\n",
        "X-Auto-Response-Suppress: All\r\n",
    ],
)
def test_machines_get_no_automatic_answer(more: str):
    assert not parse(mail("x", more=more)).nature.may_answer
    assert not parse(mail("x", sender="noreply@shop.example")).nature.may_answer
    assert parse(mail("x")).nature.may_answer


def test_bounces_of_odd_systems_name_who_was_not_reached():
    identifier = "lt." + "a" * 32 + "@centre.example"
    text = f"很抱歉，您的邮件被退回。\n收件人：gone@qq.example\n退信原因：550 5.1.1 Mailbox not found\nMessage-ID: <{identifier}>"
    found = parse(mail(text, sender="PostMaster@qq.example", subject="系统退信/Systems bounce")).nature
    assert (found.kind, found.our_ids) == ("bounce", [identifier])
    assert [(one.address, one.status, one.is_final) for one in found.failures] == [("gone@qq.example", "5.1.1", True)]
    assert parse(mail("您好", subject="退信是怎么回事")).nature.kind == "letter"


@settings(max_examples=150, suppress_health_check=list(HealthCheck))
@given(st.binary(max_size=4000))
def test_any_bytes_are_read(content: bytes):
    found = parse(content)
    assert "\x00" not in found.text + found.subject + found.html


_LINES = st.lists(
    st.sampled_from(
        [
            b"From: a@b.example", b"Content-Type: multipart/mixed; boundary=b", b"Content-Type: multipart/alternative; boundary=b",
            b"Content-Type: text/html; charset=gb2312", b"Content-Type: text/plain; charset=\xff", b"--b", b"--b--", b"",
            b"Content-Transfer-Encoding: base64", b"Content-Transfer-Encoding: quoted-printable", b"=?utf-8?B?5oKo", b"5oKo5aW9",
            b"Content-Type: message/rfc822", b"Content-Type: message/delivery-status", b"Content-Type: application/ms-tnef",
            b"\x78\x9f\x3e\x22\x01\x00", b"Content-Type: text/calendar", b"BEGIN:VCALENDAR", b"Content-Disposition: attachment; filename*0*=x''%",
            b"Subject: =?gb2312?B?xPo=?= =?", b"Date: Tue, 99 Nov 99999 99:99:99 +9999", b"Message-ID: <<>>", b"<p>\xc4\xfa<", b"Final-Recipient: ;",
            b"Content-Type: multipart/report; report-type=delivery-status; boundary=b", b"=C4=FA=", b"begin 644 x", b"X" * 300,
            b"Content-Type: text/plain; charset*0*=x", b"References: <a> <b", b"Authentication-Results: x; ((((", b"To: ,,;<@>,\"",
        ]
    ),
    max_size=40,
)  # fmt: skip


@settings(max_examples=250, suppress_health_check=list(HealthCheck))
@given(_LINES)
def test_any_heap_of_mail_lines_is_read(lines: list[bytes]):
    found = parse(b"\r\n".join(lines))
    assert isinstance(found.body_hash, str) and len(found.body_hash) == 32
