"""Transactions all of whose steps stand or fall together: no savepoint is made inside.

    @one_fate()
    def begin_many(...): ...

Every service is a transaction of its own, so that a caller may try it, catch its refusal and go on; inside another
transaction that takes a savepoint, and two more trips to the server. Where an entry point catches nothing on the way,
nobody ever asks for them.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.db import DEFAULT_DB_ALIAS, connections, transaction


@contextmanager
def one_fate(*, using: str = DEFAULT_DB_ALIAS) -> Iterator[None]:
    """`transaction.atomic` in which the `atomic` of each step only joins in.

    A step that fails takes everything with it: whoever catches its failure inside and goes on gets Django's
    `TransactionManagementError`, at the end at the latest. What is tried and may fail does not belong here.
    """
    connection: Any = connections[using]
    with transaction.atomic(using=using):
        before, connection.is_one_fate = connection.is_one_fate, True
        try:
            yield
        finally:
            connection.is_one_fate = before
        if connection.needs_rollback:
            raise transaction.TransactionManagementError("a step failed, and with it all of this transaction")
