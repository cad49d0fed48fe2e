"""95 % intervals, each with its name. All take sums over persons; none looks at rows.

A person's rows are not independent, so persons are the clusters of every interval. Where each
person has one row, that is the textbook's interval.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from math import sqrt

from scipy.stats import t as student

Z = 1.959964


@dataclass(frozen=True, slots=True)
class Interval:
    """Two ends and the method; an end that the data cannot tell is None."""

    low: float | None
    high: float | None
    method: str


def named(method: str, n: int, persons: int) -> str:
    """Return the name of a method, with what it treats as one draw."""
    return method if n == persons else f"{method}, persons as clusters"


def linearised(
    value: float, slopes: Mapping[str, float], products: Mapping[tuple[str, str], int],
    persons: int,
) -> tuple[float | None, float | None]:
    """Return Student's interval of a smooth function of totals, linearised (Taylor).

    Parameters
    ----------
    slopes
        Derivative of the value by each total.
    products
        Sum over persons of the product of two of their totals.
    """
    variance = linearised_variance(slopes, products, persons)
    if variance is None:
        return None, None
    half = float(student.ppf(0.975, persons - 1)) * sqrt(variance)
    return value - half, value + half


def linearised_variance(
    slopes: Mapping[str, float], products: Mapping[tuple[str, str], int], persons: int,
) -> float | None:
    """Return the variance of that function; None for fewer than two persons."""
    if persons < 2:
        return None
    rest = sum((1 if a == b else 2) * slopes[a] * slopes[b] * float(s)
               for (a, b), s in products.items())
    return max(0.0, rest) * persons / (persons - 1)


def effective_rows(n: int, persons: int, squares: int, variance: float | None,
                   independent: float) -> float:
    """Return how many independent rows tell as much: at most n.

    Variance over that of independent rows is the design effect, here never below 1; few persons
    are held for fewer, as Korn and Graubard do (Surv. Methodol. 24, 1998). Where rows do not vary,
    a person's are taken for all alike (Kish).

    Parameters
    ----------
    squares
        Sum of the squared numbers of rows of persons.
    independent
        The variance if rows were independent, with n - 1.
    """
    if n == persons:
        return float(n)
    if variance is None or not independent:
        rows = n * n / squares
    else:
        rows = n / max(1.0, variance / independent)
    few = float(student.ppf(0.975, n - 1) / student.ppf(0.975, persons - 1)) if persons > 1 else 1.0
    return rows * few * few


def wilson(hits: float, n: float) -> Interval:
    """Return Wilson's score interval of a share (J. Am. Stat. Assoc. 22, 1927)."""
    centre = (hits + Z * Z / 2) / (n + Z * Z)
    half = Z * sqrt(hits * (n - hits) / n + Z * Z / 4) / (n + Z * Z)
    return Interval(max(0.0, centre - half), min(1.0, centre + half), "Wilson")


def wald_net(plus: float, minus: float, n: float) -> tuple[float, float]:
    """Return a net share and its standard error: p - d, sqrt((p + d - (p - d)^2) / n)."""
    p, d = plus / n, minus / n
    return p - d, sqrt(max(0.0, p + d - (p - d) ** 2) / n)


def of_net(plus: float, minus: float, n: float, is_adjusted: bool) -> tuple[float, float]:
    """Return the interval of p - d: plain Wald, or adjusted by +3/4, +3/4 in n + 3."""
    more = 0.75 if is_adjusted else 0.0
    centre, error = wald_net(plus + more, minus + more, n + 4 * more)
    return centre - Z * error, centre + Z * error
