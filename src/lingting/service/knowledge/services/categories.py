"""The shelves of the knowledge base."""

from __future__ import annotations

import secrets

from django.db import transaction
from django.utils.text import slugify
from django.utils.translation import gettext as _

from lingting.service.knowledge.models import Category, Subject
from lingting.service.knowledge.services.refusals import BadArticle, CategoryInUse


@transaction.atomic
def save_category(
    name_zh: str, *, name_en: str, icon: str, order: int, parent_id: int | None = None, category_id: int | None = None
) -> Category:
    """Makes or changes a category. Raises `BadArticle` if it would stand in itself."""
    if category_id:
        category = Category.objects.select_for_update().get(pk=category_id)
        _check_parent(category, parent_id)
    else:
        category = Category(key=f"{slugify(name_en or name_zh)[:50] or 'category'}-{secrets.token_hex(3)}")
    category.name_zh, category.name_en, category.icon = name_zh.strip(), name_en.strip(), icon or "book"
    category.order, category.parent_id = order, parent_id
    category.save()
    return category


@transaction.atomic
def delete_category(category_id: int) -> None:
    """Takes an empty category away. Raises `CategoryInUse`."""
    count = Subject.objects.filter(category_id=category_id).count()
    if count:
        raise CategoryInUse(_("%(count)s articles stand in this category. Move them first.") % {"count": count})
    if Category.objects.filter(parent_id=category_id).exists():
        raise CategoryInUse(_("Other categories stand in this one. Move them first."))
    Category.objects.filter(pk=category_id).delete()


def _check_parent(category: Category, parent_id: int | None) -> None:
    seen = {category.pk}
    above = parent_id
    while above is not None:
        if above in seen:
            raise BadArticle(
                _("A category cannot stand in itself."), fields={"parent": [_("A category cannot stand in itself.")]}
            )
        seen.add(above)
        above = Category.objects.filter(pk=above).values_list("parent_id", flat=True).first()
