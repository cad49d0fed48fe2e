"""What happened: runs and deliveries. History tables, exempt from being a function of the data."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from importlib.metadata import version

import pyarrow as pa

from .engines import DuckDBEngine
from .engines.duckdb import NEXT
from .errors import DataError
from .identity import note_changes
from .learning import note_personas
from .monitoring import logs as monitoring_logs

_RUNS = """
CREATE TABLE IF NOT EXISTS state.runs (
    run_no INTEGER PRIMARY KEY, started_at TIMESTAMP, published_at TIMESTAMP, as_of TIMESTAMP,
    records_new BIGINT, promises_held INTEGER, warnings VARCHAR[], program_version VARCHAR)"""
_PUBLISHED = {
    "runs": (
        "SELECT run_no, started_at, published_at, as_of, records_new, promises_held, warnings, "
        "program_version FROM state.runs",
        "Runs that were published. A history table.",
        {
            "run_no": "number of the run", "started_at": "when it started, UTC",
            "published_at": "when it published, UTC",
            "as_of": "the time up to which contact sources were complete, UTC",
            "records_new": "records it read for the first time",
            "promises_held": "audits that held",
            "warnings": "what was wrong with single files or sources",
            "program_version": "version of journey_analytics",
        },
    ),
    "person_changes": (
        "SELECT run_no, change, person_before, person_after, units, cause, evidence_key "
        "FROM state.person_changes",
        "Persons that were merged, split or renamed from one run to the next. A history table.",
        {
            "run_no": "run that found it", "change": "merged, split, renamed",
            "person_before": "person until then", "person_after": "person since then",
            "units": "calls, tickets, visits that moved", "cause": "what made them move",
            "evidence_key": "a call, ticket or visit that changed; empty: none did",
        },
    ),
    "persona_names": (
        "SELECT persona_id, name, persona, first_run, last_run, persons, overlap "
        "FROM state.persona_names",
        "Ids and names of personas, which stay from run to run. A history table.",
        {
            "persona_id": "the id that stays", "name": "the name it got when first found",
            "persona": "which one it is in this run (personas); empty: it is not found any more",
            "first_run": "run that found it first", "last_run": "last run that found it",
            "persons": "persons in it in this run",
            "overlap": "share of persons of the last or this run that are in both, by which it "
                       "was recognised (Jaccard index); empty: new",
        },
    ),
    "persona_drift": (
        "SELECT run_no, personas, persons_compared, adjusted_rand, moved_share "
        "FROM state.persona_drift",
        "How far personas moved from one run to the next. A history table.",
        {
            "run_no": "the run", "personas": "how many it found",
            "persons_compared": "persons with a persona in this run and before",
            "adjusted_rand": "adjusted Rand index between the two groupings; 1: the same",
            "moved_share": "share of these persons whose persona has another id now",
        },
    ),
    "identity_sensitivity": (
        "SELECT policy, is_set, persons, most_contacts, journeys, shared_keys, contacts, "
        "repeat_rate, fcr FROM state.identity_sensitivity",
        "What other policies for shared keys would change, when it was last asked. A history "
        "table.",
        {
            "policy": "strict, default, loose", "is_set": "the policy in the settings",
            "persons": "persons in customer denominators",
            "most_contacts": "contacts of the person with most", "journeys": "journeys",
            "shared_keys": "keys that link nobody", "contacts": "contacts that count",
            "repeat_rate": "share that follows another of the same reason family in the window",
            "fcr": "share with none after it, of those whose window has run out",
        },
    ),
    "files": (
        "SELECT file_no, source, stream, path, extract_date, bytes, file_rows, records, "
        "quarantined, status, public_problem AS problem, loaded_at FROM state.files "
        "WHERE source IN (FROM configured_sources)",
        "Every delivery: rows in the file = records + quarantined. A history table.",
        {
            "file_no": "number of the delivery", "source": "the configured source",
            "stream": "which of the source's streams", "path": "where it lay in the project",
            "extract_date": "date in its name: when it was extracted", "bytes": "its size",
            "file_rows": "rows in the file", "records": "rows taken as records",
            "quarantined": "rows that are no record", "problem": "why it was refused",
            "status": "loaded, repeated (content seen before), refused",
            "loaded_at": "when it was read, UTC",
        },
    ),
    "gates": (
        "SELECT source, gate, outcome, subject, found, lowest, highest, row_count, judged_at "
        "FROM state.gates WHERE source IN (FROM configured_sources)",
        "What the gates found of each source's new files, when they last judged them. A history "
        "table.",
        {
            "source": "the configured source",
            "gate": "quarantined, new_columns, empty, volume, unknown; stale; all",
            "outcome": "passed, noted, refused (its new files are kept out), stale (it has brought "
                       "nothing new for too long), accepted by hand; else why it was not judged",
            "subject": "the stream, table, column or time that was measured",
            "found": "what was measured", "lowest": "the least that passes",
            "highest": "the most that passes", "row_count": "rows it rests on",
            "judged_at": "when, UTC",
        },
    ),
    "account": (
        "SELECT source, stream, fate, rule, records FROM state.account",
        "What became of every record: records = used + ignored by a named rule + quarantined, "
        "unless an adapter drops some.",
        {
            "source": "the configured source", "stream": "which of the source's streams",
            "fate": "used, ignored, quarantined, dropped", "rule": "by which rule, where not used",
            "records": "how many records",
        },
    ),
    "quarantine_summary": (
        "SELECT q.source, q.stream, stage, target, rule, min(remedy) AS remedy, "
        "count(*) AS records FROM state.quarantine AS q JOIN state.files AS f USING (file_no) "
        "WHERE f.status = 'loaded' AND q.source IN (FROM configured_sources) GROUP BY ALL",
        "Records set aside, by rule. Their text stays in the private state file.",
        {
            "source": "the configured source", "stream": "which of the source's streams",
            "stage": "read (no record could be made), cast (a value or rule failed)",
            "target": "canonical table it was meant for", "rule": "the rule it broke",
            "remedy": "what to do", "records": "how many",
        },
    ),
    **monitoring_logs.PUBLISHED,
}
#: Tables that remember what happened instead of following from the records.
HISTORY = ("runs", "files", "person_changes", "persona_names", "persona_drift",
           "identity_sensitivity", "gates", *monitoring_logs.PUBLISHED)
#: Tables that follow from the deliveries, not from what is in them.
ACCOUNTS = ("account", "quarantine_summary")


#: Clocks are corrected by so much without anybody's doing.
_CLOCK_TOLERANCE = timedelta(minutes=5)
_SENSITIVITY = """
CREATE TABLE IF NOT EXISTS state.identity_sensitivity (
    policy VARCHAR, is_set BOOLEAN, persons BIGINT, most_contacts INTEGER, journeys BIGINT,
    shared_keys BIGINT, contacts BIGINT, repeat_rate DOUBLE, fcr DOUBLE)"""


def prepare_history(engine: DuckDBEngine) -> None:
    """Create the tables that remember runs and reports."""
    engine.execute(_RUNS)
    engine.execute(_SENSITIVITY)


def check_clock(engine: DuckDBEngine, started_at: datetime, full: bool) -> None:
    """Raise where the clock was set back: records of the time between would seem to be to come.

    Parameters
    ----------
    full
        Go on all the same, because it was the last run's clock that was wrong.
    """
    prepare_history(engine)
    last = engine.value("SELECT max_by(published_at, run_no) FROM state.runs")
    now = started_at.astimezone(UTC).replace(tzinfo=None)
    if last is not None and now < last - _CLOCK_TOLERANCE and not full:
        raise DataError("clock", "it was set back: the last run ended later than now",
                        found=f"{now:%Y-%m-%d %H:%M} UTC",
                        allowed=f"{last:%Y-%m-%d %H:%M} or later",
                        remedy="Set it right. If it is right now and was wrong then: `journeys run "
                        "--full`.")


def write_history(
    engine: DuckDBEngine, sources: Iterable[str], started_at: datetime, as_of: datetime,
    records_new: int, promises_held: int, warnings: list[str], is_night: bool,
) -> int:
    """Note this run, put what happened beside what is published, and return the run's number.

    Parameters
    ----------
    sources
        The configured ones: of others nothing is published, whatever they delivered once.
    """
    engine.register("configured_sources",
                    pa.table({"source": pa.array(list(sources), pa.string())}))
    prepare_history(engine)
    run_no = int(engine.value("SELECT coalesce(max(run_no), 0) + 1 FROM state.runs"))
    row = {
        "run_no": run_no, "started_at": started_at.astimezone(UTC).replace(tzinfo=None),
        "published_at": datetime.now(UTC).replace(tzinfo=None), "as_of": as_of,
        "records_new": records_new, "promises_held": promises_held, "warnings": warnings,
        "program_version": version("journey_analytics"),
    }
    schema = pa.schema([
        ("run_no", pa.int32()), ("started_at", pa.timestamp("us")),
        ("published_at", pa.timestamp("us")), ("as_of", pa.timestamp("us")),
        ("records_new", pa.int64()), ("promises_held", pa.int32()),
        ("warnings", pa.list_(pa.string())), ("program_version", pa.string()),
    ])
    engine.register("this_run", pa.Table.from_pylist([row], schema=schema))
    engine.execute("INSERT INTO state.runs BY NAME FROM this_run")
    note_changes(engine, run_no, "tonight_" if is_night else "")
    note_personas(engine, run_no)
    monitoring_logs.note_monitoring(engine, run_no)
    for table, (query, text, columns) in _PUBLISHED.items():
        engine.execute(f"CREATE OR REPLACE TABLE {NEXT}.{table} AS {query}")
        engine.comment(table, text, columns)
    return run_no
