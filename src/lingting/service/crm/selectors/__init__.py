"""Reads of customers: one, lists of them, and who may be the same."""

from lingting.service.crm.selectors.duplicates import Candidate, merge_candidates, namesakes
from lingting.service.crm.selectors.lists import (
    FILTER_FIELDS,
    CustomerFilter,
    customer_rows,
    filtered_customers,
    find_customers,
    with_details,
)
from lingting.service.crm.selectors.one import (
    VIEW,
    access_customer,
    access_note,
    access_point,
    contact_points_of,
    current_customer,
    merges_of,
    notes_of,
)

__all__ = [
    "FILTER_FIELDS",
    "VIEW",
    "Candidate",
    "CustomerFilter",
    "access_customer",
    "access_note",
    "access_point",
    "contact_points_of",
    "current_customer",
    "customer_rows",
    "filtered_customers",
    "find_customers",
    "merge_candidates",
    "merges_of",
    "namesakes",
    "notes_of",
    "with_details",
]
