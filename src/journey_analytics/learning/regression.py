"""One adjusted difference: least squares on one indicator, errors clustered by person.

By Frisch and Waugh the coefficient of the indicator is that of its residual: indicator and outcome
are projected off the controls once, and everything else is sums over persons.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.linalg import eigh
from scipy.stats import t as student

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]

#: Fewer journeys or persons with (or without) the pain point than this tell nothing.
MIN_HIT = 5
#: A single person who decides more than this share of an estimate decides it alone.
_MOST_OF_ONE = 0.9
#: A variance of nothing (all outcomes alike) is not certainty.
_LEAST_VARIANCE = 1e-6


@dataclass(frozen=True, slots=True)
class Fit:
    """An adjusted difference and what it is made of.

    Attributes
    ----------
    estimate, variance, df
        The difference, its variance (bias-reduced, clustered) and Satterthwaite's degrees of
        freedom for it.
    hits, others
        Journeys with and without the pain point that went into it.
    scores, weights
        By person: sums of residual indicator x residual outcome, and of squared residual
        indicators. ``scores.sum()`` is 0 and ``weights.sum()`` the information of the fit.
    """

    estimate: float
    variance: float
    df: float
    hits: int
    others: int
    scores: Floats
    weights: Floats

    @property
    def interval(self) -> tuple[float, float]:
        """Return the 95 % interval."""
        half = float(student.ppf(0.975, self.df)) * self.variance**0.5
        return self.estimate - half, self.estimate + half

    @property
    def p_value(self) -> float:
        """Return the two-sided p-value of no difference."""
        return float(2 * student.sf(abs(self.estimate) / self.variance**0.5, self.df))


def fit(
    outcome: Floats, hit: Bools, controls: Floats, person: Ints, persons: int,
    weights: Floats | None = None,
) -> Fit | None:
    """Return the difference of outcomes with and without a pain point, controls held fixed.

    The variance is Bell and McCaffrey's bias-reduced one (CR2; Surv. Methodol. 28, 2002) of the
    residual regression. There it has a closed form: the square of each person's sum is divided by
    one minus the person's leverage. With few persons hit the degrees of freedom are few, and the
    interval says so.

    Parameters
    ----------
    outcome, hit
        Per journey.
    controls
        What is held fixed, one column each, the constant among them; columns may repeat each other.
    person
        Per journey, whose it is: 0 to ``persons`` - 1.
    weights
        Per journey, how many it stands for; left out: one.

    Returns
    -------
    Fit or None
        None where too few journeys or persons are hit or not hit, where the controls tell who is
        hit, or where one person decides.
    """
    hits = int(hit.sum())
    others = len(hit) - hits
    if min(hits, others) < MIN_HIT or len(np.unique(person[hit])) < MIN_HIT:
        return None
    both = np.column_stack([hit.astype(np.float64), outcome])
    if weights is not None:
        root = np.sqrt(weights / weights.mean())[:, None]
        both, controls = both * root, controls * root
    residuals, rank = _project_off(both, controls)
    indicator, rest = residuals[:, 0], residuals[:, 1]
    information = float(indicator @ indicator)
    if information < 1e-6 * hits or len(hit) <= rank + 1:
        return None
    estimate = float(indicator @ rest) / information
    rest = rest - estimate * indicator
    scores = np.bincount(person, indicator * rest, persons).astype(np.float64)
    weights = np.bincount(person, indicator**2, persons).astype(np.float64)
    share = weights / information
    if share.max() > _MOST_OF_ONE:
        return None
    lost = len(hit) / (len(hit) - rank)  # what the controls took from the residuals
    variance = lost * float((scores**2 / (1 - share)).sum()) / information**2
    skewed = share**2 / (1 - share)
    df = 1 / float((share**2).sum() + skewed.sum() ** 2 - (skewed**2).sum())
    return Fit(estimate, max(variance, _LEAST_VARIANCE), df, hits, others, scores, weights)


def halfway(first: Fit, second: Fit) -> Fit:
    """Return the average of two models of equal credit.

    Half their distance, squared, is part of the variance (Bayesian model averaging; Hoeting et
    al., Stat. Sci. 14, 1999).
    """
    information = first.weights.sum()
    variance = (first.variance + second.variance) / 2 + (first.estimate - second.estimate) ** 2 / 4
    scores = (first.scores + second.scores * (information / second.weights.sum())) / 2
    return Fit((first.estimate + second.estimate) / 2, variance, min(first.df, second.df),
               first.hits, first.others, scores, first.weights)


def _project_off(columns: Floats, controls: Floats) -> tuple[Floats, int]:
    """Return what the controls do not explain of each column, and the controls' rank."""
    size = np.sqrt((controls**2).sum(axis=0))
    size[size == 0] = 1.0
    gram = controls.T @ controls / np.outer(size, size)
    values, vectors = eigh(gram)
    kept = values > 1e-9 * max(1.0, float(values[-1]))
    basis = vectors[:, kept] / np.sqrt(values[kept]) / size[:, None]
    coefficients = basis @ (basis.T @ (controls.T @ columns))
    return columns - controls @ coefficients, int(kept.sum())
