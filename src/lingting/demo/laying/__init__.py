"""Lays the demo content into the tables, a module per kind of thing."""
