"""Who became whom: merges, splits and renames of persons between two runs, with their cause."""

from __future__ import annotations

from ..engines import DuckDBEngine

_CHANGES = """
CREATE TABLE IF NOT EXISTS state.person_changes (
    run_no INTEGER, change VARCHAR, person_before BIGINT, person_after BIGINT, units BIGINT,
    cause VARCHAR, evidence_key BIGINT)"""
#: Persons of the same units before and after. A merge has several befores, a split several afters.
_MOVED = """
CREATE OR REPLACE TEMP TABLE moved AS
WITH pairs AS (
    SELECT o.person_key AS before, n.person_key AS after, count(*) AS units
    FROM state.kept_unit_persons AS o JOIN {now} AS n USING (unit_key)
    GROUP BY ALL
), counted AS (
    SELECT *, count(*) OVER (PARTITION BY after) AS befores,
           count(*) OVER (PARTITION BY before) AS afters
    FROM pairs
)
SELECT *, CASE WHEN befores > 1 THEN 'merged' WHEN afters > 1 THEN 'split' ELSE 'renamed' END
          AS change
FROM counted WHERE befores > 1 OR afters > 1 OR before <> after"""
#: Keys and units that link tonight and did not before, or the other way round.
_FLIPPED = """
CREATE OR REPLACE TEMP TABLE turned AS
SELECT key, bool_or(is_shared) AS is_shared FROM (
    (SELECT key, true AS is_shared FROM shared_keys
     WHERE key NOT IN (SELECT key FROM state.kept_shared_keys))
    UNION ALL
    (SELECT key, false FROM state.kept_shared_keys
     WHERE key NOT IN (SELECT key FROM shared_keys))) GROUP BY key"""
_NOTE = """
INSERT INTO state.person_changes
WITH turned_persons AS (
    SELECT p.person_key, bool_or(t.is_shared) AS is_shared
    FROM turned AS t
    JOIN (SELECT unit_key, key FROM state.kept_identity_keys
          UNION SELECT unit_key, key FROM {keys}) AS k USING (key)
    JOIN (SELECT unit_key, person_key FROM state.kept_unit_persons
          UNION SELECT unit_key, person_key FROM {now}) AS p USING (unit_key)
    GROUP BY p.person_key
), changed_persons AS (
    SELECT p.person_key, min(unit_key) AS unit_key
    FROM (SELECT DISTINCT unit_key FROM state.changed_units) AS c
    JOIN (SELECT unit_key, person_key FROM state.kept_unit_persons
          UNION SELECT unit_key, person_key FROM {now}) AS p USING (unit_key)
    GROUP BY p.person_key
)
SELECT {run_no}, m.change, m.before, m.after, m.units,
       CASE
           WHEN coalesce(tb.is_shared, ta.is_shared) THEN 'a key is now shared by too many'
           WHEN coalesce(tb.is_shared, ta.is_shared) = false THEN 'a key is no longer shared'
           WHEN coalesce(ca.unit_key, cb.unit_key) IS NULL THEN 'settings or program changed'
           WHEN m.change = 'split' THEN 'a record that joined them changed or went'
           WHEN m.change = 'merged' THEN 'a record joins them'
           ELSE 'a record changed their best key'
       END,
       coalesce(ca.unit_key, cb.unit_key)
FROM moved AS m
LEFT JOIN turned_persons AS tb ON m.before = tb.person_key
LEFT JOIN turned_persons AS ta ON m.after = ta.person_key
LEFT JOIN changed_persons AS ca ON m.after = ca.person_key
LEFT JOIN changed_persons AS cb ON m.before = cb.person_key
ORDER BY m.before, m.after"""


def note_changes(engine: DuckDBEngine, run_no: int, prefix: str) -> None:
    """Compare the persons of this run with those kept of the last one, before they are replaced.

    Parameters
    ----------
    prefix
        ``tonight_`` where only some persons were rebuilt, else empty.
    """
    engine.execute(_CHANGES)
    known = engine.value("SELECT count(*) FROM duckdb_tables() WHERE database_name = 'state' "
                         "AND table_name = 'kept_unit_persons'")
    if not known:
        return
    now = f"{prefix}unit_persons"
    engine.execute(_MOVED.format(now=now))
    if engine.value("SELECT count(*) FROM moved"):
        engine.execute(_FLIPPED)
        engine.execute(_NOTE.format(now=now, keys=f"{prefix}identity_keys", run_no=run_no))
