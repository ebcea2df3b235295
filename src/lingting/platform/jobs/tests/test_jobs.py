"""Jobs with a real queue, real workers and real deaths."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any
from urllib.parse import quote

import pytest
from django.contrib.messages.storage.cookie import CookieStorage
from django.db import connection, connections, transaction
from django.db.models import QuerySet
from django.test import RequestFactory
from django.utils import timezone
from procrastinate.contrib.django.models import ProcrastinateJob

from lingting.kernel.accounts.models import Account, Reach
from lingting.platform.jobs import Retry, services
from lingting.platform.jobs.models import Failure
from lingting.platform.jobs.selectors import failed_jobs, standing
from lingting.platform.jobs.tests import sample_jobs
from lingting.platform.jobs.tests.sample_jobs import marks
from lingting.platform.jobs.views import overview, retry
from lingting.platform.jobs.worker import run_worker
from lingting.platform.refusals import NotPermitted

pytestmark = [pytest.mark.django_db(transaction=True)]

PATIENCE_SECONDS = 60.0
WORKER = (
    "import django; django.setup();"
    "from lingting.platform.jobs.tests import sample_jobs;"
    "from lingting.platform.jobs.worker import run_worker;"
    "run_worker(concurrency=2, queues=['tests'])"
)


@pytest.fixture(autouse=True)
def table_of_marks(transactional_db: None) -> Iterator[None]:
    with connection.cursor() as cursor:
        cursor.execute("TRUNCATE procrastinate_jobs, procrastinate_workers, procrastinate_periodic_defers CASCADE")
        cursor.execute(sample_jobs.DROP_MARKS)
        cursor.execute(sample_jobs.CREATE_MARKS)
    yield
    with connection.cursor() as cursor:
        cursor.execute(sample_jobs.DROP_MARKS)


def until(is_so: Callable[[], bool]) -> None:
    end = time.monotonic() + PATIENCE_SECONDS
    while not is_so():
        assert time.monotonic() < end, f"waited in vain; marks: {marks()}"
        time.sleep(0.05)


def work_until(is_so: Callable[[], bool]) -> None:
    """Runs a worker in a thread of its own until something is so, then stops it."""
    stop = threading.Event()

    def work() -> None:
        run_worker(concurrency=2, queues=["tests"], stop_event=stop)
        connections.close_all()

    thread = threading.Thread(target=work)
    thread.start()
    try:
        until(is_so)
    finally:
        stop.set()
        thread.join(PATIENCE_SECONDS)
    assert not thread.is_alive()


def queued() -> QuerySet[ProcrastinateJob]:
    """The jobs of these tests; a running worker adds the house's own sweeps to other queues."""
    return ProcrastinateJob.objects.filter(queue_name="tests")


def nothing_to_do() -> bool:
    return not queued().filter(status__in=["todo", "doing"]).exists()


@pytest.fixture
def start_worker() -> Iterator[Callable[[], subprocess.Popen[bytes]]]:
    started: list[subprocess.Popen[bytes]] = []
    values = connection.settings_dict
    host = quote(str(values["HOST"] or ""), safe="")
    login = quote(str(values["USER"] or ""), safe="") + (
        ":" + quote(str(values["PASSWORD"]), safe="") if values["PASSWORD"] else ""
    )
    address = f"postgresql://{login}@{host}:{values['PORT'] or 5432}/{values['NAME']}"

    def start() -> subprocess.Popen[bytes]:
        environment = os.environ | {"DATABASE_URL": address, "DJANGO_SETTINGS_MODULE": "lingting.config.settings"}
        process = subprocess.Popen([sys.executable, "-c", WORKER], env=environment)
        started.append(process)
        return process

    yield start
    for process in started:
        if process.poll() is None:
            process.kill()
        process.wait(20)


def test_a_job_is_done_by_a_worker() -> None:
    sample_jobs.write.later(text="退款通知")
    assert marks() == []
    work_until(lambda: marks() == ["退款通知"])


def test_called_directly_it_runs_here_and_now() -> None:
    sample_jobs.write(text="现在")
    assert marks() == ["现在"]


def test_a_job_of_a_rolled_back_transaction_never_was() -> None:
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        sample_jobs.write.later(text="never")
        raise ZeroDivisionError
    assert not queued().exists()


def test_a_job_defers_others_within_its_own_transactions() -> None:
    sample_jobs.pass_on.later(text="a")
    work_until(lambda: "a passed on" in marks() and nothing_to_do())
    assert marks() == ["a passed on"]


def test_only_once_leaves_one_in_the_queue_and_the_transaction_whole() -> None:
    with transaction.atomic():
        assert sample_jobs.write.later(text="一", only_once="reply:1") is not None
        assert sample_jobs.write.later(text="二", only_once="reply:1") is None
        assert sample_jobs.write.later(text="三", only_once="reply:2") is not None
    assert queued().count() == 2


def test_a_job_for_later_waits() -> None:
    sample_jobs.write.later_at(timezone.now() + timedelta(hours=1), text="以后")
    sample_jobs.write.later(text="现在")
    work_until(lambda: "现在" in marks())
    assert marks() == ["现在"]
    assert standing(now=timezone.now()).later == 1


def test_a_failing_job_is_tried_as_often_as_said_and_then_shown_with_its_error() -> None:
    sample_jobs.fail.later(text="x")
    work_until(lambda: standing(now=timezone.now()).failed == 1)
    assert marks() == ["x"] * 3
    failed = failed_jobs()[0]
    assert failed.failure is not None
    assert (failed.failure.error, failed.failure.attempt) == ("ZeroDivisionError", 3)
    assert "cannot do x" in failed.failure.message
    assert "sample_jobs.py" in failed.failure.trace
    assert Failure.objects.count() == 3


def test_a_refusal_is_not_tried_again() -> None:
    sample_jobs.refuse.later(text="x")
    work_until(lambda: standing(now=timezone.now()).failed == 1)
    assert marks() == ["x"]


def test_waits_double_up_to_the_longest() -> None:
    rule = Retry(attempts=9, first_wait_seconds=5, longest_wait_seconds=60)
    assert [rule.wait_seconds(failed_attempts=number) for number in range(1, 7)] == [5, 10, 20, 40, 60, 60]
    assert rule.wait_seconds(failed_attempts=10_000) == 60


def test_done_jobs_leave_no_rows() -> None:
    sample_jobs.write.later(text="x")
    work_until(lambda: marks() == ["x"] and nothing_to_do())
    assert not queued().exists()


def test_a_job_whose_worker_was_killed_is_done_by_another(start_worker: Callable[[], subprocess.Popen[bytes]]) -> None:
    sample_jobs.take_long_the_first_time.later(text="x")
    first = start_worker()
    until(lambda: marks() == ["x began"])
    first.send_signal(signal.SIGKILL)
    first.wait(20)
    assert services.requeue_stalled(now=timezone.now()).requeued == 0, "its worker may still be alive"
    assert services.requeue_stalled(now=timezone.now() + timedelta(seconds=60)).requeued == 1
    second = start_worker()
    until(lambda: marks() == ["x began", "x began", "x done"])
    second.send_signal(signal.SIGTERM)
    assert second.wait(PATIENCE_SECONDS) == 0


def test_a_worker_told_to_stop_finishes_what_it_holds(start_worker: Callable[[], subprocess.Popen[bytes]]) -> None:
    sample_jobs.take_two_seconds.later(text="x")
    worker = start_worker()
    until(lambda: marks() == ["x began"])
    sample_jobs.write.later_at(timezone.now() + timedelta(hours=1), text="later")
    worker.send_signal(signal.SIGTERM)
    assert worker.wait(PATIENCE_SECONDS) == 0
    assert marks() == ["x began", "x done"]
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM procrastinate_workers")
        assert cursor.fetchone()[0] == 0


def test_a_worker_survives_losing_its_connections() -> None:
    def cut_and_defer() -> None:
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity"
                " WHERE datname = current_database() AND pid <> pg_backend_pid()"
            )
        sample_jobs.write.later(text="after")

    sample_jobs.write.later(text="before")
    cut: list[bool] = []

    def is_so() -> bool:
        if marks() == ["before"] and not cut:
            cut.append(True)
            cut_and_defer()
        return "after" in marks()

    work_until(is_so)


def stall(attempts: int) -> int:
    job_id = sample_jobs.write.later(text="x")
    with connection.cursor() as cursor:
        cursor.execute("UPDATE procrastinate_jobs SET status = 'doing', attempts = %s WHERE id = %s", [attempts, job_id])
    assert job_id is not None
    return job_id


def test_a_job_that_keeps_killing_its_worker_is_given_up() -> None:
    job_id = stall(attempts=services.MOST_TRIES - 1)
    swept = services.requeue_stalled(now=timezone.now())
    assert (swept.requeued, swept.given_up) == (0, 1)
    assert failed_jobs()[0].id == job_id
    assert failed_jobs()[0].failure.error == "WorkerDied"  # type: ignore[union-attr]


def fail_for_good() -> int:
    job_id = stall(attempts=0)
    with connection.cursor() as cursor:
        cursor.execute("SELECT procrastinate_finish_job_v1(%s, 'failed', false)", [job_id])
    return job_id


def test_a_failed_job_gets_another_chance_but_only_one_at_a_time() -> None:
    job_id = fail_for_good()
    services.retry_failed(job_id, now=timezone.now())
    with pytest.raises(services.NotFailed):
        services.retry_failed(job_id, now=timezone.now())
    work_until(lambda: marks() == ["x"])


def test_old_failures_are_deleted_and_young_ones_stay() -> None:
    fail_for_good()
    assert services.delete_old(now=timezone.now() + timedelta(days=29)) == 0
    assert services.delete_old(now=timezone.now() + timedelta(days=31)) == 1


def person(*permissions: str) -> Account:
    """Somebody signed in, with these permissions."""
    account, _made = Account.objects.get_or_create(login="linxiao", defaults={"display_name": "林晓", "language": "en"})
    account.__dict__["_reaches"] = dict.fromkeys(permissions, Reach.ALL)
    return account


def request(method: str, path: str, *permissions: str) -> Any:
    made = getattr(RequestFactory(), method)(path)
    made.user = person(*permissions)
    made._messages = CookieStorage(made)
    return made


def test_only_who_may_sees_and_retries() -> None:
    job_id = fail_for_good()
    with pytest.raises(NotPermitted):
        overview(request("get", "/settings/jobs/"))
    with pytest.raises(NotPermitted):
        retry(request("post", f"/settings/jobs/{job_id}/retry/", "jobs.view_jobs"), job_id)
    assert standing(now=timezone.now()).failed == 1
    assert retry(request("post", f"/settings/jobs/{job_id}/retry/", "jobs.retry_jobs"), job_id).status_code == 302
    assert standing(now=timezone.now()).due == 1


def test_the_page_shows_what_failed_and_why() -> None:
    job_id = stall(attempts=services.MOST_TRIES - 1)
    services.requeue_stalled(now=timezone.now())
    made = request("get", "/settings/jobs/?before=nonsense", "jobs.view_jobs", "jobs.retry_jobs")
    page = overview(made).content.decode()
    assert "WorkerDied" in page
    assert f"/settings/jobs/{job_id}/retry/" in page
    without = overview(request("get", "/settings/jobs/", "jobs.view_jobs")).content.decode()
    assert "/retry/" not in without
    older = overview(request("get", f"/settings/jobs/?before={job_id}", "jobs.view_jobs")).content.decode()
    assert "WorkerDied" not in older
