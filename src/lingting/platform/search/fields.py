"""The column that holds a text's `tsvector`, how it is compared and how it is indexed."""

from __future__ import annotations

from typing import Any, Final

from django.contrib.postgres.indexes import GinIndex
from django.db import models


class _Unloaded(str):
    """Stands for a vector that stays in the database; saving it leaves the column as it is."""

    def __repr__(self) -> str:
        return "<vector in the database>"

    def __deepcopy__(self, memo: dict[int, Any]) -> _Unloaded:
        return self

    def __copy__(self) -> _Unloaded:
        return self

    def __reduce__(self) -> str:
        return "UNLOADED"


UNLOADED: Final = _Unloaded()


class VectorField(models.Field):  # type: ignore[type-arg]
    """A `tsvector` column. Takes what `vector()` returns; never travels back from the database.

    Reading gives a placeholder; saving an object with the placeholder leaves the column alone.
    """

    description = "Words of a text with their positions"

    def __init__(self, **options: Any) -> None:
        options.setdefault("default", "")
        options.setdefault("editable", False)
        super().__init__(**options)

    def db_type(self, connection: Any) -> str:
        return "tsvector"

    def get_internal_type(self) -> str:
        return "VectorField"

    def select_format(self, compiler: Any, sql: str, params: Any) -> tuple[str, Any]:
        return "NULL::tsvector", ()

    def from_db_value(self, value: object, expression: Any, connection: Any) -> str:
        return UNLOADED

    def get_placeholder(self, value: Any, compiler: Any, connection: Any) -> str:
        if hasattr(value, "as_sql"):
            return "%s"
        return "%s::tsvector"

    def clean(self, value: Any, model_instance: models.Model | None) -> Any:
        """Nothing to validate: the value is made by `vector()`, and a text without words has none."""
        return value

    def pre_save(self, model_instance: models.Model, add: bool) -> Any:
        value = getattr(model_instance, self.attname)
        if value is UNLOADED:
            return "" if add else models.F(self.attname)
        return value


@VectorField.register_lookup
class Matches(models.Lookup):  # type: ignore[type-arg]
    """`column @@ query`: answered by the GIN index."""

    lookup_name = "matches"
    prepare_rhs = False

    def as_sql(self, compiler: Any, connection: Any) -> tuple[str, tuple[Any, ...]]:
        left, params = compiler.compile(self.lhs)
        return f"{left} @@ %s::tsquery", (*params, self.rhs)


@VectorField.register_lookup
class Holds(models.Lookup):  # type: ignore[type-arg]
    """The same question as a function call, which no index answers: for rows reached another way."""

    lookup_name = "holds"
    prepare_rhs = False

    def as_sql(self, compiler: Any, connection: Any) -> tuple[str, tuple[Any, ...]]:
        left, params = compiler.compile(self.lhs)
        return f"ts_match_vq({left}, %s::tsquery)", (*params, self.rhs)


def index_for(column: str, *, name: str, unsorted_kb: int = 0) -> GinIndex:
    """The index of a vector column.

    `unsorted_kb` (64 at least, or none) lets so much that was just written wait in a list, which each search reads to
    its end and the writer who fills it sorts in. For a table into which much is written: sorted in together, words cost
    a quarter. A row is found from its commit on either way.
    """
    if not unsorted_kb:
        return GinIndex(fields=[column], name=name, fastupdate=False)
    return GinIndex(fields=[column], name=name, fastupdate=True, gin_pending_list_limit=unsorted_kb)
