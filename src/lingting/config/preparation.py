"""What happens before the first request: tables, translations, the demo centre; and the greeting."""

from __future__ import annotations

import os

from lingting.config import environment
from lingting.config.readiness import require_database
from lingting.config.up import say
from lingting.platform.refusals import Refusal
from lingting.platform.terminal import gettext as _
from lingting.platform.terminal import terminal_language


def compile_words() -> None:
    """The translations, where their sources are newer."""
    from lingting.config import messages

    messages.compile_all()


class DatabaseLost(Refusal):
    """The database went away, or found no room, while it was prepared."""


def prepare() -> int:
    """Brings the database to this version and makes the demo centre on the first start. In `lingting up` the code is loaded already.

    Raises `DatabaseLost`; what was begun is undone by PostgreSQL.
    """
    import django

    django.setup()
    from django.db import OperationalError

    try:
        return _prepare()
    except OperationalError as error:
        words = " ".join(str(error).split()).rstrip(".")
        raise DatabaseLost(
            _(
                "The database failed while it was being prepared (%(words)s). Make sure that it runs and has room on its disk, "
                "then start again: nothing was left half made."
            )
            % {"words": words}
        ) from error


def _prepare() -> int:
    from django.utils import translation

    with translation.override(terminal_language()):
        require_database(os.environ["DATABASE_URL"])
    from django.core.management import call_command
    from django.db import connection
    from django.db.migrations.executor import MigrationExecutor

    executor = MigrationExecutor(connection)
    plan = executor.migration_plan(executor.loader.graph.leaf_nodes())
    if plan:
        say(_("Preparing %(count)d tables and changes …") % {"count": len(plan)})
        call_command("migrate", verbosity=0, interactive=False)
    from lingting.config.foundation import lay_foundation

    lay_foundation()
    if environment.flag("DEMO", default=True):
        from lingting.demo import centre

        centre.create_on_first_start(say)
    return 0


def greet(host: str, port: int) -> None:
    """The address to open and, in a demo centre, who may sign in."""
    shown = f"[{host}]" if ":" in host else host
    say(f"\n  Lingting 聆听  http://{shown}:{port}/\n")
    if environment.flag("DEMO", default=True):
        from lingting.demo import centre

        say(centre.greeting(f"http://{shown}:{port}"))
