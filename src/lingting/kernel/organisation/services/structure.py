"""Teams, sites, positions and skills."""

from __future__ import annotations

from django.db import models, transaction
from django.utils.translation import gettext as _

from lingting.kernel.accounts.models import Account, Reach
from lingting.kernel.organisation.models import Employee, Site, Team
from lingting.kernel.organisation.selectors import MANAGE_PEOPLE, check_site_within, team_ids_below
from lingting.platform.database.keys import free_key
from lingting.platform.refusals import Conflict, Invalid, NotPermitted


class TeamCircle(Invalid):
    """A team would end up inside itself."""

    code = "team_circle"


class StillUsed(Conflict):
    """Something refers to it; the message says what."""

    code = "still_used"


class NotYourSite(NotPermitted):
    """What concerns the whole centre is for those who look after all of it."""

    code = "not_your_site"


def check_whole_centre(account: Account) -> None:
    """Raises `NotYourSite` for people who look after a part of the centre only."""
    if account.reach_of(MANAGE_PEOPLE) is not Reach.ALL:
        raise NotYourSite(_("This concerns the whole centre. Ask somebody who looks after all sites, or an administrator."))


@transaction.atomic
def save_team(
    team: Team, *, name_zh: str, name_en: str, parent: Team | None, site: Site, leader: Employee | None, by: Account
) -> Team:
    """Makes or changes a team. Raises `TeamCircle`, `NotPermitted` outside the reach of `by`."""
    check_site_within(by, site=site)
    if team.pk and parent is not None and parent.pk in team_ids_below([team.pk]):
        sentence = _("“%(parent)s” belongs to this team, so this team cannot belong to it.") % {"parent": parent}
        raise TeamCircle(sentence, fields={"parent": [sentence]})
    team.name_zh, team.name_en, team.parent, team.site, team.leader = name_zh, name_en, parent, site, leader
    team.key = team.key or free_key(name_en, among=Team.objects.all(), otherwise="team")
    team.save()
    return team


@transaction.atomic
def remove_unused(thing: models.Model) -> None:
    """Deletes a team, site, position or skill that nothing refers to. Raises `StillUsed`."""
    try:
        with transaction.atomic():
            thing.delete()
    except (models.ProtectedError, models.RestrictedError) as error:
        count = len(error.args[1])
        raise StillUsed(
            _("“%(name)s” is still used in %(count)s places (people, teams or queues). Change those first.")
            % {"name": thing, "count": count}
        ) from error
