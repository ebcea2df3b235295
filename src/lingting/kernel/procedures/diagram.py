"""The picture of a procedure: boxes in rows by their distance from the start, and the ways between them. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from lingting.kernel.procedures.graph import END, Node

WIDTH, HEIGHT, GAP_X, GAP_Y, MARGIN = 168, 44, 32, 60, 24
LANES = 96
"""Room on a side for ways that pass rows or lead up again."""


@dataclass(frozen=True, kw_only=True)
class Box:
    """A step (or the end, key "") at a place; `x` and `y` are its upper left corner."""

    key: str
    kind: str
    x: int
    y: int

    @property
    def middle(self) -> int:
        return self.x + WIDTH // 2


@dataclass(frozen=True, kw_only=True)
class Line:
    """A way as an SVG path; `is_back` leads up again. `anchor` says which part of the label stands at its place: start, middle, end."""

    path: str
    label_x: int
    label_y: int
    anchor: str
    outcome: str
    step: str
    is_back: bool


@dataclass(frozen=True, kw_only=True)
class Diagram:
    width: int
    height: int
    boxes: list[Box]
    lines: list[Line]


def drawn(nodes: Sequence[Node]) -> Diagram:
    """Lays the steps out; those that are never reached stand in the last rows."""
    rows = _rows(nodes)
    by_row: dict[int, list[str]] = {}
    for key, row in rows.items():
        by_row.setdefault(row, []).append(key)
    widest = max((len(keys) for keys in by_row.values()), default=1)
    before, after = _lanes(nodes, rows)
    width = before + 2 * MARGIN + widest * WIDTH + (widest - 1) * GAP_X + after
    kinds = {node.key: node.kind for node in nodes}
    boxes = {}
    for row, keys in by_row.items():
        left = (width + before - after - len(keys) * WIDTH - (len(keys) - 1) * GAP_X) // 2
        for place, key in enumerate(keys):
            boxes[key] = Box(
                key=key, kind=kinds.get(key, "end"), x=left + place * (WIDTH + GAP_X), y=MARGIN + row * (HEIGHT + GAP_Y)
            )
    height = 2 * MARGIN + (max(by_row, default=0) + 1) * (HEIGHT + GAP_Y) - GAP_Y
    return Diagram(width=width, height=height, boxes=list(boxes.values()), lines=_lines(nodes, boxes, width))


def _lanes(nodes: Sequence[Node], rows: Mapping[str, int]) -> tuple[int, int]:
    """The room that ways past rows need on the left, and ways up again on the right."""
    leaps = [rows[way.next] - rows[node.key] for node in nodes for way in node.ways if way.next is not None and way.next in rows]
    return LANES * any(leap > 1 for leap in leaps), LANES * any(leap < 1 for leap in leaps)


def _rows(nodes: Sequence[Node]) -> dict[str, int]:
    """Each step below everything that leads down to it (ways back up left out); the end below everything."""
    by_key = {node.key: node for node in nodes}
    settled, back = _walked(nodes, by_key)
    rows: dict[str, int] = {}
    for key in reversed(settled):
        rows.setdefault(key, 0)
        for way in by_key[key].ways:
            if way.next and way.next in by_key and (key, way.next) not in back:
                rows[way.next] = max(rows.get(way.next, 0), rows[key] + 1)
    last = max(rows.values(), default=-1)
    for node in nodes:
        if node.key not in rows:
            last += 1
            rows[node.key] = last
    if any(way.next == END for node in nodes for way in node.ways):
        rows[END] = last + 1
    return rows


def _walked(nodes: Sequence[Node], by_key: Mapping[str, Node]) -> tuple[list[str], set[tuple[str, str]]]:
    """Steps in the order in which they are left behind, and the ways that lead back to a step still on the path."""
    settled: list[str] = []
    back: set[tuple[str, str]] = set()
    open_ones: list[tuple[str, list[str]]] = []
    seen: set[str] = set()

    def come_to(key: str) -> None:
        seen.add(key)
        open_ones.append((key, [way.next for way in by_key[key].ways if way.next and way.next in by_key]))

    if nodes:
        come_to(nodes[0].key)
    while open_ones:
        key, left = open_ones[-1]
        if not left:
            settled.append(key)
            open_ones.pop()
            continue
        onward = left.pop(0)
        if any(onward == one for one, _left in open_ones):
            back.add((key, onward))
        elif onward not in seen:
            come_to(onward)
    return settled, back


def _lines(nodes: Sequence[Node], boxes: Mapping[str, Box], width: int) -> list[Line]:
    lines: list[Line] = []
    back = far = 0
    for node in nodes:
        source = boxes[node.key]
        ways = [
            (place, way, boxes[way.next]) for place, way in enumerate(node.ways) if way.next is not None and way.next in boxes
        ]
        for place, way, target in ways:
            said = {"outcome": way.key, "step": node.key}
            if target.y <= source.y:
                lines.append(_upward(source, target, edge=width - 12 - 7 * (back % 4), **said))
                back += 1
            elif target.y - source.y - HEIGHT > GAP_Y:
                lines.append(_past_rows(source, target, lane=10 + 7 * (far % 4), **said))
                far += 1
            else:
                x = source.x + WIDTH * (place + 1) // (len(node.ways) + 1)
                at = 0.5 if len(ways) == 1 else 0.34 if place % 2 == 0 else 0.66
                lines.append(_downward(x, source.y + HEIGHT, target, at=at, **said))
    return lines


def _downward(x: int, y: int, target: Box, *, at: float, outcome: str, step: str) -> Line:
    """To the next row. The label stands on the curve, at a share of the way, so that neighbours stand at two heights."""
    bend = (target.y - y) // 2
    corners = ((x, y), (x, y + bend), (target.middle, target.y - bend), (target.middle, target.y))
    weights = ((1 - at) ** 3, 3 * at * (1 - at) ** 2, 3 * at**2 * (1 - at), at**3)
    label_x, label_y = (
        round(sum(weight * corner[axis] for weight, corner in zip(weights, corners, strict=True))) for axis in (0, 1)
    )
    path = f"M{x} {y} C{x} {y + bend} {target.middle} {target.y - bend} {target.middle} {target.y}"
    return Line(path=path, label_x=label_x, label_y=label_y, anchor="middle", outcome=outcome, step=step, is_back=False)


def _past_rows(source: Box, target: Box, *, lane: int, outcome: str, step: str) -> Line:
    """On the left past rows: leaves a box below its middle and arrives above it, so that the two never cover one another."""
    leaves, arrives = source.y + 2 * HEIGHT // 3, target.y + HEIGHT // 3
    path = f"M{source.x} {leaves} C{lane} {leaves} {lane} {leaves} {lane} {(leaves + arrives) // 2} S{lane} {arrives} {target.x} {arrives}"
    return Line(path=path, label_x=source.x - 8, label_y=leaves + 14, anchor="end", outcome=outcome, step=step, is_back=False)


def _upward(source: Box, target: Box, *, edge: int, outcome: str, step: str) -> Line:
    """On the right, up again: leaves a box above its middle and arrives below it."""
    leaves, arrives = source.y + HEIGHT // 3, target.y + 2 * HEIGHT // 3
    right, aim = source.x + WIDTH, target.x + WIDTH
    path = (
        f"M{right} {leaves} C{edge} {leaves} {edge} {leaves} {edge} {(leaves + arrives) // 2} S{edge} {arrives} {aim} {arrives}"
    )
    return Line(path=path, label_x=right + 8, label_y=leaves - 12, anchor="start", outcome=outcome, step=step, is_back=True)
