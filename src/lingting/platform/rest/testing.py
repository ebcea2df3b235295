"""Runs schemathesis over the whole document within a time budget; for tests only."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import seed as repeatable
from schemathesis import Case, GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

CHECKS = [not_a_server_error, status_code_conformance, content_type_conformance, response_schema_conformance]


@dataclass
class Findings:
    """What a run saw: calls per operation, answers by status, and the failures with how to repeat them."""

    calls: dict[str, int] = field(default_factory=dict)
    statuses: dict[int, int] = field(default_factory=dict)
    failures: list[str] = field(default_factory=list)


def explore_api(
    application: Callable[..., Any],
    *,
    headers: Mapping[str, str],
    budget_seconds: float = 60.0,
    examples: int = 40,
    path: str = "/api/v1/openapi.json",
    seed: int = 20261121,
) -> Findings:
    """Calls every operation of a WSGI application with made-up input until the examples or the time are used up.

    Half of the input fits the document, half does not.

    Each operation gets an equal part of the time that is left. Server errors, statuses and answers that the document
    does not know are failures. `headers` carry the token.
    """
    schema = schemathesis.openapi.from_wsgi(path, application)
    operations = [_working(found) for found in schema.get_all_operations()]
    findings = Findings()
    end = time.monotonic() + budget_seconds
    for index, operation in enumerate(operations):
        share = max(0.2, (end - time.monotonic()) / (len(operations) - index))
        _explore(operation, headers=headers, until=time.monotonic() + share, examples=examples, seed=seed, findings=findings)
    return findings


def _explore(operation: Any, *, headers: Mapping[str, str], until: float, examples: int, seed: int, findings: Findings) -> None:
    label = f"{operation.method.upper()} {operation.path}"
    findings.calls[label] = 0
    fitting = operation.as_strategy(generation_mode=GenerationMode.POSITIVE)
    unfitting = operation.as_strategy(generation_mode=GenerationMode.NEGATIVE)

    @repeatable(seed)
    @settings(
        max_examples=examples,
        deadline=None,
        database=None,
        phases=[Phase.explicit, Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(case=fitting | unfitting)
    def call(case: Case) -> None:
        if findings.calls[label] and time.monotonic() > until:
            return
        findings.calls[label] += 1
        response = case.call(headers=dict(headers))
        findings.statuses[response.status_code] = findings.statuses.get(response.status_code, 0) + 1
        case.validate_response(response, checks=CHECKS)

    try:
        call()
    except (Exception, BaseExceptionGroup) as failure:  # noqa: BLE001
        findings.failures.append(f"{label}: {failure}")


def _working(found: Any) -> Any:
    """An operation of the document; raises what is wrong with the document if it is not one."""
    if hasattr(found, "ok"):
        return found.ok()
    raise found.err()
