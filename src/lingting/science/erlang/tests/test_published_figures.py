"""Figures printed in the literature, and the reference table where it is at hand."""

import csv
import os
from pathlib import Path

import numpy as np
import pytest

from lingting.science.erlang import Traffic, erlang_a, erlang_b, erlang_c, performance

ROOT = Path(__file__).resolve().parents[5]
TABLE = "erlang/erlang_reference.csv"


def test_erlang_b_gives_the_capacities_of_the_classic_table() -> None:
    """Load in erlangs that a group of lines carries at 1 % loss, as printed in every traffic handbook."""
    lines = np.array([1, 2, 5, 10, 20, 50, 100])
    load = np.array([0.0101, 0.153, 1.36, 4.46, 12.03, 37.90, 84.06])
    assert erlang_b(load, agents=lines) == pytest.approx(0.01, rel=6e-3)


def test_erlang_b_and_c_for_one_and_two_agents_are_the_textbook_fractions() -> None:
    assert erlang_b(1.0, agents=[1, 2]) == pytest.approx([1 / 2, 1 / 5], rel=1e-14)
    assert erlang_c([0.3, 0.95], agents=1) == pytest.approx([0.3, 0.95], rel=1e-14)
    assert erlang_c(1.0, agents=2) == pytest.approx(1 / 3, rel=1e-14)


def test_patience_lowers_the_wait_as_gans_koole_and_mandelbaum_print_it() -> None:
    """48 calls a minute of one minute each on 50 agents (2003, section 4.2)."""
    endless = performance(Traffic(calls=48, interval_seconds=60, handling_seconds=60), agents=50)
    assert endless.waiting_probability == pytest.approx(0.694456, abs=5e-7)
    assert endless.mean_wait_seconds() == pytest.approx(20.83, abs=5e-3)
    assert endless.occupancy == pytest.approx(0.96, abs=1e-12)

    patience = Traffic(calls=48, interval_seconds=60, handling_seconds=60, patience_seconds=120)
    impatient = performance(patience, agents=50)
    assert impatient.abandonment == pytest.approx(0.030912, abs=5e-7)
    assert impatient.mean_wait_seconds() == pytest.approx(3.709, abs=5e-4)
    assert impatient.service_level(20) == pytest.approx(0.9430, abs=5e-5)
    assert erlang_a(48, agents=50, patience=2) == pytest.approx(impatient.waiting_probability, rel=1e-12)


def test_every_row_of_the_reference_table_holds_to_ten_digits() -> None:
    table = ROOT / os.environ.get("LINGTING_DATA", "../shared/data") / TABLE
    if not table.exists():
        pytest.skip(f"The reference table {TABLE} is not there; point LINGTING_DATA at the folder that has it.")
    with table.open(newline="") as file:
        rows = list(csv.DictReader(file))
    column = {name: np.array([float(row[name] or "nan") for row in rows]) for name in rows[0] if name != "model"}
    traffic = Traffic(
        calls=column["calls"],
        interval_seconds=column["interval_s"],
        handling_seconds=column["aht_s"],
        patience_seconds=np.nan_to_num(column["patience_s"], nan=np.inf),
    )

    figures = performance(traffic, agents=column["agents"])

    assert len(rows) == 150
    assert figures.waiting_probability == pytest.approx(column["P_wait"], rel=1e-10)
    assert figures.mean_wait_seconds() == pytest.approx(column["mean_wait_all_s"], rel=1e-10)
    level = figures.service_level(column["target_s"])
    assert level == pytest.approx(column["SL_served_within_over_offered"], rel=1e-10)
    assert figures.occupancy == pytest.approx(column["occupancy"], rel=1e-10)
    assert figures.queue_length == pytest.approx(column["Lq"], rel=1e-10)
    assert figures.abandonment == pytest.approx(np.nan_to_num(column["P_abandon"]), rel=1e-10)
