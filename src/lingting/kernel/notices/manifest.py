"""What notices offer to the whole."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from lingting.platform.ui.manifest import Manifest, NavigationEntry, Slot, Workspace


def _bell(request: HttpRequest, **given: Any) -> dict[str, Any] | None:
    from lingting.kernel.notices.views import bell_context

    return bell_context(request)


manifest = Manifest(
    app="notices",
    navigation=[
        NavigationEntry(
            workspace=Workspace.MY_DAY, label=_("Notices"), route="notices:notices", icon="bell", order=400,
            keywords="bell inbox 通知 消息 提醒",
        )
    ],
    slots=[Slot(place="shell.notices", template="notices/_bell.html", context=_bell, key="notices.bell")],
    pages=[("notices/", "lingting.kernel.notices.urls")],
)  # fmt: skip
