"""Identity, contacts and journeys against the truth that the sample's generator wrote down."""

from __future__ import annotations

import statistics
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pyarrow as pa
from pyarrow import csv

from .. import pipeline
from ..engines import DuckDBEngine
from ..identity import connected_components
from ..sample import generate
from .pairs import agreement, broken_pairs

LEVELS = ("light", "middle", "heavy")
MEASURES = ("identity", "contacts", "journeys")

#: Units (calls and tickets) with the contact, journey and person they truly belong to.
_UNITS = """
CREATE OR REPLACE TEMP TABLE true_units AS
WITH named AS (
    SELECT contact, journey, person, anonymous = 'true' AS is_anonymous, customer_number AS slip,
        unnest(string_split(source_ids, ' ')) AS named
    FROM truth_contacts
),
units AS (
    SELECT DISTINCT source || ':' || call_id AS named, call_key AS unit_key FROM state.calls
    UNION ALL
    SELECT source || ':' || ticket_id, ticket_key FROM state.tickets
)
SELECT u.unit_key, split_part(named, ':', 1) AS source, n.contact, n.journey, n.person,
    CASE WHEN n.is_anonymous THEN 'anonymous call' WHEN n.slip <> '' THEN n.slip END AS slip
FROM named AS n INNER JOIN units AS u USING (named)
"""
#: Every accepted row with its unit, true person and journey. A visitor whom no record names is, by
#: what anybody could know, a person of their own: their cookie's. Pages that are about no issue
#: have no true journey.
_ROWS = """
CREATE OR REPLACE TEMP TABLE true_rows AS
WITH numbers AS (
    SELECT unnest([customer_number, customer_number_2]) AS value, person FROM truth_persons
),
cookies AS (SELECT unnest([cookie_1, cookie_2]) AS value, person FROM truth_persons),
signed_in AS (
    SELECT DISTINCT anonymous_id FROM state.channel_events WHERE external_id IS NOT NULL
),
visits AS (
    SELECT e.row_key, e.event_id,
        coalesce(n.person, CASE WHEN s.anonymous_id IS NOT NULL THEN c.person END) AS customer,
        'cookie ' || e.anonymous_id AS visitor
    FROM state.channel_events AS e
    LEFT JOIN numbers AS n ON e.external_id = n.value
    LEFT JOIN signed_in AS s ON e.anonymous_id = s.anonymous_id
    LEFT JOIN cookies AS c ON e.anonymous_id = c.value
),
rows_of_units AS (
    SELECT row_key, call_key AS unit_key FROM state.calls
    UNION ALL SELECT row_key, ticket_key FROM state.tickets
    UNION ALL SELECT row_key, ticket_key FROM state.ticket_history
    UNION ALL SELECT row_key, ticket_key FROM state.messages
)
SELECT r.row_key, r.unit_key, u.person, u.journey, u.slip
FROM rows_of_units AS r INNER JOIN true_units AS u USING (unit_key)
UNION ALL
SELECT s.row_key, s.response_key, j.person, j.journey, NULL
FROM state.surveys AS s
INNER JOIN truth_journeys AS j ON 'J' || ltrim(s.response_id, 'R')::BIGINT = j.journey
UNION ALL
SELECT v.row_key, v.row_key, coalesce(v.customer, v.visitor),
    CASE WHEN v.customer IS NOT NULL THEN t.journey END, NULL
FROM visits AS v LEFT JOIN truth_visits AS t ON v.event_id = t.event
"""
#: Every touchpoint with where it belongs and where it was put, and what sets its person apart.
_TOUCHPOINTS = """
CREATE OR REPLACE TEMP TABLE placed AS
SELECT t.touchpoint_key, k.unit_key, t.kind::VARCHAR AS kind, k.person, k.journey, k.slip,
    t.person_key AS found_person, t.journey_key AS found_journey,
    CASE
        WHEN p.shared_phone <> '' THEN 'shared telephone (' || p.shared_phone || ')'
        WHEN p.customer_number_2 <> '' THEN 'customer number changed'
        WHEN p.phone_2 <> '' THEN 'telephone changed'
        WHEN max(k.slip) FILTER (k.slip <> 'anonymous call') OVER (PARTITION BY k.person) <> ''
            THEN 'elsewhere ' || max(k.slip) FILTER (k.slip <> 'anonymous call')
                OVER (PARTITION BY k.person)
    END AS trait,
    max(k.slip) FILTER (k.slip <> 'anonymous call') OVER (PARTITION BY t.person_key) AS found_slip
FROM touchpoints AS t
LEFT JOIN true_rows AS k ON t.touchpoint_key = k.row_key
LEFT JOIN truth_persons AS p ON k.person = p.person
"""
#: What joins the units of one true person if no key is mistaken for another's: its own keys and the
#: references among its own units.
_POSSIBLE = """
WITH units AS (SELECT DISTINCT unit_key, person FROM true_rows)
SELECT u.unit_key AS a, (md5_number_lower(u.person || '|' || k.key::VARCHAR) >> 2)::BIGINT AS b
FROM units AS u INNER JOIN identity_keys AS k USING (unit_key)
UNION ALL
SELECT l.a, l.b FROM unit_links AS l
INNER JOIN units AS x ON l.a = x.unit_key
INNER JOIN units AS y ON l.b = y.unit_key AND x.person = y.person
"""
_REACHED = """
CREATE OR REPLACE TEMP TABLE placed AS
SELECT p.*, coalesce(n.component, p.unit_key) AS reached,
    mode(coalesce(n.component, p.unit_key)) OVER per_person AS mostly_reached,
    mode(p.found_person) OVER per_person AS mostly_found
FROM placed AS p LEFT JOIN possible AS n ON p.unit_key = n.node
WINDOW per_person AS (PARTITION BY p.person)
"""
#: Every call and ticket with the contact it truly belongs to and the one it was put into.
_RECORDS = """
CREATE OR REPLACE TEMP TABLE placed_units AS
SELECT u.unit_key, min(u.source) AS source, min(u.contact) AS contact,
    min(t.contact_key) AS found_contact, min(t.person_key) AS found_person,
    mode(min(t.person_key)) OVER (PARTITION BY min(u.contact)) AS mostly_found
FROM true_units AS u
INNER JOIN (
    SELECT row_key, call_key AS unit_key FROM state.calls
    UNION ALL SELECT row_key, ticket_key FROM state.tickets
) AS r USING (unit_key)
INNER JOIN touchpoints AS t ON r.row_key = t.touchpoint_key
WHERE t.kind IN ('leg', 'ticket_opened')
GROUP BY u.unit_key
"""
_WHAT = "string_agg(DISTINCT kind, ', ' ORDER BY kind)"
_SOURCES = "string_agg(DISTINCT source, ', ' ORDER BY source)"
_APART = "'its person is two persons'"
#: Measure -> table, true group, found group, reasons of missed and of wrong pairs.
_PLANS = {
    "identity": (
        "placed", "person", "found_person",
        "CASE WHEN max(slip) = 'anonymous call' THEN max(slip) "
        "WHEN min(reached) <> min(mostly_reached) AND min(reached) = max(reached) "
        "THEN 'no record joins them' "
        f"ELSE coalesce(max(slip), max(trait), 'other: ' || {_WHAT}) END",
        "coalesce(max(found_slip), max(trait), 'other')"),
    "contacts": (
        "placed_units", "contact", "found_contact",
        f"CASE WHEN min(found_person) <> min(mostly_found) THEN {_APART} ELSE {_SOURCES} END",
        _SOURCES),
    "journeys": (
        "placed", "journey", "found_journey",
        f"CASE WHEN min(found_person) <> min(mostly_found) THEN {_APART} ELSE {_WHAT} END",
        f"CASE WHEN max(found_slip) <> '' THEN 'persons: ' || max(found_slip) ELSE {_WHAT} END"),
}


def bench_truth(
    seeds: int, persons: int, progress: Callable[[str], None], levels: tuple[str, ...] = LEVELS,
) -> dict[str, Any]:
    """Run generated projects of every dirt level and hold the result against their truth.

    Identity is measured over pairs of touchpoints of one person, contacts over pairs of calls and
    tickets of one contact, journeys over pairs of touchpoints of one journey.

    Parameters
    ----------
    seeds
        How many projects of each level; seeds count from 1.
    persons
        Customers of each.

    Returns
    -------
    dict
        ``runs``: what :func:`measure` says of each; ``summary``: precision, recall and F1 by level
        and measure as mean, lowest and highest.
    """
    runs = []
    for level in levels:
        for seed in range(1, seeds + 1):
            progress(f"{level}, seed {seed}")
            with tempfile.TemporaryDirectory() as folder:
                project = Path(folder) / "project"
                generate(project, persons=persons, seed=seed, dirt=level)
                runs.append({"level": level, "seed": seed, **measure(project)})
    summary = [
        {"level": level, "measure": name,
         **{rate: _spread([r[name][rate] for r in runs if r["level"] == level])
            for rate in ("precision", "recall", "f1")}}
        for level in levels for name in MEASURES
    ]
    return {"persons": persons, "seeds": seeds, "summary": summary, "runs": runs}


def measure(project: Path) -> dict[str, Any]:
    """Build a generated project's models and compare them with its truth.

    Returns
    -------
    dict
        ``identity_reach``: recall of a stitcher that knows which keys to trust. For each measure
        the pairs, rates, and ``missed`` and ``wrong`` pairs by reason.
    """
    run = pipeline.start(project)
    try:
        for name, _, step in pipeline.STEPS:
            if name == "publish":
                break
            step(run)
        compare(run.engine, project / "truth")
        reach = agreement(run.engine, "placed", "person", "reached").recall
        return {"identity_reach": reach} | {
            name: {
                **agreement(run.engine, table, true, found).report(),
                "missed": broken_pairs(run.engine, table, true, found, missed),
                "wrong": broken_pairs(run.engine, table, found, true, wrong),
            }
            for name, (table, true, found, missed, wrong) in _PLANS.items()
        }
    finally:
        pipeline.finish(run)


def compare(engine: DuckDBEngine, truth: Path) -> None:
    """Put truth and result side by side: tables ``placed`` and ``placed_units``."""
    for name in ("persons", "contacts", "journeys", "visits"):
        engine.register(f"truth_{name}", _texts(truth / f"{name}.csv.gz"))
    for statement in (_UNITS, _ROWS, _TOUCHPOINTS, _RECORDS):
        engine.execute(statement)
    engine.register("possible", connected_components(engine.query(_POSSIBLE)))
    engine.execute(_REACHED)


def _texts(path: Path) -> pa.Table:
    with csv.open_csv(path) as reader:
        names = reader.schema.names
    types = dict.fromkeys(names, pa.string())
    return csv.read_csv(path, convert_options=csv.ConvertOptions(column_types=types))


def _spread(values: list[float]) -> dict[str, float]:
    return {"mean": statistics.fmean(values), "lowest": min(values), "highest": max(values)}
