"""Every example of the documentation runs as it stands there."""

import re
from pathlib import Path

import pytest

DOCS = Path(__file__).resolve().parents[5] / "docs" / "science"
CALLS = "interval,calls,handling_seconds\n08:00,40,180\n08:30,120,190\n09:00,0,180\n"


def examples() -> list[tuple[str, str]]:
    return [
        (f"{page}, example {number}", block)
        for page in ("erlang.md", "staffing.md")
        for number, block in enumerate(re.findall(r"```python\n(.*?)```", (DOCS / page).read_text("utf-8"), re.S))
    ]


@pytest.mark.parametrize(("name", "block"), examples(), ids=lambda value: value if "example" in value else "")
def test_the_example_runs_and_prints(
    name: str, block: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "calls.csv").write_text(CALLS, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    exec(compile(block, name, "exec"), {})
    assert capsys.readouterr().out.strip()
    assert len(block.splitlines()) <= 13
