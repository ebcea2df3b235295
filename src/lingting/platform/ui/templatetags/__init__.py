"""Template tags of the `ui` library and URL-less markup helpers for templates."""
