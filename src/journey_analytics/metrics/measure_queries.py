"""The queries behind each measure: from judged rows to a row of sums for each cell.

A row's ``cell`` holds its groups and the rule that leaves it out. Sums are whole numbers, so that
the result does not depend on the order of adding.
"""

from __future__ import annotations

import sqlglot
from sqlglot import exp

from ..models import DIALECT, Parameter
from .ledger import Variant

Stages = list[tuple[str, exp.Query]]
#: Quantiles by measure, in percent.
QUANTILES = {"p50": 50, "p90": 90}
_COUNTED = """
count(*) AS n, count(DISTINCT person_key) AS persons, count(DISTINCT journey_key) AS journeys,
min(booked_at) AS first_at, max(booked_at) AS last_at"""
_SHARE = "count(*) FILTER (WHERE value) AS hits"
_SUM = "coalesce(sum(value), 0)::hugeint AS total"
_MEAN = f"{_SUM}, coalesce(sum(value::hugeint * value), 0)::hugeint AS squares"
_RATIO = f"""
{_MEAN}, sum(below)::hugeint AS below, sum(value::hugeint * below)::hugeint AS products,
sum(below::hugeint * below)::hugeint AS below_squares"""
_NET = "count(*) FILTER (WHERE value) AS plus, count(*) FILTER (WHERE against) AS minus"
_ANSWERED = "count(*) FILTER (WHERE responded) AS answered"
_HITS_ANSWERED = "count(*) FILTER (WHERE responded AND value) AS plus"
_AGAINST_ANSWERED = "count(*) FILTER (WHERE responded AND against) AS minus"
_BOTH = """
count(*) FILTER (WHERE value) AS n_wanted, count(*) FILTER (WHERE NOT value) AS n_met,
coalesce(sum(points) FILTER (WHERE value), 0)::hugeint AS wanted,
coalesce(sum(points) FILTER (WHERE NOT value), 0)::hugeint AS met,
coalesce(sum(points::hugeint * points) FILTER (WHERE value), 0)::hugeint AS wanted_squares,
coalesce(sum(points::hugeint * points) FILTER (WHERE NOT value), 0)::hugeint AS met_squares"""
#: Ranks of a quantile of q percent and of its interval (order statistics, normal approximation).
_RANKED = """
SELECT *, row_number() OVER (PARTITION BY cell ORDER BY value, unit_key) AS place,
count(*) OVER (PARTITION BY cell) AS size FROM judged"""
_QUANTILE = """
max(value) FILTER (WHERE place = CASE WHEN size * $q % 100 = 0 THEN size * $q // 100
    ELSE size * $q // 100 + 1 END) AS below_it,
max(value) FILTER (WHERE place = size * $q // 100 + 1) AS above_it,
max(value) FILTER (WHERE place = floor(size * $q / 100
    - 1.959964 * sqrt(size * $q * (100 - $q)) / 100)) AS low,
max(value) FILTER (WHERE place = ceil(size * $q / 100
    + 1.959964 * sqrt(size * $q * (100 - $q)) / 100) + 1) AS high"""
#: Kaplan and Meier's curve with Greenwood's variance; limits on the log(-log) scale.
_AT_TIMES = """
SELECT cell, value, count(*) FILTER (WHERE event) AS events, count(*) AS leaving
FROM judged GROUP BY cell, value"""
_AT_RISK = """
SELECT *, sum(leaving) OVER (PARTITION BY cell ORDER BY value
    ROWS BETWEEN CURRENT ROW AND UNBOUNDED FOLLOWING) AS at_risk FROM at_times"""
_CURVE = """
SELECT *, CASE WHEN bool_or(events = at_risk) OVER until_now THEN 0.0
    ELSE exp(sum(ln(1 - events / nullif(at_risk, 0)))
        FILTER (WHERE events < at_risk) OVER until_now) END AS surviving,
sum(events / nullif(at_risk * (at_risk - events), 0)) OVER until_now AS greenwood
FROM at_risk WINDOW until_now AS (PARTITION BY cell ORDER BY value
    ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW)"""
_LIMITS = """
SELECT *, CASE WHEN surviving <= 0 THEN 0.0 WHEN surviving >= 1 THEN 1.0
    ELSE pow(surviving, exp(1.959964 * sqrt(greenwood) / -ln(surviving))) END AS surviving_low,
CASE WHEN surviving <= 0 THEN NULL WHEN surviving >= 1 THEN 1.0
    ELSE pow(surviving, exp(-1.959964 * sqrt(greenwood) / -ln(surviving))) END AS surviving_high
FROM curve"""
_MEDIANS = """
SELECT cell, min(value) FILTER (WHERE surviving <= 0.5 + 1e-12) AS median,
min(value) FILTER (WHERE surviving_low <= 0.5 + 1e-12) AS low,
min(value) FILTER (WHERE surviving_high <= 0.5 + 1e-12) AS high,
sum(events)::bigint AS events FROM limits GROUP BY cell"""
_WITH_MEDIANS = """
SELECT c.*, m.median, m.low, m.high, m.events FROM counted AS c
LEFT JOIN medians AS m ON c.cell IS NOT DISTINCT FROM m.cell"""
#: Bits needed to tell ``value``, once ``given`` is known.
_PAIRS = "SELECT cell, given, value, count(*) AS times FROM judged GROUP BY cell, given, value"
_SHARES = """
SELECT *, sum(times) OVER (PARTITION BY cell, given) AS times_given,
sum(times) OVER (PARTITION BY cell) AS times_in_all FROM pairs"""
_BITS = """
SELECT cell, round(-sum(times / nullif(times_in_all, 0) * ln(times / nullif(times_given, 0)))
    / ln(2), 9) AS bits, count(DISTINCT value) AS different FROM shares GROUP BY cell"""
_WITH_BITS = """
SELECT c.*, b.bits, b.different FROM counted AS c
LEFT JOIN bits AS b ON c.cell IS NOT DISTINCT FROM b.cell"""


_EXAMPLES = """
SELECT cell.rule AS rule, any_value(n) AS records, string_agg(unit_key::varchar, ' ' ORDER BY place)
    AS first_keys FROM (
    SELECT *, row_number() OVER (PARTITION BY cell ORDER BY booked_at, unit_key) AS place,
        count(*) OVER (PARTITION BY cell) AS n FROM judged WHERE cell.rule IS NOT NULL)
WHERE place <= $shown GROUP BY cell ORDER BY records DESC, rule"""

_WITH_STRATA = """
SELECT c.*, s.* EXCLUDE (cell) FROM counted AS c
JOIN strata AS s ON c.cell IS NOT DISTINCT FROM s.cell"""
_COLUMNS = {
    "share": _SHARE, "count": "", "persons": "", "sum": _SUM, "mean": _MEAN, "ratio": _RATIO,
    "max": "max(value) AS highest", "net": _NET, "opportunity": _BOTH,
    "reweighted_net": f"{_ANSWERED}, {_HITS_ANSWERED}, {_AGAINST_ANSWERED}",
    "tipping_net": f"{_ANSWERED}, {_HITS_ANSWERED}, {_AGAINST_ANSWERED}",
    "reweighted_share": f"{_ANSWERED}, {_HITS_ANSWERED}",
    "tipping_share": f"{_ANSWERED}, {_HITS_ANSWERED}",
}


def stages_of(variant: Variant, params: dict[str, Parameter]) -> Stages:
    """Return the queries after ``judged`` that a variant's measure needs.

    Sets the parameter ``q`` of a quantile.
    """
    parts = "".join(f", coalesce(sum(part_{n}), 0)::bigint AS part_{n}"
                    for n in variant.components)

    def counted(columns: str, source: str = "judged") -> Stages:
        more = f", {columns}" if columns else ""
        return [("counted", _query(f"SELECT cell, {_COUNTED}{more}{parts} FROM {source} "
                                   "GROUP BY cell"))]

    measure = variant.measure
    if measure in QUANTILES:
        params["q"] = QUANTILES[measure]
        return [("ranked", _query(_RANKED)), *counted(_QUANTILE, "ranked")]
    if measure == "survival":
        return [*counted(""), *((n, _query(q)) for n, q in (
            ("at_times", _AT_TIMES), ("at_risk", _AT_RISK), ("curve", _CURVE),
            ("limits", _LIMITS), ("medians", _MEDIANS), ("answers", _WITH_MEDIANS)))]
    if measure == "entropy":
        return [*counted(""), *((n, _query(q)) for n, q in (
            ("pairs", _PAIRS), ("shares", _SHARES), ("bits", _BITS), ("answers", _WITH_BITS)))]
    if variant.strata:
        strata = f"SELECT cell, stratum, count(*) AS asked, {_COLUMNS[measure]} FROM judged " \
                 "GROUP BY cell, stratum"
        return [*counted(""), ("strata", _query(strata)), ("answers", _query(_WITH_STRATA))]
    return counted(_COLUMNS[measure])


def _query(text: str) -> exp.Query:
    query = sqlglot.parse_one(text, dialect=DIALECT)
    assert isinstance(query, exp.Query)
    return query


#: Rows left out, by rule, with the keys of the first few.
EXAMPLES: Stages = [("examples", _query(_EXAMPLES))]
