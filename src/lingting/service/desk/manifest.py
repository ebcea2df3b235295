"""What the desk offers to the whole."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from lingting.platform.ui.manifest import Command, Finder, Manifest, NavigationEntry, Permission, SettingsSection, Slot, Workspace


def _case_tab(request: HttpRequest, **given: Any) -> dict[str, Any]:
    from lingting.service.desk.side import case_tab

    return case_tab(request, **given)


def _customer_section(request: HttpRequest, **given: Any) -> dict[str, Any] | None:
    from lingting.service.desk.side import customer_section

    return customer_section(request, customer=given["customer"])


def _process_tab(request: HttpRequest, **given: Any) -> dict[str, Any] | None:
    from lingting.service.desk.side import process_tab

    return process_tab(request, case=given["case"])


def _history_tab(request: HttpRequest, **given: Any) -> dict[str, Any]:
    from lingting.service.desk.side import history_tab

    return history_tab(request, **given)


manifest = Manifest(
    app="desk",
    navigation=[
        NavigationEntry(
            workspace=Workspace.DESK,
            label=_("Inbox"),
            route="desk:home",
            icon="inbox",
            permission="desk.view_cases",
            order=10,
            phone=True,
            keywords="inbox desk cases 工作台 收件箱 工单",
        ),
        NavigationEntry(
            workspace=Workspace.SETTINGS,
            label=_("Canned replies"),
            route="desk:canned-replies",
            icon="message-bolt",
            permission="desk.answer_cases",
            order=40,
            section=SettingsSection.CASES,
        ),
        NavigationEntry(
            workspace=Workspace.SETTINGS,
            label=_("Macros"),
            route="desk:macros",
            icon="bolt",
            permission="desk.answer_cases",
            order=40,
            section=SettingsSection.CASES,
        ),
        NavigationEntry(
            workspace=Workspace.SETTINGS,
            label=_("Case types"),
            route="desk:case-types",
            icon="category",
            permission="desk.manage_types",
            order=41,
            section=SettingsSection.CASES,
        ),
        NavigationEntry(
            workspace=Workspace.SETTINGS,
            label=_("Tags"),
            route="desk:tags-list",
            icon="tags",
            permission="desk.manage_types",
            order=42,
            section=SettingsSection.CASES,
        ),
    ],
    permissions=[
        Permission(key="desk.view_cases", label=_("See cases"), scoped=True),
        Permission(key="desk.answer_cases", label=_("Answer and work on cases"), scoped=True),
        Permission(key="desk.assign_cases", label=_("Assign cases and move them between queues"), scoped=True),
        Permission(key="desk.bulk_cases", label=_("Act on many cases at once")),
        Permission(key="desk.export_cases", label=_("Export lists of cases")),
        Permission(key="desk.manage_canned", label=_("Manage shared canned replies")),
        Permission(key="desk.manage_types", label=_("Manage case types and tags")),
    ],
    commands=[
        Command(
            label=_("Assign this case"), event="desk:assign", icon="user-check", permission="desk.assign_cases", shortcut="a"
        ),
        Command(
            label=_("Snooze this case"), event="desk:snooze", icon="clock-pause", permission="desk.answer_cases", shortcut="s"
        ),
        Command(
            label=_("Close this case"), event="desk:close", icon="circle-check", permission="desk.answer_cases", shortcut="e"
        ),
        Command(label=_("Add a tag to this case"), event="desk:tag", icon="tag", permission="desk.answer_cases", shortcut="t"),
        Command(
            label=_("Set the priority of this case"),
            event="desk:priority",
            icon="flag",
            permission="desk.answer_cases",
            shortcut="p",
        ),
        Command(label=_("Run a macro"), event="desk:macro", icon="bolt", permission="desk.answer_cases", shortcut="m"),
        Command(label=_("Write a note"), event="desk:note", icon="note", permission="desk.answer_cases", shortcut="n"),
    ],
    finders=[Finder(label=_("Cases"), route="desk:find", icon="messages", permission="desk.view_cases", order=10)],
    slots=[
        Slot(
            place="crm.customer.sections",
            template="desk/_customer_cases.html",
            context=_customer_section,
            key="cases",
            order=10,
        ),
        Slot(place="desk.side.tabs", template="desk/_side_case.html", context=_case_tab, label=_("Case"), key="case", order=20),
        Slot(
            place="desk.side.tabs",
            template="desk/_side_process.html",
            context=_process_tab,
            label=_("Process"),
            key="process",
            order=22,
        ),
        Slot(
            place="desk.side.tabs",
            template="desk/_side_history.html",
            context=_history_tab,
            label=_("History"),
            key="history",
            order=40,
        ),
    ],
    pages=[("desk/", "lingting.service.desk.urls")],
    rest=[("desk", "lingting.service.desk.rest:router")],
)
