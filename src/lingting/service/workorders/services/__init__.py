"""Writes of work orders: one transaction each."""

from lingting.service.workorders.services.answering import accept_order, answer_order, ask_back, hand_on
from lingting.service.workorders.services.asking import ask_department, cancel_order, new_link, reply_to_department
from lingting.service.workorders.services.departments import BadDepartment, ensure_department, save_department
from lingting.service.workorders.services.locking import EmptyOrder, OrderIsOver, OrderNotFound, access_by_token
from lingting.service.workorders.services.saying import Said

__all__ = [
    "BadDepartment",
    "EmptyOrder",
    "OrderIsOver",
    "OrderNotFound",
    "Said",
    "accept_order",
    "access_by_token",
    "answer_order",
    "ask_back",
    "ask_department",
    "cancel_order",
    "ensure_department",
    "hand_on",
    "new_link",
    "reply_to_department",
    "save_department",
]
