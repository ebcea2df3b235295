"""What has happened so far, and the one line that says it."""

from __future__ import annotations

import sys
from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime

from lingting.demo.content.records import Dialogue


@dataclass
class Tally:
    """Counts of one run.

    `plays` says which dialogue a conversation plays, so that whoever answers knows the words;
    `strangers` when a conversation of somebody else was first offered (monotonic seconds).
    """

    counts: Counter[str] = field(default_factory=Counter)
    scores: list[int] = field(default_factory=list)
    plays: dict[int, Dialogue] = field(default_factory=dict)
    strangers: dict[int, float] = field(default_factory=dict)
    waiting: set[int] = field(default_factory=set)
    talking: set[int] = field(default_factory=set)
    agents: dict[str, str] = field(default_factory=dict)
    problems: Counter[str] = field(default_factory=Counter)

    def add(self, what: str) -> None:
        self.counts[what] += 1

    def rate(self, score: int) -> None:
        self.scores.append(score)

    def trouble(self, who: str, error: BaseException) -> None:
        """Something that should not have happened: said once per kind, counted always."""
        kind = f"{type(error).__name__}: {error}"[:200]
        self.problems[kind] += 1
        if self.problems[kind] == 1:
            print(f"{who}: {kind}", file=sys.stderr, flush=True)

    def line(self, *, at: datetime) -> str:
        """The state of the floor as this program sees it."""
        states = Counter(self.agents.values())
        agents = f"{states['ready']} agents ready" + (f", {states['away']} on a break" if states["away"] else "")
        rated = f" · rated {sum(self.scores) / len(self.scores):.1f} ({len(self.scores)})" if self.scores else ""
        kinds = ("answered", "closed", "abandoned", "messages left")
        told = [f"{self.counts[kind]} {kind}" for kind in kinds if self.counts[kind]]
        problems = f" · {sum(self.problems.values())} problems" if self.problems else ""
        return (
            f"{at:%H:%M:%S}  {len(self.waiting)} waiting, {len(self.talking)} talking · {agents} · "
            f"{', '.join(told) or 'nothing yet'} · {self.counts['messages']} messages{rated}{problems}"
        )
