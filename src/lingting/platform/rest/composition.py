"""Builds the one API out of the routers the manifests name."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import partial
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.urls import URLPattern, URLResolver, path, re_path
from django.utils.module_loading import import_string
from ninja import NinjaAPI, Router
from ninja.operation import Operation, PathView

from lingting.platform.rest import problems
from lingting.platform.rest.calling import Authentication
from lingting.platform.rest.conduct import conduct, preflight, run_guarded
from lingting.platform.rest.document import complete_schema, docs_page, schema_answer
from lingting.platform.rest.marks import marks_of
from lingting.platform.rest.parsing import JsonParser, JsonRenderer
from lingting.platform.ui.manifest import Manifest

TITLE = "Lingting API"
VERSION = "1.0.0"


class LingtingAPI(NinjaAPI):
    """The API at `/api/v1/`: problems instead of error pages, our document and its readable page."""

    def __init__(self) -> None:
        super().__init__(
            title=TITLE,
            version=VERSION,
            urls_namespace="api",
            openapi_url=None,
            docs_url=None,
            auth=Authentication("Bearer", session=True),
            parser=JsonParser(),
            renderer=JsonRenderer(),
        )
        self._complete: dict[str, Any] | None = None

    def on_exception(self, request: HttpRequest, exc: Any) -> HttpResponse:
        """Every error of an endpoint, of authentication and of validation ends here."""
        return problems.answer(request, exc)

    def complete_schema(self) -> dict[str, Any]:
        """The OpenAPI document, made once."""
        if self._complete is None:
            self._complete = complete_schema(self.get_openapi_schema())
        return self._complete

    def _get_urls(self) -> list[URLResolver | URLPattern]:
        return [
            path("", _to_docs),
            path("openapi.json", partial(schema_answer, api=self), name="openapi"),
            path("docs", partial(docs_page, api=self), name="docs"),
            *super()._get_urls(),
            re_path(r"^.*$", _nothing_here, name="nothing"),
        ]


def build_api(manifests: Iterable[Manifest]) -> LingtingAPI:
    """The API of these manifests; in `config.urls`: `path("api/v1/", build_api(manifests()).urls)`."""
    api = LingtingAPI()
    for manifest in manifests:
        for prefix, address in manifest.rest:
            api.add_router(f"/{prefix.strip('/')}", _router(address))
    govern(api)
    return api


def govern(api: NinjaAPI) -> None:
    """Puts the API's conduct around every endpoint. Called once, after the last router was added."""
    for bound in api._get_bound_routers():
        for view in bound.path_operations.values():
            for operation in view.operations:
                _govern_operation(api, operation)
            _govern_view(view)


def _govern_operation(api: NinjaAPI, operation: Operation) -> None:
    if operation.is_async:
        raise TypeError(f"{operation.view_func.__qualname__} is async: endpoints are plain functions, run by threads")
    handler = operation.view_func
    marks = marks_of(handler)
    if operation.stream_format is None:
        operation.view_func = conduct(handler, marks=marks, api=api, operation=operation)
    operation.run = partial(run_guarded, run=operation.run, marks=marks, api=api)  # type: ignore[method-assign]


def _govern_view(view: PathView) -> None:
    allowed = {method for operation in view.operations for method in operation.methods}
    crossing = [operation for operation in view.operations if marks_of(_innermost(operation)).is_cross_origin]
    answer: Callable[..., HttpResponseBase] = view._sync_view

    def answer_all(request: HttpRequest, *positions: Any, **names: Any) -> HttpResponseBase:
        if request.method in allowed:
            return answer(request, *positions, **names)
        if request.method == "OPTIONS" and crossing:
            return preflight(methods=allowed)
        return problems.not_allowed(request, allowed=allowed)

    view._sync_view = answer_all  # type: ignore[method-assign]


def _innermost(operation: Operation) -> Callable[..., Any]:
    handler: Any = operation.view_func
    while hasattr(handler, "__wrapped__"):
        handler = handler.__wrapped__
    return handler  # type: ignore[no-any-return]


def _router(address: str) -> Router:
    module, _colon, name = address.partition(":")
    found = import_string(f"{module}.{name or 'router'}")
    if not isinstance(found, Router):
        raise TypeError(f"{address} is not a django-ninja Router")
    return found


def _to_docs(request: HttpRequest) -> HttpResponse:
    return redirect("api:docs")


def _nothing_here(request: HttpRequest) -> HttpResponse:
    return problems.not_found(request)


_nothing_here.csrf_exempt = True  # type: ignore[attr-defined]
