"""Facts about complaints as the case's timeline tells them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from django.utils.translation import gettext as _

from lingting.service.complaints.models import Severity

Said = Callable[[dict[str, Any], Mapping[str, Mapping[int, str]]], str]


def _classified(data: dict[str, Any], names: object) -> str:
    words = {"category": data["category"], "severity": Severity(data["severity"]).label}
    if data["is_repeat"]:
        return _("Complaint classified: %(category)s, %(severity)s, a repeat") % words
    return _("Complaint classified: %(category)s, %(severity)s") % words


def _called(data: dict[str, Any], names: object) -> str:
    if not data["is_reached"]:
        return _("Follow-up call %(attempt)s: not reached") % data
    if data["satisfied"]:
        return _("Follow-up call: the customer is satisfied")
    return _("Follow-up call: the customer is not satisfied")


FACTS: dict[str, tuple[str, Said]] = {
    "ComplaintFiled": ("speakerphone", lambda data, names: _("Became a complaint")),
    "ComplaintClassified": ("category", _classified),
    "ComplaintAnswered": ("message-check", lambda data, names: _("The complaint was answered")),
    "CompensationProposed": (
        "gift",
        lambda data, names: _("Compensation: %(item)s, %(amount)s") % data
        if data["is_approved"]
        else _("Compensation proposed: %(item)s, %(amount)s") % data,
    ),
    "CompensationDecided": (
        "gift",
        lambda data, names: _("Compensation approved: %(item)s, %(amount)s") % data
        if data["is_approved"]
        else _("Compensation rejected: %(item)s, %(amount)s") % data,
    ),
    "CompensationGranted": ("gift", lambda data, names: _("Compensation given: %(item)s, %(amount)s") % data),
    "FollowUpDone": ("phone", _called),
    "ComplaintClosed": ("circle-check", lambda data, names: _("Complaint closed: %(cause)s") % data),
}
