"""Estimates of one kind borrow from each other, each by its own uncertainty."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from .regression import Floats

#: With fewer estimates there is nothing to learn from about how much they vary.
MIN_KIN = 3
_STEPS = 200


@dataclass(frozen=True, slots=True)
class Shrunk:
    """Shrunk estimates: ``mean`` = ``mix`` @ estimates, with their standard errors."""

    mean: Floats
    error: Floats
    mix: Floats


def shrink(estimates: Floats, variances: Floats) -> Shrunk:
    """Return estimates moved toward their common mean by their own uncertainty.

    Normal means with a flat prior on their mean and on their standard deviation (Gelman, Bayesian
    Anal. 1, 2006), summed over a grid of the latter: what is not known about how much the
    estimates vary is part of the errors. Fewer than three estimates stay as they are.
    """
    n = len(estimates)
    if n < MIN_KIN:
        return Shrunk(estimates.copy(), np.sqrt(variances), np.eye(n))
    top = 4 * float(np.std(estimates)) + 2 * float(np.sqrt(variances.min()))
    between = (np.linspace(0, top, _STEPS) ** 2)[:, None]
    precision = 1 / (variances + between)
    total = precision.sum(axis=1, keepdims=True)
    share = precision / total
    centre = share @ estimates
    fit = np.log(precision).sum(axis=1) - np.log(total[:, 0]) - (
        precision * (estimates - centre[:, None]) ** 2).sum(axis=1)
    chance = np.exp((fit - fit.max()) / 2)
    chance /= chance.sum()
    moved = variances * precision
    mix = np.diag(chance @ (1 - moved)) + (chance[:, None] * moved).T @ share
    mean = mix @ estimates
    means = (1 - moved) * estimates + moved * centre[:, None]
    spread = variances * (1 - moved) + moved**2 / total + (means - mean) ** 2
    return Shrunk(mean, np.sqrt(chance @ spread), mix)
