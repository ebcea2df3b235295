"""Declares jobs: a function that loads by id and makes one service call."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Generic, ParamSpec

from django.db import transaction
from django.utils import timezone
from procrastinate import RetryDecision
from procrastinate.contrib.django import app as procrastinate_app
from procrastinate.exceptions import AlreadyEnqueued
from procrastinate.job_context import JobContext
from procrastinate.jobs import Job as QueuedJob
from procrastinate.retry import BaseRetryStrategy
from procrastinate.tasks import Task

from lingting.platform.jobs import running
from lingting.platform.refusals import Refusal

P = ParamSpec("P")
DEFAULT_QUEUE = "default"


@dataclass(frozen=True, kw_only=True)
class Retry:
    """How often a failing job is tried and how long it waits in between: doubling from the first wait, up to the longest.

    `attempts` counts all tries. A `Refusal` is never tried again: the same answer would come back.
    """

    attempts: int = 5
    first_wait_seconds: float = 10.0
    longest_wait_seconds: float = 3600.0

    def wait_seconds(self, *, failed_attempts: int) -> float:
        """Seconds until the next try, after this many failed ones (1 or more)."""
        return float(min(self.longest_wait_seconds, self.first_wait_seconds * 2 ** min(failed_attempts - 1, 60)))


class _Strategy(BaseRetryStrategy):
    def __init__(self, retry: Retry) -> None:
        self.retry = retry

    def get_retry_decision(self, *, exception: BaseException, job: QueuedJob) -> RetryDecision | None:
        failed_attempts = job.attempts + 1
        if isinstance(exception, Refusal) or failed_attempts >= self.retry.attempts:
            return None
        wait = timedelta(seconds=self.retry.wait_seconds(failed_attempts=failed_attempts))
        return RetryDecision(retry_at=timezone.now() + wait)


@dataclass(frozen=True)
class Job(Generic[P]):
    """A declared job: call it to run it here and now, `later` to leave it to a worker."""

    name: str
    function: Callable[P, None]
    _task: Task[Any, Any, Any]

    def __call__(self, *args: P.args, **kwargs: P.kwargs) -> None:
        self.function(*args, **kwargs)

    def later(self, *, only_once: str = "", one_at_a_time: str = "", priority: int = 0, **arguments: Any) -> int | None:
        """Leaves the job to a worker, as a row of the running transaction; returns its number.

        `only_once`: while a job with this name waits, no second one is added (returns None).
        `one_at_a_time`: jobs with the same name never run side by side. Arguments are plain JSON values.
        """
        return self._defer(at=None, only_once=only_once, one_at_a_time=one_at_a_time, priority=priority, arguments=arguments)

    def later_at(
        self, at: datetime, *, only_once: str = "", one_at_a_time: str = "", priority: int = 0, **arguments: Any
    ) -> int | None:
        """The same, not before a moment."""
        return self._defer(at=at, only_once=only_once, one_at_a_time=one_at_a_time, priority=priority, arguments=arguments)

    def _defer(
        self, *, at: datetime | None, only_once: str, one_at_a_time: str, priority: int, arguments: dict[str, Any]
    ) -> int | None:
        deferrer = self._task.configure(
            schedule_at=at, queueing_lock=only_once or None, lock=one_at_a_time or None, priority=priority
        )
        if not only_once:
            return deferrer.defer(**arguments)
        try:
            with transaction.atomic():
                return deferrer.defer(**arguments)
        except AlreadyEnqueued:
            return None


def job(*, queue: str = DEFAULT_QUEUE, retry: Retry | None = None) -> Callable[[Callable[P, None]], Job[P]]:
    """Declares a function with keyword-only JSON arguments as a job. Stands in an app's `jobs.py`."""

    def declare(function: Callable[P, None]) -> Job[P]:
        name = f"{function.__module__}.{function.__qualname__}"
        strategy = _Strategy(retry or Retry())

        def run(context: JobContext, /, **arguments: Any) -> None:
            running.run(lambda: function(**arguments), name=name, context=context)  # type: ignore[call-arg]

        task = procrastinate_app.task(name=name, queue=queue, retry=strategy, pass_context=True)(run)
        return Job(name, function, task)

    return declare


def periodic(cron: str, *, queue: str = DEFAULT_QUEUE) -> Callable[[Callable[..., None]], Job[Any]]:
    """Declares a function of `now` that runs at the times of a cron line in UTC (a sixth field: seconds).

    Whatever the number of workers, each moment runs once; a run that is still waiting is not doubled.
    A failed run is not tried again: the next moment comes. `now` is the moment it runs.
    """

    def declare(function: Callable[..., None]) -> Job[Any]:
        name = f"{function.__module__}.{function.__qualname__}"

        def run(context: JobContext, /, *, timestamp: int = 0) -> None:
            running.run(lambda: function(now=datetime.now(tz=UTC)), name=name, context=context)

        declared = procrastinate_app.task(name=name, queue=queue, retry=False, pass_context=True, queueing_lock=name)(run)
        procrastinate_app.periodic(cron=cron)(declared)  # type: ignore[arg-type]
        return Job(name, function, declared)

    return declare
