"""Who may listen live, and who may open a message's file: whoever may see the case."""

from __future__ import annotations

from django.http import HttpRequest

from lingting.kernel.accounts.models import Account
from lingting.platform.files.models import StoredFile
from lingting.platform.realtime.topics import key_of
from lingting.platform.realtime.visitors import Visitor
from lingting.service.desk import selectors
from lingting.service.desk.models import Attachment


def of_cases(visitor: Visitor, topics: frozenset[str]) -> set[str]:
    """The asked `case:<id>` topics that a member of staff may hear."""
    account = _account(visitor)
    if account is None:
        return set()
    ids = {int(key) for topic in topics if (key := key_of(topic)).isdigit()}
    return {f"case:{case_id}" for case_id in selectors.visible_case_ids(account, ids)}


def of_the_desk(visitor: Visitor, topics: frozenset[str]) -> set[str]:
    """The topic `desk` (ids of cases that changed, no words) for everyone who may see some cases."""
    account = _account(visitor)
    return {"desk"} & topics if account is not None and account.can("desk.view_cases") else set()


def may_see_file(request: HttpRequest, file: StoredFile) -> bool | None:
    """Whether a member of staff may open a file: one's own upload, or a file of a case one may see."""
    if not request.user.is_authenticated:
        return None
    if (file.uploaded_by_kind, file.uploaded_by_id) == ("account", str(request.user.pk)):
        return True
    case_ids = set(Attachment.objects.filter(file=file).values_list("message__case_id", flat=True))
    return bool(selectors.visible_case_ids(request.user, case_ids)) or None


def _account(visitor: Visitor) -> Account | None:
    if not visitor.is_staff:
        return None
    return Account.objects.filter(pk=visitor.id, is_active=True).first()
