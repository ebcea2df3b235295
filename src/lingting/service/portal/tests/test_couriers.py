"""Letters of work orders go through the e-mail channel and stand in the order's own case."""

from __future__ import annotations

import pytest
from django.utils import timezone

from lingting.service.channels.email.models import Letter, Mailbox
from lingting.service.desk.models import Message
from lingting.service.desk.tests.scene import Scene, make_scene
from lingting.service.workorders import foundation, services
from lingting.service.workorders.models import WorkOrder
from lingting.service.workorders.registry import carry


@pytest.fixture
def order(db: None) -> tuple[Scene, WorkOrder]:
    now = timezone.now()
    foundation.lay(now=now)
    scene = make_scene()
    department = services.save_department({"name_zh": "物流", "minutes": 60, "mail": "wuliu@example.com"})
    case = scene.case(assignee=scene.lin, subject="包裹没到")
    made, _token = services.ask_department(
        case.pk, department_id=department.pk, subject="查包裹", question="到哪里了？", actor=scene.lin.as_actor, now=now
    )
    return scene, made


def test_without_a_mailbox_nothing_is_carried(order: tuple[Scene, WorkOrder]):
    assert not carry(order[1], link="https://centre.example/w/x/", now=timezone.now())


def test_the_letter_holds_the_link_and_never_stands_in_the_customers_case(order: tuple[Scene, WorkOrder]):
    scene, made = order
    Mailbox.objects.create(
        address="service@centre.example", queue=scene.service, smtp_host="smtp.centre.example", changed_at=timezone.now()
    )
    for _each in range(2):
        carry(made, link="https://centre.example/w/secret/", now=timezone.now())
    letter = Letter.objects.get()
    assert carry(made, link="https://centre.example/w/renewed/", now=timezone.now()) and Letter.objects.count() == 2
    assert (letter.to, letter.case_id) == (["wuliu@example.com"], made.case_id)
    assert "https://centre.example/w/secret/" in letter.text and "到哪里了？" in letter.text
    assert not Message.objects.filter(case_id=made.parent_id).exists()
