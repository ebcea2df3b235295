"""The event loop of one run, on arrays: plain Python and numba run the very same source.

Work is gathered into kinds: contacts of one sort in one state of waiting (as asked at first, relaxed, called
back). A kind's line is first come first served, so only the heads of the lines compete; who is served and by
whom is decided by `lingting.science.match.rule`, called here and nowhere rewritten.
Two facts make it fast. After each event nothing that waits fits anybody, so an arrival looks for an agent,
and a freed agent looks for work, alone. And who gives up is only noticed when he would have been served:
nobody else can tell the difference.
"""

from heapq import heappop, heappush

import numpy as np

from lingting.science.match.rule import NEVER, choose_agent, has_room, serve_key, served_before, standing
from lingting.science.simulate.arrays import Centre, Customers, Log, Seconds, State

Events = list[tuple[float, int]]

FOREVER = np.inf


def run(centre: Centre, customers: Customers, log: Log, state: State) -> None:
    """Play the contacts until all are done; writes `log`."""
    events = [(FOREVER, -1)]
    arrived = 0
    changed = 0
    while True:
        at_arrival = customers.arrive_at[arrived] if arrived < customers.arriving else FOREVER
        at_change = centre.change_at[changed] if changed < len(centre.change_at) else FOREVER
        at_move, moving = next_move(centre, customers, state)
        at_event = events[0][0]
        if at_change <= at_event and at_change <= at_move and at_change <= at_arrival:
            if at_change == FOREVER:
                break
            change_duty(centre, customers, log, state, events, changed)
            changed += 1
        elif at_event <= at_move and at_event <= at_arrival:
            now, code = heappop(events)
            if code % 2 == 0:
                finish(centre, customers, log, state, events, code // 2, now)
            else:
                following = customers.transfer[code // 2]
                customers.arrive_at[following] = now
                seek_agent(centre, customers, log, state, events, following, customers.kind[following], now)
        elif at_move <= at_arrival:
            move(centre, customers, log, state, events, moving, at_move)
        else:
            seek_agent(centre, customers, log, state, events, arrived, customers.kind[arrived], at_arrival)
            arrived += 1
    close_lines(customers, centre, log, state)


def next_move(centre: Centre, customers: Customers, state: State) -> tuple[float, int]:
    """When the next waiting contact becomes another kind, and the kind it leaves."""
    soonest = FOREVER
    leaving = -1
    for kind in range(len(state.head)):
        if centre.next_kind[kind] >= 0 and state.head[kind] >= 0:
            due = customers.arrive_at[state.head[kind]] + centre.move_after[kind]
            if due < soonest:
                soonest = due
                leaving = kind
    return soonest, leaving


def move(centre: Centre, customers: Customers, log: Log, state: State, events: Events, kind: int, now: float) -> None:
    """The head of a line has waited so long that it becomes the next kind."""
    contact = state.head[kind]
    leave_line(state, kind)
    if has_given_up(centre.is_patient[kind], customers.arrive_at[contact], customers.patience[contact], now):
        give_up(customers, log, contact, kind)
    else:
        seek_agent(centre, customers, log, state, events, contact, centre.next_kind[kind], now)


def seek_agent(
    centre: Centre,
    customers: Customers,
    log: Log,
    state: State,
    events: Events,
    contact: int,
    kind: int,
    now: float,
) -> None:
    """A contact meets the floor: it is served by the best agent, or joins the line of its kind."""
    keys = centre.tier[kind] + state.standing + state.room[centre.load_of[kind]]
    agent = choose_agent(keys, -1, False)
    if agent >= 0:
        start(centre, customers, log, state, events, contact, kind, agent, now)
        return
    if state.tail[kind] >= 0:
        state.behind[state.tail[kind]] = contact
    else:
        state.head[kind] = contact
    state.tail[kind] = contact
    state.behind[contact] = -1


def seek_work(centre: Centre, customers: Customers, log: Log, state: State, events: Events, agent: int, now: float) -> None:
    """An agent gained room: he takes the most pressing work that suits him, until nothing fits."""
    while True:
        kind = most_pressing(centre, customers, log, state, agent, now)
        if kind < 0:
            break
        contact = state.head[kind]
        leave_line(state, kind)
        start(centre, customers, log, state, events, contact, kind, agent, now)
    if len(centre.filler_kinds) > 0:
        fill(centre, customers, log, state, events, agent, now)


def most_pressing(centre: Centre, customers: Customers, log: Log, state: State, agent: int, now: float) -> int:
    """The kind whose head is served next by this agent, -1 if none."""
    best = -1
    best_key = FOREVER
    for kind in range(len(state.head)):
        contact = state.head[kind]
        while contact >= 0 and has_given_up(
            centre.is_patient[kind], customers.arrive_at[contact], customers.patience[contact], now
        ):
            give_up(customers, log, contact, kind)
            leave_line(state, kind)
            contact = state.head[kind]
        if contact < 0 or centre.tier[kind, agent] + state.room[centre.load_of[kind], agent] >= NEVER:
            continue
        key = serve_key(customers.arrive_at[contact], centre.priority[kind], centre.ageing_seconds)
        priority = centre.priority[kind]
        if best < 0 or served_before(key, priority, best_key, centre.priority[best]):
            best = kind
            best_key = key
        elif key == best_key and priority == centre.priority[best] and contact < state.head[best]:
            best = kind
    return best


def fill(centre: Centre, customers: Customers, log: Log, state: State, events: Events, agent: int, now: float) -> None:
    """An agent with empty hands takes filler work if enough others stay free."""
    contact = state.counters[2]
    if state.hands[agent] > 0 or state.counters[1] <= centre.filler_reserve or contact >= len(customers.kind):
        return
    for kind in centre.filler_kinds:
        if centre.tier[kind, agent] + state.room[centre.load_of[kind], agent] < NEVER:
            while contact < len(customers.kind) and customers.kind[contact] != kind:
                contact += 1
            if contact < len(customers.kind):
                state.counters[2] = contact + 1
                customers.arrive_at[contact] = now
                start(centre, customers, log, state, events, contact, kind, agent, now)
            return


def start(
    centre: Centre,
    customers: Customers,
    log: Log,
    state: State,
    events: Events,
    contact: int,
    kind: int,
    agent: int,
    now: float,
) -> None:
    """The agent takes the contact."""
    load = centre.load_of[kind]
    if state.hands[agent] == 0:
        state.busy_since[agent] = now
        state.counters[1] -= 1
    pace = centre.pace[kind, agent]
    crowding = centre.crowding[min(state.hands[agent], len(centre.crowding) - 1)]
    ends = now + customers.handling[contact] * pace * crowding
    wrapped = ends + customers.wrap_up[contact] * pace
    units = centre.capacity[agent] if centre.is_exclusive[load] != 0 else centre.weight[load]
    state.hands[agent] += 1
    state.used[agent] += units
    state.used_on[agent, centre.channel[load]] += units
    log.answered_at[contact] = now
    log.ended_at[contact] = ends
    log.wrapped_at[contact] = wrapped
    log.agent[contact] = agent
    log.kind[contact] = kind
    if customers.transfer[contact] >= 0:
        heappush(events, (ends, 2 * contact + 1))
    heappush(events, (wrapped, 2 * contact))
    refresh(centre, state, agent)


def finish(centre: Centre, customers: Customers, log: Log, state: State, events: Events, contact: int, now: float) -> None:
    """Handling and wrap-up are over: the agent has room again."""
    agent = log.agent[contact]
    put_down(centre, log, state, contact, agent)
    become_idle(state, agent)
    refresh(centre, state, agent)
    is_unhurried = customers.unhurried[contact] > 0 and state.is_on[agent] != 0
    if is_unhurried and most_pressing(centre, customers, log, state, agent, now) < 0:
        linger(centre, customers, log, state, events, contact, agent, now)
        return
    if state.hands[agent] == 0:
        spread(log.busy[agent], state.busy_since[agent], now, centre.interval_seconds)
        if state.is_on[agent] != 0:
            state.counters[1] += 1
        else:
            spread(log.on_duty[agent], state.duty_since[agent], now, centre.interval_seconds)
    if state.is_on[agent] != 0:
        seek_work(centre, customers, log, state, events, agent, now)


def put_down(centre: Centre, log: Log, state: State, contact: int, agent: int) -> None:
    """The contact leaves the agent's hands."""
    load = centre.load_of[log.kind[contact]]
    units = centre.capacity[agent] if centre.is_exclusive[load] != 0 else centre.weight[load]
    state.hands[agent] -= 1
    state.used[agent] -= units
    state.used_on[agent, centre.channel[load]] -= units


def linger(
    centre: Centre,
    customers: Customers,
    log: Log,
    state: State,
    events: Events,
    contact: int,
    agent: int,
    now: float,
) -> None:
    """Nobody waits: the agent takes his time over the rest of the contact."""
    load = centre.load_of[log.kind[contact]]
    units = centre.capacity[agent] if centre.is_exclusive[load] != 0 else centre.weight[load]
    state.hands[agent] += 1
    state.used[agent] += units
    state.used_on[agent, centre.channel[load]] += units
    heappush(events, (now + customers.unhurried[contact], 2 * contact))
    customers.unhurried[contact] = 0.0
    refresh(centre, state, agent)


def change_duty(centre: Centre, customers: Customers, log: Log, state: State, events: Events, change: int) -> None:
    """An agent comes on duty or leaves; who leaves finishes what he has in hand."""
    agent = centre.change_agent[change]
    now = centre.change_at[change]
    comes = centre.change_on[change]
    if comes == state.is_on[agent]:
        return
    state.is_on[agent] = comes
    if state.hands[agent] == 0:
        if comes != 0:
            state.duty_since[agent] = now
            state.counters[1] += 1
        else:
            spread(log.on_duty[agent], state.duty_since[agent], now, centre.interval_seconds)
            state.counters[1] -= 1
    become_idle(state, agent)
    refresh(centre, state, agent)
    if comes != 0:
        seek_work(centre, customers, log, state, events, agent, now)


def become_idle(state: State, agent: int) -> None:
    """The agent goes to the end of the order of idleness."""
    state.idle_order[agent] = state.counters[0]
    state.counters[0] += 1


def refresh(centre: Centre, state: State, agent: int) -> None:
    """Standing and room of an agent after a change."""
    used = state.used[agent]
    capacity = centre.capacity[agent]
    state.standing[agent] = standing(used, capacity, state.idle_order[agent])
    for load in range(len(centre.channel)):
        channel = centre.channel[load]
        fits = state.is_on[agent] != 0 and has_room(
            used,
            state.used_on[agent, channel],
            capacity,
            centre.channel_limit[agent, channel],
            centre.weight[load],
            centre.is_exclusive[load] != 0,
        )
        state.room[load, agent] = 0 if fits else NEVER


def has_given_up(is_patient: int, arrived_at: float, patience: float, now: float) -> bool:
    """Whether a waiting contact has left by now."""
    return is_patient == 0 and arrived_at + patience <= now


def give_up(customers: Customers, log: Log, contact: int, kind: int) -> None:
    """Note when a waiting contact left."""
    log.gave_up_at[contact] = customers.arrive_at[contact] + customers.patience[contact]
    log.kind[contact] = kind


def leave_line(state: State, kind: int) -> None:
    """Take the head off a line."""
    state.head[kind] = state.behind[state.head[kind]]
    if state.head[kind] < 0:
        state.tail[kind] = -1


def spread(row: Seconds, begin: float, end: float, interval_seconds: float) -> None:
    """Add the time from begin to end to the intervals it covers; what is after the last one is left out."""
    place = int(begin // interval_seconds)
    while begin < end and place < len(row):
        edge = min(end, (place + 1) * interval_seconds)
        row[place] += edge - begin
        begin = edge
        place += 1


def close_lines(customers: Customers, centre: Centre, log: Log, state: State) -> None:
    """Nobody serves any more: who can give up, does; who has no end of duty stays."""
    for kind in range(len(state.head)):
        contact = state.head[kind]
        while contact >= 0:
            if centre.is_patient[kind] == 0 and customers.patience[contact] < FOREVER:
                give_up(customers, log, contact, kind)
            contact = state.behind[contact]
    for agent in range(len(state.is_on)):
        if state.is_on[agent] != 0:
            spread(log.on_duty[agent], state.duty_since[agent], FOREVER, centre.interval_seconds)
