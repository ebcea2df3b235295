"""Loops compiled by numba where it is installed, else the same source as plain Python (a hundred times slower)."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import Any

Kernel = Callable[..., Any]


@cache
def compiled(kernel: Kernel, *parts: Kernel) -> Kernel:
    """The kernel and the functions it calls, compiled at the first call; it lets other threads run."""
    try:
        from numba import njit
        from numba.extending import register_jitable
    except ImportError:
        return kernel
    for part in parts:
        register_jitable(part)
    done: Kernel = njit(kernel, nogil=True)
    return done
