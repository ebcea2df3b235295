"""The migration operation that puts a table under audit."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from django.db.migrations.operations.base import Operation

from lingting.platform.audit.writing import TRIGGER, forget_watched_tables

_NAME = re.compile(r"[a-z_][a-z0-9_]*")


class AuditTable(Operation):
    """Records every insert, update and delete of a table's rows.

    `exclude`: columns whose changes are noise and are left out (search vectors, "last seen").
    `secret`: columns of which only "was changed" is recorded. Columns whose name speaks of a password, secret,
    token, digest or key are always treated so. `key` is the column that identifies a row.
    The migration must depend on `("audit", "0001_initial")`.
    """

    reversible = True
    reduces_to_sql = True

    def __init__(self, table: str, *, exclude: Sequence[str] = (), secret: Sequence[str] = (), key: str = "id") -> None:
        for name in (table, key, *exclude, *secret):
            if not _NAME.fullmatch(name):
                raise ValueError(f"not a plain lower-case name: {name!r}")
        self.table = table
        self.exclude = tuple(exclude)
        self.secret = tuple(secret)
        self.key = key

    def deconstruct(self) -> tuple[str, list[Any], dict[str, Any]]:
        options = {"exclude": self.exclude, "secret": self.secret, "key": self.key}
        return (self.__class__.__qualname__, [self.table], options)

    def state_forwards(self, app_label: str, state: Any) -> None:
        """Triggers are not part of Django's picture of the models."""

    def database_forwards(self, app_label: str, schema_editor: Any, from_state: Any, to_state: Any) -> None:
        schema_editor.execute(self._drop())
        schema_editor.execute(
            f'CREATE TRIGGER {TRIGGER} AFTER INSERT OR UPDATE OR DELETE ON "{self.table}" FOR EACH ROW EXECUTE FUNCTION '
            f"audit_record('{self.key}', '{','.join(self.exclude)}', '{','.join(self.secret)}')"
        )
        forget_watched_tables()

    def database_backwards(self, app_label: str, schema_editor: Any, from_state: Any, to_state: Any) -> None:
        schema_editor.execute(self._drop())
        forget_watched_tables()

    def describe(self) -> str:
        return f"Audit table {self.table}"

    @property
    def migration_name_fragment(self) -> str:
        return f"audit_{self.table}"

    def _drop(self) -> str:
        return f'DROP TRIGGER IF EXISTS {TRIGGER} ON "{self.table}"'
