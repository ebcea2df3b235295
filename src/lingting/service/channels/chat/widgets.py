"""What a widget is set up with, kept in memory for a moment: every customer asks for it."""

from __future__ import annotations

from lingting.platform.database.remembering import remembered
from lingting.service.channels.chat.models import Widget
from lingting.service.desk.models import Queue


@remembered(Widget, Widget.queues.through, Queue)
def queues_of(widget_id: int) -> tuple[Queue, ...]:
    """The widget's own queue, then the queues in use that it offers, in their order."""
    widget = Widget.objects.select_related("default_queue").get(pk=widget_id)
    return (widget.default_queue, *widget.queues.filter(is_active=True))
