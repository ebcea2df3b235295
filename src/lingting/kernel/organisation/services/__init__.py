"""Hiring, moving and leaving; skills and roles of people; the structure they stand in."""

from lingting.kernel.organisation.services.centre import BadAddress, BadLogo, save_brand, save_centre, trouble_with_address
from lingting.kernel.organisation.services.people import (
    NumberTaken,
    change_place,
    hire,
    leave,
    reset_password,
    reset_second_factor,
    return_to_work,
    set_roles,
    set_skills,
)
from lingting.kernel.organisation.services.structure import (
    NotYourSite,
    StillUsed,
    TeamCircle,
    check_whole_centre,
    remove_unused,
    save_team,
)

__all__ = [
    "BadAddress",
    "BadLogo",
    "NotYourSite",
    "NumberTaken",
    "StillUsed",
    "TeamCircle",
    "change_place",
    "check_whole_centre",
    "hire",
    "leave",
    "remove_unused",
    "reset_password",
    "reset_second_factor",
    "return_to_work",
    "save_brand",
    "save_centre",
    "save_team",
    "set_roles",
    "set_skills",
    "trouble_with_address",
]
