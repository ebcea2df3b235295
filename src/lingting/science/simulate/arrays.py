"""The arrays the event loop works on: what is fixed, who comes, what happened, and the floor at this moment.

Places of agents, kinds, loads, channels and contacts are integers from 0; -1 stands for none. Times are
seconds.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from lingting.science.match.rule import Ints

Seconds = NDArray[np.float64]


class Centre(NamedTuple):
    """What does not change during a run. [K] kinds, [A] agents, [C] loads, [H] channels, [M] roster
    changes.
    """

    tier: Ints  # [K, A] how the kind suits the agent, as in `rule`
    pace: Seconds  # [K, A] factor on handling and wrap-up
    priority: Ints  # [K]
    next_kind: Ints  # [K] what it becomes when it has waited `move_after`
    move_after: Seconds  # [K] counted from the begin of waiting
    is_patient: Ints  # [K] 1: nobody gives up (a call-back)
    load_of: Ints  # [K]
    channel: Ints  # [C]
    weight: Ints  # [C]
    is_exclusive: Ints  # [C]
    capacity: Ints  # [A]
    channel_limit: Ints  # [A, H]
    crowding: Seconds  # factor on handling by the pieces of work already in hand
    change_at: Seconds  # [M] sorted
    change_agent: Ints  # [M]
    change_on: Ints  # [M] 1 comes on duty, 0 leaves
    filler_kinds: Ints  # kinds of work that never runs out, in order
    filler_reserve: int  # agents kept free of filler work
    ageing_seconds: float
    interval_seconds: float


class Customers(NamedTuple):
    """The contacts of a run, first those who arrive by themselves in order of time, then transfers, then
    filler work.
    """

    arrive_at: Seconds  # set during the run for transfers and filler
    kind: Ints
    handling: Seconds
    wrap_up: Seconds
    unhurried: Seconds  # taken after wrap-up when nobody waits for the agent; 0 once taken
    patience: Seconds
    transfer: Ints  # the contact that follows this one, -1 none
    arriving: int  # how many arrive by themselves
    filler_from: int  # first place of filler work


class Log(NamedTuple):
    """What happened: NaN and -1 where nothing did. [N] contacts, [A, I] agents by interval."""

    answered_at: Seconds  # [N]
    gave_up_at: Seconds  # [N]
    ended_at: Seconds  # [N] end of handling
    wrapped_at: Seconds  # [N] end of wrap-up
    agent: Ints  # [N]
    kind: Ints  # [N] kind when answered or given up
    busy: Seconds  # [A, I]
    on_duty: Seconds  # [A, I]


class State(NamedTuple):
    """The floor at this moment."""

    used: Ints  # [A]
    used_on: Ints  # [A, H]
    hands: Ints  # [A] pieces of work
    is_on: Ints  # [A]
    busy_since: Seconds  # [A]
    duty_since: Seconds  # [A] NaN: not on duty
    idle_order: Ints  # [A]
    standing: Ints  # [A]
    room: Ints  # [C, A]
    head: Ints  # [K]
    tail: Ints  # [K]
    behind: Ints  # [N]
    counters: Ints  # idle orders given, agents on duty with empty hands, next filler
