"""Writes of the portal: passes, codes, what customers say there."""

from lingting.service.portal.services.codes import WrongCode, redeem_code, send_code
from lingting.service.portal.services.passes import (
    LinkIsOver,
    access_pass,
    case_link,
    forget_old,
    link_for,
    make_pass,
    revoke,
    revoke_links,
)
from lingting.service.portal.services.speaking import CaseNotYours, TooLate, answer, rate

__all__ = [
    "CaseNotYours",
    "LinkIsOver",
    "TooLate",
    "WrongCode",
    "access_pass",
    "answer",
    "case_link",
    "forget_old",
    "link_for",
    "make_pass",
    "rate",
    "redeem_code",
    "revoke",
    "revoke_links",
    "send_code",
]
