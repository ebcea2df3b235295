"""The light page: whoever holds an order's link reads and answers it, without an account."""

from __future__ import annotations

from datetime import timedelta
from urllib.parse import quote, unquote

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from lingting.kernel.timeline.events import Actor
from lingting.platform.files.selectors import signed_url
from lingting.platform.refusals import Refusal
from lingting.platform.rest import Rate, address, check_rate
from lingting.service.workorders import selectors, services
from lingting.service.workorders.models import WorkOrder
from lingting.service.workorders.services import OrderNotFound
from lingting.service.workorders.views.department_acts import act_on

READS, WRITES, MISSES = Rate(120, per=60, burst=60), Rate(20, per=60, burst=15), Rate(20, per=3600, burst=20)
NAME_COOKIE, NAME_DAYS, LONGEST_NAME = "lingting_order_name", 180, 40
FILES_OPEN = timedelta(hours=2)


class NoName(Refusal):
    code = "no_name"
    status = 422


@require_http_methods(["GET", "HEAD", "POST"])
def order(request: HttpRequest, token: str) -> HttpResponse:
    """The order behind a link. A wrong or outlived one gets a friendly page, and a stranger who guesses soon waits."""
    now, who = timezone.now(), address(request)
    check_rate(f"order-link:{who}", limit=READS, now=now)
    try:
        found = services.access_by_token(token, now=now)
    except OrderNotFound as refusal:
        check_rate(f"order-link-miss:{who}", limit=MISSES, now=now)
        return _private(render(request, "workorders/gone.html", {"problem": str(refusal)}, status=refusal.status))
    if request.method != "POST":
        return _page(request, found)
    check_rate(f"order-link-write:{found.pk}:{who}", limit=WRITES, now=now)
    name = request.POST.get("name", "").replace("\x00", "").strip()[:LONGEST_NAME]
    try:
        if not name:
            raise NoName(_("Write your name, so that the service centre knows whom to ask."))
        actor = Actor("department", None, f"{found.department.name_zh}{name}")
        told = act_on(request, found, by=name, actor=actor, now=now)
    except Refusal as refusal:
        return _page(request, services.access_by_token(token, now=now), problem=refusal, name=name)
    response = redirect("orderlink:order", token)
    response.status_code = 303
    _remember(response, request, name=name)
    response.set_cookie("lingting_order_told", _cookie_safe(told), max_age=30, path=request.path, httponly=True, samesite="Lax")
    return _private(response)


def _page(request: HttpRequest, found: WorkOrder, *, problem: Refusal | None = None, name: str = "") -> HttpResponse:
    now = timezone.now()
    one = selectors.shown_order(found, now=now)
    told = unquote(request.COOKIES.get("lingting_order_told", ""))[:200]
    context = {
        "one": one, "words": _words(one, request), "problem": str(problem) if problem else "", "told": "" if problem else told,
        "name": name or unquote(request.COOKIES.get(NAME_COOKIE, ""))[:LONGEST_NAME], "typed": request.POST.get("text", ""),
        "others": [each for each in selectors.departments_in_use() if each.pk != found.department_id],
    }  # fmt: skip
    response = render(request, "workorders/light.html", context, status=problem.status if problem else 200)
    if told:
        response.delete_cookie("lingting_order_told", path=request.path)
    return _private(response)


def _words(one: selectors.ShownOrder, request: HttpRequest) -> list[dict[str, object]]:
    """What was said, with addresses of files that open for a while without an account."""
    now = timezone.now().replace(minute=0, second=0, microsecond=0)
    return [
        {"word": word, "files": [
            {"file": file, "url": signed_url(file, audience=f"visitor:order-{one.order.pk}", now=now, ttl=FILES_OPEN)}
            for file in word.files.all()
        ]}
        for word in one.words
    ]  # fmt: skip


def _remember(response: HttpResponse, request: HttpRequest, *, name: str) -> None:
    """Keeps the name in this browser, so that it is typed once."""
    response.set_cookie(
        NAME_COOKIE, _cookie_safe(name), max_age=NAME_DAYS * 86_400, path="/w/", httponly=True, samesite="Lax",
        secure=request.is_secure(),
    )  # fmt: skip


def _cookie_safe(text: str) -> str:
    return quote(text)


def _private(response: HttpResponse) -> HttpResponse:
    response.headers["Cache-Control"] = "private, no-store"
    response.headers["X-Robots-Tag"] = "noindex"
    return response
