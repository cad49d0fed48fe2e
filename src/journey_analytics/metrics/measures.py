"""How a cell's sums become a number: one formula for each measure of the ledger."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from math import log2
from typing import Any

from . import intervals
from .intervals import Interval
from .ledger import Variant
from .measure_queries import QUANTILES

Row = Mapping[str, Any]
NONE = Interval(None, None, "none: a count")


@dataclass(frozen=True, slots=True)
class Answer:
    """What a formula makes of a cell's sums, in the unit of the facts."""

    value: float | None
    interval: Interval
    detail: Mapping[str, float | int | None]


def answer(variant: Variant, rows: Sequence[Row], numbers: Mapping[str, float]) -> Answer:
    """Return the number that a variant's formula makes of one group's sums."""
    return _FORMULAS[variant.measure](variant, rows, numbers)


def _share(variant: Variant, rows: Sequence[Row], numbers: Mapping[str, float]) -> Answer:
    (row,) = rows
    return Answer(row["hits"] / row["n"], intervals.wilson(row["hits"], row["n"]),
                  {"hits": row["hits"]})


def _count(variant: Variant, rows: Sequence[Row], numbers: Mapping[str, float]) -> Answer:
    return Answer(rows[0]["persons" if variant.measure == "persons" else "n"], NONE, {})


def _total(variant: Variant, rows: Sequence[Row], numbers: Mapping[str, float]) -> Answer:
    return Answer(int(rows[0]["total"]), NONE, {"mean": rows[0]["total"] / rows[0]["n"]})


def _mean(variant: Variant, rows: Sequence[Row], numbers: Mapping[str, float]) -> Answer:
    (row,) = rows
    n, total = row["n"], int(row["total"])
    return Answer(total / n, intervals.of_mean(n, total, int(row["squares"])), {})


def _ratio(variant: Variant, rows: Sequence[Row], numbers: Mapping[str, float]) -> Answer:
    (row,) = rows
    above, below = int(row["total"]), int(row["below"] or 0)
    if not below:
        return Answer(None, Interval(None, None, "none: nothing to divide by"), {})
    interval = intervals.of_ratio(row["n"], above, below, int(row["squares"]),
                                  int(row["products"]), int(row["below_squares"]))
    return Answer(above / below, interval, {"of": below} if variant.unit != "share" else {})


def _max(variant: Variant, rows: Sequence[Row], numbers: Mapping[str, float]) -> Answer:
    return Answer(rows[0]["highest"], Interval(None, None, "none: an extreme"), {})


def _quantile(variant: Variant, rows: Sequence[Row], numbers: Mapping[str, float]) -> Answer:
    (row,) = rows
    exact = row["n"] * QUANTILES[variant.measure] % 100 == 0
    value = (row["below_it"] + row["above_it"]) / 2 if exact else row["above_it"]
    return Answer(value, Interval(row["low"], row["high"], "order statistics"), {})


def _survival(variant: Variant, rows: Sequence[Row], numbers: Mapping[str, float]) -> Answer:
    (row,) = rows
    return Answer(row["median"], Interval(row["low"], row["high"],
                                          "Brookmeyer-Crowley, log-log, Greenwood"),
                  {"resolved": row["events"], "censored": row["n"] - row["events"]})


def _net(variant: Variant, rows: Sequence[Row], numbers: Mapping[str, float]) -> Answer:
    (row,) = rows
    plus, minus, n = row["plus"], row["minus"], row["n"]
    value, error = intervals.wald_net(plus, minus, n)
    centre, _ = intervals.wald_net(plus + 0.75, minus + 0.75, n + 3)
    return Answer(value, intervals.of_net(plus, minus, n, variant.interval),
                  {"promoters": plus, "passives": n - plus - minus, "detractors": minus,
                   "standard_error": 100 * error, "adjusted": 100 * centre})


def _reweighted(variant: Variant, rows: Sequence[Row], numbers: Mapping[str, float]) -> Answer:
    """Each stratum's answers stand for everyone asked in it."""
    answered = [r for r in rows if r["answered"]]
    asked = sum(r["asked"] for r in answered)
    detail = {"answered": sum(r["answered"] for r in answered),
              "asked_where_nobody_answered": sum(r["asked"] for r in rows) - asked}
    if not asked:
        return Answer(None, Interval(None, None, "stratified Wald"), detail)
    value = variance = 0.0
    for row in answered:
        mean, error = intervals.wald_net(row["plus"], row.get("minus", 0), row["answered"])
        value += row["asked"] / asked * mean
        variance += (row["asked"] / asked * error) ** 2
    half = intervals.Z * variance ** 0.5
    return Answer(value, Interval(value - half, value + half, "stratified Wald"), detail)


def _tipping(variant: Variant, rows: Sequence[Row], numbers: Mapping[str, float]) -> Answer:
    """What the silent would have to score for the whole to reach the number to beat."""
    (row,) = rows
    answered, asked = row["answered"], row["n"]
    detail: dict[str, float | int | None] = {"answered": answered}
    method = "none: arithmetic"
    if not answered or answered == asked:
        return Answer(None, Interval(None, None, method), detail)
    observed, _ = intervals.wald_net(row["plus"], row.get("minus", 0), answered)
    share = answered / asked
    tipping = (numbers[variant.parameters[0]] / 100 - share * observed) / (1 - share)
    low = -1.0 if variant.measure == "tipping_net" else 0.0
    detail |= {"observed": 100 * observed, "response_rate": 100 * share,
               "can_flip": int(low <= tipping <= 1.0)}
    return Answer(tipping, Interval(None, None, method), detail)


def _opportunity(variant: Variant, rows: Sequence[Row], numbers: Mapping[str, float]) -> Answer:
    (row,) = rows
    sides = [(row[f"n_{s}"], int(row[s]), int(row[f"{s}_squares"])) for s in ("wanted", "met")]
    if not all(n for n, _, _ in sides):
        return Answer(None, Interval(None, None, "delta method"), {})
    wanted, met = (total / n for n, total, _ in sides)
    detail = {"importance": wanted / 1000, "satisfaction": met / 1000}
    value = wanted + max(wanted - met, 0)
    if any(n < 2 for n, _, _ in sides):
        return Answer(value, Interval(None, None, "delta method"), detail)
    errors = [(q - t * t / n) / (n - 1) / n for n, t, q in sides]
    slopes = (2, 1) if wanted > met else (1, 0)
    half = intervals.Z * sum(k * k * e for k, e in zip(slopes, errors, strict=True)) ** 0.5
    return Answer(value, Interval(value - half, value + half, "delta method"), detail)


def _entropy(variant: Variant, rows: Sequence[Row], numbers: Mapping[str, float]) -> Answer:
    (row,) = rows
    different = row["different"]
    return Answer(row["bits"], Interval(None, None, "none: descriptive"),
                  {"different": different, "at_most": log2(different) if different else None})


_FORMULAS: dict[str, Callable[[Variant, Sequence[Row], Mapping[str, float]], Answer]] = {
    "share": _share, "count": _count, "persons": _count, "sum": _total, "mean": _mean,
    "ratio": _ratio, "max": _max, "p50": _quantile, "p90": _quantile, "survival": _survival,
    "net": _net, "reweighted_net": _reweighted, "reweighted_share": _reweighted,
    "tipping_net": _tipping, "tipping_share": _tipping, "opportunity": _opportunity,
    "entropy": _entropy,
}
MEASURES = frozenset(_FORMULAS)
