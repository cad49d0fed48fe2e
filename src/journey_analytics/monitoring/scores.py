"""Scores lower than in the weeks before."""

from __future__ import annotations

import numpy as np
from scipy.stats import t as student

from .days import FEWEST_WEEKS, Days, Floats, Ints, divided, in_week, weeks_before
from .judged import Judged

_THOUSANDTHS = 1000.0


def satisfaction(days: Days, min_answers: int) -> Judged:
    """Hold each instrument's mean of the week against that of the weeks before.

    Days are the clusters: what one answer adds to the variance is the sum of squared daily
    residuals over the answers, with D / (D - 1) for D days; or the same of weeks, whichever is
    larger. The difference of means is then Student's t with D - 1 degrees of freedom.
    """
    nights, n, total = days.nights, days.n, days.total / _THOUSANDTHS
    n_week, sum_week = in_week(n, nights), in_week(total, nights)
    n_weeks, sum_weeks = weeks_before(n, nights), weeks_before(total, nights)
    n_before, sum_before = n_weeks.sum(axis=-1), sum_weeks.sum(axis=-1)
    value, expected = divided(sum_week, n_week), divided(sum_before, n_before)
    squares = (_earlier(total * total, nights) - 2 * expected * _earlier(total * n, nights)
               + expected**2 * _earlier(n * n, nights))
    clusters = _earlier((n > 0).astype(float), nights)
    weeks = (n_weeks > 0).sum(axis=-1)
    of_weeks = ((sum_weeks - expected[..., None] * n_weeks) ** 2).sum(axis=-1)
    of_answer = np.maximum(_per_answer(squares, clusters, n_before),
                           _per_answer(of_weeks, weeks.astype(float), n_before))
    error = np.sqrt(of_answer * (divided(np.ones_like(n_week), n_week)
                                 + divided(np.ones_like(n_week), n_before)))
    asked = ((n_week >= min_answers) & (n_before >= FEWEST_WEEKS * min_answers)
             & (weeks >= FEWEST_WEEKS) & (error > 0))
    df = np.where(asked, clusters - 1, 1.0)
    half = np.where(asked, student.ppf(0.975, df) * error, np.nan)
    p = np.where(asked, student.cdf(divided(value - expected, error), df), np.nan)
    return Judged("satisfaction", days.subjects, value, expected, expected - half, expected + half,
                  n_week, n_before, p, asked)


def _earlier(values: Floats, nights: Ints) -> Floats:
    found: Floats = weeks_before(values, nights).sum(axis=-1)
    return found


def _per_answer(squares: Floats, clusters: Floats, answers: Floats) -> Floats:
    return divided(np.maximum(squares, 0.0), answers) * divided(clusters, clusters - 1)
