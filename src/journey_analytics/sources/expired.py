"""Erases what is older than the project keeps: whole calls, tickets, visits, answers.

A unit goes when its last time of any kind lies before the limit, with all its records. A record
that feeds a younger unit too stays with that one. What never became a row (set aside, or ignored by
a rule) goes by the date of its file. Look-ups say who somebody is, not what they did: they stay for
as long as their source delivers them.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from ..engines import DuckDBEngine
from .blanked import blank, record_tables
from .building import UNITS
from .manifest import build_anew

#: Times that show that something still happened to a row of each canonical table.
_TIMES = {
    "tickets": ("created_at", "updated_at", "first_reply_at", "solved_at", "closed_at"),
    "ticket_history": ("occurred_at",), "messages": ("occurred_at",),
    "calls": ("started_at", "ended_at"), "surveys": ("sent_at", "started_at", "answered_at"),
    "channel_events": ("occurred_at",),
}
_KEYS = ("row_key", "ticket_key", "call_key", "conversation_key", "response_key", "session_key")
RULE = "older than keep_days"


def retention_limit(as_of: datetime, keep_days: int | None) -> datetime | None:
    """Return the time before which records are erased; None: nothing is.

    It moves once a week, so that files are written anew and snapshots given up once a week: what
    is erased goes up to seven days early, and never late.
    """
    if keep_days is None:
        return None
    day = (as_of - timedelta(days=keep_days)).replace(hour=0, minute=0, second=0, microsecond=0)
    return day + timedelta(days=-day.weekday() % 7 or 7)


def erase_old(engine: DuckDBEngine, limit: datetime) -> int:
    """Blank every record whose unit saw nothing since the limit; return how many.

    The sources concerned have to be built anew afterwards, and the state file written anew: what
    was overwritten stays in its freed blocks until then.
    """
    _find_records(engine, limit)
    blanked = 0
    with engine.transaction():
        for source, stream, table in record_tables(engine):
            rows = blank(engine, source, stream, table, "old_records", RULE)
            if rows:
                build_anew(engine, source)
            blanked += rows
        if blanked and engine.value(
                f"SELECT coalesce(max(before) < TIMESTAMP '{limit}', true) FROM state.retention"):
            engine.execute("INSERT INTO state.erasures SELECT coalesce(max(run_no), 0) "
                           "FROM state.runs")
        engine.execute("DELETE FROM state.retention")
        engine.execute(f"INSERT INTO state.retention VALUES (TIMESTAMP '{limit}')")
        engine.execute(
            "UPDATE state.quarantine SET raw = NULL, found = NULL WHERE raw IS NOT NULL AND "
            "(record_key IN (SELECT record_key FROM old_records) "
            "OR file_no IN (SELECT file_no FROM old_files))")
    return blanked


def _find_records(engine: DuckDBEngine, limit: datetime) -> None:
    """Fill ``old_records`` with the records to blank, and ``old_files`` with files as old."""
    last = " UNION ALL ".join(
        f"SELECT {UNITS[table]} AS unit_key, greatest({', '.join(times)}) AS last_at "
        f"FROM state.{table}" for table, times in _TIMES.items())
    engine.execute(f"CREATE OR REPLACE TEMP TABLE old_units AS SELECT unit_key FROM ({last}) "
                   f"GROUP BY unit_key HAVING max(last_at) < TIMESTAMP '{limit}'")
    # An adapter's unit may be narrower than what rows hang on: its keys are any of theirs.
    for name, test in (("old_keys", "IN"), ("young_keys", "NOT IN")):
        engine.execute(f"CREATE OR REPLACE TEMP TABLE {name} (target VARCHAR, unit_key BIGINT)")
        for table, unit in UNITS.items():
            columns = {row[0] for row in engine.rows(f"DESCRIBE state.{table}")}
            for key in (k for k in _KEYS if k in columns):
                engine.execute(
                    f"INSERT INTO {name} SELECT DISTINCT '{table}', {key} FROM state.{table} "
                    f"WHERE {key} IS NOT NULL AND {unit} {test} (SELECT unit_key FROM old_units)")
    engine.execute(
        f"CREATE OR REPLACE TEMP TABLE old_files AS SELECT file_no FROM state.files "
        f"WHERE coalesce(extract_date, loaded_at::date) < DATE '{limit:%Y-%m-%d}'")
    of_keys = ("SELECT l.record_key FROM state.lineage AS l JOIN {} AS k "
               "ON l.target = k.target AND l.unit_key = k.unit_key")
    engine.execute(
        f"CREATE OR REPLACE TEMP TABLE old_records AS "
        f"({of_keys.format('old_keys')} EXCEPT {of_keys.format('young_keys')}) "
        "UNION SELECT record_key FROM state.fates WHERE fate IN ('ignored', 'quarantined') "
        "AND (record_key >> 32) IN (SELECT file_no FROM old_files)")
