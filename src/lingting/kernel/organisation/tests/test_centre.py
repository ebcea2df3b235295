"""Where this site is reached: said by an administrator, checked before it stands in letters."""

from __future__ import annotations

import pytest
from django.test import Client
from django.test.utils import override_settings

from lingting.demo.world import World
from lingting.kernel.organisation.selectors import public_address
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
