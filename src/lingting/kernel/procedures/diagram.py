"""The picture of a procedure: boxes in rows by their distance from the start, and the ways between them. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from lingting.kernel.procedures.graph import END, Node

WIDTH, HEIGHT, GAP_X, GAP_Y, MARGIN = 168, 44, 28, 46, 24
LANES = 72
"""Room on both sides for ways that pass rows or lead up again."""


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
    """A way as an SVG path; `is_back` leads up again."""

    path: str
    label_x: int
    label_y: int
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
    width = 2 * MARGIN + widest * WIDTH + (widest - 1) * GAP_X + 2 * LANES
    kinds = {node.key: node.kind for node in nodes}
    boxes = {}
    for row, keys in by_row.items():
        left = (width - len(keys) * WIDTH - (len(keys) - 1) * GAP_X) // 2
        for place, key in enumerate(keys):
            boxes[key] = Box(
                key=key, kind=kinds.get(key, "end"), x=left + place * (WIDTH + GAP_X), y=MARGIN + row * (HEIGHT + GAP_Y)
            )
    height = 2 * MARGIN + (max(by_row, default=0) + 1) * (HEIGHT + GAP_Y) - GAP_Y
    return Diagram(width=width, height=height, boxes=list(boxes.values()), lines=_lines(nodes, boxes, width))


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
        for place, way in enumerate(node.ways):
            target = boxes.get(way.next) if way.next is not None else None
            if target is None:
                continue
            x = source.x + WIDTH * (place + 1) // (len(node.ways) + 1)
            top, bottom = target.y, source.y + HEIGHT
            if top - bottom > GAP_Y:
                lane = 10 + 7 * (far % 4)
                far += 1
                middle, end = source.y + HEIGHT // 2, target.y + HEIGHT // 2
                path = f"M{source.x} {middle} C{lane} {middle} {lane} {middle} {lane} {(middle + end) // 2} S{lane} {end} {target.x} {end}"
                lines.append(Line(path=path, label_x=source.x - 58, label_y=middle - 6, outcome=way.key, step=node.key, is_back=False))
            elif top > bottom - 1:
                bend = min(30, (top - bottom) // 2)
                path = f"M{x} {bottom} C{x} {bottom + bend} {target.middle} {top - bend} {target.middle} {top}"
                lines.append(Line(path=path, label_x=x + 4, label_y=bottom + 14, outcome=way.key, step=node.key, is_back=False))
            else:
                edge = width - 12 - 7 * (back % 4)
                back += 1
                right, aim = source.x + WIDTH, target.x + WIDTH
                middle, end = source.y + HEIGHT // 2, target.y + HEIGHT // 2
                path = (
                    f"M{right} {middle} C{edge} {middle} {edge} {middle} {edge} {(middle + end) // 2} S{edge} {end} {aim} {end}"
                )
                lines.append(Line(path=path, label_x=right + 4, label_y=middle - 4, outcome=way.key, step=node.key, is_back=True))
    return lines
