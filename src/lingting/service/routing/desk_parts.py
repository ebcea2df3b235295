"""What routing tells the desk about its own things: who serves which queue, who was asked in, facts in words."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from lingting.kernel.metrics.selectors import seconds_text
from lingting.kernel.notices.registry import register_text
from lingting.service.desk.selectors import register_fact_words, register_invitation, register_served_queues
from lingting.service.routing.models import Consult

Names = Mapping[str, Mapping[int, str]]


def connect() -> None:
    """Called once when the apps are ready."""
    register_served_queues("SELECT queue_id FROM routing_queuemember WHERE account_id = %(account)s")
    register_invitation(is_asked_in)
    register_fact_words("ContactQueued", icon="hourglass", words=_queued)
    register_fact_words("ContactAnswered", icon="message-check", words=_answered)
    register_fact_words("ContactAbandoned", icon="door-exit", words=_abandoned)
    register_fact_words("OfferClosed", icon="bell-off", words=_offer_closed)
    register_fact_words("ConsultAsked", icon="users", words=_consulted)
    register_text("routing.consulted", gettext_lazy("%(name)s asks you to look at case #%(case)s: %(text)s"), icon="users")


def is_asked_in(account_id: int, case_id: int) -> bool:
    """A colleague who was asked to look sees the case until they are done."""
    return Consult.objects.filter(asked_id=account_id, conversation__case_id=case_id, ended_at=None).exists()


def _queued(data: dict[str, Any], names: Names) -> str:
    return _("Began to wait in %(queue)s") % {"queue": names["queue"].get(data.get("queue_id", 0), "")}


def _answered(data: dict[str, Any], names: Names) -> str:
    words = {"name": data.get("account_label", ""), "wait": seconds_text(float(data.get("wait_seconds") or 0))}
    return _("%(name)s answered after %(wait)s") % words


def _abandoned(data: dict[str, Any], names: Names) -> str:
    wait = {"wait": seconds_text(float(data.get("wait_seconds") or 0))}
    if data.get("outcome") == "abandoned":
        return _("The customer left after waiting %(wait)s") % wait
    if data.get("outcome") == "left":
        return _("The customer left contact details after waiting %(wait)s") % wait
    return ""


def _offer_closed(data: dict[str, Any], names: Names) -> str:
    name = {"name": names["account"].get(data.get("account_id") or 0, "")}
    if data.get("decision") == "missed":
        return _("%(name)s did not answer the offer") % name
    if data.get("decision") == "declined":
        return _("%(name)s passed the offer on") % name
    return ""


def _consulted(data: dict[str, Any], names: Names) -> str:
    return _("%(name)s was asked to look") % {"name": names["account"].get(data.get("account_id") or 0, _("A colleague"))}
