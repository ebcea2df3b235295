"""Every example of the documentation runs as it stands there."""

import re
from pathlib import Path

import numpy as np
import pytest

PAGE = Path(__file__).resolve().parents[5] / "docs" / "science" / "forecast.md"


def a_month_of_calls() -> str:
    rng = np.random.default_rng(1)
    minutes = [480 + int(minute) for minute in np.sort(rng.integers(0, 600, 90))]
    days = np.datetime64("2026-01-05") + np.arange(28)
    moments = [f"{day}T{minute // 60:02d}:{minute % 60:02d}:00" for day in days for minute in minutes]
    return "arrived_at\n" + "\n".join(moments) + "\n"


@pytest.mark.parametrize("block", re.findall(r"```python\n(.*?)```", PAGE.read_text("utf-8"), re.S))
def test_the_example_runs_and_prints(
    block: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "calls.csv").write_text(a_month_of_calls(), encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    exec(compile(block, PAGE.name, "exec"), {})
    assert capsys.readouterr().out.strip()
    assert len(block.splitlines()) <= 13
