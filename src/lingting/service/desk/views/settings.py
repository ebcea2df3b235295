"""Settings of the desk: prepared texts, case types, tags."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.db.models import Count
from django.forms import Form
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from lingting.kernel.accounts.permissions import check_permission, requires
from lingting.platform.refusals import Conflict, Invalid, NotFound
from lingting.platform.ui.paging import keyset_page
from lingting.service.desk import selectors, services
from lingting.service.desk.forms import CannedReplyForm, CaseTypeForm, TagForm
from lingting.service.desk.models import CannedReply, CaseType, Tag

_TYPE_FIELDS = ("name_zh", "name_en", "description_zh", "description_en", "procedure_key", "order", "is_active")


@require_GET
@requires("desk.answer_cases")
def canned_replies(request: HttpRequest) -> HttpResponse:
    words = request.GET.get("q", "").strip().lower()
    rows = selectors.canned_replies(request.user)
    if words:
        rows = [row for row in rows if words in f"{row['shortcut']} {row['title']} {row['text']}".lower()]
    context = {"rows": rows, "query": words, "words": words, "may_share": request.user.can("desk.manage_canned")}
    return render(request, "desk/settings/canned_replies.html", context)


@requires("desk.answer_cases")
def canned_reply(request: HttpRequest, reply_id: int | None = None) -> HttpResponse:
    """Makes or changes a prepared text: one's own, or a shared one with the permission for it."""
    reply = _own_reply(request, reply_id) if reply_id else None
    may_share = request.user.can("desk.manage_canned")
    initial = _reply_values(reply) if reply else {"language": request.user.language, "shared": may_share}
    form = CannedReplyForm(request.POST or None, initial=initial)
    if not may_share:
        del form.fields["shared"]
    if request.method == "POST" and form.is_valid() and _save_reply(request, form, reply):
        messages.success(request, _("The reply is saved."))
        return redirect("desk:canned-replies")
    context = {"form": form, "reply": reply, "cancel_url": "../"}
    return render(request, "desk/settings/canned_reply.html", context, status=422 if form.errors else 200)


@require_POST
@requires("desk.answer_cases")
def canned_reply_removal(request: HttpRequest, reply_id: int) -> HttpResponse:
    _own_reply(request, reply_id)
    services.delete_canned_reply(reply_id)
    messages.success(request, _("The reply is deleted."))
    return redirect("desk:canned-replies")


@require_GET
@requires("desk.manage_types")
def case_types(request: HttpRequest) -> HttpResponse:
    return render(request, "desk/settings/case_types.html", {"rows": list(CaseType.objects.all())})


@requires("desk.manage_types")
def case_type(request: HttpRequest, type_id: int | None = None) -> HttpResponse:
    kind = get_object_or_404(CaseType, pk=type_id) if type_id else None
    initial = {name: getattr(kind, name) for name in _TYPE_FIELDS} if kind else {}
    form = CaseTypeForm(request.POST or None, initial=initial)
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        services.save_case_type(given.pop("name_zh"), **given, type_id=type_id)
        messages.success(request, _("The case type is saved."))
        return redirect("desk:case-types")
    fields = list(kind.fields.order_by("order", "id")) if kind else []
    context = {"form": form, "kind": kind, "fields": fields, "cancel_url": reverse("desk:case-types")}
    return render(request, "desk/settings/case_type.html", context, status=422 if form.errors else 200)


@require_GET
@requires("desk.manage_types")
def tags(request: HttpRequest) -> HttpResponse:
    rows = Tag.objects.all()
    words = request.GET.get("q", "").strip()
    if words:
        rows = rows.filter(name__icontains=words)
    page = keyset_page(rows.annotate(used=Count("cases")).values("id", "name", "used"), order=("name", "id"), query=request.GET)
    return render(request, "desk/settings/tags.html", {"page": page, "query": words, "words": words})


@requires("desk.manage_types")
def tag(request: HttpRequest, tag_id: int) -> HttpResponse:
    found = get_object_or_404(Tag, pk=tag_id)
    form = TagForm(request.POST or None, initial={"name": found.name})
    if request.method == "POST" and form.is_valid() and _rename(form, tag_id):
        messages.success(request, _("The tag is renamed."))
        return redirect("desk:tags-list")
    context = {"form": form, "tag": found, "used": found.cases.count(), "cancel_url": reverse("desk:tags-list")}
    return render(request, "desk/settings/tag.html", context, status=422 if form.errors else 200)


@require_POST
@requires("desk.manage_types")
def tag_removal(request: HttpRequest, tag_id: int) -> HttpResponse:
    services.delete_tag(tag_id)
    messages.success(request, _("The tag is deleted."))
    return redirect("desk:tags-list")


def _own_reply(request: HttpRequest, reply_id: int) -> CannedReply:
    reply = CannedReply.objects.filter(pk=reply_id).first()
    if reply is None or reply.owner_id not in (None, request.user.pk):
        raise NotFound(_("This reply does not exist, or it is somebody else's."))
    if reply.owner_id is None:
        check_permission(request.user, "desk.manage_canned")
    return reply


def _reply_values(reply: CannedReply) -> dict[str, Any]:
    return {
        "title": reply.title,
        "shortcut": reply.shortcut,
        "language": reply.language,
        "text": reply.text,
        "shared": reply.owner_id is None,
    }


def _save_reply(request: HttpRequest, form: Form, reply: CannedReply | None) -> bool:
    """Whether it was saved; what the domain refuses stands at the form's fields."""
    given = form.cleaned_data
    owner = None if given.get("shared") else request.user.pk
    text = services.CannedText(given["shortcut"], given["language"], given["title"], given["text"])
    try:
        services.save_canned_reply(text, owner_id=owner, reply_id=reply.pk if reply else None)
    except Conflict as refusal:
        form.add_error("shortcut", str(refusal))
    except Invalid as refusal:
        for field, sentences in refusal.details.get("fields", {}).items():  # type: ignore[attr-defined]
            form.add_error(field, sentences)
    return not form.errors


def _rename(form: Form, tag_id: int) -> bool:
    try:
        services.rename_tag(tag_id, name=form.cleaned_data["name"])
    except (Conflict, Invalid) as refusal:
        form.add_error("name", str(refusal))
    return not form.errors
