"""The shop shows every product in both languages, under a strict policy, with the chat by the very tag."""

from __future__ import annotations

import re
from xml.etree import ElementTree

import jwt
import pytest
from django.contrib.staticfiles import finders
from django.test import Client

from lingting.demo import content
from lingting.demo.world import World
from lingting.service.channels.chat.models import Widget

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(("language", "side", "tag"), [("zh", "zh", "zh-CN"), ("en", "en", "en")])
def test_every_product_is_shown_in_both_languages(client: Client, language: str, side: str, tag: str) -> None:
    page = client.get(f"/demo/shop/?language={language}").content.decode()
    assert f'<html lang="{tag}">' in page
    for product in content.company().products:
        assert getattr(product.name, side) in page
        assert client.get(f"/demo/shop/products/{product.model}/?language={language}").status_code == 200


def test_every_product_has_its_drawing() -> None:
    path = finders.find("demo/shop/appliances.svg")
    assert isinstance(path, str)
    drawn = {each.get("id") for each in ElementTree.parse(path).getroot()}
    assert {product.model for product in content.company().products} <= drawn


def test_the_page_carries_the_tag_and_nothing_inline(client: Client) -> None:
    answer = client.get("/demo/shop/")
    page = answer.content.decode()
    assert '<script src="/chat/widget.js" data-widget="demo-shop" async></script>' in page
    assert not re.search(r"<style|\sstyle=|\son\w+=|<script>", page)
    policy = answer.headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "script-src http://testserver;" in policy
    assert "unsafe" not in policy


def test_a_signed_in_customer_carries_a_signed_identity(client: Client, world: World) -> None:
    page = client.get("/demo/shop/?identity=wangxiulan").content.decode()
    found = re.search(r'data-identity="([^"]+)"', page)
    assert found is not None
    claims = jwt.decode(found[1], Widget.objects.get(key="demo-shop").secret, algorithms=["HS256"])
    assert world.customer("wangxiulan").external_id == claims["sub"]
    assert "data-identity" not in client.get("/demo/shop/?identity=nobody").content.decode()


def test_there_is_no_shop_without_the_demo(client: Client, settings: object) -> None:
    settings.DEMO = False  # type: ignore[attr-defined]
    assert client.get("/demo/shop/").status_code == 404
    assert client.get("/demo/shop/products/HY-L2/").status_code == 404


@pytest.mark.parametrize("address", ["/demo/shop/products/nothing/", "/demo/shop/products/%3Cscript%3E/"])
def test_unknown_products_are_not_there(client: Client, address: str) -> None:
    assert client.get(address).status_code == 404
