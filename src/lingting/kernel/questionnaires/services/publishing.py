"""Publishing: a draft, or a definition in code, becomes a version that stays as it is."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.db.models import Max
from django.utils.translation import gettext as _

from lingting.kernel.questionnaires.checking import problems_of
from lingting.kernel.questionnaires.definitions import QuestionnaireDefinition
from lingting.kernel.questionnaires.models import Item, Questionnaire, Section, Version
from lingting.kernel.questionnaires.services.drafting import definition_of, locked_draft
from lingting.platform.refusals import Invalid


class NotSound(Invalid):
    """The questionnaire has problems that stop publishing; the first of them is in the message."""

    code = "questionnaire_not_sound"


@transaction.atomic
def publish(definition: QuestionnaireDefinition, *, now: datetime) -> Version:
    """Stores a new published version; the versions before stay as they are, with their responses."""
    form, _made = Questionnaire.objects.update_or_create(
        key=definition.key, defaults={"name_zh": definition.name_zh, "name_en": definition.name_en}
    )
    number = (form.versions.aggregate(most=Max("number"))["most"] or 0) + 1
    version = Version.objects.create(questionnaire=form, number=number)
    return _published(version, definition, now=now)


@transaction.atomic
def publish_draft(version_id: int, *, note: str = "", account_id: int | None = None, now: datetime) -> Version:
    """Publishes a draft. Raises `NotSound`, `Frozen`."""
    version = locked_draft(version_id)
    definition = definition_of(version)
    wrong = [problem.sentence for problem in problems_of(definition) if not problem.is_hint]
    if wrong:
        raise NotSound(_("It cannot be published yet: %(problem)s") % {"problem": wrong[0]}, fields={"draft": wrong})
    version.note, version.published_by_id = note.strip()[:500], account_id
    form = version.questionnaire
    form.name_zh, form.name_en = definition.name_zh, definition.name_en
    form.save(update_fields=["name_zh", "name_en"])
    return _published(version, definition, now=now)


def _published(version: Version, definition: QuestionnaireDefinition, *, now: datetime) -> Version:
    """Makes rows of the definition, then shuts the version: from here the database refuses every change."""
    for place, section in enumerate(definition.sections):
        stored = Section.objects.create(version=version, order=place, name_zh=section.name_zh, name_en=section.name_en)
        Item.objects.bulk_create(
            Item(
                section=stored, key=item.key, kind=item.kind, text_zh=item.text_zh, text_en=item.text_en,
                settings=item.settings, weight=item.weight, is_required=item.is_required, is_critical=item.is_critical,
                show_if=[{"item": one.item, "op": one.op, "value": one.value} for one in item.show_if], order=order,
            )
            for order, item in enumerate(section.items)
        )  # fmt: skip
    version.pass_share, version.published_at, version.draft = definition.pass_share, now, None
    version.save()
    return version
