"""The picture of a procedure: ways and their labels do not cover one another."""

from __future__ import annotations

from lingting.kernel.procedures.diagram import HEIGHT, LANES, MARGIN, WIDTH, Diagram, drawn
from lingting.kernel.procedures.graph import END, Node, Way
from lingting.kernel.procedures.templatetags.procedures import within


def picture(**ways: list[str]) -> Diagram:
    return drawn(
        [Node(key=key, kind="task", ways=tuple(Way(key=f"{key}-{to}", next=to) for to in onward)) for key, onward in ways.items()]
    )


def test_a_straight_procedure_takes_no_room_for_lanes() -> None:
    assert picture(one=["two"], two=[END]).width == WIDTH + 2 * MARGIN


def test_ways_past_rows_and_ways_up_take_room_on_their_side() -> None:
    shown = picture(one=["two", "three"], two=["three", "one"], three=[END])
    assert shown.width == WIDTH + 2 * MARGIN + 2 * LANES
    assert [line.is_back for line in shown.lines if line.outcome == "two-one"] == [True]


def test_labels_of_two_ways_between_the_same_steps_stand_at_two_heights() -> None:
    node = Node(key="one", kind="task", ways=(Way(key="a", next="two"), Way(key="b", next="two")))
    first, second = drawn([node, Node(key="two", kind="task", ways=())]).lines
    assert abs(first.label_y - second.label_y) >= 14


def test_what_leaves_a_box_and_what_arrives_there_touch_it_at_two_places() -> None:
    shown = picture(one=["two", "three"], two=["three"], three=["four", "five"], four=["five"], five=[END])
    box = next(box for box in shown.boxes if box.key == "three")
    arriving = next(line for line in shown.lines if line.outcome == "one-three")
    leaving = next(line for line in shown.lines if line.outcome == "three-five")
    assert arriving.path.endswith(f"{box.x} {box.y + HEIGHT // 3}")
    assert leaving.path.startswith(f"M{box.x} {box.y + 2 * HEIGHT // 3} ")


def test_words_are_cut_by_their_width() -> None:
    assert within("Departments answer", 20) == "Departments answer"
    assert within("Departments answer the customer", 20) == "Departments answer t…"
    assert within("部门协作并答复客户本人", 20) == "部门协作并答复客户本…"
