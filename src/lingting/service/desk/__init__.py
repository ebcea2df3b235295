"""Owns cases, conversations, messages, queues and the inbox; not who gets what."""
