"""Writes of complaints: one transaction each."""

from lingting.service.complaints.services.answering import answer_complaint
from lingting.service.complaints.services.catalogue import save_entry, save_limit
from lingting.service.complaints.services.closing import (
    ComplaintStillOpen,
    NotReadyToClose,
    check_complaint_is_done,
    close_complaint,
    missing_for_closing,
)
from lingting.service.complaints.services.compensating import (
    AlreadyDecided,
    BadCompensation,
    BeyondLimit,
    OwnProposal,
    approvers_of,
    decide_compensation,
    grant_compensation,
    limit_of,
    propose_compensation,
    total_of,
)
from lingting.service.complaints.services.exporting import record_export
from lingting.service.complaints.services.filing import (
    classify_complaint,
    earlier_complaints,
    file_complaint,
    file_on_behalf,
    raised_severity,
)
from lingting.service.complaints.services.following import CallWasMade, plan_follow_up, record_call
from lingting.service.complaints.services.locking import BadComplaint, ComplaintIsClosed, ComplaintNotFound
from lingting.service.complaints.services.measuring import end_measure, make_measure
from lingting.service.complaints.services.steps import finish_step

__all__ = [
    "AlreadyDecided",
    "BadCompensation",
    "BadComplaint",
    "BeyondLimit",
    "CallWasMade",
    "ComplaintIsClosed",
    "ComplaintNotFound",
    "ComplaintStillOpen",
    "NotReadyToClose",
    "OwnProposal",
    "answer_complaint",
    "approvers_of",
    "check_complaint_is_done",
    "classify_complaint",
    "close_complaint",
    "decide_compensation",
    "earlier_complaints",
    "end_measure",
    "file_complaint",
    "file_on_behalf",
    "finish_step",
    "grant_compensation",
    "limit_of",
    "make_measure",
    "missing_for_closing",
    "plan_follow_up",
    "propose_compensation",
    "raised_severity",
    "record_call",
    "record_export",
    "save_entry",
    "save_limit",
    "total_of",
]
