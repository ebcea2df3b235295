"""The OpenAPI document and the page that shows it, both without anything from elsewhere."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import orjson
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from lingting.platform.rest.idempotency import HEADER
from lingting.platform.rest.marks import marks_of

if TYPE_CHECKING:
    from lingting.platform.rest.composition import LingtingAPI

_METHODS = ("get", "post", "put", "patch", "delete")
_PROBLEM = {
    "type": "object",
    "required": ["type", "title", "status", "code", "detail"],
    "properties": {
        "type": {"type": "string"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "code": {"type": "string", "description": "stable, for programs"},
        "detail": {"type": "string", "description": "for people, in their language"},
        "fields": {"type": "object", "additionalProperties": {"type": "array", "items": {"type": "string"}}},
        "retry_after_seconds": {"type": "number"},
        "request_id": {"type": "string"},
    },
}
_KEY_PARAMETER = {
    "in": "header",
    "name": HEADER,
    "required": False,
    "schema": {"type": "string", "minLength": 16, "maxLength": 200, "pattern": "^[!-~]+$"},
    "description": "A UUID of yours. The same request sent again with it is answered again but not done again.",
}


@dataclass(frozen=True)
class Endpoint:
    """One line of the readable page."""

    method: str
    path: str
    summary: str
    description: str
    scope: str
    is_open: bool
    parameters: list[dict[str, Any]]
    body: str
    responses: list[tuple[str, str, str]]


def complete_schema(schema: dict[str, Any]) -> dict[str, Any]:
    """Adds to django-ninja's document what holds for every endpoint: problems, and the key of a POST."""
    components = schema.setdefault("components", {}).setdefault("schemas", {})
    components["Problem"] = _PROBLEM
    problem = {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}}
    for operations in schema["paths"].values():
        for method, operation in operations.items():
            if method not in _METHODS:
                continue
            operation["responses"]["default"] = {"description": "A problem", "content": problem}
            if method == "post":
                operation["parameters"] = [*operation.get("parameters", []), _KEY_PARAMETER]
    return schema


def schema_answer(request: HttpRequest, *, api: LingtingAPI) -> HttpResponse:
    """`/api/v1/openapi.json`."""
    body = orjson.dumps(api.complete_schema(), option=orjson.OPT_NON_STR_KEYS)
    response = HttpResponse(body, content_type="application/json")
    response.headers["Access-Control-Allow-Origin"] = "*"
    return response


def docs_page(request: HttpRequest, *, api: LingtingAPI) -> HttpResponse:
    """`/api/v1/docs`: the document as a page for people."""
    groups: dict[str, list[Endpoint]] = {}
    scopes = _scopes(api)
    schema = api.complete_schema()
    for path, operations in schema["paths"].items():
        for method, operation in operations.items():
            if method in _METHODS:
                tag = (operation.get("tags") or ["other"])[0]
                groups.setdefault(tag, []).append(_endpoint(path, method, operation, scopes, schema))
    return render(request, "rest/docs.html", {"groups": sorted(groups.items()), "info": schema["info"]})


def _scopes(api: LingtingAPI) -> dict[str, str]:
    return {
        operation.operation_id or api.get_openapi_operation_id(operation): marks_of(operation.view_func).scope
        for bound in api._get_bound_routers()
        for view in bound.path_operations.values()
        for operation in view.operations
    }


def _endpoint(path: str, method: str, operation: dict[str, Any], scopes: dict[str, str], schema: dict[str, Any]) -> Endpoint:
    content = operation.get("requestBody", {}).get("content", {})
    body = next((_shape(media["schema"], schema) for media in content.values()), "")
    responses = []
    for status, response in operation["responses"].items():
        media: dict[str, Any] = next(iter(response.get("content", {}).values()), {})
        responses.append((str(status), response["description"], _shape(media["schema"], schema) if "schema" in media else ""))
    return Endpoint(
        method=method.upper(),
        path=path,
        summary=operation.get("summary", ""),
        description=operation.get("description", ""),
        scope=scopes.get(operation["operationId"], ""),
        is_open=not operation.get("security"),
        parameters=[{**parameter, "kind": _kind(parameter["schema"])} for parameter in operation.get("parameters", [])],
        body=body,
        responses=responses,
    )


def _shape(schema: dict[str, Any], document: dict[str, Any], *, depth: int = 0) -> str:
    """A schema as an outline: one line per field, nested by two blanks, three levels deep."""
    schema = _resolved(schema, document)
    if schema.get("type") == "array":
        return _shape(schema.get("items", {}), document, depth=depth)
    required = set(schema.get("required", []))
    lines = []
    for name, field in schema.get("properties", {}).items():
        lines.append(f"{'  ' * depth}{name}{'' if name in required else '?'}: {_kind(field)}")
        inner = _resolved(field.get("items", field), document)
        if depth < 2 and inner.get("properties"):
            lines.append(_shape(inner, document, depth=depth + 1))
    return "\n".join(lines)


def _resolved(schema: dict[str, Any], document: dict[str, Any]) -> dict[str, Any]:
    choices = [choice for choice in schema.get("anyOf", []) if choice.get("type") != "null"]
    if len(choices) == 1:
        schema = choices[0]
    reference = schema.get("$ref", "")
    if reference:
        return document["components"]["schemas"].get(reference.rsplit("/", 1)[-1], {})  # type: ignore[no-any-return]
    return schema


def _kind(schema: dict[str, Any]) -> str:
    if "$ref" in schema:
        return str(schema["$ref"]).rsplit("/", 1)[-1]
    if "enum" in schema:
        return " | ".join(str(choice) for choice in schema["enum"])
    if "anyOf" in schema:
        return " | ".join(_kind(choice) for choice in schema["anyOf"])
    if schema.get("type") == "array":
        return f"list of {_kind(schema.get('items', {}))}"
    kind = str(schema.get("type", "any"))
    return f"{kind} ({schema['format']})" if "format" in schema else kind
