"""Owns promises with a due moment: targets, pauses, warnings, breaches; not what follows from a breach."""
