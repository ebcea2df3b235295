"""Writes of customers: profiles and contact points; one transaction each."""

from lingting.service.crm.services.contact_points import (
    BadContactPoint,
    ContactPointTaken,
    add_contact_point,
    normalised,
    remove_contact_point,
)
from lingting.service.crm.services.profiles import change_customer, create_customer, customer_with_external_id
from lingting.service.crm.services.vectors import refresh_vector

__all__ = [
    "BadContactPoint",
    "ContactPointTaken",
    "add_contact_point",
    "change_customer",
    "create_customer",
    "customer_with_external_id",
    "normalised",
    "refresh_vector",
    "remove_contact_point",
]
