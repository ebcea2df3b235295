"""`cheapest_plan` and `judged_plan`: classes by month, and what they lead to on paths they were not planned on."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date

import numpy as np
from scipy.special import bdtr

from lingting.science.capacity.cheapest import Effort, Known, Solved, cheapest_classes
from lingting.science.capacity.cohorts import Classes, Played, play
from lingting.science.capacity.errors import CapacityError, Figures, checked_figures
from lingting.science.capacity.outlook import CapacityPlan, Proof, judge
from lingting.science.capacity.terms import Group, Site

_ROUNDS = 5
_ENOUGH = 0.1
"""Productive people that may be lacking on the planning paths at the asked confidence."""
_STEP = 1.5
_NOTHING = 1e-6


def cheapest_plan(
    groups: Sequence[Group],
    *,
    begins: date,
    seed: int,
    met_share: float = 0.9,
    confidence: float = 0.95,
    sites: Sequence[Site] = (),
    effort: Effort | None = None,
) -> CapacityPlan:
    """Classes with which P(required people are there) >= `met_share` in every month, at least cost.

    begins: first day of the first month. Paths with even numbers are planned on, those with odd numbers judge
    (a single path does both). confidence: in the sample of paths, month by month; 0 takes the share of the
    paths as it is, more plans a little above it (a tolerance bound, Wilks 1941).
    Classes are planned as they are expected to turn out and proven cheapest for that, or with the gap shown; then
    played with all their chances, and where a month falls short on the planning paths its need is raised and
    the plan solved again. `missing` says where no hiring helps in time. Raises CapacityError.
    """
    crew, places = _checked(groups, sites, met_share)
    planning = [_paths(group, slice(0, None, 2)) for group in crew]
    alone = [_left_over(group, _played(group, Classes.none(_months(group)), seed, place)) for place, group in enumerate(planning)]
    rank = _rank(len(alone[0]), met_share, confidence)
    needs = np.stack([_needed(short, rank) for short in alone])
    tries, known = effort or Effort(), Known()
    solved = first = cheapest_classes(crew, needs=needs, sites=places, effort=tries, known=known)
    for _ in range(_ROUNDS):
        lacking = np.stack([_lacking(group, solved, place, seed, rank) for place, group in enumerate(planning)])
        lacking = np.where((solved.missing > _NOTHING) | (lacking <= _ENOUGH), 0.0, lacking)
        if not lacking.any():
            break
        needs = needs + _STEP * lacking
        solved = cheapest_classes(crew, needs=needs, sites=places, effort=tries, known=known)
    classes = {group.name: found for group, found in zip(crew, solved.classes, strict=True)}
    proof = Proof(cost=solved.cost, bound=solved.bound, expected_bound=first.bound, planned_on=planning[0].paths.shape[0])
    missing = {group.name: solved.missing[place] for place, group in enumerate(crew)}
    return _judged(crew, classes, begins=begins, seed=seed, met_share=met_share, sites=places, proof=proof, missing=missing)


def judged_plan(
    groups: Sequence[Group],
    *,
    classes: Mapping[str, Classes],
    begins: date,
    seed: int,
    met_share: float = 0.9,
    sites: Sequence[Site] = (),
) -> CapacityPlan:
    """What a plan of one's own leads to; a group not named in `classes` hires nobody."""
    crew, places = _checked(groups, sites, met_share)
    own = {group.name: classes.get(group.name, Classes.none(_months(group))) for group in crew}
    missing = {group.name: np.zeros(_months(group)) for group in crew}
    return _judged(crew, own, begins=begins, seed=seed, met_share=met_share, sites=places, proof=None, missing=missing)


def _judged(
    groups: tuple[Group, ...],
    classes: dict[str, Classes],
    *,
    begins: date,
    seed: int,
    met_share: float,
    sites: tuple[Site, ...],
    proof: Proof | None,
    missing: dict[str, Figures],
) -> CapacityPlan:
    judging = [_paths(group, slice(1, None, 2) if proof else slice(None)) for group in groups]
    played = [_played(group, classes[group.name], seed + 1, place) for place, group in enumerate(judging)]
    outlooks = tuple(
        judge(group, played=result, classes=classes[group.name], missing=missing[group.name], sites=sites)
        for group, result in zip(judging, played, strict=True)
    )
    return CapacityPlan(begins=begins, met_share=met_share, outlooks=outlooks, sites=sites, proof=proof)


def _checked(groups: Sequence[Group], sites: Sequence[Site], met_share: float) -> tuple[tuple[Group, ...], tuple[Site, ...]]:
    checked_figures("met_share", values=met_share, least=1e-9, most=1.0)
    crew = tuple(groups)
    if not crew or len({group.name for group in crew}) < len(crew):
        raise CapacityError("A plan needs one or more groups, each with a name of its own.")
    if len({group.paths.shape for group in crew}) > 1:
        raise CapacityError("All groups need the same number of paths and months.")
    if len({site.name for site in sites}) < len(sites):
        raise CapacityError("Two sites have the same name.")
    return crew, tuple(sites)


def _months(group: Group) -> int:
    return int(group.paths.shape[1])


def _paths(group: Group, which: slice) -> Group:
    """The group with some of its paths; all of them if that would leave none."""
    required = group.paths[which]
    if not len(required):
        return group
    contacts = None if group.contacts is None else np.asarray(group.contacts)[which]
    return replace(group, required=required, contacts=contacts)


def _played(group: Group, classes: Classes, seed: int, place: int) -> Played:
    stream = int(np.random.SeedSequence((seed, place)).generate_state(1, np.uint64)[0])
    return play(group, classes=classes, paths=group.paths.shape[0], seed=stream)


def _left_over(group: Group, played: Played) -> Figures:
    return np.asarray(group.paths - played.productive)


def _rank(paths: int, met_share: float, confidence: float) -> int:
    """Which of the paths, by need, to plan for, counted from 0: the least with which P(met) >= met_share is sure
    enough.
    """
    plain = int(np.ceil(met_share * paths - 1e-9))
    if confidence <= 0:
        return plain - 1
    met = bdtr(np.arange(paths + 1), paths, met_share)
    return min(paths, max(plain, int(np.searchsorted(met, confidence)) + 1)) - 1


def _needed(short: Figures, rank: int) -> Figures:
    """By month the least number of people that covers all paths up to the rank, 0 if none is needed."""
    return np.asarray(np.maximum(np.sort(short, axis=0)[rank], 0.0))


def _lacking(group: Group, solved: Solved, place: int, seed: int, rank: int) -> Figures:
    return _needed(_left_over(group, _played(group, solved.classes[place], seed, place)), rank)
