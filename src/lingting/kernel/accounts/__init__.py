"""Owns who may sign in, roles, grants and tokens; not positions or teams."""
