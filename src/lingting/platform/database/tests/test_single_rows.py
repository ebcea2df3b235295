"""A row written by its own statement is the row Django would have written."""

from __future__ import annotations

from datetime import UTC, datetime
from uuid import uuid4

import pytest
from django.contrib.contenttypes.models import ContentType
from django.db import DatabaseError, IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext

from lingting.platform.audit.models import Action, Change
from lingting.platform.database.inserting import insert_many
from lingting.platform.database.single_rows import insert_row, update_row
from lingting.platform.realtime.models import Hub
from lingting.platform.rest.models import IdempotencyKey

pytestmark = pytest.mark.django_db
MOMENT = datetime(2026, 11, 22, 8, 30, tzinfo=UTC)


def test_a_new_row_gets_its_id_and_is_no_longer_new() -> None:
    row = ContentType(app_label="shelf", model="box")
    with CaptureQueriesContext(connection) as statements:
        insert_row(row)
    assert len(statements) == 1
    assert ContentType.objects.get(app_label="shelf", model="box") == row
    row.model = "lid"
    row.save()
    assert ContentType.objects.filter(app_label="shelf").count() == 1


def test_a_row_that_names_itself_keeps_its_name_and_lists_stay_lists() -> None:
    hub = Hub(id=uuid4(), started_at=MOMENT, seen_at=MOMENT, lag_seconds=0.25, connections=3, accounts=[7, 2**40])
    insert_many([hub])
    found = Hub.objects.get(pk=hub.pk)
    assert (found.started_at, found.stopped_at, found.lag_seconds, found.accounts) == (MOMENT, None, 0.25, [7, 2**40])


def test_only_the_named_fields_change() -> None:
    hub = Hub(id=uuid4(), started_at=MOMENT, seen_at=MOMENT, lag_seconds=0.25, connections=3)
    insert_row(hub)
    hub.connections, hub.stopped_at, hub.lag_seconds = 9, MOMENT, 7.0
    update_row(hub, "connections", "stopped_at")
    found = Hub.objects.get(pk=hub.pk)
    assert (found.connections, found.stopped_at, found.lag_seconds) == (9, MOMENT, 0.25)


def test_a_row_that_is_gone_cannot_be_changed() -> None:
    row = ContentType(app_label="shelf", model="box")
    insert_row(row)
    ContentType.objects.filter(pk=row.pk).delete()
    with pytest.raises(DatabaseError, match="does not exist any more"):
        update_row(row, "model")


def test_what_exists_already_is_refused_and_the_rest_goes_on() -> None:
    insert_row(ContentType(app_label="shelf", model="box"))
    with pytest.raises(IntegrityError), transaction.atomic():
        insert_row(ContentType(app_label="shelf", model="box"))
    assert ContentType.objects.filter(app_label="shelf").count() == 1


def test_documents_and_bytes_come_back_as_they_went_in() -> None:
    change = Change(at=MOMENT, via="页面", table_name="shelf", object_id="1", action=Action.CHANGE, changes={"颜色": [None, "红\\'"]})
    insert_row(change)
    assert Change.objects.get(pk=change.pk).changes == {"颜色": [None, "红\\'"]}
    assert Change.objects.get(pk=change.pk).action == "change"
    answer = IdempotencyKey(owner="a", key="b", request_hash=b"\x00\xff", status=201, response_body=b"", created_at=MOMENT)
    insert_row(answer)
    answer.response_body = b"\x00'"
    update_row(answer, "response_body")
    found = IdempotencyKey.objects.get(pk=answer.pk)
    assert (bytes(found.request_hash), bytes(found.response_body), found.status) == (b"\x00\xff", b"\x00'", 201)
