"""The shared centre can be laid and its cast found."""

from __future__ import annotations

from datetime import datetime

import pytest

from lingting.demo.world import PASSWORD, World, build_world
from lingting.kernel.accounts.models import Account
from lingting.service.desk.models import Queue
from lingting.service.knowledge.models import Article


@pytest.mark.django_db
def test_the_whole_centre_is_laid(now: datetime) -> None:
    build_world(now=now)
    assert Account.objects.count() == 40
    assert Queue.objects.count() == 6
    assert Article.objects.filter(state="published").count() >= 60
    assert all(queue.members.exists() for queue in Queue.objects.all())


def test_the_cast_can_be_found_and_sign_in(world: World) -> None:
    assert world.newcomer.display_name == "林晓"
    assert world.newcomer.check_password(PASSWORD)
    assert world.administrator.can("desk.view_cases") or not world.administrator.reaches
