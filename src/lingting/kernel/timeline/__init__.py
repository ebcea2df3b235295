"""Owns the append-only log of facts and its readers' cursors; never their meaning."""
