"""Owns the web chat: visitors, widget and its public API; not the case it becomes."""
