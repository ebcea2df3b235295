"""The numeric heart: pure functions and frozen dataclasses, without Django, I/O, clock or global random state."""
