"""Who is affected tonight: the persons whose rows a night has to rebuild.

A night's result equals a full rebuild, because everything from the canonical tables on is either
one person's own (``-- per: person``) or an aggregate. Affected are persons with changed units,
persons that a new or gone link joins or parts, persons behind a key that became (or stopped being)
shared, and persons with a deadline between the last ``as_of`` and this one. Everything else that
could change a person's rows (settings, SQL, program, words, abilities of a source) forces a full
build, and so does any doubt: a state file that is not the published warehouse's own.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from .contracts import TABLES
from .engines import DuckDBEngine
from .errors import DataError
from .models import Model, Parameter, literal_sql, sql_folder, statement
from .settings import Settings
from .sources.building import UNITS
from .sources.canonical import code_fingerprint

#: What a night needs to know of the last one, in the private state file.
KEPT = ("identity_keys", "unit_links", "unit_persons", "hashed_keys", "shared_keys")
#: Tables that a night prepares itself instead of building them by their models.
PREPARED = ("hashed_keys", "unit_strong_keys", "shared_keys")
#: Times of each canonical table that may lie beyond as_of and then come into force.
_TIMES = {
    "tickets": ("created_at", "first_reply_at", "solved_at", "closed_at"),
    "ticket_history": ("occurred_at",), "messages": ("occurred_at",),
    "calls": ("started_at", "ended_at"),
    "surveys": ("sent_at", "started_at", "answered_at"),
    "channel_events": ("occurred_at",),
}
RunModel = Callable[[str, str, Mapping[str, str]], None]
_MARKER = "run_no INTEGER, as_of TIMESTAMP, fingerprint VARCHAR, bytes_per_row DOUBLE"
#: A published file this much larger than a fresh one of as many rows is written anew.
_WORN = 1.15


@dataclass(frozen=True, slots=True)
class Night:
    """How much of the warehouse a night rebuilds."""

    units: int
    persons: int


def fingerprint(settings: Settings, secret: bytes, words: Mapping[str, object],
                abilities: list[tuple[object, ...]]) -> str:
    """Return a hash of everything beside the records that rows depend on."""
    digest = hashlib.sha256(code_fingerprint(
        "contracts.py", "models.py", "runner.py", "nights.py", "pipeline.py", "stored_words.py",
        "settings_tables.py", "settings_calendars.py", "settings_stages.py",
        "stages.toml", "calendars.py", "absences.py",
        "identity", "learning", "engines").encode())
    for path in sorted(sql_folder().rglob("*.sql")):
        digest.update(path.read_bytes())
    digest.update(settings.model_dump_json(
        exclude={"sources": True, "machine": True, "packs": True, "nights": True,
                 "gates": True,
                 "project": {"name", "as_of"}}).encode())
    digest.update(hashlib.sha256(secret).digest())
    digest.update(json.dumps([words, abilities], sort_keys=True, default=str).encode())
    return digest.hexdigest()


def may_continue(engine: DuckDBEngine, published: Path, mark: str, as_of: datetime) -> bool:
    """Return whether tonight can start from what is published."""
    engine.execute(f"CREATE TABLE IF NOT EXISTS state.kept ({_MARKER})")
    kept = engine.rows("SELECT run_no, as_of, fingerprint FROM state.kept")
    if len(kept) != 1 or not published.exists() or kept[0][2] != mark or kept[0][1] > as_of:
        return False
    try:
        engine.continue_from(published)
    except (OSError, DataError):  # gone, or damaged
        engine.start_empty()
        return False
    if engine.value("SELECT max(run_no) FROM next.runs") != kept[0][0]:
        engine.start_empty()
        return False
    return True


def prepare_night(
    engine: DuckDBEngine, models: Iterable[Model], params: Mapping[str, Parameter],
) -> Night:
    """Find who is affected and narrow the canonical tables to their units.

    Leaves ``night_units`` and ``night_persons`` (as they were last night), a table
    ``tonight_<canonical table>`` each, and tonight's ``hashed_keys`` and ``shared_keys``.
    """
    as_of = params["as_of"]
    by_table = {m.table: m for m in models}

    def run_model(table: str, target: str, renamed: Mapping[str, str]) -> None:
        engine.materialize(target, statement([by_table[table]], params, renamed))

    _find_changed(engine, as_of)
    changed = {t: f"changed_{t}" for t in TABLES}
    for table in TABLES:
        _narrow(engine, table, "changed", "night_changed")
    _hash_new_keys(engine, run_model)
    run_model("identity_keys", "changed_keys", changed)
    run_model("unit_links", "changed_links", changed)
    _find_shared(engine, run_model)
    _judge_deadlines(engine, run_model)
    _find_persons(engine, params)
    for table in TABLES:
        _narrow(engine, table, "tonight", "night_units")
    # Aggregates are made anew anyhow: what they take tonight is where last night's lay.
    engine.drop_published({m.table for m in models if m.published and not m.per_person})
    return Night(int(engine.value("SELECT count(*) FROM night_units")),
                 int(engine.value("SELECT count(*) FROM night_persons")))


def _narrow(engine: DuckDBEngine, table: str, prefix: str, units: str) -> None:
    engine.execute(f"CREATE OR REPLACE TEMP TABLE {prefix}_{table} AS SELECT * FROM state.{table} "
                   f"WHERE {UNITS[table]} IN (SELECT unit_key FROM {units})")


def _find_changed(engine: DuckDBEngine, as_of: object) -> None:
    """Fill ``night_changed``: units whose rows changed, or reach a time that was still to come."""
    parts = ["SELECT unit_key FROM state.changed_units"]
    last = engine.value("SELECT as_of FROM state.kept")
    if last != as_of:
        for table, times in _TIMES.items():
            later = " OR ".join(f"{t} > TIMESTAMP '{last}'" for t in times)
            parts.append(f"SELECT {UNITS[table]} FROM state.{table} WHERE {later}")
    engine.execute(f"CREATE OR REPLACE TEMP TABLE night_changed AS "
                   f"SELECT DISTINCT unit_key FROM ({' UNION ALL '.join(parts)})")


def _hash_new_keys(engine: DuckDBEngine, run_model: RunModel) -> None:
    engine.execute("CREATE OR REPLACE TEMP TABLE new_customer_keys AS SELECT * FROM "
                   "state.customer_keys WHERE key_hash NOT IN "
                   "(SELECT key_hash FROM state.kept_hashed_keys)")
    run_model("hashed_keys", "new_hashed_keys", {"customer_keys": "new_customer_keys"})
    engine.execute("CREATE OR REPLACE TEMP TABLE hashed_keys AS FROM state.kept_hashed_keys "
                   "UNION ALL FROM new_hashed_keys")


def _find_shared(engine: DuckDBEngine, run_model: RunModel) -> None:
    """Judge anew the keys and units that changed units touch; note those judged otherwise.

    What is judged depends on the units a key stands on and on what these name, so ``around`` holds
    all of that for the keys and units in ``touched``.
    """
    unchanged = "NOT IN (SELECT unit_key FROM night_changed)"
    for name, columns, owner in (("keys", "unit_key, key, is_visit", "unit_key"),
                                 ("links", "a, b, same_issue", "a")):
        kept = "identity_keys" if name == "keys" else "unit_links"
        engine.execute(
            f"CREATE OR REPLACE TEMP VIEW all_{name} AS SELECT {columns} FROM state.kept_{kept} "
            f"WHERE {owner} {unchanged} UNION ALL SELECT {columns} FROM changed_{name}")
    engine.execute(
        "CREATE OR REPLACE TEMP TABLE touched_units AS SELECT unit_key FROM night_changed "
        "UNION SELECT unnest([a, b]) FROM (SELECT a, b FROM state.kept_unit_links UNION ALL "
        "SELECT a, b FROM changed_links) WHERE a IN (SELECT unit_key FROM night_changed) "
        "OR b IN (SELECT unit_key FROM night_changed)")
    engine.execute(
        "CREATE OR REPLACE TEMP TABLE touched AS SELECT unit_key AS key FROM touched_units UNION "
        "SELECT key FROM (SELECT unit_key, key FROM state.kept_identity_keys UNION ALL "
        "SELECT unit_key, key FROM changed_keys) "
        "WHERE unit_key IN (SELECT unit_key FROM touched_units)")
    engine.execute(
        "CREATE OR REPLACE TEMP TABLE near AS SELECT unit_key FROM touched_units UNION "
        "SELECT unit_key FROM all_keys WHERE key IN (SELECT key FROM touched)")
    engine.execute(
        "CREATE OR REPLACE TEMP TABLE around_links AS SELECT * FROM all_links "
        "WHERE a IN (SELECT unit_key FROM near) OR b IN (SELECT unit_key FROM near)")
    engine.execute(
        "CREATE OR REPLACE TEMP TABLE around AS SELECT * FROM all_keys WHERE unit_key IN ("
        "SELECT unit_key FROM near UNION SELECT unnest([a, b]) FROM around_links)")
    narrowed = {"identity_keys": "around", "unit_links": "around_links"}
    run_model("unit_strong_keys", "around_strong", narrowed)
    run_model("shared_keys", "judged", {**narrowed, "unit_strong_keys": "around_strong"})
    engine.execute(
        "CREATE OR REPLACE TEMP TABLE shared_keys AS SELECT * FROM state.kept_shared_keys "
        "WHERE key NOT IN (SELECT key FROM touched) "
        "UNION ALL SELECT * FROM judged WHERE key IN (SELECT key FROM touched)")
    engine.execute(
        "CREATE OR REPLACE TEMP TABLE flipped AS "
        "(SELECT key FROM shared_keys EXCEPT SELECT key FROM state.kept_shared_keys) "
        "UNION (SELECT key FROM state.kept_shared_keys EXCEPT SELECT key FROM shared_keys)")


def _judge_deadlines(engine: DuckDBEngine, run_model: RunModel) -> None:
    """Note the persons whose deadlines are judged otherwise tonight: passed, or shown, or dark.

    A date beyond the reach of last night's calendars may be in reach now.
    """
    engine.execute("CREATE OR REPLACE TEMP VIEW last_deadlines AS FROM next.deadlines")
    run_model("deadlines", "judged_deadlines", {"deadlines_found": "last_deadlines"})
    engine.execute(
        "CREATE OR REPLACE TEMP TABLE deadline_persons AS SELECT DISTINCT j.person_key "
        "FROM judged_deadlines AS j JOIN next.deadlines AS d USING (kind, anchor_key, variant) "
        "WHERE j.outcome <> d.outcome OR (j.due_at IS NULL AND j.is_measured)")


def _find_persons(engine: DuckDBEngine, params: Mapping[str, Parameter]) -> None:
    """Fill ``night_persons`` with last night's persons in question, ``night_units`` with theirs.

    A person's links end at its own keys and units, so rebuilding whole persons (those of changed
    units, of the keys they carry now, and of the units they name now) leaves nobody half done.
    A unit without key or link is a person of its own, of the same number.
    """
    quiet = literal_sql(params["quiet_window"])
    deadline = (f"SELECT person_key FROM next.journeys WHERE journey_status = 'open' "
                f"AND status_rule <> 'a ticket is open' "
                f"AND ended_at + {quiet} <= TIMESTAMP '{params['as_of']}'")
    engine.execute(
        "CREATE OR REPLACE TEMP TABLE asked_units AS SELECT DISTINCT unit_key FROM ("
        "SELECT unit_key FROM night_changed "
        "UNION ALL SELECT unit_key FROM all_keys WHERE key IN (SELECT key FROM flipped) "
        "UNION ALL SELECT unnest([a, b]) FROM all_links WHERE a IN (SELECT key FROM flipped) "
        "OR b IN (SELECT key FROM flipped) "
        "UNION ALL SELECT unit_key FROM state.kept_identity_keys WHERE key IN "
        "(SELECT key FROM changed_keys WHERE key NOT IN (SELECT key FROM shared_keys)) "
        "UNION ALL SELECT a FROM changed_links UNION ALL SELECT b FROM changed_links)")
    engine.execute(
        f"CREATE OR REPLACE TEMP TABLE night_persons AS SELECT DISTINCT person_key FROM ("
        f"SELECT coalesce(p.person_key, a.unit_key) AS person_key FROM asked_units AS a "
        f"LEFT JOIN state.kept_unit_persons AS p USING (unit_key) UNION ALL {deadline} "
        "UNION ALL SELECT person_key FROM deadline_persons)")
    engine.execute(
        "CREATE OR REPLACE TEMP TABLE night_units AS SELECT DISTINCT unit_key FROM ("
        "SELECT unit_key FROM state.kept_unit_persons WHERE person_key IN "
        "(SELECT person_key FROM night_persons) "
        "UNION ALL SELECT person_key FROM night_persons "
        "UNION ALL SELECT unit_key FROM asked_units)")


def compact(engine: DuckDBEngine, night: Night | None) -> float:
    """Write the next published file anew where nights have worn it; return its bytes per row.

    Rows are those of the largest table. The figure of the last fresh file is carried along, so that
    wear adds up over nights.
    """
    rows = max(int(engine.value("SELECT count(*) FROM next.touchpoints")), 1)
    now = engine.next_bytes() / rows
    if night is None:
        return now
    fresh = float(engine.value("SELECT bytes_per_row FROM state.kept"))
    if now <= fresh * _WORN:
        return fresh
    engine.rewrite_next("person_key")
    return engine.next_bytes() / rows


def keep(
    engine: DuckDBEngine, night: Night | None, run_no: int, mark: str, as_of: datetime,
    bytes_per_row: float,
) -> None:
    """Remember what the next night needs, all at once.

    Between this and the publication the two files disagree on the last run, and a run that starts
    from there builds everything.
    """
    with engine.transaction():
        if night is None:
            for table in KEPT:
                engine.execute(f"CREATE OR REPLACE TABLE state.kept_{table} AS FROM {table}")
        else:
            for table, owner in (("identity_keys", "unit_key"), ("unit_links", "a"),
                                 ("unit_persons", "unit_key")):
                engine.execute(f"DELETE FROM state.kept_{table} WHERE {owner} IN "
                               "(SELECT unit_key FROM night_units)")
                engine.execute(f"INSERT INTO state.kept_{table} FROM tonight_{table}")
            engine.execute("INSERT INTO state.kept_hashed_keys FROM new_hashed_keys")
            engine.execute("CREATE OR REPLACE TABLE state.kept_shared_keys AS FROM shared_keys")
        engine.execute("DELETE FROM state.changed_units")
        engine.execute(f"CREATE OR REPLACE TABLE state.kept ({_MARKER})")
        engine.execute(f"INSERT INTO state.kept VALUES ({run_no}, TIMESTAMP '{as_of}', "
                       f"'{mark}', {bytes_per_row})")
