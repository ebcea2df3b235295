"""Forms of the knowledge base."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from lingting.service.knowledge.models import Category

LANGUAGES = [("zh-hans", "简体中文"), ("en", "English")]
AUDIENCES = [("public", _("Customers and staff")), ("internal", _("Staff only"))]
ICONS = [
    "book", "tool", "truck", "home", "refresh", "receipt-refund", "device-mobile", "shield", "credit-card", "package", "gift", "users",
    "settings", "alert-triangle", "message", "phone", "lock",
]  # fmt: skip


class NewArticleForm(forms.Form):
    """What a new article is about and who may read it."""

    title = forms.CharField(label=_("Title"), max_length=160)
    category = forms.ModelChoiceField(Category.objects.none(), label=_("Category"))
    audience = forms.ChoiceField(label=_("Who may read it"), choices=AUDIENCES, widget=forms.RadioSelect)
    language = forms.ChoiceField(label=_("Language"), choices=LANGUAGES)

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["category"].queryset = Category.objects.all()  # type: ignore[attr-defined]


class ArticleForm(forms.Form):
    """The draft of an article and where it stands."""

    title = forms.CharField(label=_("Title"), max_length=160)
    html = forms.CharField(label=_("Body"), required=False, widget=forms.HiddenInput)
    summary = forms.CharField(
        label=_("Summary"), max_length=300, required=False, widget=forms.Textarea(attrs={"rows": 2, "data-grow": "", "data-count": ""}),
        help_text=_("Shown in lists and search; left empty, the beginning of the text stands there."),
    )  # fmt: skip
    keywords = forms.CharField(
        label=_("Keywords"), max_length=300, required=False, widget=forms.TextInput(attrs={"data-tags": ""}),
        help_text=_("Other words customers use for it: found, but not shown."),
    )  # fmt: skip
    category = forms.ModelChoiceField(Category.objects.none(), label=_("Category"))
    audience = forms.ChoiceField(label=_("Who may read it"), choices=AUDIENCES)
    draft_number = forms.IntegerField(widget=forms.HiddenInput, required=False)

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["category"].queryset = Category.objects.all()  # type: ignore[attr-defined]


class CategoryForm(forms.Form):
    """A shelf of the knowledge base."""

    name_zh = forms.CharField(label=_("Chinese name"), max_length=80)
    name_en = forms.CharField(label=_("English name"), max_length=80, required=False)
    parent = forms.ModelChoiceField(Category.objects.none(), label=_("Belongs to"), required=False, empty_label=_("none"))
    icon = forms.ChoiceField(label=_("Icon"), choices=[(name, name) for name in ICONS], required=False)
    order = forms.IntegerField(label=_("Order"), min_value=0, max_value=30_000)

    def __init__(self, *args: Any, category: Category | None = None, **options: Any) -> None:
        super().__init__(*args, **options)
        others = Category.objects.exclude(pk=category.pk) if category else Category.objects.all()
        self.fields["parent"].queryset = others  # type: ignore[attr-defined]
