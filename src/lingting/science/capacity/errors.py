"""What cannot be planned, and the checks that say so."""

import numpy as np
from numpy.typing import ArrayLike, NDArray

Figures = NDArray[np.float64]
Whole = NDArray[np.int64]


class CapacityError(ValueError):
    """The plan cannot be made; the message names the part and says why."""


def checked_figures(name: str, *, values: ArrayLike, least: float = 0.0, most: float = np.inf) -> Figures:
    """The values as an array; raises CapacityError unless all are finite and within the range."""
    figures = np.asarray(values, dtype=np.float64)
    wrong = ~(np.isfinite(figures) & (figures >= least) & (figures <= most))
    if wrong.any():
        place = tuple(int(axis[0]) for axis in np.nonzero(np.atleast_1d(wrong)))
        bounds = f"at least {least:g}" if most == np.inf else f"within {least:g} to {most:g}"
        raise CapacityError(f"{name} must be {bounds}; place {place} is {np.atleast_1d(figures)[place]:g}.")
    return figures
