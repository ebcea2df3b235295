"""Composition only: settings, routes, asgi, navigation and the `lingting` command."""
