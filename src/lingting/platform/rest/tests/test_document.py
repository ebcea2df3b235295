"""The document, its page, and what schemathesis makes of them."""

from __future__ import annotations

import pytest
from django.core.wsgi import get_wsgi_application
from django.test import Client
from openapi_spec_validator import validate

from lingting.platform.rest.testing import explore_api

pytestmark = [pytest.mark.django_db, pytest.mark.urls("lingting.platform.rest.tests.urls")]


def test_the_document_is_valid_openapi_3_1(anyone: Client) -> None:
    document = anyone.get("/api/v1/openapi.json").json()
    assert document["openapi"].startswith("3.1")
    validate(document)


def test_every_post_takes_an_idempotency_key_and_every_endpoint_knows_problems(anyone: Client) -> None:
    paths = anyone.get("/api/v1/openapi.json").json()["paths"]
    operations = [(method, operation) for found in paths.values() for method, operation in found.items()]
    assert len(operations) >= 9
    for method, operation in operations:
        names = {parameter["name"] for parameter in operation.get("parameters", [])}
        assert ("Idempotency-Key" in names) == (method == "post")
        assert "application/problem+json" in operation["responses"]["default"]["content"]


def test_tokens_of_different_kinds_are_told_apart(anyone: Client) -> None:
    document = anyone.get("/api/v1/openapi.json").json()
    schemes = document["components"]["securitySchemes"]
    assert schemes["BearerAuthentication"]["scheme"] == "bearer"
    assert schemes["VisitorAuthentication"]["scheme"] == "visitor"
    assert document["paths"]["/api/v1/visitors/me"]["get"]["security"] == [{"VisitorAuthentication": []}]
    assert "security" not in document["paths"]["/api/v1/open/notes"]["post"]


def test_the_page_shows_every_endpoint_and_loads_nothing_from_elsewhere(anyone: Client) -> None:
    page = anyone.get("/api/v1/docs").content.decode()
    assert "/api/v1/notes/{note_id}" in page
    assert "notes:write" in page
    assert "//cdn" not in page
    assert 'src="http' not in page
    assert "<script>" not in page
    assert anyone.get("/api/v1/")["Location"] == "/api/v1/docs"


@pytest.mark.django_db(transaction=True)
def test_made_up_input_finds_no_server_error_and_nothing_undocumented() -> None:
    findings = explore_api(get_wsgi_application(), headers={"Authorization": "Bearer all"}, budget_seconds=20, examples=25)
    broken = [failure for failure in findings.failures if "/notes/broken" not in failure]
    assert broken == []
    assert len(findings.failures) == 1, "the endpoint that is broken on purpose must be found"
    assert sum(findings.calls.values()) > 50
    assert findings.statuses.get(201, 0) > 0
