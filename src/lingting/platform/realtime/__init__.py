"""The live road: timeline row, NOTIFY, hub, server-sent events, the page.

Owns the hub (a raw ASGI application), who may listen to which topic, ephemeral signals,
the registry of connected people, and the browser's side of the stream.
Does not own the facts: they are rows of a `LiveSource`, normally the kernel's timeline.
"""
