"""What the customers' app offers to the whole."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from lingting.platform.ui.manifest import Finder, Manifest, NavigationEntry, Permission, SettingsSection, Slot, Workspace


def _customer_tab(request: HttpRequest, **given: Any) -> dict[str, Any]:
    from lingting.service.crm.side import customer_tab

    return customer_tab(request, **given)


manifest = Manifest(
    app="crm",
    navigation=[
        NavigationEntry(
            workspace=Workspace.CUSTOMERS,
            label=_("Customers"),
            route="crm:customers",
            icon="address-book",
            permission="crm.view_customers",
            order=10,
            phone=True,
            keywords="customers crm 客户 顾客 电话 手机",
        ),
        NavigationEntry(
            workspace=Workspace.CUSTOMERS,
            label=_("Imports"),
            route="crm:imports",
            icon="table-import",
            permission="crm.import_customers",
            order=20,
            keywords="import csv xlsx excel 导入 表格",
        ),
        NavigationEntry(
            workspace=Workspace.SETTINGS,
            label=_("Customer tiers"),
            route="crm:tiers",
            icon="crown",
            permission="crm.manage_tiers",
            order=50,
            section=SettingsSection.CUSTOMERS,
        ),
        NavigationEntry(
            workspace=Workspace.SETTINGS,
            label=_("Customer tags"),
            route="crm:tags",
            icon="tags",
            permission="crm.manage_tiers",
            order=51,
            section=SettingsSection.CUSTOMERS,
        ),
    ],
    permissions=[
        Permission(key="crm.view_customers", label=_("See customers")),
        Permission(key="crm.edit_customers", label=_("Create and change customers, write notes on them")),
        Permission(key="crm.merge_customers", label=_("Merge customers and undo merges")),
        Permission(key="crm.import_customers", label=_("Import and export customers")),
        Permission(key="crm.manage_tiers", label=_("Manage customer tiers and tags")),
    ],
    finders=[Finder(label=_("Customers"), route="crm:find", icon="address-book", permission="crm.view_customers", order=20)],
    slots=[
        Slot(
            place="desk.side.tabs",
            template="crm/side/tab.html",
            context=_customer_tab,
            permission="crm.view_customers",
            label=_("Customer"),
            key="customer",
            order=10,
        ),
    ],
    pages=[("customers/", "lingting.service.crm.urls")],
    rest=[("crm", "lingting.service.crm.rest:router")],
)
