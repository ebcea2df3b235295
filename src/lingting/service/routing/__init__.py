"""Owns presence, offers and assignments: the right work to the right free agent; not the case itself."""
