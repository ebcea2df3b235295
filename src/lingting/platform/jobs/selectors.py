"""How the queue stands."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import connection
from procrastinate.contrib.django.models import ProcrastinateJob

from lingting.platform.jobs.models import Failure


@dataclass(frozen=True)
class Standing:
    """Jobs by state: due now, for later, running, waiting to be tried again, failed for good; workers alive.

    `oldest_due_seconds`: how long the oldest due job has been waiting; None if none waits.
    """

    due: int
    later: int
    running: int
    retrying: int
    failed: int
    workers: int
    oldest_due_seconds: float | None


@dataclass(frozen=True)
class FailedJob:
    """A job that failed for good, with its last failure."""

    id: int
    task_name: str
    queue_name: str
    arguments: dict[str, Any]
    failure: Failure | None

    @property
    def label(self) -> str:
        """The job's name without what all names share: `service.desk send_reply`."""
        return self.task_name.removeprefix("lingting.").replace(".jobs.", " ")


def standing(*, now: datetime) -> Standing:
    """Counts of jobs by state at a moment."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT count(*) FILTER (WHERE status = 'todo' AND coalesce(scheduled_at, %(now)s) <= %(now)s),
                   count(*) FILTER (WHERE status = 'todo' AND scheduled_at > %(now)s AND attempts = 0),
                   count(*) FILTER (WHERE status = 'doing'),
                   count(*) FILTER (WHERE status = 'todo' AND scheduled_at > %(now)s AND attempts > 0),
                   count(*) FILTER (WHERE status = 'failed'),
                   (SELECT count(*) FROM procrastinate_workers WHERE last_heartbeat > %(now)s - interval '30 seconds'),
                   extract(epoch FROM %(now)s - (
                       SELECT min(coalesce(due.scheduled_at, event.at))
                         FROM procrastinate_jobs due
                         JOIN procrastinate_events event ON event.job_id = due.id AND event.type = 'deferred'
                        WHERE due.status = 'todo' AND coalesce(due.scheduled_at, %(now)s) <= %(now)s))
              FROM procrastinate_jobs
            """,
            {"now": now},
        )
        due, later, running, retrying, failed, workers, oldest = cursor.fetchone()
    oldest_seconds = None if oldest is None else max(0.0, float(oldest))
    return Standing(due, later, running, retrying, failed, workers, oldest_seconds)


def failed_jobs(*, limit: int = 50, before: int | None = None) -> Sequence[FailedJob]:
    """Jobs that failed for good, newest first, with their last failure; `before` continues below a job number."""
    rows = ProcrastinateJob.objects.filter(status="failed").order_by("-id")
    if before is not None:
        rows = rows.filter(id__lt=before)
    page = list(rows.values_list("id", "task_name", "queue_name", "args")[:limit])
    failures = Failure.objects.filter(job_id__in=[row[0] for row in page]).order_by("job_id", "-id").distinct("job_id")
    last = {failure.job_id: failure for failure in failures}
    return [FailedJob(job_id, name, queue, args, last.get(job_id)) for job_id, name, queue, args in page]
