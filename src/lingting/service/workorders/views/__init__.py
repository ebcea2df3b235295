"""Screens of work orders: beside the case, for departments, by link, settings."""
