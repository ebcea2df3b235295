"""Forms: a field with its label, help and errors; a whole form with its summary."""

from __future__ import annotations

from typing import Any

from django.db.models.fields import BLANK_CHOICE_DASH
from django.forms import (
    BoundField,
    CharField,
    CheckboxInput,
    CheckboxSelectMultiple,
    ChoiceField,
    DateField,
    DecimalField,
    FloatField,
    IntegerField,
    RadioSelect,
    Select,
    SelectMultiple,
    Textarea,
    TimeField,
)
from django.forms.forms import BaseForm
from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext

from lingting.platform.ui.tags import register
from lingting.platform.ui.tags.containers import part

BLANK = BLANK_CHOICE_DASH[0][1]
SHORT = 80  # letters: a name, not a sentence


def field_shape(bound: BoundField) -> str:
    """How the field is laid out: check, choices, or plain."""
    widget = bound.field.widget
    if isinstance(widget, CheckboxSelectMultiple | RadioSelect):
        return "choices"
    if isinstance(widget, CheckboxInput):
        return "check"
    return "plain"


def widget_class(bound: BoundField) -> str:
    """The control's classes, its own kept."""
    widget = bound.field.widget
    own = widget.attrs.get("class", "")
    if isinstance(widget, CheckboxInput | CheckboxSelectMultiple | RadioSelect):
        house = "form-check-input"
    elif isinstance(widget, Select | SelectMultiple):
        house = "form-select"
    else:
        house = "form-control"
    wrong = "is-invalid" if bound.errors else ""
    return " ".join(word for word in (house, own, wrong) if word)


@register.simple_tag
def field(bound: BoundField, *, hint: str = "", label: str = "", hide_label: bool = False, width: str = "") -> SafeString:
    """`{% field form.name [hint="…"] [hide_label=True] [width="s|m|l"] %}`: label, control, help, errors.

    Enhancements are attributes of the widget: `data-combobox` on a select (search; with
    `data-combobox-url` from the server), `data-tags` on a text input, `data-filedrop` on a
    file input, `data-grow` on a textarea, `data-count` for a counter up to maxlength.
    """
    attributes: dict[str, Any] = {"class": widget_class(bound)}
    if bound.errors:
        attributes["aria-invalid"] = "true"
    shape = field_shape(bound)
    choices = [] if shape != "choices" else choice_tags(bound)
    control = "" if choices else _with_named_blank(bound, bound.as_widget(attrs=attributes))
    return part(
        "field",
        bound=bound,
        control=control,
        choices=choices,
        shape=shape,
        hint=hint,
        label=label or bound.label,
        hide_label=hide_label,
        width=width,
        fit="" if width else fitting_width(bound),
    )


def fitting_width(bound: BoundField) -> str:
    """How wide a control of a form page is when nothing is said: as what is written into it."""
    kind = bound.field
    if isinstance(kind, IntegerField | DecimalField | FloatField | DateField | TimeField):
        return "s"
    if isinstance(kind, ChoiceField) and isinstance(kind.widget, Select):
        return "m"
    is_short = isinstance(kind, CharField) and not isinstance(kind.widget, Textarea) and 0 < (kind.max_length or 0) <= SHORT
    return "m" if is_short and "data-tags" not in kind.widget.attrs else ""


def _with_named_blank(bound: BoundField, control: SafeString) -> SafeString:
    """Django's row of dashes becomes a word: something to choose where a choice is needed, nothing where it is not."""
    word = gettext("Choose…") if bound.field.required else gettext("None")
    return mark_safe(control.replace(f">{BLANK}<", f">{escape(word)}<", 1))


def choice_tags(bound: BoundField) -> list[tuple[str, str]]:
    """Each box or button of a choice with its words: (tag, label)."""
    bound.field.widget.attrs["class"] = widget_class(bound)
    return [(choice.tag(), str(choice.choice_label)) for choice in bound.subwidgets]


@register.simple_tag
def form_body(form: BaseForm) -> SafeString:
    """`{% form_body form %}`: the error summary, hidden fields and every visible field."""
    return part("form_body", form=form)


@register.simple_tag
def form_errors(form: BaseForm) -> SafeString:
    """`{% form_errors form %}`: the summary alone, for a form whose fields are laid out by hand."""
    return part("form_errors", form=form)
