"""Key drivers of a score: how much of its variance each thing that happened explains."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import combinations_with_replacement
from math import factorial
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.stats import t as student

from .intervals import Interval

#: Every subset of the drivers is looked at: 4,096 at most.
MOST_DRIVERS = 12
#: Fewer scored journeys than this explain nothing.
MIN_SCORED = 200
#: Persons fall into so many parts at random (their keys are hashes), to be left out in turn.
PARTS = 20
METHOD = "Student t, delete-a-group jackknife, persons as clusters"


def importance(
    among: NDArray[np.float64], with_outcome: NDArray[np.float64]
) -> tuple[float, NDArray[np.float64]]:
    """Return R² and each driver's part of it: its marginal R², averaged over all orders.

    Lindeman, Merenda and Gold (1980), which is the Shapley value of R². The parts add up to R².

    Parameters
    ----------
    among
        Correlations of the drivers.
    with_outcome
        Correlation of each with the outcome.
    """
    count = len(with_outcome)
    if count > MOST_DRIVERS:
        raise ValueError(f"at most {MOST_DRIVERS} drivers, found {count}")
    explained = np.zeros(2 ** count)
    for subset in range(1, 2 ** count):
        chosen = [i for i in range(count) if subset >> i & 1]
        own = with_outcome[chosen]
        explained[subset] = own @ np.linalg.pinv(among[np.ix_(chosen, chosen)]) @ own
    weights = [factorial(size) * factorial(count - size - 1) / factorial(count)
               for size in range(count)]
    parts = np.zeros(count)
    for subset in range(2 ** count):
        for i in range(count):
            if not subset >> i & 1:
                parts[i] += weights[subset.bit_count()] * (
                    explained[subset | 1 << i] - explained[subset])
    return round(float(explained[-1]), 9), parts.round(9) + 0.0


def key_drivers(
    drivers: Sequence[str], rows: Sequence[Mapping[str, Any]]
) -> tuple[float, Interval, dict[str, float | int | None]]:
    """Return R², its interval, and each driver's part with its ends.

    A driver that never varies explains nothing. Ends come from leaving each part of the persons
    out in turn (Kott, J. Off. Stat. 17, 2001).

    Parameters
    ----------
    rows
        Sums of each part of the persons, as ``measure_queries`` makes them.
    """
    parts = [_matrix(drivers, row) for row in rows]
    whole = np.sum(parts, axis=0)
    value, shares = _explained(whole)
    ends = _jackknife(np.append(shares, value), [
        np.append(s, v) for v, s in (_explained(whole - part) for part in parts)])
    detail: dict[str, float | int | None] = {}
    for name, share, (low, high) in zip(drivers, shares, ends, strict=False):
        detail |= {f"share_of_{name}": float(share), f"share_of_{name}_low": low,
                   f"share_of_{name}_high": high}
    return value, Interval(*ends[-1], METHOD), detail


def _matrix(drivers: Sequence[str], row: Mapping[str, Any]) -> NDArray[np.float64]:
    """Return the sums of products of 1, the drivers and the score."""
    names = driver_terms(drivers)
    found = np.zeros((len(names), len(names)))
    for i, j in combinations_with_replacement(range(len(names)), 2):
        found[i, j] = found[j, i] = float(row[f"s_{i}_{j}"])
    return found


def driver_terms(drivers: Sequence[str]) -> list[str]:
    """Return the columns whose products are summed: 1, the drivers, the score."""
    return ["1", *(f"part_{name}" for name in drivers), "value"]


def _explained(sums: NDArray[np.float64]) -> tuple[float, NDArray[np.float64]]:
    means = sums[0, 1:] / sums[0, 0]
    covariance = sums[1:, 1:] / sums[0, 0] - np.outer(means, means)
    spread = np.sqrt(np.maximum(np.diag(covariance), 0))
    spread[spread < 1e-9] = np.inf
    correlation = covariance / np.outer(spread, spread)
    return importance(correlation[:-1, :-1], correlation[:-1, -1])


def _jackknife(
    whole: NDArray[np.float64], without: Sequence[NDArray[np.float64]]
) -> list[tuple[float | None, float | None]]:
    count = len(without)
    if count < 2:
        return [(None, None)] * len(whole)
    apart = np.square(np.array(without) - np.mean(without, axis=0)).sum(axis=0)
    half = float(student.ppf(0.975, count - 1)) * np.sqrt(apart * (count - 1) / count)
    return [(max(0.0, float(v - h)), min(1.0, float(v + h)))
            for v, h in zip(whole, half, strict=True)]
