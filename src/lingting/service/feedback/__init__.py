"""Owns ratings after a contact; not complaints."""
