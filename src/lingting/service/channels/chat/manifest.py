"""What the chat offers to the whole."""

from __future__ import annotations

from lingting.platform.ui.manifest import Manifest

manifest = Manifest(app="chat", rest=[("chat", "lingting.service.channels.chat.rest:router")])
