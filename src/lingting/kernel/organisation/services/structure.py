"""Teams, sites, positions and skills."""

from __future__ import annotations

from typing import Any

from django.db import models, transaction
from django.utils.text import slugify
from django.utils.translation import gettext as _

from lingting.kernel.accounts.models import Account, Reach
from lingting.kernel.organisation.models import Employee, Site, Team
from lingting.kernel.organisation.selectors import MANAGE_PEOPLE, check_site_within, team_ids_below
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
    team.key = team.key or name_key(Team, name_en or name_zh)
    team.save()
    return team


def name_key(model: type[Any], name: str) -> str:
    """A free key made of a name, for addresses and imports."""
    stem = slugify(name)[:30] or model._meta.model_name or "key"
    taken = set(model._default_manager.filter(key__startswith=stem).values_list("key", flat=True))
    return next(key for key in (stem, *(f"{stem}-{number}" for number in range(2, len(taken) + 3))) if key not in taken)


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
