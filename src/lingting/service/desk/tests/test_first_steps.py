"""What a centre that has just been founded says at the desk."""

from __future__ import annotations

from django.urls import reverse

from lingting.kernel.accounts.models import Grant, Role
from lingting.service.desk.tests.scene import NOW, Scene, signed_in


def test_a_new_centre_tells_its_administrator_the_first_steps(scene: Scene):
    role = Role.objects.create(key="builder", name_zh="搭建", name_en="Builder", permissions=["routing.manage_queues"])
    Grant.objects.create(account=scene.zhou, role=role, reach="all", granted_at=NOW)
    nobody_yet = signed_in(scene.zhou).get(reverse("desk:home")).content.decode()
    assert reverse("organisation:person-new") in nobody_yet and "三步接通第一个会话" in nobody_yet
    assert "三步" not in signed_in(scene.lin).get(reverse("desk:home")).content.decode()
    scene.case()
    assert "三步" not in signed_in(scene.zhou).get(reverse("desk:home")).content.decode()
