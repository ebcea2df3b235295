"""Owns the definition of every figure and how it is measured; not the facts it counts."""
