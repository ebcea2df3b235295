"""Reads of complaints."""

from __future__ import annotations

from lingting.service.complaints.models import FollowUp


def call_address(follow_up_id: int) -> str:
    """Where a follow-up call is made: the case."""
    case_id = FollowUp.objects.filter(pk=follow_up_id).values_list("complaint__case_id", flat=True).first()
    return f"/desk/cases/{case_id}/" if case_id else ""
