"""Why work went to an agent, or still waits: a stable code with parameters, and an English sentence of it."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any


class Code(StrEnum):
    """Stable keys: the product translates them. The first eight stand on pairs, the others on work left
    waiting.
    """

    ONLY_CANDIDATE = "only_candidate"
    PREFERRED_AGENT = "preferred_agent"
    QUEUE_RANK = "queue_rank"
    NEAREST_SKILLS = "nearest_skills"
    LEAST_OVERQUALIFIED = "least_overqualified"
    LEAST_LOADED = "least_loaded"
    LONGEST_IDLE = "longest_idle"
    LOWEST_ID = "lowest_id"
    NOBODY_READY = "nobody_ready"
    NOBODY_IN_QUEUE = "nobody_in_queue"
    NOBODY_WITH_SKILL = "nobody_with_skill"
    NOBODY_WITH_ALL_SKILLS = "nobody_with_all_skills"
    ALL_AT_CAPACITY = "all_at_capacity"
    ALL_EXCLUDED = "all_excluded"
    HELD_FOR_PREFERRED = "held_for_preferred"


_SENTENCES = {
    Code.ONLY_CANDIDATE: "{agent} was the only agent free and able to take it",
    Code.PREFERRED_AGENT: "{agent} served this customer last, and was chosen before {others} others",
    Code.QUEUE_RANK: "queue {queue} is nearer to {agent} (rank {queue_rank}) than to the {others} others",
    Code.NEAREST_SKILLS: "{agent} comes nearest to the skills first asked, of {candidates} candidates",
    Code.LEAST_OVERQUALIFIED: "{agent} has the fewest skills to spare of {candidates} candidates",
    Code.LEAST_LOADED: "{agent} had the least in hand of {candidates} equal candidates",
    Code.LONGEST_IDLE: "{agent} was free the longest ({idle_seconds:.0f} s) of {candidates} equal candidates",
    Code.LOWEST_ID: "{agent} came first by number among {candidates} equal candidates",
    Code.NOBODY_READY: "nobody is ready",
    Code.NOBODY_IN_QUEUE: "nobody who is ready serves queue {queue}",
    Code.NOBODY_WITH_SKILL: "nobody ready in queue {queue} has {skill} at level {level}",
    Code.NOBODY_WITH_ALL_SKILLS: "nobody ready in queue {queue} has all of {skills_named} together",
    Code.ALL_AT_CAPACITY: "all {qualified} qualified agents are at capacity for {channel}",
    Code.ALL_EXCLUDED: "every qualified agent with room has already declined or missed it",
    Code.HELD_FOR_PREFERRED: "it is kept for {agent}, who served this customer last",
}


@dataclass(frozen=True, slots=True)
class Reason:
    """One decision explained in data.

    parameters, always JSON-ready. On every reason: `queue`, `channel`, `qualified` (agents in the queue with
    the skills asked now), `waited_seconds`, `relaxed` (list of {skill, asked, accepted}; accepted 0 =
    dropped).
    On a pair also: `agent`, `candidates` (qualified, with room, not excluded), `queue_rank`, `shortfall` and
    `surplus` (skill levels below and above what was first asked), `load` (0-1, before this work),
    `idle_seconds`.
    On waiting work also: `skills` (list of {skill, level} asked now), `recheck_at` (when time alone asks
        less of
    it or ends its hold, or None), and by code `skill` and `level`, or `agent`.
    """

    code: Code
    parameters: Mapping[str, Any]

    def explain(self) -> str:
        """Say it in an English sentence."""
        words = dict(self.parameters)
        words["others"] = words.get("candidates", 1) - 1
        words["skills_named"] = _listed(f"{need['skill']} {need['level']}" for need in words.get("skills", ()))
        template = _SENTENCES[self.code]
        sentence = (template[0].upper() + template[1:]).format_map(words)
        if words["relaxed"]:
            steps = _listed(_relaxed(step) for step in words["relaxed"])
            sentence += f"; after {words['waited_seconds']:.0f} s of waiting, {steps}"
        return sentence + "."

    def as_data(self) -> dict[str, Any]:
        """The same as a JSON-ready dictionary: `code` beside the parameters."""
        return {"code": str(self.code), **self.parameters}


def _listed(items: Iterable[str]) -> str:
    return ", ".join(items)


def _relaxed(step: Mapping[str, Any]) -> str:
    if step["accepted"] == 0:
        return f"{step['skill']} was no longer asked"
    return f"{step['skill']} was accepted from level {step['accepted']} instead of {step['asked']}"
