"""Keys made of names, for addresses and imports."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from django.utils.text import slugify


def free_key(wish: str, *, among: QuerySet[Any], otherwise: str, longest: int = 30) -> str:
    """A key that no row of `among` has: readable where the wish is Latin, numbered from `otherwise` where it is not.

    Two that ask at once may get the same one: the column's unique constraint has the last word.
    """
    stem = slugify(wish)[:longest].strip("-") or otherwise
    taken = set(among.filter(key__startswith=stem).values_list("key", flat=True))
    return next(key for key in (stem, *(f"{stem}-{number}" for number in range(2, len(taken) + 3))) if key not in taken)
