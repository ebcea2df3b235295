"""Answers kept for a day, so that a repeated request gets the same one."""

from __future__ import annotations

from django.db import models


class IdempotencyKey(models.Model):
    """The answer to a POST that came with an `Idempotency-Key`; written in the transaction of the work itself."""

    owner = models.TextField()
    key = models.TextField()
    request_hash = models.BinaryField(max_length=32)
    status = models.PositiveSmallIntegerField()
    content_type = models.TextField()
    response_body = models.BinaryField()
    created_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["owner", "key"], name="rest_idempotency_once")]
        indexes = [models.Index(fields=["created_at"], name="rest_idempotency_age")]

    def __str__(self) -> str:
        return f"{self.owner} {self.key}"
