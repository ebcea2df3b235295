"""What organisation offers to the whole."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from lingting.platform.ui.manifest import Finder, Manifest, NavigationEntry, Permission, SettingsSection, Workspace

manifest = Manifest(
    app="organisation",
    permissions=[
        Permission(key="organisation.view_colleagues", label=_("See who works here and who is there")),
        Permission(key="organisation.manage_people", label=_("Look after people: accounts, teams, roles, skills"), scoped=True),
        Permission(key="organisation.manage_centre", label=_("Set name, look and address of the centre")),
    ],
    navigation=[
        NavigationEntry(
            workspace=Workspace.MY_DAY, label=_("Colleagues"), route="organisation:colleagues", icon="users-group",
            permission="organisation.view_colleagues", order=300, keywords="people team 同事 通讯录 tongshi",
        ),
        NavigationEntry(
            workspace=Workspace.SETTINGS, label=_("The centre"), route="organisation:centre", icon="building",
            permission="organisation.manage_centre", order=90, keywords="address site url 网址 地址 中心",
            section=SettingsSection.CENTRE,
        ),
        NavigationEntry(
            workspace=Workspace.SETTINGS, label=pgettext_lazy("staff", "People"), route="organisation:people", icon="users",
            permission="organisation.manage_people", order=100, keywords="staff accounts employees 员工 账号 人员",
            section=SettingsSection.CENTRE,
        ),
        NavigationEntry(
            workspace=Workspace.SETTINGS, label=_("Teams and positions"), route="organisation:teams", icon="sitemap",
            permission="organisation.manage_people", order=110, keywords="sites skills 团队 班组 职场 岗位 技能",
            section=SettingsSection.CENTRE,
        ),
    ],
    finders=[
        Finder(
            label=_("Colleagues"), route="organisation:find", icon="user", permission="organisation.view_colleagues", order=400
        )
    ],
    pages=[("", "lingting.kernel.organisation.urls")],
    rest=[("organisation", "lingting.kernel.organisation.rest:router")],
)  # fmt: skip
