"""Writes of customers: profiles, contact points, tags, notes, merges, imports; one transaction each."""

from lingting.service.crm.services.contact_points import (
    BadContactPoint,
    ContactPointTaken,
    add_contact_point,
    normalised,
    owner_of,
    prefer_contact_point,
    remove_contact_point,
)
from lingting.service.crm.services.exporting import export_rows
from lingting.service.crm.services.import_columns import FIELDS as IMPORT_FIELDS
from lingting.service.crm.services.importing import (
    BadMapping,
    ImportStarted,
    apply_import,
    begin_application,
    preview_rows,
    set_mapping,
    start_import,
)
from lingting.service.crm.services.meeting import Guest, Stranger, customers_at, make_guests
from lingting.service.crm.services.merging import (
    CannotMerge,
    CannotUndoMerge,
    MergePreview,
    merge_customers,
    preview_merge,
    undo_merge,
)
from lingting.service.crm.services.movers import Belonging, belongings, register_mover
from lingting.service.crm.services.notes import BadNote, ForeignNote, add_customer_note, delete_customer_note
from lingting.service.crm.services.profiles import (
    CHANGEABLE,
    BadCustomer,
    change_customer,
    create_customer,
    customer_with_external_id,
    save_profile,
)
from lingting.service.crm.services.saved_filters import BadFilter, delete_filter, save_filter
from lingting.service.crm.services.tags import (
    BadTag,
    TierInUse,
    delete_tag,
    delete_tier,
    save_tag,
    save_tier,
    set_customer_tags,
)
from lingting.service.crm.services.vectors import refresh_vector

__all__ = [
    "CHANGEABLE",
    "IMPORT_FIELDS",
    "BadContactPoint",
    "BadCustomer",
    "BadFilter",
    "BadMapping",
    "BadNote",
    "BadTag",
    "Belonging",
    "CannotMerge",
    "CannotUndoMerge",
    "ContactPointTaken",
    "ForeignNote",
    "Guest",
    "ImportStarted",
    "MergePreview",
    "Stranger",
    "TierInUse",
    "add_contact_point",
    "add_customer_note",
    "apply_import",
    "begin_application",
    "belongings",
    "change_customer",
    "create_customer",
    "customer_with_external_id",
    "customers_at",
    "delete_customer_note",
    "delete_filter",
    "delete_tag",
    "delete_tier",
    "export_rows",
    "make_guests",
    "merge_customers",
    "normalised",
    "owner_of",
    "prefer_contact_point",
    "preview_merge",
    "preview_rows",
    "refresh_vector",
    "register_mover",
    "remove_contact_point",
    "save_filter",
    "save_profile",
    "save_tag",
    "save_tier",
    "set_customer_tags",
    "set_mapping",
    "start_import",
    "undo_merge",
]
