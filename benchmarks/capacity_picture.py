"""Draws the picture of docs/science/capacity.md from its own ten lines.

    PYTHONPATH=src peer/bin/python benchmarks/capacity_picture.py

Needs matplotlib, which the peer environment of requirements/bench.in has.
"""

import re
from pathlib import Path

import matplotlib
import numpy as np

matplotlib.use("svg")
from matplotlib import pyplot

from lingting.science.capacity import CapacityPlan

FOLDER = Path(__file__).resolve().parents[1] / "docs" / "science"
BLUE, ORANGE, GREY = "#2f6fb2", "#c8641b", "#777777"
matplotlib.rcParams.update({"font.size": 8, "svg.hashsalt": "lingting", "axes.spines.top": False, "axes.spines.right": False})


def plan_of_the_page() -> CapacityPlan:
    """The plan that the page's example prints."""
    found = re.search(r"```python\n(.*?)```", (FOLDER / "capacity.md").read_text("utf-8"), re.S)
    assert found, "docs/science/capacity.md has no example"
    names: dict[str, object] = {}
    exec(compile(found[1].replace("print(", "plan = (").replace(".explain()", ""), "capacity.md", "exec"), names)
    plan = names["plan"]
    assert isinstance(plan, CapacityPlan)
    return plan


def main() -> None:
    """Write the file."""
    plan = plan_of_the_page()
    outlook = plan.outlooks[0]
    months = np.arange(len(plan.months))
    figure, (people, certainty) = pyplot.subplots(2, 1, figsize=(6, 3.6), sharex=True, height_ratios=(3, 1), layout="constrained")
    people.fill_between(months, outlook.required_low, outlook.required_high, color=ORANGE, alpha=0.2, lw=0)
    people.plot(months, outlook.required, color=ORANGE, label="required (band: four of five paths)")
    people.fill_between(months, outlook.productive_low, outlook.productive_high, color=BLUE, alpha=0.2, lw=0)
    people.plot(months, outlook.productive, color=BLUE, label="productive")
    people.plot(months, outlook.headcount, color=GREY, ls=":", label="on the payroll")
    people.bar(months, outlook.starts, color=GREY, alpha=0.5, label="starts")
    people.set_ylabel("people")
    people.legend(frameon=False, ncols=2)
    certainty.fill_between(months, outlook.met.low, outlook.met.high, color=BLUE, alpha=0.2, lw=0)
    certainty.plot(months, outlook.met.seen, color=BLUE)
    certainty.axhline(plan.met_share, color=GREY, lw=0.6)
    certainty.set_ylabel("P(met)")
    certainty.set_xticks(months[::3], [f"{month:%Y-%m}" for month in plan.months[::3]])
    figure.savefig(FOLDER / "capacity-plan.svg", metadata={"Date": None})


if __name__ == "__main__":
    main()
