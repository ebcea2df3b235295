"""Living traffic for a demo centre: customers and agents who talk through the public interfaces only.

It owns what they say and when; it reads no table and calls no service, so that what it shows is what anybody would get.
"""

from lingting.demo.live.running import BadRate, NoCentre, run_live

__all__ = ["BadRate", "NoCentre", "run_live"]
