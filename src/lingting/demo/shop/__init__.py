"""Owns the shop of the invented business, where the chat is shown as a customer meets it."""
