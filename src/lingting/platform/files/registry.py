"""How other apps say who may see a file and which files they use."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

from django.apps import apps
from django.db.models import ForeignKey
from django.http import HttpRequest

from lingting.platform.files.models import StoredFile

AccessCheck = Callable[[HttpRequest, StoredFile], bool | None]
Referencer = Callable[[Sequence[int]], Iterable[int]]

_checks: list[AccessCheck] = []
_referencers: dict[str, Referencer] = {}


def register_access(check: AccessCheck) -> None:
    """Adds a check: True lets the request see the file, None or False leaves it to the others. In `AppConfig.ready()`."""
    if check not in _checks:
        _checks.append(check)


def register_referencer(name: str, ids: Referencer) -> None:
    """Adds somebody who uses files: `ids(candidates)` returns those of the `StoredFile` ids that are in use.

    Foreign keys to `StoredFile` are found without this.
    """
    _referencers[name] = ids


def may_see(request: HttpRequest, file: StoredFile) -> bool:
    """Whether any app lets the request see the file."""
    return any(check(request, file) for check in _checks)


def in_use(candidates: Sequence[int]) -> set[int]:
    """Those of the files that anything refers to, by foreign key or by a registered referencer."""
    used: set[int] = set()
    for model in apps.get_models():
        for field in model._meta.get_fields():
            if isinstance(field, ForeignKey) and field.related_model is StoredFile:
                rows = model._base_manager.filter(**{f"{field.name}__in": candidates})
                used.update(rows.values_list(f"{field.name}_id", flat=True))
    for ids in _referencers.values():
        used.update(ids(candidates))
    return used
