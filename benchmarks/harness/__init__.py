"""What the benchmarks share: a centre of their own, people who use it over HTTP, and how to measure.

Nothing here reads the application's tables while it measures, and nothing sends outside of loopback.
"""
