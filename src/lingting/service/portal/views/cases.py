"""The customer's list of cases, and a case: what was said, how far it is, answering, rating."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from lingting.kernel.questionnaires.models import Version
from lingting.kernel.questionnaires.services import BadAnswers, answers_in
from lingting.platform.files.selectors import signed_url
from lingting.platform.files.services import store_upload
from lingting.platform.refusals import Invalid, Refusal
from lingting.platform.rest import Rate, check_rate
from lingting.service.desk.models import Case
from lingting.service.feedback.selectors import rating_asked
from lingting.service.feedback.services import rating_form
from lingting.service.knowledge.models import Article
from lingting.service.knowledge.selectors import search_articles
from lingting.service.portal import selectors, services
from lingting.service.portal.models import Pass
from lingting.service.portal.services.speaking import actor_of, own_case
from lingting.service.portal.views.passage import with_pass

FILES_OPEN, MOST_FILES, MOST_ARTICLES = timedelta(hours=2), 10, 3
WORDS = Rate(30, per=3600, burst=12)


class TooManyFiles(Invalid):
    code = "too_many_files"


@require_safe
@with_pass
def home(request: HttpRequest, found: Pass) -> HttpResponse:
    """The customer's cases: open ones, then the rest."""
    rows = selectors.own_cases(found, now=timezone.now())
    context = {
        "open_rows": [row for row in rows if not row.is_closed], "closed_rows": [row for row in rows if row.is_closed],
        "pass": found, "help_language": _help_language(),
    }  # fmt: skip
    return render(request, "portal/home.html", context)


@require_safe
@with_pass
def case(request: HttpRequest, found: Pass, case_id: int) -> HttpResponse:
    own = own_case(found, case_id)
    if own.pk != case_id:
        return redirect("portal:case", own.pk)
    return _page(request, found, own)


@require_POST
@with_pass
def answer(request: HttpRequest, found: Pass, case_id: int) -> HttpResponse:
    """The customer's answer, once per form however often it is sent."""
    own, now = own_case(found, case_id), timezone.now()
    try:
        check_rate(f"portal-words:{found.customer.pk}", limit=WORDS, now=now)
        services.answer(
            found, own.pk, text=request.POST.get("text", ""), client_key=_key_in(request), now=now,
            file_ids=_files_in(request, found),
        )  # fmt: skip
    except Refusal as refusal:
        return _page(request, found, own, problem=refusal)
    messages.success(request, _("Thank you, we have it."))
    return redirect("portal:case", own.pk)


@require_POST
@with_pass
def rating(request: HttpRequest, found: Pass, case_id: int) -> HttpResponse:
    """The customer's answers to the rating that was on the screen."""
    own, now = own_case(found, case_id), timezone.now()
    answers: dict[str, Any] = {}
    version: Version | None = None
    given = request.POST.get("version", "")
    try:
        version = rating_form(int(given) if given.isascii() and given.isdigit() and len(given) < 19 else None)
        answers = answers_in(request.POST, version, files=request.FILES, actor=actor_of(found.customer), now=now)
        services.rate(found, own.pk, answers=answers, version=version, now=now)
    except Refusal as refusal:
        return _page(request, found, own, problem=refusal, answers=answers, version=version)
    messages.success(request, _("Thank you for your rating."))
    return redirect("portal:case", own.pk)


def _page(
    request: HttpRequest, found: Pass, own: Case, *, problem: Refusal | None = None, answers: Mapping[str, Any] | None = None,
    version: Version | None = None,
) -> HttpResponse:  # fmt: skip
    now = timezone.now()
    shown = selectors.shown_case(Case.objects.select_related("queue", "type").get(pk=own.pk), now=now)
    hour = now.replace(minute=0, second=0, microsecond=0)
    for message in shown.messages:
        message["files"] = [
            {"file": file, "url": signed_url(file, audience=f"visitor:portal-{found.customer.pk}", now=hour, ttl=FILES_OPEN)}
            for file in message["files"]
        ]
    context: dict[str, Any] = {
        "shown": shown, "case": shown.own.case, "pass": found, "problem": str(problem) if problem else "",
        "typed": request.POST.get("text", ""), "client_key": request.POST.get("client_key", "") or str(uuid4()),
        "articles": _articles(shown.own.case.subject), "help_language": _help_language(),
        "rating": (version or rating_asked()) if shown.may_rate else None, "answers": answers or {},
        "problems": problem.details.get("fields", {}) if isinstance(problem, BadAnswers) else {},
    }  # fmt: skip
    return render(request, "portal/case.html", context, status=problem.status if problem else 200)


def _articles(subject: str) -> list[Any]:
    """What the help centre has on the matter."""
    if not subject.strip():
        return []
    return search_articles(Article.objects.public(), words=subject[:200], language=_help_language(), limit=MOST_ARTICLES)


def _help_language() -> str:
    return "zh-hans" if (get_language() or "").startswith("zh") else "en"


def _key_in(request: HttpRequest) -> UUID:
    try:
        return UUID(request.POST.get("client_key", ""))
    except ValueError:
        return uuid4()


def _files_in(request: HttpRequest, found: Pass) -> list[int]:
    given = [each for each in request.FILES.getlist("files") if each]
    if len(given) > MOST_FILES:
        raise TooManyFiles(_("Send at most %(count)s files at once.") % {"count": MOST_FILES})
    now, who = timezone.now(), f"portal-{found.customer.pk}"
    return [store_upload(each, actor_kind="visitor", actor_id=who, now=now).pk for each in given]
