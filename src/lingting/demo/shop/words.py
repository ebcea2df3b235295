"""What the shop says between the products, in both languages; the rest stands in the demo content."""

from __future__ import annotations

WORDS: dict[str, tuple[str, str]] = {
    "home": ("首页", "Home"),
    "lead": (
        "净水、厨房、空气、清洁、智能：好用很多年的家电，和找得到人的售后。",
        "Water, kitchen, air, cleaning and the smart home: appliances that last, and people you can reach.",
    ),
    "ask": ("问问客服", "Ask us"),
    "see": ("看看产品", "See products"),
    "products": ("全部产品", "All products"),
    "more": ("查看详情", "Details"),
    "warranty": ("保修", "Warranty"),
    "months": ("个月", "months"),
    "installing": ("安装", "Installation"),
    "installation": ("含上门安装", "At your home, included"),
    "no_installation": ("免安装", "Not needed"),
    "model": ("型号", "Model"),
    "launched": ("上市", "On sale since"),
    "ask_product": ("咨询这款产品", "Ask about this product"),
    "also": ("同系列产品", "From the same line"),
    "promises": ("我们的承诺", "What we promise"),
    "story": ("关于禾檐", "Our story"),
    "hours": ("服务时间", "Service hours"),
    "hotline": ("客服热线", "Hotline"),
    "invented": ("演示商店：公司、产品和价格均为虚构。", "Demo shop: the company, its products and prices are invented."),
    "you_are": ("当前身份", "You are"),
    "guest": ("访客", "a guest"),
    "signed_in": ("已登录", "signed in as"),
    "sign_out": ("退出", "Sign out"),
    "sign_in_as": ("以会员身份浏览", "Browse as a member"),
    "other_language": ("English", "中文"),
    "skip": ("跳到正文", "Skip to content"),
}  # fmt: skip

LINES: dict[str, tuple[str, str]] = {
    "water": ("净水", "Water"),
    "kitchen": ("厨房", "Kitchen"),
    "air": ("空气", "Air"),
    "cleaning": ("清洁", "Cleaning"),
    "smart": ("智能", "Smart home"),
}


def in_language(words: dict[str, tuple[str, str]], *, is_chinese: bool) -> dict[str, str]:
    """One side of a table of words."""
    return {key: both[0 if is_chinese else 1] for key, both in words.items()}
