"""The roles a centre has from the start: which permissions, and how far they usually reach.

Permissions are named by their keys, since the apps that declare them stand above; unknown keys are left out.
Administrators may change what a role allows: what they took out stays out, and a permission that arrives with a new
app comes in once (`Role.offered`).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from lingting.kernel.accounts.models import ADMINISTRATOR, Reach, Role
from lingting.platform.ui.manifest import manifests


@dataclass(frozen=True)
class RoleDefinition:
    key: str
    name_zh: str
    name_en: str
    reach: Reach
    permissions: tuple[str, ...]


_AGENT = (
    "desk.view_cases", "desk.answer_cases", "desk.assign_cases", "crm.view_customers", "crm.edit_customers",
    "knowledge.read_articles", "routing.take_work", "organisation.view_colleagues", "workorders.ask_departments",
    "clocks.explain_breaches", "complaints.view_complaints", "complaints.handle_complaints",
)  # fmt: skip
_LEADER = (
    *_AGENT, "desk.bulk_cases", "desk.manage_canned", "routing.supervise", "routing.set_presence", "wallboard.view_floor",
    "reports.view_reports", "crm.merge_customers", "feedback.view_ratings", "email.mend_mail",
    "procedures.manage_runs", "procedures.view_reports", "complaints.approve_compensation", "complaints.view_hotspots",
)  # fmt: skip
_SUPERVISOR = (
    *_LEADER, "clocks.manage_clocks", "procedures.write_procedures",
    "desk.export_cases", "desk.manage_types", "routing.manage_queues", "calendars.manage_calendars", "crm.import_customers",
    "knowledge.write_articles", "automation.manage_rules", "questionnaires.manage", "questionnaires.view_results",
    "promises.manage_policies", "workorders.manage_departments", "organisation.manage_people", "wallboard.manage_alerts",
    "reports.export_reports", "chat.manage_widgets", "email.manage_mailboxes", "complaints.manage_catalogue",
    "complaints.manage_measures", "complaints.export_complaints",
)  # fmt: skip

DEFINITIONS: tuple[RoleDefinition, ...] = (
    RoleDefinition("agent", "客服代表", "Agent", Reach.OWN, _AGENT),
    RoleDefinition("team-leader", "班组长", "Team leader", Reach.TEAM, _LEADER),
    RoleDefinition("supervisor", "运营主管", "Supervisor", Reach.SITE, _SUPERVISOR),
    RoleDefinition("manager", "客服中心经理", "Manager", Reach.ALL, _SUPERVISOR),
    RoleDefinition(
        "knowledge-editor", "知识采编", "Knowledge editor", Reach.ALL,
        ("knowledge.read_articles", "knowledge.write_articles", "knowledge.publish_articles", "knowledge.manage_categories",
         "organisation.view_colleagues"),
    ),
    RoleDefinition(ADMINISTRATOR, "系统管理员", "Administrator", Reach.ALL, ()),
)  # fmt: skip


def lay(*, now: datetime) -> None:
    """Makes missing roles, brings in permissions that are new, gives the administrator every permission there is."""
    known = [permission.key for manifest in manifests() for permission in manifest.permissions]
    for definition in DEFINITIONS:
        wanted = known if definition.key == ADMINISTRATOR else [key for key in definition.permissions if key in known]
        role, _made = Role.objects.get_or_create(
            key=definition.key,
            defaults={"name_zh": definition.name_zh, "name_en": definition.name_en, "is_builtin": True},
        )
        arrived = [key for key in wanted if key not in role.offered]
        missing = wanted if definition.key == ADMINISTRATOR else arrived
        missing = [key for key in missing if key not in role.permissions]
        if missing or arrived:
            role.permissions = [*role.permissions, *missing]
            role.offered = [*role.offered, *arrived]
            role.save(update_fields=["permissions", "offered"])
