"""Pages of the desk: load, permit, one domain call, respond."""
