"""What a new centre needs before its first conversation, told to those who can do it."""

from __future__ import annotations

from dataclasses import dataclass

from django.urls import reverse
from django.utils.translation import gettext as _

from lingting.kernel.accounts.models import Account
from lingting.service.desk.models import Case, Queue


@dataclass(frozen=True, kw_only=True)
class FirstStep:
    """A step: where it is done, in words, and whether it is."""

    title: str
    text: str
    icon: str
    url: str
    is_done: bool = False
    is_next: bool = False


def first_steps(account: Account) -> list[FirstStep]:
    """Queue, people, a way in; empty once there is a case, and for people who may not make queues."""
    if not account.can("routing.manage_queues") or Case.objects.exists():
        return []
    has_queue, has_people = Queue.objects.exists(), Account.objects.count() > 1
    return [
        FirstStep(
            title=_("Make a queue"), text=_("A line of work: when it is open, what it promises, who serves it."),
            icon="stack-2", url=reverse("routing:queues" if has_queue else "routing:queue-new"), is_done=has_queue, is_next=not has_queue,
        ),
        FirstStep(
            title=_("Add your people"), text=_("Each gets an account, a team, and the rights of a role."),
            icon="users", url=reverse("organisation:person-new"), is_done=has_people, is_next=has_queue and not has_people,
        ),
        FirstStep(
            title=_("Let customers in"), text=_("One line for your site brings the chat; a mailbox brings letters."),
            icon="message-circle", url=reverse("chat:widgets"), is_next=has_queue and has_people,
        ),
    ]  # fmt: skip
