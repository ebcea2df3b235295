"""The spine of the house: cases, their conversations and messages, the queues they wait in, and agents' aids."""

from lingting.service.desk.models.aids import CannedReply, Macro, SavedView
from lingting.service.desk.models.cases import Case, CaseLink, CaseState, CaseType, Priority, Queue, Tag
from lingting.service.desk.models.fields import CaseField, CaseFieldValue, FieldKind, TimeSpent
from lingting.service.desk.models.joining import CaseMerge, CaseSplit
from lingting.service.desk.models.many import BulkAct, BulkItem, BulkOutcome
from lingting.service.desk.models.talk import LIVE_CHANNELS, Attachment, Conversation, Draft, Mention, Message, MessageKind

__all__ = [
    "LIVE_CHANNELS",
    "Attachment",
    "BulkAct",
    "BulkItem",
    "BulkOutcome",
    "CannedReply",
    "Case",
    "CaseField",
    "CaseFieldValue",
    "CaseLink",
    "CaseMerge",
    "CaseSplit",
    "CaseState",
    "CaseType",
    "Conversation",
    "Draft",
    "FieldKind",
    "Macro",
    "Mention",
    "Message",
    "MessageKind",
    "Priority",
    "Queue",
    "SavedView",
    "Tag",
    "TimeSpent",
]
