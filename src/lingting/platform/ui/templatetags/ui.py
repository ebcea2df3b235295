"""`{% load ui %}`: every tag of the house. The tags are documented in docs/ui.md."""

from lingting.platform.ui.tags import (
    actions,
    containers,
    figures,
    forms,
    lists,
    marks,
    moments,
    places,
    register,
    shell,
)

__all__ = ["actions", "containers", "figures", "forms", "lists", "marks", "moments", "places", "register", "shell"]
