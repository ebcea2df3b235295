"""What customers do in one-port mode: calls that arrive together are done in one transaction.

The rules are those of the endpoints in `rest`: their token, their limits, their schema, their services. What any of them
refuses is left to them.
"""

from lingting.service.channels.chat.intake import beginnings, endings, messages

ROADS = {road.PATH: road.answer for road in (messages, beginnings, endings)}

__all__ = ["ROADS", "beginnings", "endings", "messages"]
