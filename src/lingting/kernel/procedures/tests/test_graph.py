"""Every sound procedure can come to its end from every step it can reach; what is not sound is named."""

from __future__ import annotations

import random
from collections.abc import Sequence

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lingting.kernel.procedures.graph import END, Node, Way, problems_of, reachable


def node(key: str, *ways: str | None, kind: str = "task", conditional: bool = False) -> Node:
    last = len(ways) - 1
    return Node(
        key=key, kind=kind,
        ways=tuple(Way(key=f"w{place}", next=onward, is_conditional=conditional and place < last) for place, onward in enumerate(ways)),
    )  # fmt: skip


def codes(nodes: Sequence[Node]) -> set[tuple[str, str]]:
    return {(problem.code, problem.step) for problem in problems_of(nodes)}


FORK = [
    node("start", "fork"), node("fork", "a", "b", kind="fork"), node("a", "join"), node("b", "c", "join"), node("c", "join"),
    node("join", "last", kind="join"), node("last", END),
]  # fmt: skip


def test_a_line_a_loop_and_a_fork_are_sound() -> None:
    assert codes([node("a", "b"), node("b", END)]) == set()
    assert codes([node("a", "b"), node("b", "a", END)]) == set()
    assert codes(FORK) == set()


@pytest.mark.parametrize(
    ("nodes", "expected"),
    [
        ([], ("empty", "")),
        ([node("a")], ("no_outcome", "a")),
        ([node("a", None)], ("leads_nowhere", "a")),
        ([node("a", "ghost")], ("leads_nowhere", "a")),
        ([node("a", END), node("b", END)], ("unreachable", "b")),
        ([node("a", "b", END), node("b", "b")], ("dead_end", "b")),
        ([node("a", "d"), node("d", "d", END, kind="decision", conditional=True)], ("idle_circle", "d")),
        ([node("d", END, END, kind="decision")], ("decision_without_condition", "d")),
        ([node("f", "j", kind="fork"), node("j", END, kind="join")], ("fork_of_one", "f")),
        ([node("f", "a", "b", kind="fork"), node("a", END), node("b", END)], ("ends_inside_parallel", "a")),
        ([node("f", "a", "j", kind="fork"), node("a", "a", "a"), node("j", END, kind="join")], ("branch_does_not_join", "j")),
        ([node("a", "j"), node("j", END, kind="join")], ("join_without_fork", "j")),
        (
            [node("f", "a", "b", kind="fork"), node("a", "j"), node("b", "a"), node("j", END, kind="join")],
            ("crosses_parallel", "a"),
        ),
        ([node("f", "j", "j", kind="fork"), node("j", END, END, kind="join")], ("join_with_choice", "j")),
        ([node("p", END, kind="approval")], ("approval_outcomes", "p")),
    ],
)
def test_what_is_wrong_is_named_with_its_step(nodes: list[Node], expected: tuple[str, str]) -> None:
    assert expected in codes(nodes)


@st.composite
def graphs(draw: st.DrawFn) -> list[Node]:
    """Any shape at all, most of them wrong."""
    count = draw(st.integers(1, 7))
    keys = [f"s{place}" for place in range(count)]
    onward = st.sampled_from([*keys, END, END])
    nodes = []
    for key in keys:
        kind = draw(st.sampled_from(["task", "task", "task", "decision", "fork", "join"]))
        ways = draw(st.lists(onward, min_size=1, max_size=3))
        nodes.append(node(key, *ways, kind=kind, conditional=kind == "decision"))
    return nodes


@st.composite
def sound_graphs(draw: st.DrawFn) -> list[Node]:
    """Blocks in a row (a task, a loop back, a branch, a fork with nested blocks): sound by construction."""
    nodes: list[Node] = []
    counter = iter(range(1000))

    def block(after: str, depth: int) -> str:
        """Lays a block that leads to `after`; returns its first key."""
        kind = draw(st.sampled_from(["task", "loop", "choice", "fork"] if depth < 2 else ["task"]))
        key = f"k{next(counter)}"
        if kind == "task":
            nodes.append(node(key, after))
        elif kind == "loop":
            nodes.append(node(key, after, key))
        elif kind == "choice":
            nodes.append(node(key, block(after, depth + 1), after, kind="decision", conditional=True))
        else:
            join = f"j{next(counter)}"
            nodes.append(node(join, after, kind="join"))
            branches = [block(join, depth + 1) for _branch in range(draw(st.integers(2, 3)))]
            nodes.append(node(key, *branches, kind="fork"))
        return key

    first = END
    for _place in range(draw(st.integers(1, 4))):
        first = block(first, 0)
    start = next(one for one in nodes if one.key == first)
    return [start, *(one for one in nodes if one is not start)]


def walk(nodes: Sequence[Node], *, seed: int, most: int = 3000) -> bool:
    """Plays a run with tokens as the engine does, choosing at random; whether it came to the end with nothing left open."""
    by_key, chance = {one.key: one for one in nodes}, random.Random(seed)
    tokens: list[tuple[str, tuple[tuple[int, str], ...]]] = [(nodes[0].key, ())]
    arrived: dict[tuple[str, int], set[str]] = {}
    forks: dict[int, str] = {}
    for number in range(most):
        if not tokens:
            return False
        key, stack = tokens.pop(chance.randrange(len(tokens)))
        if key == END:
            return not tokens and not stack
        here = by_key[key]
        if here.kind == "fork":
            forks[number] = key
            tokens += [(str(way.next), (*stack, (number, way.key))) for way in here.ways]
        elif here.kind == "join":
            fork, branch = stack[-1]
            came = arrived.setdefault((key, fork), set())
            assert branch not in came, "a branch arrives once"
            came.add(branch)
            if came == {way.key for way in by_key[forks[fork]].ways}:
                tokens.append((str(here.ways[0].next), stack[:-1]))
        else:
            tokens.append((str(chance.choice(here.ways).next), stack))
    return False


def reaches_end(nodes: Sequence[Node], start: str) -> bool:
    """By trying every way from a step."""
    by_key = {one.key: one for one in nodes}
    from_here = reachable([by_key[start], *(one for one in nodes if one.key != start)])
    return any(way.next == END for key in from_here for way in by_key[key].ways)


@settings(max_examples=400)
@given(graphs(), st.integers(0, 2**16))
def test_whatever_passes_the_check_comes_to_its_end(nodes: list[Node], seed: int) -> None:
    if problems_of(nodes):
        return
    assert all(reaches_end(nodes, key) for key in reachable(nodes))
    assert walk(nodes, seed=seed)


@settings(max_examples=150)
@given(sound_graphs(), st.integers(0, 2**16))
def test_what_is_sound_by_construction_passes_and_runs_to_the_end(nodes: list[Node], seed: int) -> None:
    assert problems_of(nodes) == []
    assert all(reaches_end(nodes, key) for key in reachable(nodes))
    assert walk(nodes, seed=seed)


@settings(max_examples=100)
@given(sound_graphs(), st.data())
def test_a_way_that_is_taken_out_is_noticed(nodes: list[Node], data: st.DataObject) -> None:
    place = data.draw(st.integers(0, len(nodes) - 1))
    broken = nodes[place]
    ways = tuple(Way(key=way.key, next=None, is_conditional=way.is_conditional) for way in broken.ways)
    assert ("leads_nowhere", broken.key) in codes(
        [*nodes[:place], Node(key=broken.key, kind=broken.kind, ways=ways), *nodes[place + 1 :]]
    )
