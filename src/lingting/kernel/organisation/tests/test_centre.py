"""Where this site is reached: said by an administrator, checked before it stands in letters."""

from __future__ import annotations

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.test.utils import override_settings

from lingting.demo.world import World
from lingting.kernel.organisation.selectors import brand, public_address
from lingting.kernel.organisation.services import BadAddress, save_centre

pytestmark = pytest.mark.django_db


def test_a_path_becomes_an_address_once_the_site_is_known():
    assert public_address("/my/") == ""
    with override_settings(ALLOWED_HOSTS=["service.example.com"]):
        save_centre(address=" https://service.example.com/ ")
    assert public_address("/my/") == "https://service.example.com/my/"
    save_centre(address="")
    assert public_address("/my/") == ""


@pytest.mark.parametrize(
    "address",
    ["service.example.com", "ftp://service.example.com", "https://", "https://a:b@testserver", "https://testserver/my", "http://[", "http://testserver:99999", "https://elsewhere.example"],
)  # fmt: skip
def test_what_cannot_be_this_site_is_refused_with_a_reason(address: str):
    with pytest.raises(BadAddress) as refused:
        save_centre(address=address)
    assert refused.value.details["fields"]["address"]


def test_the_page_keeps_it_and_says_what_is_wrong(world: World, client: Client):
    client.force_login(world.administrator)
    assert client.post("/settings/centre/", {"address": "https://elsewhere.example"}).status_code == 422
    assert client.post("/settings/centre/", {"address": "http://testserver:8000"}).status_code == 302
    assert public_address() == "http://testserver:8000"
    assert "http://testserver:8000" in client.get("/settings/centre/").content.decode()


PIXEL = bytes.fromhex(
    "89504e470d0a1a0a0000000d49484452000000010000000108060000001f15c4890000000d49444154789c6360606060000000050001a5f645400000000049454e44ae426082"
)


def test_customers_see_the_centres_name_colour_and_logo(world: World, client: Client):
    client.force_login(world.administrator)
    given = {"name_zh": "云舟家居", "name_en": "Yunzhou Home", "colour": "#0a7d5a", "logo": SimpleUploadedFile("logo.png", PIXEL)}
    assert client.post("/settings/centre/", given).status_code == 302
    stranger = Client()
    page = stranger.get("/help/en/").content.decode()
    assert "Yunzhou Home" in page and "--brand: #0a7d5a" in page
    assert stranger.get(brand().logo_url).headers["Content-Type"] == "image/png"
    assert "云舟家居" in stranger.get("/help/zh-hans/").content.decode()
    client.post("/settings/centre/", {"name_zh": "云舟家居", "colour": "#0a7d5a", "drops_logo": "on"})
    assert brand().logo_url == ""


def test_a_logo_that_is_no_picture_is_refused_and_nothing_is_kept(world: World, client: Client):
    client.force_login(world.administrator)
    answer = client.post("/settings/centre/", {"name_zh": "云舟", "logo": SimpleUploadedFile("logo.txt", b"no picture")})
    assert answer.status_code == 422 and brand().name != "云舟"
    assert client.post("/settings/centre/", {"colour": "red"}).status_code == 422
