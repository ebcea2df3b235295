"""Answers as the usual programs write them, made up for these tests: the whole text, and what its writer says now."""

from __future__ import annotations

_OLD = "您好，您的订单已经发出。\n客服"

HISTORIES: dict[str, tuple[str, str]] = {
    "qq": (
        '还没有收到\n\n\n\n------------------ 原始邮件 ------------------\n发件人: "云舟客服" <service@centre.example>;\n'
        f'发送时间: 2026年11月16日(星期一) 上午10:00\n收件人: "李雷" <lilei@qq.example>;\n主题: 您的订单\n\n{_OLD}',
        "还没有收到",
    ),
    "foxmail": (
        f"还没有收到\n\n\n李雷\n\n发件人： 云舟客服\n发送时间： 2026-11-16 10:00\n收件人： lilei\n主题： 您的订单\n{_OLD}",
        "还没有收到\n\n\n李雷",
    ),
    "163 web": (
        f'还没有收到\n\n\n在 2026-11-16 10:00:00，"云舟客服" <service@centre.example> 写道：\n\n{_OLD}',
        "还没有收到",
    ),
    "163 old": (
        f'还没有收到\n\n\nAt 2026-11-16 10:00:00, "service" <service@centre.example> wrote:\n>{_OLD}',
        "还没有收到",
    ),
    "163 mobile": (
        f"还没有收到\n\n\n| |\n李雷\n|\n---- 回复的原邮件 ----\n| 发件人 | 云舟客服<service@centre.example> |\n{_OLD}",
        "还没有收到\n\n\n| |\n李雷\n|",
    ),
    "gmail en": (
        f"Not yet.\n\nOn Mon, Nov 16, 2026 at 10:00 AM Yunzhou Service <service@centre.example> wrote:\n\n> {_OLD}",
        "Not yet.",
    ),
    "gmail en, broken line": (
        f"Not yet.\n\nOn Mon, Nov 16, 2026 at 10:00 AM Yunzhou Customer Service Centre\n<service@centre.example> wrote:\n\n> {_OLD}",
        "Not yet.",
    ),
    "gmail zh": (
        f"还没有\n\n云舟客服 <service@centre.example> 于2026年11月16日周一 10:00写道：\n\n> {_OLD}",
        "还没有",
    ),
    "apple zh": (f"还没有\n\n> 在 2026年11月16日，10:00，云舟客服 <service@centre.example> 写道：\n> \n> {_OLD}", "还没有"),
    "apple zh, older": (f"还没有\n\n2026年11月16日 上午10:00，云舟客服 <service@centre.example> 写道：\n\n> {_OLD}", "还没有"),
    "apple en": (f"Not yet\n\n> On 16 Nov 2026, at 10:00, Service <service@centre.example> wrote:\n> \n> {_OLD}", "Not yet"),
    "iphone zh": (
        f"还没有\n\n发自我的iPhone\n\n> 在 2026年11月16日，10:00，客服 <service@centre.example> 写道：\n> {_OLD}",
        "还没有",
    ),
    "outlook en": (
        f"Not yet.\n\nFrom: Service <service@centre.example>\nSent: Monday, November 16, 2026 10:00 AM\nTo: Li Lei\nSubject: Order\n\n{_OLD}",
        "Not yet.",
    ),
    "outlook en, rule": (
        f"Not yet.\n\n________________________________\nFrom: Service <s@c.example>\nSent: Monday\nTo: Li Lei\nSubject: Order\n\n{_OLD}",
        "Not yet.",
    ),
    "outlook zh": (
        f"还没有\n\n发件人: 云舟客服 <service@centre.example>\n发送时间: 2026年11月16日 10:00\n收件人: 李雷\n抄送: 王芳\n主题: 订单\n\n{_OLD}",
        "还没有",
    ),
    "outlook zh-tw": (
        f"還沒有\n\n寄件者: 客服 <s@c.example>\n寄件日期: 2026年11月16日\n收件者: 李雷\n主旨: 訂單\n\n{_OLD}",
        "還沒有",
    ),
    "outlook old": (f"Not yet.\n\n-----Original Message-----\nFrom: Service\nSent: Monday\n\n{_OLD}", "Not yet."),
    "outlook old zh": (
        f"还没有\n\n-----邮件原件-----\n-----原始邮件-----\n发件人: 客服\n\n{_OLD}",
        "还没有\n\n-----邮件原件-----",
    ),
    "outlook mobile": (
        f"还没有\n\n获取 Outlook for iOS\n________________________________\n发件人: 客服 <s@c.example>\n发送时间: 星期一\n收件人: 李雷\n主题: 订单\n{_OLD}",
        "还没有\n\n获取 Outlook for iOS",
    ),
    "dingtalk": (
        "还没有\n------------------------------------------------------------------\n发件人：云舟客服<service@centre.example>\n"
        f"日　期：2026年11月16日 10:00:00\n收件人：李雷<l@x.example>\n主　题：订单\n\n{_OLD}",
        "还没有",
    ),
    "thunderbird": (f"Not yet.\n\nOn 16/11/2026 10:00, Service wrote:\n> {_OLD}", "Not yet."),
    "french": (f"Pas encore.\n\nLe lun. 16 nov. 2026 à 10:00, Service <s@c.example> a écrit :\n> {_OLD}", "Pas encore."),
    "german": (f"Noch nicht.\n\nAm Mo., 16. Nov. 2026 um 10:00 Uhr schrieb Service <s@c.example>:\n> {_OLD}", "Noch nicht."),
    "bare quotes": ("Not yet.\n\n> first line\n> second line\n", "Not yet."),
    "signature": ("Not yet.\n\n-- \nLi Lei\nChengdu", "Not yet."),
    "sent from": ("还没有\n\n发自我的华为手机", "还没有"),
    "sent from en": ("Not yet\n\nSent from my iPhone", "Not yet"),
}

WHOLE: dict[str, str] = {
    "answers between quotes": (
        "On Mon, Nov 16, 2026 at 10:00 AM Service <s@c.example> wrote:\n> 地址对吗？\n对的。\n> 电话呢？\n也对。\n> 谢谢\n再见"
    ),
    "a forward": "请看下面\n\n---------- Forwarded message ---------\nFrom: A <a@b.example>\nDate: Mon\nSubject: x\nTo: y\n\ntext",
    "a forward zh": '请处理\n\n-------- 转发邮件信息 --------\n发件人："A" <a@b.example>\n发送日期：2026-11-16\n收件人：b\n主题：x\n\n内容',
    "only a quote": "> 您好\n> 订单",
    "words about writing": "他昨天写道的东西我没看懂。\n请解释。",
    "a date in a sentence": "我在2026年11月16日买的，到现在没到。",
    "from at the start of a sentence": "From: where do I get the invoice?\nPlease tell me.",
    "plain": "您好，\n\n请帮我查一下。\n\n谢谢",
}
