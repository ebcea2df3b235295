"""Owns opening hours, holidays and made-up working days; not clocks or shifts."""
