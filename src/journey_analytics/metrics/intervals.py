"""95 % intervals in closed form, each with its name. All take sums; none looks at rows."""

from __future__ import annotations

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


def wilson(hits: int, n: int) -> Interval:
    """Return Wilson's score interval of a share (J. Am. Stat. Assoc. 22, 1927)."""
    centre = (hits + Z * Z / 2) / (n + Z * Z)
    half = Z * sqrt(hits * (n - hits) / n + Z * Z / 4) / (n + Z * Z)
    return Interval(max(0.0, centre - half), min(1.0, centre + half), "Wilson")


def of_mean(n: int, total: int, squares: int) -> Interval:
    """Return Student's interval of a mean, from whole sums."""
    if n < 2:
        return Interval(None, None, "Student t")
    variance = (n * squares - total * total) / (n * (n - 1))
    half = float(student.ppf(0.975, n - 1)) * sqrt(variance / n)
    return Interval(total / n - half, total / n + half, "Student t")


def of_ratio(n: int, above: int, below: int, aa: int, ab: int, bb: int) -> Interval:
    """Return the linearised (Taylor) interval of a ratio of two sums over the same rows."""
    if n < 2 or not below:
        return Interval(None, None, "Student t, linearised ratio")
    ratio = above / below
    rest = max(0.0, aa - 2 * ratio * ab + ratio * ratio * bb)
    half = float(student.ppf(0.975, n - 1)) * sqrt(rest * n / (n - 1)) / below
    return Interval(ratio - half, ratio + half, "Student t, linearised ratio")


def wald_net(plus: float, minus: float, n: float) -> tuple[float, float]:
    """Return a net share and its standard error: p - d, sqrt((p + d - (p - d)^2) / n)."""
    p, d = plus / n, minus / n
    return p - d, sqrt(max(0.0, p + d - (p - d) ** 2) / n)


def of_net(plus: int, minus: int, n: int, method: str) -> Interval:
    """Return the interval of p - d: plain Wald, or adjusted by +3/4, +3/4 in n + 3."""
    if method == "wald":
        centre, error = wald_net(plus, minus, n)
        return Interval(centre - Z * error, centre + Z * error, "Wald")
    centre, error = wald_net(plus + 0.75, minus + 0.75, n + 3)
    return Interval(centre - Z * error, centre + Z * error, "adjusted Wald")
