"""Owns written processes: versioned steps with owner, limit, form and outcomes, and their runs; not what they are about."""
