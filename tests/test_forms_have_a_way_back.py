"""Whoever opened a form by mistake finds the way back beside the way on."""

from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse

from lingting.demo.world import World

FORMS = {
    "desk:macro-new": "desk:macros",
    "automation:rule-new": "automation:rules",
    "wallboard:limit-new": "wallboard:limits",
    "routing:queue-new": "routing:queues",
    "routing:reason-new": "routing:reasons",
    "promises:policy-new": "promises:policies",
    "crm:import-new": "crm:imports",
    "complaints:new": "complaints:complaints",
    "desk:case-type-new": "desk:case-types",
}


@pytest.mark.parametrize(("form", "back"), FORMS.items())
def test_a_form_leads_back_without_saving(world: World, client: Client, form: str, back: str) -> None:
    client.force_login(world.administrator)
    page = client.get(reverse(form)).content.decode()
    bar = page.split('class="lt-save"')[1].split("</form>")[0]
    assert f'href="{reverse(back)}"' in bar and "取消" in bar
