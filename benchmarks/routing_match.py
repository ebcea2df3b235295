"""How many routing decisions a second `science.match` takes: 1,000 agents, 5,000 waiting, 12 skills, one core.

A decision is one piece of waiting work answered: an agent, or the reason why not. Inputs are made before the
clock starts; turning them into arrays is inside it. Processor time, best of five.
Run: `python benchmarks/routing_match.py`.
"""

import random
import sys
import time

from lingting.science.match import Agent, MatchResult, Relaxation, Work, match

TARGET_PER_SECOND = 20_000
SKILLS = tuple(f"skill-{number}" for number in range(12))
QUEUES = tuple(range(12))
NOW = 10_000.0
REPEATS = 5


def make_agents(rng: random.Random, *, count: int, full_share: float) -> list[Agent]:
    """Agents with 3-6 skills at levels 1-5 in 2-5 queues; three chats at once, some already full."""
    agents = []
    for number in range(count):
        capacity = 3
        used = capacity if rng.random() < full_share else rng.randrange(capacity)
        agents.append(
            Agent(
                id=number,
                queues={queue: rng.choice((1, 1, 2, 3)) for queue in rng.sample(QUEUES, rng.randint(2, 5))},
                skills={skill: rng.randint(1, 5) for skill in rng.sample(SKILLS, rng.randint(3, 6))},
                capacity=capacity,
                used={"chat": used},
                idle_since=NOW - rng.randrange(600),
            )
        )
    return agents


def make_work(rng: random.Random, *, count: int) -> list[Work]:
    """Chats and calls of 12 queues, each asking 1-2 skills of its own; some VIP, some with a last agent or a
    refusal.
    """
    work = []
    for number in range(count):
        voice = rng.random() < 0.3
        asked = {skill: rng.randint(1, 3) for skill in rng.sample(SKILLS, rng.randint(1, 2))}
        work.append(
            Work(
                id=number,
                queue=rng.choice(QUEUES),
                waiting_since=NOW - rng.random() * 300,
                priority=5 if rng.random() < 0.05 else 0,
                skills=asked,
                relaxations=tuple(Relaxation(60.0, skill, 1) for skill in asked),
                channel="voice" if voice else "chat",
                exclusive=voice,
                preferred_agent=rng.randrange(1000) if rng.random() < 0.2 else None,
                excluded_agents=frozenset({rng.randrange(1000)}) if rng.random() < 0.05 else frozenset(),
            )
        )
    return work


def measure(*, full_share: float) -> tuple[float, MatchResult]:
    """Best of some runs, in decisions a second."""
    rng = random.Random(20261121)
    agents = make_agents(rng, count=1_000, full_share=full_share)
    work = make_work(rng, count=5_000)
    best = float("inf")
    for _ in range(REPEATS):
        begun = time.process_time()
        result = match(work, agents=agents, now=NOW)
        best = min(best, time.process_time() - begun)
    return len(work) / best, result


def main() -> int:
    """Print the table and the verdict."""
    rates = []
    print(f"{'floor':<24}{'paired':>8}{'waiting':>9}{'decisions/s':>14}")
    for name, full_share in (("all agents have room", 0.0), ("half are full", 0.5), ("97 % are full", 0.97)):
        rate, result = measure(full_share=full_share)
        rates.append(rate)
        print(f"{name:<24}{len(result.pairs):>8}{len(result.waiting):>9}{rate:>14,.0f}")
    ratio = min(rates) / TARGET_PER_SECOND
    passed = ratio >= 1.0
    print(f"routing-match ratio={ratio:.2f} target=1.0 {'PASS' if passed else 'FAIL'}")
    return 0 if passed else 1


if __name__ == "__main__":
    sys.exit(main())
