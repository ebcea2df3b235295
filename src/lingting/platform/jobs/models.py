"""What is kept about failed jobs; the jobs themselves are procrastinate's rows."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _


class Failure(models.Model):
    """One try of a job that went wrong. `job_id` is the number of the queued job, which may be gone."""

    job_id = models.BigIntegerField()
    task_name = models.TextField()
    attempt = models.PositiveIntegerField(_("attempt"))
    failed_at = models.DateTimeField(_("when"))
    error = models.TextField(_("kind of error"))
    message = models.TextField(_("error text"), blank=True)
    trace = models.TextField(_("call trace"), blank=True)

    class Meta:
        verbose_name = _("failed try")
        indexes = [
            models.Index(fields=["job_id", "-id"], name="jobs_failure_job"),
            models.Index(fields=["failed_at"], name="jobs_failure_at"),
        ]

    def __str__(self) -> str:
        return f"{self.task_name}: {self.error}"
