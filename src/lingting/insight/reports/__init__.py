"""Owns historical reports and their export; not the figures' definitions."""
