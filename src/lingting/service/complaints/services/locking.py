"""Taking a complaint for an act, and why that may be refused."""

from __future__ import annotations

from django.utils.translation import gettext as _

from lingting.platform.refusals import Conflict, Invalid, NotFound
from lingting.service.complaints.models import Complaint, Stage


class ComplaintNotFound(NotFound):
    code = "complaint_not_found"


class ComplaintIsClosed(Conflict):
    """Somebody closed the complaint before this act arrived."""

    code = "complaint_is_closed"


class BadComplaint(Invalid):
    """Something is missing or does not fit; `details["fields"]` says which."""

    code = "bad_complaint"


def locked_complaint(complaint_id: int) -> Complaint:
    """The complaint, its row locked until the transaction ends. Raises `ComplaintNotFound`."""
    rows = Complaint.objects.select_for_update(of=("self",)).select_related("case__customer", "category")
    found = rows.filter(pk=complaint_id).first()
    if found is None:
        raise ComplaintNotFound(_("This complaint does not exist any more."))
    return found


def locked_open_complaint(complaint_id: int) -> Complaint:
    """The same for acts on one in work. Raises `ComplaintIsClosed`."""
    found = locked_complaint(complaint_id)
    if found.stage == Stage.CLOSED:
        raise ComplaintIsClosed(_("This complaint is closed. Load the page again."))
    return found


def required(value: str, *, field: str, most: int = 4000) -> str:
    """Words as they are stored. Raises `BadComplaint` when there are none or too many."""
    clean = value.replace("\x00", "").replace("\r\n", "\n").strip()
    if not clean:
        sentence = _("Write something first.")
        raise BadComplaint(sentence, fields={field: [sentence]})
    if len(clean) > most:
        sentence = _("At most %(most)s characters.") % {"most": most}
        raise BadComplaint(sentence, fields={field: [sentence]})
    return clean
