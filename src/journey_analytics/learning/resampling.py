"""How stable ranks are: persons drawn again, 500 times.

Each person enters a resample a Poisson(1) number of times, which for many persons is the ordinary
bootstrap (Chamandy et al., 2012). The number is a hash of person and resample: the same in every
run, whatever the order of rows.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import exp, factorial

import numpy as np
import numpy.typing as npt
from scipy.sparse import csr_array

from .regression import Floats, Ints

RESAMPLES = 500
#: Persons whose draws are held in memory at once.
_CHUNK = 20_000
_CUTS = np.cumsum([exp(-1) / factorial(k) for k in range(9)]) * 65536
_POISSON = np.searchsorted(_CUTS, np.arange(65536), side="right").astype(np.uint8)
#: A point is tied with a worse one if it is at least as bad in this share of resamples.
_TIED = 0.05
Hashes = npt.NDArray[np.uint64]


def mixed(numbers: Hashes) -> Hashes:
    """Return the numbers' hashes (splitmix64; Steele et al., OOPSLA 2014)."""
    z = numbers + np.uint64(0x9E3779B97F4A7C15)
    z = (z ^ (z >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    z = (z ^ (z >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return z ^ (z >> np.uint64(31))


def draws(person_keys: Ints, resamples: int = RESAMPLES) -> npt.NDArray[np.uint8]:
    """Return how often each person enters each resample: persons x resamples."""
    blocks = mixed(np.arange(-(-resamples // 4), dtype=np.uint64))
    words = mixed(mixed(person_keys.astype(np.uint64))[:, None] ^ blocks)
    drawn: npt.NDArray[np.uint8] = _POISSON[words.view("<u2")][:, :resamples]
    return drawn


def resampled(
    person_keys: Ints, *groups: Floats | csr_array, resamples: int = RESAMPLES
) -> list[Floats]:
    """Return sums of per-person columns in each resample, columns x resamples, group by group."""
    totals = [np.zeros((g.shape[1], resamples)) for g in groups]
    for start in range(0, len(person_keys), _CHUNK):
        part = slice(start, start + _CHUNK)
        drawn = draws(person_keys[part], resamples).astype(np.float64)
        for total, group in zip(totals, groups, strict=True):
            total += group[part].T @ drawn
    return totals


@dataclass(frozen=True, slots=True)
class Stability:
    """What resamples say of each rank, in the order of the given losses.

    Attributes
    ----------
    low, high
        Ends of the 95 % interval of the rank.
    top_3
        Share of resamples in which it is among the worst three.
    tied_from
        The best rank it cannot be told apart from: its own, or that of a worse point which it
        reaches in at least one resample of twenty.
    """

    low: Ints
    high: Ints
    top_3: Floats
    tied_from: Ints


def stability(loss: Floats, resampled_loss: Floats) -> Stability:
    """Return how stable the order of losses is.

    Parameters
    ----------
    loss
        By point, as estimated; more is worse.
    resampled_loss
        By point and resample.
    """
    n = len(loss)
    place = np.empty(n, np.int64)
    order = np.argsort(-loss, kind="stable")
    place[order] = np.arange(n)
    ranks = np.argsort(np.argsort(-resampled_loss, axis=0, kind="stable"), axis=0) + 1
    low, high = np.quantile(ranks, [0.025, 0.975], axis=1, method="inverted_cdf") \
        if n else np.zeros((2, 0))
    tied = np.arange(1, n + 1)
    sorted_loss = resampled_loss[order]
    for i in range(1, n):
        reaches = (sorted_loss[i] >= sorted_loss[:i]).mean(axis=1) >= _TIED
        tied[i] = np.argmax(reaches) + 1 if reaches.any() else i + 1
    return Stability(low.astype(np.int64), high.astype(np.int64), (ranks <= 3).mean(axis=1),
                     tied[place])
