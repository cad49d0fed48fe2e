"""How a cell's sums become a number: one formula for each measure of the ledger."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations_with_replacement
from math import log2
from typing import Any

from . import intervals
from .drivers import MIN_SCORED, key_drivers
from .intervals import Interval
from .ledger import Variant
from .measure_queries import QUANTILES, TOTALS, product

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


def _products(variant: Variant, row: Row) -> dict[tuple[str, str], int]:
    pairs = combinations_with_replacement(TOTALS[variant.measure], 2)
    return {(a, b): int(row[product(a, b)]) for a, b in pairs}


def _rows_that_tell(
    variant: Variant, row: Row, slopes: Mapping[str, float], independent: float
) -> float:
    products = _products(variant, row)
    n, persons = row["n"], row["persons"]
    variance = intervals.linearised_variance(slopes, products, persons)
    return intervals.effective_rows(n, persons, products["n", "n"], variance,
                                    independent * n / max(n - 1, 1))


def _student(
    variant: Variant, row: Row, value: float, slopes: Mapping[str, float], method: str
) -> Interval:
    low, high = intervals.linearised(value, slopes, _products(variant, row), row["persons"])
    return Interval(low, high, intervals.named(method, row["n"], row["persons"]))


def _share(variant: Variant, rows: Sequence[Row], numbers: Mapping[str, float]) -> Answer:
    (row,) = rows
    n, hits = row["n"], int(row["hits"])
    value = hits / n
    told = _rows_that_tell(variant, row, {"hits": 1 / n, "n": -value / n}, value * (1 - value) / n)
    ends = intervals.wilson(value * told, told)
    method = intervals.named(ends.method, n, row["persons"])
    return Answer(value, Interval(ends.low, ends.high, method), {"hits": hits})


def _count(variant: Variant, rows: Sequence[Row], numbers: Mapping[str, float]) -> Answer:
    return Answer(rows[0]["persons" if variant.measure == "persons" else "n"], NONE, {})


def _total(variant: Variant, rows: Sequence[Row], numbers: Mapping[str, float]) -> Answer:
    total = int(rows[0]["total"])
    return Answer(total, NONE, {"mean": total / rows[0]["n"]})


def _mean(variant: Variant, rows: Sequence[Row], numbers: Mapping[str, float]) -> Answer:
    (row,) = rows
    n, value = row["n"], int(row["total"]) / row["n"]
    slopes = {"total": 1 / n, "n": -value / n}
    return Answer(value, _student(variant, row, value, slopes, "Student t"), {})


def _ratio(variant: Variant, rows: Sequence[Row], numbers: Mapping[str, float]) -> Answer:
    (row,) = rows
    below = int(row["below"])
    if not below:
        return Answer(None, Interval(None, None, "none: nothing to divide by"), {})
    value = int(row["total"]) / below
    slopes = {"total": 1 / below, "below": -value / below}
    return Answer(value, _student(variant, row, value, slopes, "Student t, linearised ratio"),
                  {"of": below} if variant.unit != "share" else {})


def _max(variant: Variant, rows: Sequence[Row], numbers: Mapping[str, float]) -> Answer:
    return Answer(rows[0]["highest"], Interval(None, None, "none: an extreme"), {})


def _quantile(variant: Variant, rows: Sequence[Row], numbers: Mapping[str, float]) -> Answer:
    (row,) = rows
    exact = row["n"] * QUANTILES[variant.measure] % 100 == 0
    value = (row["below_it"] + row["above_it"]) / 2 if exact else row["above_it"]
    method = intervals.named("order statistics", row["n"], row["persons"])
    return Answer(value, Interval(row["low"], row["high"], method), {})


def _survival(variant: Variant, rows: Sequence[Row], numbers: Mapping[str, float]) -> Answer:
    (row,) = rows
    method = intervals.named("Brookmeyer-Crowley, log-log, Greenwood", row["n"], row["persons"])
    return Answer(row["median"], Interval(row["low"], row["high"], method),
                  {"resolved": row["events"], "censored": row["n"] - row["events"]})


def _net(variant: Variant, rows: Sequence[Row], numbers: Mapping[str, float]) -> Answer:
    (row,) = rows
    plus, minus, n = int(row["plus"]), int(row["minus"]), row["n"]
    value, error = intervals.wald_net(plus, minus, n)
    centre, _ = intervals.wald_net(plus + 0.75, minus + 0.75, n + 3)
    told = _rows_that_tell(variant, row, {"plus": 1 / n, "minus": -1 / n, "n": -value / n},
                           error * error)
    is_adjusted = variant.interval != "wald"
    ends = intervals.of_net(plus * told / n, minus * told / n, told, is_adjusted)
    method = "adjusted Wald" if is_adjusted else "Wald"
    return Answer(value, Interval(*ends, intervals.named(method, n, row["persons"])),
                  {"promoters": plus, "passives": n - plus - minus, "detractors": minus,
                   "standard_error": 100 * error, "adjusted": 100 * centre})


def _reweighted(variant: Variant, rows: Sequence[Row], numbers: Mapping[str, float]) -> Answer:
    (row,) = rows
    asked = row["asked"] or 0
    detail = {"answered": row["answered"], "asked_where_nobody_answered": row["n"] - asked}
    method = "linearised, strata weighted, persons as clusters"
    if row["variance"] is None:
        return Answer(row["value"], Interval(None, None, method), detail)
    half = intervals.Z * row["variance"] ** 0.5
    return Answer(row["value"], Interval(row["value"] - half, row["value"] + half, method), detail)


def _tipping(variant: Variant, rows: Sequence[Row], numbers: Mapping[str, float]) -> Answer:
    """What the silent would have to score for the whole to reach the number to beat."""
    (row,) = rows
    answered, asked = int(row["answered"]), row["n"]
    detail: dict[str, float | int | None] = {"answered": answered}
    method = "none: arithmetic"
    if not answered or answered == asked:
        return Answer(None, Interval(None, None, method), detail)
    observed, _ = intervals.wald_net(int(row["plus"]), int(row.get("minus", 0)), answered)
    share = answered / asked
    tipping = (numbers[variant.parameters[0]] / 100 - share * observed) / (1 - share)
    low = -1.0 if variant.measure == "tipping_net" else 0.0
    detail |= {"observed": 100 * observed, "response_rate": 100 * share,
               "can_flip": int(low <= tipping <= 1.0)}
    return Answer(tipping, Interval(None, None, method), detail)


def _opportunity(variant: Variant, rows: Sequence[Row], numbers: Mapping[str, float]) -> Answer:
    (row,) = rows
    if not (row["n_wanted"] and row["n_met"]):
        return Answer(None, Interval(None, None, "Student t, linearised"), {})
    wanted, met = (int(row[s]) / int(row[f"n_{s}"]) for s in ("wanted", "met"))
    more, less = (2, 1) if wanted > met else (1, 0)
    slopes = {"wanted": more / row["n_wanted"], "n_wanted": -more * wanted / row["n_wanted"],
              "met": -less / row["n_met"], "n_met": less * met / row["n_met"]}
    value = wanted + max(wanted - met, 0)
    return Answer(value, _student(variant, row, value, slopes, "Student t, linearised"),
                  {"importance": wanted / 1000, "satisfaction": met / 1000})


def _entropy(variant: Variant, rows: Sequence[Row], numbers: Mapping[str, float]) -> Answer:
    (row,) = rows
    different = row["different"]
    return Answer(row["bits"], Interval(None, None, "none: descriptive"),
                  {"different": different, "at_most": log2(different) if different else None})


def _drivers(variant: Variant, rows: Sequence[Row], numbers: Mapping[str, float]) -> Answer:
    if rows[0]["n"] < MIN_SCORED:
        return Answer(None, Interval(None, None, f"none: fewer than {MIN_SCORED} scored"), {})
    return Answer(*key_drivers(list(variant.components), rows))


_FORMULAS: dict[str, Callable[[Variant, Sequence[Row], Mapping[str, float]], Answer]] = {
    "share": _share, "count": _count, "persons": _count, "sum": _total, "mean": _mean,
    "ratio": _ratio, "max": _max, "p50": _quantile, "p90": _quantile, "survival": _survival,
    "net": _net, "reweighted_net": _reweighted, "reweighted_share": _reweighted,
    "tipping_net": _tipping, "tipping_share": _tipping, "opportunity": _opportunity,
    "entropy": _entropy, "drivers": _drivers,
}
MEASURES = frozenset(_FORMULAS)
