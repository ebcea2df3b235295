"""Owns articles, categories and the help centre; not the bot."""
