"""What surrounds every job while it runs: who acts, and what is kept of a failure."""

from __future__ import annotations

import traceback
from collections.abc import Callable
from typing import Any

from django.utils import timezone

from lingting.platform.audit import Actor, acting

LONGEST_TRACE = 20_000
LONGEST_MESSAGE = 2_000


def run(call: Callable[[], Any], *, name: str, context: Any) -> None:
    """Runs a job as the actor `job`; a failure is written down before it goes on to the worker."""
    job_id = context.job.id
    with acting(Actor(kind="job", id=str(job_id or ""), label=name), via="job"):
        try:
            call()
        except Exception as failure:
            if job_id is not None:
                record_failure(job_id=job_id, name=name, attempt=context.job.attempts + 1, failure=failure)
            raise


def record_failure(*, job_id: int, name: str, attempt: int, failure: BaseException) -> None:
    """Keeps what went wrong, for the people who look after jobs."""
    from lingting.platform.jobs.models import Failure

    trace = "".join(traceback.format_exception(failure))[-LONGEST_TRACE:]
    Failure.objects.create(
        job_id=job_id,
        task_name=name,
        attempt=attempt,
        failed_at=timezone.now(),
        error=type(failure).__name__,
        message=_storable(str(failure))[:LONGEST_MESSAGE],
        trace=_storable(trace),
    )


def _storable(text: str) -> str:
    return text.replace("\x00", "\ufffd").encode("utf-8", "replace").decode()
