"""Writes of the desk: one transaction each, a module per behaviour."""

from lingting.service.desk.services.answers import answer_case
from lingting.service.desk.services.assigning import ANYONE, assign_case, name_of_assignee, queue_case
from lingting.service.desk.services.bulk import (
    MOST_AT_ONCE,
    MOST_EVER,
    NothingToUndo,
    ask_bulk_act,
    ask_undoing,
    continue_bulk_act,
)
from lingting.service.desk.services.canned import (
    CannedText,
    delete_canned_reply,
    filled,
    filled_lines,
    save_canned_reply,
)
from lingting.service.desk.services.catalogue import delete_tag, rename_tag, save_case_type
from lingting.service.desk.services.closing import close_case, end_conversation, end_conversations, reopen_case
from lingting.service.desk.services.drafts import drop_draft, save_draft
from lingting.service.desk.services.exporting import record_export
from lingting.service.desk.services.fields import add_tag, remove_tag, set_priority, set_subject, set_tags, set_type
from lingting.service.desk.services.importing import ImportedCase, ImportedMessage, ImportResult, import_cases
from lingting.service.desk.services.linking import link_cases, unlink_cases
from lingting.service.desk.services.locking import check_not_closed, locked_case
from lingting.service.desk.services.macros import (
    BadMacro,
    access_macro,
    delete_macro,
    macros_for,
    permissions_of,
    run_macro,
    save_macro,
)
from lingting.service.desk.services.merging import CannotMerge, case_for, merge_case, undo_merge
from lingting.service.desk.services.message_rows import just_opened
from lingting.service.desk.services.messages import (
    AddedMessage,
    NewMessage,
    add_message,
    add_messages,
    check_text,
    preview_of,
)
from lingting.service.desk.services.moving import move_cases
from lingting.service.desk.services.notes import add_note, latest_conversation_id, see_mentions
from lingting.service.desk.services.opening import (
    NewCase,
    open_case,
    open_case_with_conversation,
    open_cases,
    start_conversation,
    start_conversations,
)
from lingting.service.desk.services.own_fields import BadField, FieldGiven, options_text, save_case_field
from lingting.service.desk.services.reading import mark_delivered, mark_read_by_agent, mark_read_by_customer
from lingting.service.desk.services.recording import (
    BadFieldValue,
    FieldsMissing,
    check_fields_filled,
    drop_time,
    note_time,
    set_field,
)
from lingting.service.desk.services.refusals import (
    BadMoment,
    CaseIsClosed,
    CaseNotFound,
    CaseWasTaken,
    ConversationIsBusy,
    ConversationIsOver,
    ConversationNotFound,
    EmptyMessage,
    MessageTooLong,
    UnknownChoice,
)
from lingting.service.desk.services.saved_views import delete_view, save_view
from lingting.service.desk.services.snoozing import snooze_case, wake_case, wake_due_cases
from lingting.service.desk.services.splitting import CannotSplit, split_case, undo_split
from lingting.service.desk.services.system_lines import line_text, register_line
from lingting.service.desk.services.taking import Line, take_locked_case

__all__ = [
    "ANYONE",
    "MOST_AT_ONCE",
    "MOST_EVER",
    "AddedMessage",
    "BadField",
    "BadFieldValue",
    "BadMacro",
    "BadMoment",
    "CannedText",
    "CannotMerge",
    "CannotSplit",
    "CaseIsClosed",
    "CaseNotFound",
    "CaseWasTaken",
    "ConversationIsBusy",
    "ConversationIsOver",
    "ConversationNotFound",
    "EmptyMessage",
    "FieldGiven",
    "FieldsMissing",
    "ImportResult",
    "ImportedCase",
    "ImportedMessage",
    "Line",
    "MessageTooLong",
    "NewCase",
    "NewMessage",
    "NothingToUndo",
    "UnknownChoice",
    "access_macro",
    "add_message",
    "add_messages",
    "add_note",
    "add_tag",
    "answer_case",
    "ask_bulk_act",
    "ask_undoing",
    "assign_case",
    "case_for",
    "check_fields_filled",
    "check_not_closed",
    "check_text",
    "close_case",
    "continue_bulk_act",
    "delete_canned_reply",
    "delete_macro",
    "delete_tag",
    "delete_view",
    "drop_draft",
    "drop_time",
    "end_conversation",
    "end_conversations",
    "filled",
    "filled_lines",
    "import_cases",
    "just_opened",
    "latest_conversation_id",
    "line_text",
    "link_cases",
    "locked_case",
    "macros_for",
    "mark_delivered",
    "mark_read_by_agent",
    "mark_read_by_customer",
    "merge_case",
    "move_cases",
    "name_of_assignee",
    "note_time",
    "open_case",
    "open_case_with_conversation",
    "open_cases",
    "options_text",
    "permissions_of",
    "preview_of",
    "queue_case",
    "record_export",
    "register_line",
    "remove_tag",
    "rename_tag",
    "reopen_case",
    "run_macro",
    "save_canned_reply",
    "save_case_field",
    "save_case_type",
    "save_draft",
    "save_macro",
    "save_view",
    "see_mentions",
    "set_field",
    "set_priority",
    "set_subject",
    "set_tags",
    "set_type",
    "snooze_case",
    "split_case",
    "start_conversation",
    "start_conversations",
    "take_locked_case",
    "undo_merge",
    "undo_split",
    "unlink_cases",
    "wake_case",
    "wake_due_cases",
]
