"""Many questions at once: the false discovery rate."""

from __future__ import annotations

import numpy as np

from .regression import Floats

#: Share of false discoveries that is accepted.
ACCEPTED = 0.05


def q_values(p_values: Floats) -> Floats:
    """Return Benjamini and Hochberg's adjusted p-values (J. R. Stat. Soc. B 57, 1995).

    Empty p-values are no questions: they stay empty and do not count.
    """
    found = np.full(len(p_values), np.nan)
    asked = np.flatnonzero(~np.isnan(p_values))
    order = asked[np.argsort(p_values[asked], kind="stable")]
    ranks = np.arange(1, len(order) + 1)
    steps = p_values[order] * len(order) / ranks
    found[order] = np.minimum(np.minimum.accumulate(steps[::-1])[::-1], 1.0)
    return found
