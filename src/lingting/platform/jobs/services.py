"""Writes around the queue: stalled jobs go back into it, failed ones are given another chance, old ones go."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import connection, transaction
from django.utils.translation import gettext as _

from lingting.platform.jobs.models import Failure
from lingting.platform.refusals import Conflict

logger = logging.getLogger(__name__)

SILENT_SECONDS = 30
MOST_TRIES = 5
KEEP_FAILED = timedelta(days=30)


class NotFailed(Conflict):
    """Only a failed job can be tried again."""

    code = "job_not_failed"


@dataclass(frozen=True)
class Requeued:
    """How many stalled jobs went back into the queue, and how many had died too often and count as failed."""

    requeued: int
    given_up: int


@transaction.atomic
def requeue_stalled(*, now: datetime) -> Requeued:
    """Puts jobs whose worker has been silent for 30 seconds back into the queue.

    A job that took its worker with it five times counts as failed, so that it cannot go on killing workers.
    Locks the jobs it touches, skipping those another sweep holds.
    """
    silent_since = now - timedelta(seconds=SILENT_SECONDS)
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT job.id, job.task_name, job.attempts
              FROM procrastinate_jobs job LEFT JOIN procrastinate_workers worker ON worker.id = job.worker_id
             WHERE job.status = 'doing' AND (worker.id IS NULL OR worker.last_heartbeat < %s)
             ORDER BY job.id LIMIT 500 FOR UPDATE OF job SKIP LOCKED
            """,
            [silent_since],
        )
        stalled = cursor.fetchall()
        given_up = 0
        for job_id, task_name, attempts in stalled:
            if attempts + 1 >= MOST_TRIES:
                cursor.execute("SELECT procrastinate_finish_job_v1(%s, 'failed', false)", [job_id])
                _record_death(job_id=job_id, task_name=task_name, attempt=attempts + 1, now=now)
                given_up += 1
            else:
                cursor.execute("SELECT procrastinate_retry_job_v2(%s, NULL, NULL, NULL, NULL)", [job_id])
    if stalled:
        logger.warning("%d stalled jobs: %d requeued, %d given up", len(stalled), len(stalled) - given_up, given_up)
    return Requeued(len(stalled) - given_up, given_up)


@transaction.atomic
def retry_failed(job_id: int, *, now: datetime) -> None:
    """Puts a failed job back into the queue, due at once, with its tries counted from nought.

    Raises `NotFailed` when it does not exist or is not failed (any more).
    """
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE procrastinate_jobs SET status = 'todo', attempts = 0, scheduled_at = %s WHERE id = %s AND status = 'failed'",
            [now, job_id],
        )
        if not cursor.rowcount:
            raise NotFailed(_("This job is no longer failed. Reload the list to see how it stands."))
        cursor.execute(
            """
            SELECT pg_notify('procrastinate_queue_v1#' || queue_name, note), pg_notify('procrastinate_any_queue_v1', note)
              FROM (SELECT queue_name, json_build_object('type', 'job_inserted', 'job_id', id)::text AS note
                      FROM procrastinate_jobs WHERE id = %s) AS job
            """,
            [job_id],
        )


@transaction.atomic
def delete_old(*, now: datetime) -> int:
    """Deletes failed and cancelled jobs, and notes of failures, that are older than 30 days; returns how many jobs."""
    before = now - KEEP_FAILED
    with connection.cursor() as cursor:
        cursor.execute(
            """
            DELETE FROM procrastinate_jobs job
             WHERE status IN ('failed', 'cancelled', 'aborted', 'succeeded')
               AND NOT EXISTS (SELECT FROM procrastinate_events event WHERE event.job_id = job.id AND event.at >= %s)
            """,
            [before],
        )
        deleted = cursor.rowcount
    Failure.objects.filter(failed_at__lt=before).delete()
    return deleted


def _record_death(*, job_id: int, task_name: str, attempt: int, now: datetime) -> None:
    Failure.objects.create(
        job_id=job_id,
        task_name=task_name,
        attempt=attempt,
        failed_at=now,
        error="WorkerDied",
        message="The worker stopped while it ran this job, five times.",
    )
