"""Who belongs where."""

from __future__ import annotations

from django.db import connection

from lingting.kernel.accounts.models import Account, Reach

_SUBTREE = """
    WITH RECURSIVE below AS (
        SELECT id FROM organisation_team WHERE id = ANY(%s)
        UNION SELECT team.id FROM organisation_team team JOIN below ON team.parent_id = below.id
    ) SELECT id FROM below
"""


def team_ids_below(team_ids: list[int]) -> list[int]:
    """The teams and every team under them."""
    with connection.cursor() as cursor:
        cursor.execute(_SUBTREE, [team_ids])
        return [row[0] for row in cursor.fetchall()]


def account_ids_within(account: Account, reach: Reach) -> list[int] | None:
    """The accounts whose things a reach covers: oneself, one's teams, one's site; None means everyone."""
    from lingting.kernel.organisation.models import Employee

    if reach is Reach.ALL:
        return None
    me = Employee.objects.filter(account=account).values_list("id", "team_id", "site_id").first()
    if me is None or reach is Reach.OWN:
        return [account.pk]
    employee_id, team_id, site_id = me
    if reach is Reach.SITE:
        ids = Employee.objects.filter(site_id=site_id).values_list("account_id", flat=True)
    else:
        from lingting.kernel.organisation.models import Team

        roots = list(Team.objects.filter(leader_id=employee_id).values_list("id", flat=True))
        if team_id:
            roots.append(team_id)
        ids = Employee.objects.filter(team_id__in=team_ids_below(roots)).values_list("account_id", flat=True)
    return sorted({account.pk, *ids})
