"""Owns stored files: their bytes, type, size and who may fetch them; not what they mean."""
