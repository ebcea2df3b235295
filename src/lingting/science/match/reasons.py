"""Why work went to an agent, or still waits: a stable code with parameters, and an English sentence of it."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum


class Code(StrEnum):
    """Stable keys: the product translates them. The first seven stand on pairs, the others on work left waiting."""

    ONLY_CANDIDATE = "only_candidate"
    PREFERRED_AGENT = "preferred_agent"
    QUEUE_RANK = "queue_rank"
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


@dataclass(frozen=True, slots=True)
class Reason:
    """One decision explained in data.

    parameters, always JSON-ready. On a pair: `qualified` (agents in the queue with the skills asked now), `candidates`
    (of them, with room and not excluded), `waited_seconds`, `relaxed` (list of {skill, asked, accepted}; accepted 0 = dropped),
    `queue_rank`, `surplus` (skill levels of the agent that the work does not need), `load` (0-1 before this work),
    `idle_seconds`. On waiting work: `qualified`, `waited_seconds`, `relaxed`, and by code `queue`, `skill`, `level`, `skills`,
    `channel`, `excluded`, `agent`, `until`; `relaxes_at` (or None) tells when less will be asked.
    """

    code: Code
    parameters: Mapping[str, object]

    def explain(self) -> str:
        """Say it in an English sentence."""
        raise NotImplementedError
