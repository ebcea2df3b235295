"""Opening the widget: a visitor, known or not, and who they turn out to be."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from django.db import connection, transaction
from django.utils.translation import gettext as _

from lingting.kernel.timeline.events import Actor
from lingting.platform.database.binding import bound_cursor
from lingting.platform.refusals import NotFound
from lingting.service.channels.chat.models import Visitor, Widget
from lingting.service.channels.chat.tokens import Identity, visitor_of
from lingting.service.crm.models import Customer
from lingting.service.crm.services import (
    BadContactPoint,
    ContactPointTaken,
    Guest,
    add_contact_point,
    customer_with_external_id,
    make_guests,
)
from lingting.service.crm.services.profiles import BadCustomer
from lingting.service.desk.services import move_cases

_SEEN_EVERY = timedelta(minutes=1)
LANGUAGES = ("zh-hans", "en")
_SPEAK_AS = """
    UPDATE chat_visitor SET customer_id = given.customer FROM unnest(%s::bigint[], %s::bigint[]) AS given(visitor, customer)
    WHERE chat_visitor.id = given.visitor
"""


class NoSuchWidget(NotFound):
    """The widget's key is wrong or it is out of use."""

    code = "no_such_widget"


def widget_with_key(key: str) -> Widget:
    """The widget in use under a key. Raises `NoSuchWidget`."""
    widget = Widget.objects.filter(key=key, is_active=True).first()
    if widget is None:
        raise NoSuchWidget(_("There is no chat with the key “%(key)s”. Check the script tag.") % {"key": key})
    return widget


@transaction.atomic
def open_visit(
    widget: Widget, *, token: str, identity: Identity | None, language: str, page_url: str, page_title: str,
    user_agent: str, now: datetime,
) -> Visitor:  # fmt: skip
    """The visitor behind a token, else a new one; an identified customer gets their own history.

    A browser whose visitor belongs to another identified customer, or to one who has signed out since, gets a new
    visitor: nobody sees what someone else wrote on the same machine.
    """
    language = language if language in LANGUAGES else "zh-hans"
    visitor = visitor_of(token) if token else None
    if visitor is not None and visitor.widget_id != widget.pk:
        visitor = None
    if identity is not None:
        visitor = _visitor_of_identified(visitor, identity, widget=widget, language=language, now=now)
    elif visitor is not None and visitor.customer is not None and visitor.customer.external_id:
        visitor = None
    visitor = visitor or Visitor(widget=widget, created_at=now)
    visitor.language, visitor.seen_at = language, now
    visitor.page_url, visitor.page_title = page_url[:500], page_title[:200]
    visitor.user_agent = user_agent.replace("\x00", "")[:300]
    visitor.save()
    return visitor


@transaction.atomic
def known_customer(visitor: Visitor, *, now: datetime) -> Customer:
    """The customer a visitor speaks as: the one they turned out to be after merges, or a guest made now.

    Locks the visitor until the transaction ends, so that what it begins happens one after another.
    """
    lock_visitor(visitor)
    return customers_of_locked([visitor], now=now)[0]


def lock_visitor(visitor: Visitor) -> bool:
    """Locks the visitor until the transaction ends; whether they ever spoke: who did not has no customer and no conversation."""
    with bound_cursor(connection) as cursor:
        cursor.execute("SELECT customer_id FROM chat_visitor WHERE id = %s::bigint FOR NO KEY UPDATE", [visitor.pk])
        (customer_id,) = cursor.fetchone()
    if customer_id != visitor.customer_id:
        visitor.customer_id = customer_id
    return customer_id is not None


def customers_of_locked(visitors: Sequence[Visitor], *, now: datetime) -> list[Customer]:
    """`known_customer` for visitors that are locked already, each once."""
    new = [visitor for visitor in visitors if visitor.customer is None]
    if new:
        guests = make_guests([Guest(visitor.language, visitor.widget.is_demo) for visitor in new], now=now)
        for visitor, guest in zip(new, guests, strict=True):
            visitor.customer = guest
        with bound_cursor(connection) as cursor:
            cursor.execute(_SPEAK_AS, [[visitor.pk for visitor in new], [guest.pk for guest in guests]])
    return [merged(visitor.customer) for visitor in visitors if visitor.customer is not None]


def merged(customer: Customer) -> Customer:
    """Whom a customer was found to be the same as; mostly themselves."""
    while customer.merged_into is not None:
        customer = customer.merged_into
    return customer


def note_seen(visitor: Visitor, *, now: datetime) -> None:
    """Remembers that the visitor's page is alive, at most once a minute."""
    if now - visitor.seen_at > _SEEN_EVERY:
        Visitor.objects.filter(pk=visitor.pk).update(seen_at=now)


def _visitor_of_identified(
    visitor: Visitor | None, identity: Identity, *, widget: Widget, language: str, now: datetime
) -> Visitor:
    """The browser's own visitor if it may become theirs, else the latest they had here, else a new one."""
    customer = _identified(identity, language=language, is_demo=widget.is_demo, now=now)
    if visitor is not None and (visitor.customer is None or merged(visitor.customer).pk != customer.pk):
        visitor = _adopted(visitor, customer)
    if visitor is None:
        visitor = Visitor.objects.filter(widget=widget, customer=customer, closed_at=None).order_by("-pk").first()
    return visitor or Visitor(widget=widget, customer=customer, created_at=now)


def _identified(identity: Identity, *, language: str, is_demo: bool, now: datetime) -> Customer:
    def found_or_made() -> Customer:
        return customer_with_external_id(
            identity.external_id, name=identity.name, actor=Actor("customer", None, identity.name), now=now,
            language=language, is_demo=is_demo,
        )  # fmt: skip

    try:
        customer = found_or_made()
    except BadCustomer:
        # Another page of theirs was quicker by a moment.
        customer = found_or_made()
    for kind, value in (("email", identity.email), ("phone", identity.phone)):
        if value:
            try:
                add_contact_point(customer, kind=kind, value=value, now=now)
            except (BadContactPoint, ContactPointTaken):
                continue
    return customer


def _adopted(visitor: Visitor, customer: Customer) -> Visitor | None:
    """Somebody unknown signed in: the visitor and its conversations become theirs; None when it is someone else's."""
    if visitor.customer is not None:
        if not visitor.customer.is_guest:
            return None
        move_cases(from_customer_id=visitor.customer.pk, to_customer_id=customer.pk)
    visitor.customer = customer
    return visitor
