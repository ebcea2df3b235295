"""Owns what the centre promises about cases: which policy holds for which case, and who is told when time runs out.

The clocks themselves are `kernel.clocks`; a queue's answer-speed target is routing's.
"""
