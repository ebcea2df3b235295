"""Invented content for the gallery: enough to show every component with real-looking words."""

from __future__ import annotations

import math
from datetime import datetime, timedelta
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from lingting.platform.ui.paging import Page

PEOPLE = [
    ("王小明", "138 0013 8000"),
    ("尉迟·阿依古丽", "139 1101 2002"),
    ("李雷", "186 2100 7788"),
    ("Maria Chen", "+49 30 901820"),
    ("欧阳若曦", "135 0246 8024"),
    ("Jonathan Featherstone-Haugh", "+44 20 7946 0958"),
    ("陈静", "137 7000 1122"),
    ("赵子墨", "150 1234 5678"),
]
SUBJECTS = [
    "退款三天还没到账，客服说今天处理",
    "Wi-Fi 路由器闪红灯，重启也没有用",
    "发票抬头开错了，需要重开",
    "Order 20261118-0042 never arrived, tracking stuck in customs",
    "想把会员转给家里老人用",
    "安装师傅约的上午，到现在没来，电话也打不通，请尽快给个说法，家里有老人等着用热水",
    "空调外机噪音大",
    "App 登录一直提示验证码错误",
]
STATES = [("breach", "已超时"), ("warning", "快到时限"), ("ready", "达标"), ("ours", "处理中"), ("idle", "已关闭")]


class QueueForm(forms.Form):
    """A settings form with one field of every kind."""

    name = forms.CharField(
        label=gettext_lazy("Queue name"),
        max_length=40,
        help_text=gettext_lazy("Agents see this on every offer."),
        widget=forms.TextInput(attrs={"data-count": ""}),
    )
    greeting = forms.CharField(
        label=gettext_lazy("Greeting"), required=False, widget=forms.Textarea(attrs={"rows": 3, "data-grow": ""})
    )
    owner = forms.ChoiceField(
        label=gettext_lazy("Owner"),
        choices=[(str(i), n) for i, (n, _d) in enumerate(PEOPLE)],
        widget=forms.Select(attrs={"data-combobox": ""}),
    )
    skills = forms.CharField(
        label=gettext_lazy("Skills"),
        required=False,
        widget=forms.TextInput(attrs={"data-tags": "", "data-suggestions": "粤语,英语,空调,退款"}),
        help_text=gettext_lazy("Press Enter after each one."),
    )
    answer_seconds = forms.IntegerField(label=gettext_lazy("Answer within (seconds)"), min_value=5, max_value=600)
    channels = forms.MultipleChoiceField(
        label=gettext_lazy("Channels"),
        widget=forms.CheckboxSelectMultiple,
        choices=[("chat", gettext_lazy("Web chat")), ("mail", gettext_lazy("E-mail")), ("voice", gettext_lazy("Phone"))],
    )
    overflow = forms.ChoiceField(
        label=gettext_lazy("When nobody is free"),
        widget=forms.RadioSelect,
        choices=[("wait", gettext_lazy("Keep waiting")), ("message", gettext_lazy("Offer to leave a message"))],
    )
    picture = forms.FileField(
        label=gettext_lazy("Picture"),
        required=False,
        widget=forms.ClearableFileInput(attrs={"data-filedrop": "", "accept": "image/*"}),
    )
    is_open = forms.BooleanField(label=gettext_lazy("Take new conversations"), required=False)


def gallery(*, now: datetime) -> dict[str, Any]:
    """Everything the gallery and its sample pages show."""
    return {
        "now": now,
        "moments": [
            now - timedelta(seconds=20),
            now - timedelta(minutes=7),
            now - timedelta(hours=5),
            now - timedelta(days=1),
            now - timedelta(days=40),
            now + timedelta(hours=3),
        ],
        "soon": now + timedelta(minutes=4, seconds=12),
        "late": now - timedelta(minutes=2, seconds=5),
        "later": now + timedelta(hours=5),
        "people": PEOPLE,
        "rows": rows(now=now),
        "page": Page(items=[], older="b2xkZXI", newer="bmV3ZXI", shown=_("25 of about %(count)s") % {"count": "1,284"}),
        "form": QueueForm({"name": "VIP 专线", "answer_seconds": "700", "owner": "0", "skills": "粤语, 退款"}),
        "line_chart": line_chart(),
        "bar_chart": bar_chart(),
        "figures": figures(),
        "periods": [("day", _("Day")), ("week", _("Week")), ("month", _("Month"))],
        "columns": [("channel", _("Channel"), True), ("queue", _("Queue"), True), ("tags", _("Tags"), False)],
        "search_label": _("Search subject, customer or number"),
        "conversation": conversation(now=now),
        "agents": agents(now=now),
        "queues": queues(),
    }


def rows(*, now: datetime) -> list[dict[str, Any]]:
    """Cases of a list page."""
    found = []
    for number, subject in enumerate(SUBJECTS):
        kind, word = STATES[number % len(STATES)]
        found.append(
            {
                "id": 20611 - number * 7,
                "subject": subject,
                "customer": PEOPLE[number][0],
                "kind": kind,
                "word": word,
                "opened_at": now - timedelta(minutes=3 + number * number * 37),
                "wait": 42 + number * 371,
                "due_at": now + timedelta(minutes=number * 9 - 6),
                "agent": PEOPLE[-number - 1][0],
                "channel": ("message-circle", "mail", "phone")[number % 3],
                "vip": number in (1, 5),
            }
        )
    return found


def figures() -> list[dict[str, Any]]:
    """Figure cards in all their states."""
    today = {"url": "#", "period": _("today")}
    late, good = {"trend_good": False}, {"trend_good": True}
    return [
        today | late | {
            "name": _("Service level"), "value": "86.4", "unit": "%", "variant": _("answered in 20 s"), "sample": "1,204",
            "target": "≥ 90 %", "trend": "−2.1", "state": "warning", "state_text": _("Below target"),
        },
        today | good | {
            "name": _("Average speed of answer"), "value": "00:14", "variant": _("people only"), "sample": "1,204",
            "target": "≤ 00:20", "trend": "−00:03", "state": "ready", "state_text": _("On target"),
        },
        today | late | {
            "name": _("Abandoned"), "value": "6.8", "unit": "%", "variant": _("after 5 s"), "sample": "1,292",
            "target": "≤ 5 %", "trend": "+1.4", "state": "breach", "state_text": _("Limit crossed"),
        },
        good | {
            "name": _("Satisfaction"), "value": "4.62", "unit": "/ 5", "sample": "318", "target": "≥ 4.5", "trend": "+0.03",
            "url": "#", "period": _("last 7 days"),
        },
        {
            "name": _("First contact resolution"), "value": None, "note": _("Too few ratings yet"), "sample": "0",
            "target": "≥ 75 %", "period": _("today"),
        },
    ]  # fmt: skip


def line_chart() -> dict[str, Any]:
    """Contacts by hour: actual, forecast with its band, capacity."""
    hours = [f"{hour:02d}:00" for hour in range(8, 22)]
    wave = [round(120 + 90 * math.sin((hour - 6) / 4.2) + 40 * math.sin(hour)) for hour in range(14)]
    return {
        "kind": "line",
        "labels": hours,
        "unit": _("contacts"),
        "target": {"value": 200, "name": _("Capacity")},
        "series": [
            {"name": _("Actual"), "values": [value + (index % 3) * 9 - 8 for index, value in enumerate(wave[:9])] + [None] * 5},
            {
                "name": _("Forecast"),
                "values": wave,
                "low": [round(v * 0.88) for v in wave],
                "high": [round(v * 1.12) for v in wave],
                "dashed": True,
            },
        ],
    }


def bar_chart() -> dict[str, Any]:
    """Service level by queue against its target."""
    return {
        "kind": "bar",
        "labels": ["退款与发票", "安装预约", "VIP 专线", "故障报修", "海外 English"],
        "format": "percent",
        "target": {"value": 0.9, "name": _("Target")},
        "series": [{"name": _("Service level"), "values": [0.93, 0.81, 0.97, 0.88, 0.91]}],
    }


def conversation(*, now: datetime) -> list[dict[str, Any]]:
    """A short conversation with a note and a system line."""
    said = [
        ("customer", "尉迟·阿依古丽", 9, "你好，我的退款显示已完成，但是银行卡没有到账，已经三天了。"),
        ("system", "", 9, "路由把会话分给了 陈静：技能“退款” 4 级，空闲 3 分 12 秒"),
        ("us", "陈静", 8, "您好，我马上为您核对。请问退款的订单号是 20261118-0042 吗？"),
        ("customer", "尉迟·阿依古丽", 6, "对的，就是这个。"),
        ("note", "陈静", 3, "财务确认：银行渠道维护，预计今天 18:00 前补到账。@李雷 请跟进。"),
    ]
    return [{"side": side, "who": who, "text": text, "at": now - timedelta(minutes=ago)} for side, who, ago, text in said]


def agents(*, now: datetime) -> list[dict[str, Any]]:
    """The agent strip of the wallboard."""
    kinds = [("ready", _("Ready")), ("busy", _("Serving")), ("warning", _("Break")), ("busy", _("Serving"))]
    return [
        {"name": name, "kind": kinds[i % 4][0], "word": kinds[i % 4][1], "at": now - timedelta(seconds=70 + i * 433)}
        for i, (name, _detail) in enumerate(PEOPLE)
    ]


def queues() -> list[dict[str, Any]]:
    """Rows of the wallboard."""
    names = ("name", "waiting", "longest", "active", "level", "kind")
    rows_shown = [
        ("退款与发票", 3, 48, 14, "93 %", "ready"),
        ("安装预约", 9, 312, 21, "71 %", "breach"),
        ("VIP 专线", 0, None, 4, "98 %", "ready"),
        ("故障报修", 5, 131, 17, "86 %", "warning"),
        ("海外 English", 1, 12, 6, "91 %", "ready"),
    ]
    return [dict(zip(names, row, strict=True)) for row in rows_shown]
