"""Owns the live floor view and its alerts; not the figures' definitions."""
