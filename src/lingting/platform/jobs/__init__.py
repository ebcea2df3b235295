"""Work done later, by workers, from rows of the same database.

Owns how a job is declared, deferred, run, retried and shown. Does not own what any job does.
Hot paths (outbox, deliveries, routing) do not come here: they take rows in batches themselves.
"""

from lingting.platform.jobs.declaring import Job, Retry, job, periodic

__all__ = ["Job", "Retry", "job", "periodic"]
