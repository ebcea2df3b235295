"""Machinery that knows no application: ui, realtime, jobs, rest, files, audit, search, database."""
