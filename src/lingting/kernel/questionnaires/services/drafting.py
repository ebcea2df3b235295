"""Drafts: made from nothing, from a file or from a version; changed piece by piece; thrown away."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.db import transaction
from django.db.models import Max
from django.utils.translation import gettext as _

from lingting.kernel.questionnaires.definitions import (
    Condition,
    ItemDefinition,
    QuestionnaireDefinition,
    SectionDefinition,
    as_document,
    from_document,
)
from lingting.kernel.questionnaires.models import Questionnaire, Version
from lingting.platform.database.keys import free_key
from lingting.platform.refusals import Conflict

Change = Callable[[dict[str, Any]], None]


class Frozen(Conflict):
    """A published version stays as it is."""

    code = "questionnaire_frozen"


def definition_of(version: Version) -> QuestionnaireDefinition:
    """A version written down: the draft's document, or the published rows. At most three queries."""
    form = version.questionnaire
    if version.is_draft:
        return from_document(version.draft or as_document(_empty(form)))
    sections = tuple(
        SectionDefinition(
            name_zh=section.name_zh, name_en=section.name_en, items=tuple(_item_definition(item) for item in section.items.all())
        )
        for section in version.sections.prefetch_related("items")
    )
    return QuestionnaireDefinition(
        key=form.key, name_zh=form.name_zh, name_en=form.name_en, sections=sections, pass_share=version.pass_share
    )


def _item_definition(item: Any) -> ItemDefinition:
    return ItemDefinition(
        key=item.key, kind=item.kind, text_zh=item.text_zh, text_en=item.text_en, settings=item.settings, weight=item.weight,
        is_required=item.is_required, is_critical=item.is_critical, show_if=tuple(Condition(**one) for one in item.show_if),
    )  # fmt: skip


def _empty(form: Questionnaire) -> QuestionnaireDefinition:
    first = SectionDefinition(name_zh="问题", name_en="Questions", items=())
    return QuestionnaireDefinition(key=form.key, name_zh=form.name_zh, name_en=form.name_en, sections=(first,))


@transaction.atomic
def new_questionnaire(*, name_zh: str, name_en: str = "", key: str = "") -> Version:
    """A questionnaire with an empty draft; its key is made of the name where none is given."""
    own = free_key(key or name_en, among=Questionnaire.objects.all(), otherwise="form", longest=50)
    form = Questionnaire.objects.create(key=own, name_zh=name_zh.strip(), name_en=name_en.strip())
    return Version.objects.create(questionnaire=form, number=1, draft=as_document(_empty(form)))


@transaction.atomic
def start_draft(form: Questionnaire, *, version: Version | None = None) -> Version:
    """The draft; made from `version` or the newest published one where there is none.

    Locks the questionnaire, so that two who ask at once get the same draft.
    """
    Questionnaire.objects.select_for_update().get(pk=form.pk)
    draft = form.versions.filter(published_at=None).first()
    if draft is not None:
        return draft
    source = version or form.versions.order_by("-number").first()
    written = definition_of(source) if source else _empty(form)
    number = (form.versions.aggregate(most=Max("number"))["most"] or 0) + 1
    return Version.objects.create(questionnaire=form, number=number, draft=as_document(written))


@transaction.atomic
def import_questionnaire(document: Any) -> Version:
    """A draft of what a file says: under its key where that is known (replacing a draft there), else a new one.

    Raises `Unreadable`.
    """
    written = from_document(document)
    form = Questionnaire.objects.filter(key=written.key).first() if written.key else None
    if form is None:
        name = written.name_zh.strip() or written.name_en.strip() or "?"
        draft = new_questionnaire(name_zh=name, name_en=written.name_en, key=written.key or written.name_en)
    else:
        draft = start_draft(form)
    draft.draft = as_document(written) | {"key": draft.questionnaire.key}
    draft.draft_number += 1
    draft.save(update_fields=["draft", "draft_number"])
    return draft


@transaction.atomic
def change_draft(version_id: int, change: Change) -> Version:
    """Applies one change to a draft's document under a lock and keeps it if it can be read. Raises `Frozen`, `Unreadable`."""
    version = locked_draft(version_id)
    document = as_document(definition_of(version))
    change(document)
    version.draft = as_document(from_document(document))
    version.draft_number += 1
    version.save(update_fields=["draft", "draft_number"])
    return version


@transaction.atomic
def discard_draft(version_id: int) -> None:
    """Throws a draft away, and the questionnaire with it where nothing was ever published. Raises `Frozen`."""
    version = locked_draft(version_id)
    form = version.questionnaire
    version.delete()
    if not form.versions.exists():
        form.delete()


def locked_draft(version_id: int) -> Version:
    """The draft, locked. Raises `Frozen`."""
    version = Version.objects.select_for_update(of=("self",)).select_related("questionnaire").get(pk=version_id)
    if not version.is_draft:
        raise Frozen(_("Version %(number)s is published and stays as it is. Make a draft from it.") % {"number": version.number})
    return version
