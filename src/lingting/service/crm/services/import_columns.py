"""Which fields a table may fill, and which column probably means which."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from lingting.science.language import fold


@dataclass(frozen=True, kw_only=True)
class Field:
    """A field of the import: its label, whether several columns may fill it, and words that columns are called by."""

    label: str | Promise
    words: tuple[str, ...]
    repeats: bool = False


FIELDS: dict[str, Field] = {
    "name": Field(
        label=_("Full name"),
        words=("name", "fullname", "customer", "customername", "contact", "姓名", "客户", "客户姓名", "客户名称",
               "名称", "联系人", "称呼"),
    ),
    "phone": Field(
        label=_("Phone"), repeats=True,
        words=("phone", "phonenumber", "mobile", "mobilephone", "tel", "telephone", "cell", "电话", "手机", "手机号", "手机号码",
               "联系电话",
               "电话号码", "固话", "座机"),
    ),
    "email": Field(
        label=_("E-mail address"), repeats=True,
        words=("email", "mail", "emailaddress", "e-mail", "邮箱", "电子邮箱", "电子邮件", "邮件", "邮箱地址"),
    ),
    "wechat": Field(label=_("WeChat"), repeats=True, words=("wechat", "wechatid", "weixin", "微信", "微信号")),
    "company": Field(label=_("Company"),
        words=("company", "organisation", "organization", "firm", "公司", "单位", "企业", "公司名称", "单位名称")),
    "city": Field(label=_("City"), words=("city", "town", "城市", "所在城市", "市", "地区")),
    "address": Field(label=_("Address"), words=("address", "street", "streetaddress", "地址", "详细地址", "收货地址", "住址")),
    "tier": Field(label=_("Tier"), words=("tier", "level", "grade", "membership", "等级", "会员等级", "客户等级", "级别", "会员")),
    "tags": Field(label=_("Tags"), words=("tag", "tags", "label", "labels", "标签", "客户标签"), repeats=True),
    "language": Field(label=_("Language"), words=("language", "lang", "语言", "语种")),
    "remarks": Field(label=_("Remarks"), words=("remark", "remarks", "note", "notes", "comment", "comments", "备注", "说明", "附注")),
    "external_id": Field(
        label=_("Id in your own system"),
        words=("id",
               "idinyourownsystem", "customerid", "externalid", "userid", "memberid", "no", "number", "编号",
               "客户编号", "客户id", "会员号", "会员编号", "用户id"),
    ),
}  # fmt: skip

_NOT_IN_WORDS = re.compile(r"[\s_\-./:：()（）*]+")


def guessed_mapping(columns: Sequence[str]) -> dict[str, str]:
    """Column index (as text) to field, by what the columns are called; a field that does not repeat is given once."""
    mapping: dict[str, str] = {}
    for index, column in enumerate(columns):
        name = _field_called(column)
        if name and (FIELDS[name].repeats or name not in mapping.values()):
            mapping[str(index)] = name
    return mapping


def _field_called(column: str) -> str | None:
    called = _NOT_IN_WORDS.sub("", fold(column))
    exact = next(
        (name for name, field in FIELDS.items() if called in {_NOT_IN_WORDS.sub("", fold(word)) for word in field.words}), None
    )
    if exact or not called:
        return exact
    bare = called.rstrip("0123456789")
    if bare != called:
        return _field_called(bare)
    within = [
        (len(fold(word)), name)
        for name, field in FIELDS.items()
        for word in field.words
        if len(word) >= (2 if word > "z" else 5) and fold(word) in called
    ]
    return max(within)[1] if within else None
