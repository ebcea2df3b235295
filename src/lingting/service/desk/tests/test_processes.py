"""A case of a type begins the type's procedure; it ends with the case."""

from __future__ import annotations

import pytest
from django.test import Client

from lingting.kernel.procedures import foundation as steps
from lingting.kernel.procedures.models import Procedure, Run
from lingting.kernel.procedures.selectors import runs_of
from lingting.service.desk import foundation, services
from lingting.service.desk.contact_types import CONTACT_TYPES
from lingting.service.desk.models import CaseField, CaseType
from lingting.service.desk.tests.scene import CUSTOMER, NOW, Scene, later


@pytest.fixture
def types(scene: Scene) -> dict[str, CaseType]:
    steps.lay(now=NOW)
    foundation.lay(now=NOW)
    return {kind.key: kind for kind in CaseType.objects.all()}


def test_the_eleven_contact_types_are_laid_once_with_fields_and_published_procedures(types: dict[str, CaseType]):
    foundation.lay(now=NOW)
    assert {kind.key for kind in CONTACT_TYPES} <= types.keys() and len(CONTACT_TYPES) == 11
    assert all(kind.name_en for kind in types.values())
    for kind in CONTACT_TYPES:
        published = Procedure.objects.filter(key=kind.key, versions__state="published").exists()
        assert published == bool(kind.steps)
    assert CaseField.objects.filter(type=types["business-handling"], is_required=True).count() == 1


def test_the_type_of_a_case_says_which_procedure_runs(scene: Scene, types: dict[str, CaseType]):
    case = services.open_case(
        scene.customer.pk, queue_id=scene.service.pk, channel="mail", actor=CUSTOMER, now=NOW, type_id=types["booking"].pk,
        assignee_id=scene.lin.pk,
    )  # fmt: skip
    [run] = runs_of("desk.case", case.pk)
    assert (run.procedure.key, run.state) == ("booking", "running")
    step = run.steps.get(state="open")
    assert step.assignee == scene.lin
    services.set_type(case.pk, type_id=types["fault-report"].pk, actor=scene.lin.as_actor, now=later())
    states = {each.procedure.key: each.state for each in runs_of("desk.case", case.pk)}
    assert states == {"booking": "cancelled", "fault-report": "running"}


def test_closing_the_case_ends_its_procedure(scene: Scene, types: dict[str, CaseType]):
    case = services.open_case(
        scene.customer.pk, queue_id=scene.service.pk, channel="mail", actor=CUSTOMER, now=NOW, type_id=types["proactive-care"].pk
    )
    services.close_case(case.pk, actor=scene.lin.as_actor, now=later())
    assert Run.objects.get().state == "cancelled"


def test_the_procedure_stands_beside_the_case(scene: Scene, types: dict[str, CaseType], client: Client):
    case = scene.case(assignee=scene.lin)
    client.force_login(scene.lin)
    assert "desk-side-process" not in client.get(f"/desk/cases/{case.pk}/side/").content.decode()
    services.set_type(case.pk, type_id=types["consultation"].pk, actor=scene.lin.as_actor, now=NOW)
    page = client.get(f"/desk/cases/{case.pk}/side/").content.decode()
    assert "desk-side-process" in page
    assert "查知识库并答复" in page or "Answer from the knowledge base" in page


def test_open_steps_follow_the_case_to_its_new_owner(scene: Scene, types: dict[str, CaseType]):
    case = scene.case(assignee=scene.lin)
    services.set_type(case.pk, type_id=types["booking"].pk, actor=scene.lin.as_actor, now=NOW)
    services.assign_case(case.pk, assignee_id=scene.zhao.pk, actor=scene.lin.as_actor, now=later())
    [run] = runs_of("desk.case", case.pk)
    assert run.steps.get(state="open").assignee == scene.zhao
