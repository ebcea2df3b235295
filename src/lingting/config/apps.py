"""Every app of the house, lowest floor first: the one list that composition walks."""

from __future__ import annotations

APPS: tuple[str, ...] = (
    "lingting.platform.database",
    "lingting.platform.search",
    "lingting.platform.audit",
    "lingting.platform.files",
    "lingting.platform.jobs",
    "lingting.platform.realtime",
    "lingting.platform.rest",
    "lingting.platform.ui",
    "lingting.kernel.timeline",
    "lingting.kernel.accounts",
    "lingting.kernel.calendars",
    "lingting.kernel.organisation",
    "lingting.kernel.metrics",
    "lingting.kernel.notices",
    "lingting.kernel.questionnaires",
    "lingting.kernel.clocks",
    "lingting.kernel.procedures",
    "lingting.kernel.automation",
    "lingting.service.crm",
    "lingting.service.knowledge",
    "lingting.service.desk",
    "lingting.service.routing",
    "lingting.service.feedback",
    "lingting.service.channels.chat",
    "lingting.service.channels.email",
    "lingting.insight.wallboard",
    "lingting.insight.reports",
    "lingting.demo",
)
