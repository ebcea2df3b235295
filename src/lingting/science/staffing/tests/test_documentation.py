"""Every example of the science pages runs as it stands there, with the files that lie beside the pages."""

import re
import shutil
from pathlib import Path

import pytest

DOCS = Path(__file__).resolve().parents[5] / "docs" / "science"
WITH_A_TEST_OF_THEIR_OWN = {"forecast.md"}
MOST_LINES = 13


def examples() -> list[tuple[str, str]]:
    return [
        (f"{page.name}, example {number}", block)
        for page in sorted(DOCS.glob("*.md"))
        if page.name not in WITH_A_TEST_OF_THEIR_OWN
        for number, block in enumerate(re.findall(r"```python\n(.*?)```", page.read_text("utf-8"), re.S))
    ]


@pytest.mark.parametrize(("name", "block"), examples(), ids=lambda value: value if ", example " in value[:40] else "")
def test_the_example_runs_and_prints(
    name: str, block: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for file in DOCS.glob("*.csv"):
        shutil.copy(file, tmp_path)
    monkeypatch.chdir(tmp_path)
    exec(compile(block, name, "exec"), {"__name__": "__main__"})
    assert capsys.readouterr().out.strip()
    assert len(block.splitlines()) <= MOST_LINES


def test_the_entrance_names_every_page_and_every_page_is_there() -> None:
    named = set(re.findall(r"\]\((\w+\.md)\)", (DOCS / "README.md").read_text("utf-8")))
    there = {page.name for page in DOCS.glob("*.md")} - {"README.md"}
    assert there <= named | WITH_A_TEST_OF_THEIR_OWN
    assert {page for page in named if not (DOCS / page).exists()} == set()


def test_a_stranger_gets_people_for_every_half_hour_of_a_file_of_calls(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    block = next(block for name, block in examples() if name.startswith("README.md"))
    shutil.copy(DOCS / "calls.csv", tmp_path)
    monkeypatch.chdir(tmp_path)
    exec(compile(block, "README.md", "exec"), {})
    lines = capsys.readouterr().out.strip().splitlines()
    assert len(lines) == 18 and lines[0].startswith("('09:00'")
    assert len(block.strip().splitlines()) <= 12
