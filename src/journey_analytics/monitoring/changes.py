"""How much a number moved, there and elsewhere, with persons as clusters.

Each value is a smooth function of sums, so a row's influence on it is known: (x - mean) / n of a
mean, (x - R y) / sum of y of a ratio, (q - [x <= quantile]) / (n f) of a quantile, f being the
density there (Woodruff, J. Am. Stat. Assoc. 47, 1952). A difference of values has the signed sum of
influences; added up by person, their squares are its variance (Deville, Surv. Methodol. 25, 1999).
So a person's rows before and after, here and elsewhere, are not taken for independent.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import sqrt

import numpy as np
import pandas as pd
from scipy.stats import t as student

from ..learning.regression import Bools, Floats
from ..metrics.intervals import Z, wilson
from ..metrics.measure_queries import QUANTILES


@dataclass(frozen=True, slots=True)
class Cell:
    """A value of some rows.

    Attributes
    ----------
    influence
        What each row of the whole adds to its error; 0 for rows of other cells.
    """

    value: float
    n: int
    persons: int
    influence: Floats


@dataclass(frozen=True, slots=True)
class Estimate:
    """A value with its 95 % interval; no ends: they cannot be told."""

    value: float
    low: float | None
    high: float | None


def cell(rows: pd.DataFrame, chosen: Bools, measure: str) -> Cell | None:
    """Return the value of the chosen rows; None where there is none.

    Parameters
    ----------
    rows
        ``person``: numbers from 0 on; ``x``, ``y``: what is added up, and below the line.
    """
    x, y = rows["x"].to_numpy(float)[chosen], rows["y"].to_numpy(float)[chosen]
    if not len(x) or not y.sum():
        return None
    if measure in QUANTILES:
        value, own = _quantile(x, QUANTILES[measure])
    else:
        value = float(x.sum() / y.sum())
        own = (x - value * y) / y.sum()
    influence = np.zeros(len(rows))
    influence[chosen] = own
    persons = len(np.unique(rows["person"].to_numpy()[chosen]))
    return Cell(value, len(x), persons, influence)


def _quantile(x: Floats, percent: int) -> tuple[float, Floats]:
    """Return a quantile as the ledger has it, and the influence of each row."""
    ordered, n, share = np.sort(x), len(x), percent / 100
    place = n * percent // 100
    value = (ordered[place - 1] + ordered[place]) / 2 if n * percent % 100 == 0 \
        else ordered[place]
    half = Z * sqrt(share * (1 - share) / n)
    low, high = (ordered[int(np.clip(np.floor(n * (share + side)), 0, n - 1))]
                 for side in (-half, half))
    if high == low:  # many equal values: it would take another rule
        return float(value), np.full(n, np.nan)
    return float(value), (share - (x <= value)) * (high - low) / (2 * half) / n


def difference(rows: pd.DataFrame, *parts: tuple[int, Cell]) -> Estimate:
    """Return the signed sum of values with Student's interval, persons as clusters."""
    value = sum(sign * part.value for sign, part in parts)
    influence = np.sum([sign * part.influence for sign, part in parts], axis=0)
    variance, persons = _variance(rows, influence)
    if not variance:
        return Estimate(value, None, None)
    half = float(student.ppf(0.975, persons - 1)) * sqrt(variance)
    return Estimate(value, value - half, value + half)


def level(rows: pd.DataFrame, part: Cell, measure: str) -> Estimate:
    """Return a value with its interval: Wilson's of a share, with as many rows as tell as much."""
    if measure != "share":
        return difference(rows, (1, part))
    variance, persons = _variance(rows, part.influence)
    if persons < 2:
        return Estimate(part.value, None, None)
    told = (min(part.n, part.value * (1 - part.value) / variance) if variance
            else part.persons)  # all alike: a person's rows tell as much as one
    ends = wilson(part.value * told, told)
    return Estimate(part.value, ends.low, ends.high)


def _variance(rows: pd.DataFrame, influence: Floats) -> tuple[float | None, int]:
    of_person = np.bincount(rows["person"].to_numpy(), weights=influence)
    told = np.bincount(rows["person"].to_numpy(), weights=influence != 0)
    persons = int((told > 0).sum())
    if np.isnan(of_person).any():
        return None, persons
    return (float((of_person**2).sum()) * persons / (persons - 1) if persons > 1 else None,
            persons)
