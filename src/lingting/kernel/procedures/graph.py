"""The shape of a procedure and what is wrong with it: plain records, no queries.

A procedure is sound when every step can be reached from the first one, every outcome leads somewhere, the end can be
reached from every step, nothing goes round without anybody acting, and what is forked meets again in one join.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

END = ""
"""As `next`: the end of the procedure."""


@dataclass(frozen=True, kw_only=True)
class Way:
    """An outcome: its key and the key of the next step, END, or None where nothing is chosen yet."""

    key: str
    next: str | None
    is_conditional: bool = False


@dataclass(frozen=True, kw_only=True)
class Node:
    """A step: its key, kind (task, approval, decision, fork, join) and its ways on."""

    key: str
    kind: str = "task"
    ways: tuple[Way, ...] = ()

    @property
    def is_automatic(self) -> bool:
        return self.kind in ("decision", "fork", "join")


@dataclass(frozen=True, kw_only=True)
class Problem:
    """What is wrong, as a code, and where: the step's key ("" for the whole) and the outcome's."""

    code: str
    step: str = ""
    outcome: str = ""
    details: Mapping[str, str] = field(default_factory=dict)


Stack = tuple[tuple[str, str], ...]
"""The parallel parts around a step, outermost first: fork key and branch (outcome key)."""


def problems_of(nodes: Sequence[Node]) -> list[Problem]:
    """Everything that keeps the shape from being published; empty: sound. Dead ends are named once every outcome leads somewhere."""
    if not nodes:
        return [Problem(code="empty")]
    by_key = {node.key: node for node in nodes}
    found = [problem for node in nodes for problem in _own_problems(node, by_key)]
    reached = reachable(nodes)
    found += [Problem(code="unreachable", step=node.key) for node in nodes if node.key not in reached]
    finishing = _can_finish(nodes)
    if not any(problem.code in ("leads_nowhere", "no_outcome") for problem in found):
        found += [Problem(code="dead_end", step=node.key) for node in nodes if node.key in reached - finishing]
    found += [Problem(code="idle_circle", step=key) for key in _idle_circles(nodes)]
    found += parallel_parts(nodes)[1]
    return found


def _own_problems(node: Node, by_key: Mapping[str, Node]) -> Iterator[Problem]:
    if not node.ways:
        yield Problem(code="no_outcome", step=node.key)
    for way in node.ways:
        if way.next is None or (way.next != END and way.next not in by_key):
            yield Problem(code="leads_nowhere", step=node.key, outcome=way.key)
    conditional = [way.is_conditional for way in node.ways]
    if node.kind == "join" and len(node.ways) > 1:
        yield Problem(code="join_with_choice", step=node.key)
    if node.kind == "fork" and len(node.ways) < 2:
        yield Problem(code="fork_of_one", step=node.key)
    if node.kind == "decision" and len(node.ways) > 1 and not any(conditional):
        yield Problem(code="decision_without_condition", step=node.key)
    if any(conditional) and node.kind in ("task", "decision") and (conditional[-1] or not all(conditional[:-1])):
        yield Problem(code="no_otherwise", step=node.key)
    if node.kind == "approval" and {way.key for way in node.ways} != {"approved", "rejected"}:
        yield Problem(code="approval_outcomes", step=node.key)


def reachable(nodes: Sequence[Node]) -> set[str]:
    """The keys of all steps that a run can come to."""
    by_key = {node.key: node for node in nodes}
    found: set[str] = set()
    waiting = [nodes[0].key] if nodes else []
    while waiting:
        key = waiting.pop()
        if key in found or key not in by_key:
            continue
        found.add(key)
        waiting += [way.next for way in by_key[key].ways if way.next]
    return found


def _can_finish(nodes: Sequence[Node]) -> set[str]:
    """The keys of all steps from which an end can be reached."""
    entries: dict[str, list[str]] = {}
    waiting: list[str] = []
    for node in nodes:
        for way in node.ways:
            if way.next == END:
                waiting.append(node.key)
            elif way.next is not None:
                entries.setdefault(way.next, []).append(node.key)
    found: set[str] = set()
    while waiting:
        key = waiting.pop()
        if key not in found:
            found.add(key)
            waiting += entries.get(key, [])
    return found


def _idle_circles(nodes: Sequence[Node]) -> list[str]:
    """Automatic steps that can come back to themselves without anybody acting."""
    automatic = {node.key: node for node in nodes if node.is_automatic}
    circles = []
    for start in automatic:
        seen: set[str] = set()
        waiting = [way.next for way in automatic[start].ways]
        while waiting:
            key = waiting.pop()
            if key == start:
                circles.append(start)
                break
            if key and key in automatic and key not in seen:
                seen.add(key)
                waiting += [way.next for way in automatic[key].ways]
    return circles


def parallel_parts(nodes: Sequence[Node]) -> tuple[dict[str, Stack], list[Problem]]:
    """The parallel parts around every reachable step, and where forks and joins do not fit.

    Walks from the start with the stack of open forks. A step must always be reached with one stack; a join takes the
    innermost fork off and must be reached by each of its branches; the end must be reached with nothing open.
    """
    by_key = {node.key: node for node in nodes}
    stacks: dict[str, Stack] = {}
    arrivals: dict[str, set[tuple[str, str]]] = {}
    found: list[Problem] = []
    waiting: list[tuple[str, Stack]] = [(nodes[0].key, ())] if nodes else []
    while waiting:
        key, stack = waiting.pop()
        node = by_key.get(key)
        if node is None:
            continue
        if node.kind == "join":
            if not stack:
                found.append(Problem(code="join_without_fork", step=key))
                continue
            arrivals.setdefault(key, set()).add(stack[-1])
            stack = stack[:-1]
        if key in stacks:
            if stacks[key] != stack:
                found.append(Problem(code="crosses_parallel", step=key))
            continue
        stacks[key] = stack
        for way in node.ways:
            inner = (*stack, (key, way.key)) if node.kind == "fork" else stack
            if way.next == END and inner:
                found.append(Problem(code="ends_inside_parallel", step=key, outcome=way.key))
            elif way.next:
                waiting.append((way.next, inner))
    return stacks, [*_once(found), *_join_problems(by_key, stacks, arrivals)]


def _join_problems(
    by_key: Mapping[str, Node], stacks: Mapping[str, Stack], arrivals: Mapping[str, set[tuple[str, str]]]
) -> Iterator[Problem]:
    joined: dict[str, list[str]] = {}
    for join, branches in arrivals.items():
        forks = {fork for fork, _branch in branches}
        for fork in forks:
            joined.setdefault(fork, []).append(join)
        if len(forks) > 1:
            yield Problem(code="join_of_several_forks", step=join)
            continue
        missing = {way.key for fork in forks for way in by_key[fork].ways} - {branch for _fork, branch in branches}
        if missing:
            yield Problem(code="branch_does_not_join", step=join, details={"branches": ", ".join(sorted(missing))})
    for key in stacks:
        if by_key[key].kind == "fork" and len(joined.get(key, [])) != 1:
            yield Problem(code="fork_without_join" if key not in joined else "fork_with_joins", step=key)


def _once(problems: list[Problem]) -> list[Problem]:
    seen: dict[tuple[str, str, str], Problem] = {}
    for problem in problems:
        seen.setdefault((problem.code, problem.step, problem.outcome), problem)
    return list(seen.values())
