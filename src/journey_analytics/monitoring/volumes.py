"""More contacts or complaints than the same weekdays of the weeks before let expect."""

from __future__ import annotations

import numpy as np
from scipy.stats import nbinom, norm
from scipy.stats import t as student

from .days import FEWEST_WEEKS, WEEKS_BEFORE, Bools, Days, Floats, Ints, before, divided, in_week
from .judged import Judged


def volumes(days: Days, min_contacts: int) -> Judged:
    """Hold each place's week against the mean of the same weekdays before.

    A day counts where its channel had any contact, so that an outage is no quiet day. The expected
    number is the sum of the weekdays' means m. Its variance is phi * sum of m (1 + 1/k), the second
    part for the k days that a mean rests on (quasi-Poisson: Farrington et al., J. R. Stat. Soc. A
    159, 1996). phi is Pearson's statistic over its degrees of freedom, of days about their
    weekday's mean or of whole weeks about theirs, whichever is larger, and at least 1. The chance
    of as many or more is a negative binomial's of that mean and variance, read as Student's t with
    the degrees of freedom of phi, since phi is an estimate too.
    """
    is_covered = _covered(days)
    lagged = [(before(days.n, k), before(is_covered, k)) for k in range(1, WEEKS_BEFORE + 1)]
    weeks = np.sum([ok for _, ok in lagged], axis=0)
    total = np.sum([n * ok for n, ok in lagged], axis=0)
    squares = np.sum([n * n * ok for n, ok in lagged], axis=0)
    used = is_covered * (weeks >= FEWEST_WEEKS)
    mean = np.nan_to_num(divided(total, weeks)) * used
    spread = np.nan_to_num(divided(squares - weeks * mean * mean, mean)) * used
    nights = days.nights
    value, expected = in_week(days.n * used, nights), in_week(mean, nights)
    error = in_week(mean * np.nan_to_num(1 + divided(np.ones_like(weeks), weeks)), nights)
    df = in_week((weeks - 1) * used * (mean > 0), nights)
    of_days = np.nan_to_num(divided(in_week(spread, nights), df))
    phi = np.maximum(1.0, np.maximum(of_days, _of_weeks(lagged, mean, used, nights)))
    variance = phi * error
    asked = (expected >= min_contacts) & (df >= FEWEST_WEEKS * (FEWEST_WEEKS - 1))
    p, low, high = _tail(value, expected, variance, df, asked)
    return Judged("volume", days.subjects, value, expected, low, high, value,
                  in_week(total * used, nights), p, asked)


def _covered(days: Days) -> Floats:
    """Return which days of each subject's channel had any contact."""
    channels = days.subjects["channel"].to_numpy()
    is_whole = ((days.subjects["measure"] == "contacts")
                & (days.subjects["dimension"] == "channel")).to_numpy()
    covered = np.zeros_like(days.n)
    for row in np.flatnonzero(is_whole):
        covered[channels == channels[row]] = days.n[row] > 0
    return covered * days.is_open


def _of_weeks(
    lagged: list[tuple[Floats, Floats]], mean: Floats, used: Floats, nights: Ints,
) -> Floats:
    """Return Pearson's statistic of whole weeks over its degrees of freedom."""
    statistic, weeks = np.zeros((len(mean), len(nights))), np.zeros((len(mean), len(nights)))
    for n, ok in lagged:
        found, expected = in_week(n * ok * used, nights), in_week(mean * ok, nights)
        statistic += np.nan_to_num(divided((found - expected) ** 2, expected))
        weeks += expected > 0
    return np.nan_to_num(divided(statistic, weeks - 1))


def _tail(
    value: Floats, mean: Floats, variance: Floats, df: Floats, asked: Bools,
) -> tuple[Floats, Floats, Floats]:
    p, low, high = (np.full_like(mean, np.nan) for _ in range(3))
    chosen = np.nonzero(asked)
    mu, dof = mean[chosen], df[chosen]
    above = np.maximum(variance[chosen] - mu, mu * 1e-6)
    size, share = mu * mu / above, mu / (mu + above)
    z = norm.isf(nbinom.sf(value[chosen] - 1, size, share))
    p[chosen] = student.sf(z, dof)
    edge = norm.sf(student.ppf(0.975, dof))
    low[chosen], high[chosen] = nbinom.ppf(edge, size, share), nbinom.isf(edge, size, share)
    return p, low, high
