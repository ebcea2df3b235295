"""How much the hub gives to one listener, and how often it looks."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class LiveLimits:
    """Bounds and periods of a hub; durations in seconds. Tests shorten them."""

    replay_entries: int = 2_000
    """Most entries a returning listener is given before it is told to reload."""
    recall_entries: int = 5_000
    """Entries the hub keeps in memory to serve returning listeners."""
    batch_entries: int = 500
    queue_frames: int = 1_000
    queue_bytes: int = 256 * 1024
    """Unsent events a listener may have waiting before it is told to reload."""
    topics: int = 200
    connections: int = 10_000
    connections_per_visitor: int = 24
    heartbeat_seconds: float = 15
    stall_seconds: float = 10
    """A listener that takes nothing for so long while something waits for it is dropped."""
    recheck_seconds: float = 60
    sweep_seconds: float = 1
    """The hub looks for entries this often even when nobody woke it."""
    coalesce_seconds: float = 0.04
    """Least time between two reads, so that a burst of commits is one broadcast."""
    broadcast_seconds: float = 0.2
    """Most time that news for everybody on a topic without a key (a list, the wall) waits for more to go with it; news
    of one thing or person (`case:12`, `account:7`) leaves at once and takes along what waits for the same listener."""
    presence_seconds: float = 5
    retry_seconds: float = 2
    reconnect_spread_seconds: float = 3
    window_seconds: float = 86_400
    """Entries that occurred longer before the last read are history, not news."""
