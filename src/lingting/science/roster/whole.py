"""The best choice of one known schedule a person, by HiGHS as a mixed-integer programme."""

from __future__ import annotations

from math import inf
from typing import Any

import numpy as np

from .master import Master
from .model import Ints


def whole_choice(
    master: Master, *, seconds: float, cutoff: float, seed: int, barred: Ints | None = None, nodes: int | None = None
) -> tuple[Ints, ...] | None:
    """The best choice found in time, None if none beats the cutoff. A night is empty or has company."""
    import highspy

    highs: Any = highspy.Highs()  # type: ignore[no-untyped-call]
    options: dict[str, Any] = {
        "output_flag": False,
        "time_limit": seconds,
        "random_seed": seed % 2**31,
        "threads": 1,
        "mip_rel_gap": 0.0,
    }
    if nodes is not None:
        options["mip_max_nodes"] = nodes
    if cutoff < inf:
        options["objective_bound"] = cutoff
    for name, value in options.items():
        highs.setOptionValue(name, value)
    _lay_rows(master, highs)
    first = highs.getNumCol()
    usable = np.setdiff1d(np.arange(len(master.columns)), barred) if barred is not None else range(len(master.columns))
    columns = [master.columns[number] for number in usable]
    for column in columns:
        index, value = master.entries(column)
        highs.addCol(column.cost, 0.0, 1.0, len(index), index, value)
    kinds = np.full(len(columns), highspy.HighsVarType.kInteger)
    highs.changeColsIntegrality(len(columns), np.arange(first, first + len(columns), dtype=np.int32), kinds)
    highs.run()
    if highs.getInfo().primal_solution_status != 2:
        return None
    chosen = np.flatnonzero(np.array(highs.getSolution().col_value)[first:] > 0.5)
    by_party = {columns[number].party: columns[number].actions for number in chosen}
    people = len(master.parties)
    return tuple(by_party[number] for number in range(people)) if len(by_party) == people else None


def _lay_rows(master: Master, highs: Any) -> None:
    none, people = (np.array([], np.int32), np.array([], float)), len(master.parties)
    covers = len(master.problem.covers)
    for _ in range(people):
        highs.addRow(1.0, 1.0, 0, *none)
    for row in range(master.rows):
        required = master.required[row] if row < covers else 0.0
        highs.addRow(required, required if row < covers else np.inf, 0, *none)
    for _, counter in master.loose:
        highs.addRow(-np.inf, float(counter.most), 0, *none)
    for row in range(covers):
        at = np.array([people + row], np.int32)
        highs.addCol(master.under[row], 0.0, np.inf, 1, at, np.array([1.0]))
        highs.addCol(master.over[row], 0.0, np.inf, 1, at, np.array([-1.0]))
    for row in range(covers, master.rows):
        _lay_night(highs, people + row, people, float(master.required[row]))


def _lay_night(highs: Any, row: int, people: int, company: float) -> None:
    """count - surplus = 0; company * used <= surplus <= people * used; used is 0 or 1."""
    import highspy

    none = (np.array([], np.int32), np.array([], float))
    highs.changeRowBounds(row, 0.0, 0.0)
    least = highs.getNumRow()
    highs.addRow(0.0, np.inf, 0, *none)
    highs.addRow(-np.inf, 0.0, 0, *none)
    at = np.array([row, least, least + 1], np.int32)
    highs.addCol(0.0, 0.0, np.inf, 3, at, np.array([-1.0, 1.0, 1.0]))
    highs.addCol(0.0, 0.0, 1.0, 2, at[1:], np.array([-company, -float(people)]))
    highs.changeColIntegrality(highs.getNumCol() - 1, highspy.HighsVarType.kInteger)
