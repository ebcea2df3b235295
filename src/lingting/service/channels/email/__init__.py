"""Owns mailboxes, raw mail, its reading, letters going out, and what came of them.

Does not own cases and messages (the desk), nor who answers them (routing).
"""
