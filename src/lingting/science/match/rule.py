"""The rule itself, on plain numbers and arrays: the one source that router and simulator share.

What the simulator calls at every event runs as ordinary Python and also compiles with numba, unchanged.
Preferences are packed into one integer per agent, the smaller the better:

    | queue rank 6 bits | shortfall 6 | surplus 10 | load 8 | idle order 31 |

`tier` packs the first three (they depend on work and agent), `standing` the last two (they depend on the
agent alone). The simulator keeps the integers in arrays and takes the minimum (`choose_agent`); `match` keeps
the agents in sets by `tier` and by `standing` and takes the first that is not empty. A test holds both to the
same answer. An agent who may not take the work carries `NEVER` in one of the parts; three of them still fit a
signed 64-bit integer.
"""

import numpy as np
from numpy.typing import NDArray

Ints = NDArray[np.int64]

IDLE_BITS = 31
LOAD_BITS = 8
SURPLUS_BITS = 10
SHORTFALL_BITS = 6
RANK_BITS = 6
LOAD_SHIFT = IDLE_BITS
SURPLUS_SHIFT = LOAD_SHIFT + LOAD_BITS
SHORTFALL_SHIFT = SURPLUS_SHIFT + SURPLUS_BITS
RANK_SHIFT = SHORTFALL_SHIFT + SHORTFALL_BITS
NEVER = 1 << (RANK_SHIFT + RANK_BITS)

FULL_LOAD = 200
"""Load is counted in steps of half a per cent."""
MOST_SURPLUS = (1 << SURPLUS_BITS) - 1
MOST_SHORTFALL = (1 << SHORTFALL_BITS) - 1
LOWEST_RANK = (1 << RANK_BITS) - 1


def serve_key(waiting_since: float, priority: int, ageing_seconds: float) -> float:
    """Place in the order of service, the smaller the sooner.

    A point of priority counts as `ageing_seconds` of earlier arrival. The key does not depend on the present
    moment, so the order of two pieces of work never changes, and only what comes up within a bounded time
    can overtake.
    """
    return waiting_since - priority * ageing_seconds


def served_before(key: float, priority: int, other_key: float, other_priority: int) -> bool:
    """Whether work comes before other work: by serve key, then by priority; else the ids decide."""
    return key < other_key or (key == other_key and priority > other_priority)


def has_room(used: int, used_on_channel: int, capacity: int, channel_limit: int, weight: int, exclusive: bool) -> bool:
    """Whether an agent can take one more piece of work of this weight (units) on a channel."""
    if exclusive:
        return used == 0 and used_on_channel == 0 and capacity > 0 and channel_limit > 0
    return used + weight <= capacity and used_on_channel + weight <= channel_limit


def standing(used: int, capacity: int, idle_order: int) -> int:
    """The agent's part of the key: least loaded first, then longest idle.

    idle_order: place by idle time, unique, 0 = idle longest, below 2**31.
    """
    load = FULL_LOAD
    if used < capacity:
        load = used * FULL_LOAD // capacity
    return (load << LOAD_SHIFT) | idle_order


def tier(rank: int, shortfall: int, surplus: int) -> int:
    """The part of the key that work and agent have together: nearest queue, then nearest skills, then fewest
    to spare.

    rank: of the work's queue at the agent, 1 or more. shortfall: levels below what was first asked, surplus:
    levels of all his skills that the work does not need. Shortfall comes before surplus, so that relaxed work
    still goes to the nearest match, and scarce many-skilled agents stay free.
    """
    return (rank << RANK_SHIFT) | (min(shortfall, MOST_SHORTFALL) << SHORTFALL_SHIFT) | (min(surplus, MOST_SURPLUS) << SURPLUS_SHIFT)


def choose_agent(keys: Ints, preferred: int, held: bool) -> int:
    """Place of the agent who gets the work, or -1.

    keys[agent]: tier + standing + room, NEVER or more where the agent may not take it.
    preferred: place of the last agent, -1 = none or no longer preferred. held: only he may take it.
    """
    if preferred >= 0 and keys[preferred] < NEVER:
        return preferred
    if held or len(keys) == 0:
        return -1
    best = int(np.argmin(keys))
    if keys[best] < NEVER:
        return best
    return -1
