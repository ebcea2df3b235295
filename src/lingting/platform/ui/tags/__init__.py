"""The `ui` template tag library, a module per family; `templatetags/ui.py` gathers them."""

from django import template

register = template.Library()
