"""The queries behind each measure: from judged rows to a row of sums for each cell.

A row's ``cell`` holds its groups and the rule that leaves it out. A person's rows are not
independent, so they are added up first: what intervals need are sums over persons of products of
their sums. Sums are whole numbers, so that the result does not depend on the order of adding.
"""

from __future__ import annotations

from collections.abc import Mapping
from itertools import combinations_with_replacement

import sqlglot
from sqlglot import exp

from ..models import DIALECT, Parameter
from .drivers import PARTS, driver_terms
from .ledger import Variant

Stages = list[tuple[str, exp.Query]]
#: Quantiles by measure, in percent.
QUANTILES = {"p50": 50, "p90": 90}
_ROWS = {"n": "count(*)"}
_SUM = {"total": "coalesce(sum(value), 0)"}
_NET = {"plus": "count(*) FILTER (WHERE value)", "minus": "count(*) FILTER (WHERE against)"}
#: What is added up of a person's rows, by measure. The products of these are added up too.
TOTALS: dict[str, dict[str, str]] = {
    "share": {**_ROWS, "hits": "count(*) FILTER (WHERE value)"},
    "mean": {**_ROWS, **_SUM},
    "ratio": {**_SUM, "below": "coalesce(sum(below), 0)"},
    "net": {**_ROWS, **_NET},
    "opportunity": {
        f"{name}{side}": sql.format("value" if side == "wanted" else "NOT value")
        for side in ("wanted", "met") for name, sql in (
            ("", "coalesce(sum(points) FILTER (WHERE {}), 0)"),
            ("n_", "count(*) FILTER (WHERE {})"))},
}
#: The same where no interval is asked of it.
_PLAIN: dict[str, dict[str, str]] = {
    "sum": _SUM,
    **{f"tipping_{of}": {
        "answered": "count(*) FILTER (WHERE responded)",
        "plus": "count(*) FILTER (WHERE responded AND value)",
        **({"minus": "count(*) FILTER (WHERE responded AND against)"} if of == "net" else {})}
       for of in ("net", "share")},
}


def product(a: str, b: str) -> str:
    """Return the column that holds the sum over persons of the product of two totals."""
    return f"{a}_x_{b}"


def _counted(measure: str, parts: Mapping[str, str]) -> Stages:
    """Add up each person's rows, then persons."""
    pairs = list(combinations_with_replacement(TOTALS.get(measure, {}), 2))
    totals = {k: v for k, v in {**TOTALS.get(measure, {}), **_PLAIN.get(measure, {})}.items()
              if k != "n"}
    totals |= {f"part_{name}": f"coalesce(sum(part_{name}), 0)" for name in parts}
    highest = measure == "max"
    of_person = "".join([
        ", max(value) AS highest" if highest else "",
        *(f", ({sql})::hugeint AS {name}" for name, sql in totals.items())])
    of_cell = "".join([
        ", max(highest) AS highest" if highest else "",
        *(f", sum({name})::hugeint AS {name}" for name in totals),
        *(f", sum({a}::hugeint * {b})::hugeint AS {product(a, b)}" for a, b in pairs)])
    return [
        ("of_persons", _query(
            "SELECT cell, person_key, count(*) AS n, count(DISTINCT journey_key) AS journeys, "
            f"min(booked_at) AS first_at, max(booked_at) AS last_at{of_person} "
            "FROM judged GROUP BY cell, person_key")),
        ("counted", _query(
            "SELECT cell, sum(n)::bigint AS n, count(*) AS persons, "
            "sum(journeys)::bigint AS journeys, min(first_at) AS first_at, "
            f"max(last_at) AS last_at{of_cell} FROM of_persons GROUP BY cell")),
    ]


#: A quantile of q percent, and the design effect of the share of rows up to it (Woodruff, J. Am.
#: Stat. Assoc. 47, 1952): how much larger its variance is than if rows were independent.
_RANKED = """
SELECT *, row_number() OVER (PARTITION BY cell ORDER BY value, unit_key) AS place,
count(*) OVER (PARTITION BY cell) AS size FROM judged"""
_POINTS = """
SELECT cell, max(value) FILTER (WHERE place = CASE WHEN size * $q % 100 = 0 THEN size * $q // 100
    ELSE size * $q // 100 + 1 END) AS below_it,
max(value) FILTER (WHERE place = size * $q // 100 + 1) AS above_it FROM ranked GROUP BY cell"""
_SHARES_OF_PERSONS = """
SELECT r.cell, r.person_key, count(*) AS n, count(*) FILTER (WHERE r.value <= p.above_it) AS hits
FROM ranked AS r JOIN points AS p ON r.cell IS NOT DISTINCT FROM p.cell
GROUP BY r.cell, r.person_key"""
_EFFECTS_OF_SHARES = """
SELECT cell, CASE WHEN persons > 1 THEN greatest(1, CASE WHEN hits BETWEEN 1 AND n - 1
    THEN (hh - 2 * hits * hn / n + hits * hits * nn / n / n) / hits / (n - hits) * n * (n - 1) / n
        * persons / nullif(persons - 1, 0)
    ELSE nn / n END) END AS design_effect
FROM (SELECT cell, sum(n)::double AS n, count(*) AS persons, sum(hits)::double AS hits,
    sum(hits * hits)::double AS hh, sum(hits * n)::double AS hn, sum(n * n)::double AS nn
    FROM shares_of_persons GROUP BY cell)"""
_ENDS = """
SELECT r.cell, max(value) FILTER (WHERE place = floor(size * $q / 100
    - 1.959964 * sqrt(design_effect * size * $q * (100 - $q)) / 100)) AS low,
max(value) FILTER (WHERE place = ceil(size * $q / 100
    + 1.959964 * sqrt(design_effect * size * $q * (100 - $q)) / 100) + 1) AS high
FROM ranked AS r JOIN effects AS e ON r.cell IS NOT DISTINCT FROM e.cell GROUP BY r.cell"""
_WITH_POINTS = """
SELECT c.*, p.below_it, p.above_it, e.low, e.high FROM counted AS c
JOIN points AS p ON c.cell IS NOT DISTINCT FROM p.cell
JOIN ends AS e ON c.cell IS NOT DISTINCT FROM e.cell"""
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
sum(events / nullif(at_risk * (at_risk - events), 0)) OVER until_now AS greenwood,
sum(events / at_risk / at_risk) OVER until_now AS hazard_given_up
FROM at_risk WINDOW until_now AS (PARTITION BY cell ORDER BY value
    ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW)"""
#: Where the curve crosses a half; where it never does, its end.
_CROSSINGS = """
SELECT cell, coalesce(min(value) FILTER (WHERE surviving <= 0.5 + 1e-12), max(value)) AS value
FROM curve GROUP BY cell"""
#: What each row adds to the cumulative hazard there (infinitesimal jackknife), by person: the
#: design effect by which Greenwood's variance is widened (Williams, Biometrics 51, 1995).
_INFLUENCES = """
SELECT j.cell, j.person_key, CASE WHEN j.event AND j.value <= x.value THEN 1 / c.at_risk ELSE 0 END
    - c.hazard_given_up AS influence
FROM judged AS j JOIN crossings AS x ON j.cell IS NOT DISTINCT FROM x.cell
JOIN curve AS c ON j.cell IS NOT DISTINCT FROM c.cell AND c.value = least(j.value, x.value)"""
_EFFECTS_OF_CURVES = """
SELECT cell, greatest(1, round(coalesce(sum(summed * summed) / nullif(sum(squares), 0)
    * count(*) / nullif(count(*) - 1, 0) * (sum(n) - 1) / sum(n), 1), 9)) AS design_effect
FROM (SELECT cell, person_key, sum(influence) AS summed, sum(influence * influence) AS squares,
    count(*) AS n FROM influences GROUP BY cell, person_key) GROUP BY cell"""
_LIMITS = """
SELECT c.*, CASE WHEN surviving <= 0 THEN 0.0 WHEN surviving >= 1 THEN 1.0
    ELSE pow(surviving, exp(1.959964 * sqrt(design_effect * greenwood) / -ln(surviving)))
    END AS surviving_low,
CASE WHEN surviving <= 0 THEN NULL WHEN surviving >= 1 THEN 1.0
    ELSE pow(surviving, exp(-1.959964 * sqrt(design_effect * greenwood) / -ln(surviving)))
    END AS surviving_high
FROM curve AS c JOIN effects AS e ON c.cell IS NOT DISTINCT FROM e.cell"""
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
#: Each stratum's answers stand for everyone asked in it; errors are added up by person.
_STRATA = """
SELECT cell, stratum, count(*) AS asked, count(*) FILTER (WHERE responded) AS answered,
count(*) FILTER (WHERE responded AND value) AS plus, {} AS minus
FROM judged GROUP BY cell, stratum"""
_WEIGHTED = """
SELECT *, (plus - minus) / nullif(answered, 0) AS mean, CASE WHEN answered > 0 THEN asked END
    / nullif(sum(asked) FILTER (WHERE answered > 0) OVER (PARTITION BY cell), 0) AS weight
FROM strata"""
_ERRORS = """
SELECT cell, sum(error * error) * count(*) / nullif(count(*) - 1, 0) AS variance FROM (
    SELECT j.cell, j.person_key, round(sum(w.weight / w.answered
        * (j.value::integer - {} - w.mean)), 12) AS error
    FROM judged AS j JOIN weighted AS w ON j.cell IS NOT DISTINCT FROM w.cell
        AND j.stratum IS NOT DISTINCT FROM w.stratum
    WHERE j.responded GROUP BY j.cell, j.person_key) GROUP BY cell"""
_WITH_STRATA = """
SELECT c.*, s.value, s.answered, s.asked, e.variance FROM counted AS c
JOIN (SELECT cell, round(sum(weight * mean), 12) AS value, sum(answered)::bigint AS answered,
    sum(asked) FILTER (WHERE answered > 0)::bigint AS asked FROM weighted GROUP BY cell) AS s
ON c.cell IS NOT DISTINCT FROM s.cell
LEFT JOIN errors AS e ON c.cell IS NOT DISTINCT FROM e.cell"""
#: Rows left out, by rule, with the keys of the first few.
_EXAMPLES = """
SELECT cell.rule AS rule, any_value(n) AS records, string_agg(unit_key::varchar, ' ' ORDER BY place)
    AS first_keys FROM (
    SELECT *, row_number() OVER (PARTITION BY cell ORDER BY booked_at, unit_key) AS place,
        count(*) OVER (PARTITION BY cell) AS n FROM judged WHERE cell.rule IS NOT NULL)
WHERE place <= $shown GROUP BY cell ORDER BY records DESC, rule"""


def stages_of(variant: Variant, params: dict[str, Parameter]) -> Stages:
    """Return the queries after ``judged`` that a variant's measure needs.

    Sets the parameter ``q`` of a quantile.
    """
    measure = variant.measure
    after: tuple[tuple[str, str], ...] = ()
    if measure in QUANTILES:
        params["q"] = QUANTILES[measure]
        after = (("ranked", _RANKED), ("points", _POINTS),
                 ("shares_of_persons", _SHARES_OF_PERSONS), ("effects", _EFFECTS_OF_SHARES),
                 ("ends", _ENDS), ("answers", _WITH_POINTS))
    elif measure == "survival":
        after = (("at_times", _AT_TIMES), ("at_risk", _AT_RISK), ("curve", _CURVE),
                 ("crossings", _CROSSINGS), ("influences", _INFLUENCES),
                 ("effects", _EFFECTS_OF_CURVES), ("limits", _LIMITS), ("medians", _MEDIANS),
                 ("answers", _WITH_MEDIANS))
    elif measure == "entropy":
        after = (("pairs", _PAIRS), ("shares", _SHARES), ("bits", _BITS),
                 ("answers", _WITH_BITS))
    elif measure == "drivers":
        terms = list(enumerate(driver_terms(list(variant.components))))
        sums = ", ".join(f"sum({a}::hugeint * {b}) AS s_{i}_{j}"
                         for (i, a), (j, b) in combinations_with_replacement(terms, 2))
        after = (("parts", f"SELECT cell, abs(person_key % {PARTS}) AS part, {sums} FROM judged "
                           "GROUP BY cell, part"),
                 ("answers", "SELECT c.*, p.* EXCLUDE (cell) FROM counted AS c JOIN parts AS p "
                             "ON c.cell IS NOT DISTINCT FROM p.cell ORDER BY part"))
    elif variant.strata:
        is_net = measure == "reweighted_net"
        minus = "count(*) FILTER (WHERE responded AND against)" if is_net else "0"
        after = (("strata", _STRATA.format(minus)), ("weighted", _WEIGHTED),
                 ("errors", _ERRORS.format("j.against::integer" if is_net else "0")),
                 ("answers", _WITH_STRATA))
    return [*_counted(measure, variant.components), *((n, _query(q)) for n, q in after)]


def _query(text: str) -> exp.Query:
    query = sqlglot.parse_one(text, dialect=DIALECT)
    assert isinstance(query, exp.Query)
    return query


EXAMPLES: Stages = [("examples", _query(_EXAMPLES))]
