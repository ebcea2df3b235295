"""Opening the widget: a visitor, known or not, with what was said before."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import transaction
from django.utils.translation import gettext as _

from lingting.kernel.timeline.events import Actor
from lingting.platform.refusals import NotFound
from lingting.service.channels.chat.models import Visitor, Widget
from lingting.service.channels.chat.tokens import Identity, visitor_of
from lingting.service.crm.models import Customer
from lingting.service.crm.services import (
    BadContactPoint,
    ContactPointTaken,
    add_contact_point,
    create_customer,
    customer_with_external_id,
)

_SEEN_EVERY = timedelta(minutes=1)
LANGUAGES = ("zh-hans", "en")


class NoSuchWidget(NotFound):
    """The widget's key is wrong or it is out of use."""

    code = "no_such_widget"


def widget_with_key(key: str) -> Widget:
    """The widget in use under a key. Raises `NoSuchWidget`."""
    widget = Widget.objects.select_related("default_queue").filter(key=key, is_active=True).first()
    if widget is None:
        raise NoSuchWidget(_("There is no chat with the key “%(key)s”. Check the script tag.") % {"key": key})
    return widget


@transaction.atomic
def open_visit(
    widget: Widget, *, token: str, identity: Identity | None, language: str, page_url: str, page_title: str,
    user_agent: str, now: datetime,
) -> Visitor:  # fmt: skip
    """The visitor behind a token, else a new one; an identified customer gets their own history.

    A browser whose visitor belongs to another identified customer gets a new visitor: nobody sees what someone else
    wrote on the same machine.
    """
    language = language if language in LANGUAGES else "zh-hans"
    visitor = visitor_of(token) if token else None
    if visitor is not None and visitor.widget_id != widget.pk:
        visitor = None
    actor = Actor("customer", None, identity.name if identity else "")
    if identity is not None:
        customer = _identified(identity, language=language, actor=actor, now=now)
        if visitor is not None and visitor.customer_id != customer.pk:
            visitor = _adopted(visitor, customer) if visitor.customer.is_guest else None
        visitor = visitor or Visitor.objects.filter(widget=widget, customer=customer, closed_at=None).order_by("-pk").first()
    elif visitor is not None and not visitor.customer.is_guest and visitor.customer.external_id:
        visitor = None
    if visitor is None:
        if identity is None:
            customer = create_customer("", actor=actor, now=now, is_guest=True, language=language)
        visitor = Visitor(widget=widget, customer=customer, created_at=now)
    visitor.language, visitor.seen_at = language, now
    visitor.page_url, visitor.page_title = page_url[:500], page_title[:200]
    visitor.user_agent = user_agent[:300]
    visitor.save()
    return visitor


def _identified(identity: Identity, *, language: str, actor: Actor, now: datetime) -> Customer:
    customer = customer_with_external_id(
        identity.external_id, name=identity.name, language=language, actor=actor, now=now
    )
    for kind, value in (("email", identity.email), ("phone", identity.phone)):
        if value:
            try:
                add_contact_point(customer, kind=kind, value=value, now=now)
            except (BadContactPoint, ContactPointTaken):
                continue
    return customer


def _adopted(visitor: Visitor, customer: Customer) -> Visitor:
    """A guest turned out to be a known customer: the visitor and its conversations become theirs."""
    from lingting.service.desk.services.moving import move_cases

    move_cases(from_customer_id=visitor.customer_id, to_customer_id=customer.pk)
    visitor.customer = customer
    return visitor


def note_seen(visitor: Visitor, *, now: datetime) -> None:
    """Remembers that the visitor's page is alive, at most once a minute."""
    if now - visitor.seen_at > _SEEN_EVERY:
        Visitor.objects.filter(pk=visitor.pk).update(seen_at=now)
