"""What changed between two texts, line by line and within the lines."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from difflib import SequenceMatcher

_WORDS = re.compile(r"[㐀-鿿]|[^\W㐀-鿿]+|\s+|[^\w\s]")
AROUND = 1


@dataclass(frozen=True)
class Line:
    """`kind` is same, added, removed or skipped; `pieces` are (text, is_changed)."""

    kind: str
    pieces: list[tuple[str, bool]]


def differences(old: str, new: str) -> list[Line]:
    """The lines of two plain texts: unchanged ones far from a change are folded into one `skipped` line."""
    before, after = old.split("\n"), new.split("\n")
    lines: list[Line] = []
    for kind, from_old, to_old, from_new, to_new in SequenceMatcher(None, before, after, autojunk=False).get_opcodes():
        if kind == "equal":
            lines += [Line("same", [(line, False)]) for line in before[from_old:to_old]]
        elif kind == "replace":
            lines += _replaced(before[from_old:to_old], after[from_new:to_new])
        else:
            lines += [Line("removed", [(line, True)]) for line in before[from_old:to_old]]
            lines += [Line("added", [(line, True)]) for line in after[from_new:to_new]]
    return list(_folded(lines))


def _replaced(old: list[str], new: list[str]) -> Iterator[Line]:
    for index in range(max(len(old), len(new))):
        one, other = (old[index] if index < len(old) else None), (new[index] if index < len(new) else None)
        if one is None or other is None:
            yield Line("removed", [(one, True)]) if one is not None else Line("added", [(other or "", True)])
            continue
        gone, come = _within(one, other)
        yield Line("removed", gone)
        yield Line("added", come)


def _within(old: str, new: str) -> tuple[list[tuple[str, bool]], list[tuple[str, bool]]]:
    before, after = _WORDS.findall(old), _WORDS.findall(new)
    gone: list[tuple[str, bool]] = []
    come: list[tuple[str, bool]] = []
    for kind, from_old, to_old, from_new, to_new in SequenceMatcher(None, before, after, autojunk=False).get_opcodes():
        is_changed = kind != "equal"
        if to_old > from_old:
            gone.append(("".join(before[from_old:to_old]), is_changed))
        if to_new > from_new:
            come.append(("".join(after[from_new:to_new]), is_changed))
    return gone, come


def _folded(lines: list[Line]) -> Iterator[Line]:
    near = {at + step for at, line in enumerate(lines) if line.kind != "same" for step in range(-AROUND, AROUND + 1)}
    is_skipping = False
    for at, line in enumerate(lines):
        if at in near:
            is_skipping = False
            yield line
        elif not is_skipping:
            is_skipping = True
            yield Line("skipped", [("…", False)])
