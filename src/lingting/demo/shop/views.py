"""The pages of the shop: products, a product, and the chat by the very tag that any site uses."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any
from urllib.parse import urlencode

import jwt
from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_safe

from lingting.demo import content
from lingting.demo.content.records import Bilingual, Product
from lingting.demo.shop.words import LINES, WORDS, in_language
from lingting.platform.ui.preferences import language as preferred_language
from lingting.service.channels.chat.models import Widget

WIDGET_KEY = "demo-shop"
IDENTITY_LASTS = timedelta(hours=1)
MEMBERS_OFFERED = 5
_POLICIES_SHOWN = ("shipping", "returns", "warranty", "installation")

# As strict as a host site can be: nothing inline, no eval, only named places. The chat needs no more than this.
CONTENT_POLICY = "; ".join(
    [
        "default-src 'none'", "script-src {origin}", "style-src {origin}", "img-src {origin}", "connect-src {origin}",
        "base-uri 'none'", "form-action 'none'", "frame-ancestors 'none'", "require-trusted-types-for 'script'",
    ]
)  # fmt: skip


@dataclass(frozen=True)
class Shown:
    """A product as the page shows it, in one language."""

    model: str
    line: str
    name: str
    summary: str
    price: str
    warranty_months: int
    warranty_note: str
    needs_installation: bool
    launched_date: date
    url: str


@require_safe
def home(request: HttpRequest) -> HttpResponse:
    context = _context(request)
    shown = [_shown(product, context) for product in content.company().products]
    groups = [(key, name, [each for each in shown if each.line == key]) for key, name in context["lines"].items()]
    return _answer(request, "demo/shop/home.html", context | {"groups": groups, "star": shown[1]})


@require_safe
def product(request: HttpRequest, model: str) -> HttpResponse:
    found = next((each for each in content.company().products if each.model == model), None)
    if found is None:
        raise Http404
    context = _context(request)
    also = [_shown(each, context) for each in content.company().products if each.line == found.line and each.model != model]
    return _answer(request, "demo/shop/product.html", context | {"product": _shown(found, context), "also": also[:3]})


def _context(request: HttpRequest) -> dict[str, Any]:
    if not settings.DEMO:
        raise Http404
    is_chinese = not (request.GET.get("language") or preferred_language(request)).startswith("en")
    key = request.GET.get("identity", "")
    member = next((each for each in content.customers() if each.key == key), None)
    company = content.company()

    def text(words: Bilingual) -> str:
        return words.zh if is_chinese else words.en

    return {
        "language": "zh-CN" if is_chinese else "en",
        "words": in_language(WORDS, is_chinese=is_chinese),
        "lines": in_language(LINES, is_chinese=is_chinese),
        "shop": {
            "name": text(company.short_name), "slogan": text(company.slogan), "hours": text(company.hours),
            "address": text(company.address), "hotline": company.hotline, "company": text(company.name),
            "story": text(company.story).strip(),
        },
        "policies": [(text(each.title), text(each.text)) for each in company.policies if each.key in _POLICIES_SHOWN],
        "member": member,
        "members": content.customers()[:MEMBERS_OFFERED],
        "identity": _identity(member.key, name=member.name, email=member.email, phone=member.phone) if member else "",
        "query": _query(is_chinese=is_chinese, member=key if member else ""),
        "query_other": _query(is_chinese=not is_chinese, member=key if member else ""),
        "query_guest": _query(is_chinese=is_chinese, member=""),
        "query_member": _query(is_chinese=is_chinese, member="")[1:],
        "widget": WIDGET_KEY,
        "is_chinese": is_chinese,
        "text": text,
    }  # fmt: skip


def _query(*, is_chinese: bool, member: str) -> str:
    return "?" + urlencode({"language": "zh" if is_chinese else "en"} | ({"identity": member} if member else {}))


def _shown(product: Product, context: dict[str, Any]) -> Shown:
    text = context["text"]
    return Shown(
        model=product.model, line=product.line, name=text(product.name), summary=text(product.summary),
        price=f"{product.price:,.0f}", warranty_months=product.warranty_months, warranty_note=text(product.warranty_note),
        needs_installation=product.needs_installation, launched_date=product.launched_date,
        url=reverse("demo:product", args=[product.model]) + context["query"],
    )  # fmt: skip


def _identity(key: str, *, name: str, email: str, phone: str) -> str:
    """What the shop's own server signs for a customer who is signed in there; empty without the demo's widget."""
    widget = Widget.objects.filter(key=WIDGET_KEY).first()
    if widget is None:
        return ""
    expires_at = timezone.now() + IDENTITY_LASTS
    claims = {"sub": f"demo-{key}", "name": name, "email": email, "phone": phone, "exp": int(expires_at.timestamp())}
    return jwt.encode(claims, widget.secret, algorithm="HS256")


def _answer(request: HttpRequest, template: str, context: dict[str, Any]) -> HttpResponse:
    response = render(request, template, context)
    response.headers["Content-Security-Policy"] = CONTENT_POLICY.format(origin=f"{request.scheme}://{request.get_host()}")
    response.headers["Cache-Control"] = "no-store"
    response.headers["Content-Language"] = context["language"]
    return response
