"""Taking the demo centre away again without a trace."""

from __future__ import annotations

from django.apps import apps
from django.db import connection, transaction

from lingting.kernel.accounts.models import Account
from lingting.platform.refusals import Refusal
from lingting.platform.terminal import gettext as _

# What Django and the job queue lay themselves, and the hubs that run.
_KEPT_APPS = {"auth", "contenttypes", "procrastinate", "realtime"}


class RealPeopleThere(Refusal):
    """The centre is in real use: removing would take real data with it."""


def remove_demo() -> list[str]:
    """Empties every table of the house; returns which. Only while every account is a demo account.

    A demo centre is laid into an empty database and is one whole; once real people work in it there is no telling
    what belongs to whom, so it refuses then.
    """
    if Account.objects.filter(is_demo=False).exists():
        raise RealPeopleThere(
            _(
                "There are accounts that are not of the demo centre. Removing it would take their work with it: "
                "start a real centre in a LINGTING_HOME of its own, with DEMO=0."
            )
        )
    tables = sorted(
        {
            model._meta.db_table
            for model in apps.get_models(include_auto_created=True)
            if model._meta.app_label not in _KEPT_APPS
        }
    )
    with transaction.atomic(), connection.cursor() as cursor:
        names = ", ".join(f'"{table}"' for table in tables)
        cursor.execute(f"TRUNCATE {names} RESTART IDENTITY CASCADE")
        cursor.execute("DELETE FROM procrastinate_jobs WHERE status <> 'doing'")
    _remove_files()
    return tables


def _remove_files() -> None:
    """The stored bytes; an S3 bucket is left to its owner."""
    import shutil

    from django.conf import settings

    if not settings.FILES_S3_BUCKET:
        shutil.rmtree(settings.FILES_ROOT, ignore_errors=True)
