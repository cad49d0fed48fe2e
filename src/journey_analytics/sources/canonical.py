"""Records to canonical tables, source by source, with an account of every record.

Canonical tables depend on what was delivered and not on when: a source whose files, adapter or
settings did not change is left as it is; one with new files rebuilds the units (calls, tickets,
...) they touch from all their records; anything else rebuilds the source. For every stream:
records = used + ignored by a named rule + quarantined.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

from sqlglot import exp

from ..contracts import TABLES, VOCABULARIES, Table
from ..engines import DuckDBEngine
from ..errors import DataError, JourneyError
from ..settings import Settings
from ..settings_sources import Source
from .adapters import Adapter
from .building import build_source
from .casting import SourceFacts, cast_query, key_scope
from .manifest import records_table, refuse_new_files
from .readers import literal, quoted

_STATE = {
    "lineage": "source VARCHAR, target VARCHAR, unit_key BIGINT, record_key BIGINT",
    "left_out": "source VARCHAR, stream VARCHAR, record_key BIGINT, rule VARCHAR",
    "fates": "source VARCHAR, stream VARCHAR, record_key BIGINT, fate VARCHAR, rule VARCHAR",
    "changed_units": "unit_key BIGINT",
    "layout": "fingerprint VARCHAR",
    "reference_index": "reference BIGINT, name UBIGINT, record_key BIGINT",
    "forgotten": "hash BIGINT",
    "swept": "records BIGINT",
    "forgotten_records": "source VARCHAR, stream VARCHAR, record_key BIGINT",
    "expired_records": "source VARCHAR, stream VARCHAR, record_key BIGINT",
    # The last run before something that was published was erased, and up to when for its age.
    "erasures": "run_no INTEGER",
    "retention": "before TIMESTAMP",
}
#: The time that places a row of each canonical table, and times that show how far it reaches.
PRIMARY_TIME = {
    "tickets": "created_at", "ticket_history": "occurred_at", "messages": "occurred_at",
    "calls": "started_at", "surveys": "coalesce(answered_at, started_at, sent_at)",
    "channel_events": "occurred_at",
}
_REACH = {**PRIMARY_TIME, "tickets": "greatest(created_at, updated_at)",
          "calls": "greatest(started_at, ended_at)"}
_CONTACT_TABLES = ("tickets", "ticket_history", "messages", "calls")


class StopRun(Exception):
    """A source looks so wrong that the run has to end."""

    def __init__(self, problem: JourneyError) -> None:
        super().__init__(str(problem))
        self.problem = problem


class Refused(Exception):
    """A source was built and looks wrong: its new files must not count tonight.

    Attributes
    ----------
    problem
        What is told to the user.
    note
        Writes down why; called once what was built is undone.
    """

    def __init__(self, problem: JourneyError, note: Callable[[], None]) -> None:
        super().__init__(str(problem))
        self.problem, self.note = problem, note


def build_canonical(
    engine: DuckDBEngine, settings: Settings, adapters: dict[str, list[Adapter]],
    progress: Callable[[str], None], full: bool = False,
    judge: Callable[[str], None] = lambda name: None,
) -> list[JourneyError]:
    """Bring all canonical tables and the account up to date; return problems of single sources.

    Each source is built whole or not at all: one that fails leaves its rows as they were.

    Parameters
    ----------
    judge
        Called with each source's name once it is built; raises ``Refused`` where its new files
        must not count, and anything else to end the run.
    """
    problems: list[JourneyError] = []
    _prepare(engine, settings, full)
    for name, source in settings.sources.items():
        progress(name)
        try:
            try:
                _bring_up_to_date(engine, settings, name, source, adapters[name], judge)
            except Refused as refused:
                problems.append(refused.problem)
                with engine.transaction():
                    refuse_new_files(engine, name, refused.problem)
                    refused.note()
                _bring_up_to_date(engine, settings, name, source, adapters[name])
        except StopRun as stop:
            raise stop.problem from None
        except JourneyError as error:
            problems.append(error)
    _collect_customer_keys(engine, settings)
    engine.execute("CREATE OR REPLACE TABLE state.account AS SELECT source, stream, fate, rule, "
                   "count(*) AS records FROM state.fates GROUP BY ALL")
    for name, stream, rows in engine.rows(
        "SELECT source, stream, records FROM state.account WHERE fate = 'dropped'"
    ):
        problems.append(DataError(
            f"adapter '{settings.sources[name].adapter}'",
            f"drops records of stream '{stream}' without a named rule", found=f"{rows:,}",
            remedy="Use left joins, and '-- ignore:' for records to leave out."))
    return problems


def _bring_up_to_date(
    engine: DuckDBEngine, settings: Settings, name: str, source: Source, adapters: list[Adapter],
    judge: Callable[[str], None] = lambda name: None,
) -> None:
    fingerprint = _source_fingerprint(settings, name, source, adapters)
    last = int(engine.value("SELECT coalesce(max(file_no), 0) FROM state.files"))
    with engine.transaction():
        since = _since(engine, name, source, adapters, fingerprint)
        if since is None or since < _last_file(engine, name):
            build_source(engine, settings, name, source, adapters, since)
        judge(name)
        engine.execute(f"DELETE FROM state.source_builds WHERE source = {literal(name)}")
        engine.execute(f"INSERT INTO state.source_builds VALUES "
                       f"({literal(name)}, {literal(fingerprint)}, {last})")


def prepare_canonical(engine: DuckDBEngine) -> None:
    """Create the tables that account for records."""
    for table, columns in _STATE.items():
        engine.execute(f"CREATE TABLE IF NOT EXISTS state.{table} ({columns})")


def _prepare(engine: DuckDBEngine, settings: Settings, full: bool) -> None:
    """Create what is missing; start anew where the program or the set of sources changed."""
    prepare_canonical(engine)
    layout = hashlib.sha256(
        "|".join([code_fingerprint("contracts.py", "sources"), *sorted(settings.sources),
                  str(engine.value("SELECT getvariable('row_salt')"))]).encode()
    ).hexdigest()
    if not full and engine.rows("SELECT fingerprint FROM state.layout") == [(layout,)]:
        return
    with engine.transaction():
        engine.execute("DROP TABLE IF EXISTS state.kept")  # no night can go on from here
        for table in ("source_builds", "lineage", "left_out", "fates", "changed_units", "layout"):
            engine.execute(f"DELETE FROM state.{table}")
        engine.execute("DELETE FROM state.quarantine WHERE stage = 'cast'")
        for contract in TABLES.values():
            _create(engine, contract, tuple(settings.sources))
        engine.execute(f"INSERT INTO state.layout VALUES ({literal(layout)})")


def code_fingerprint(*names: str) -> str:
    """Return a hash of the package's own files of these names: other code, other results."""
    package = Path(__file__).parents[1]
    digest = hashlib.sha256()
    for name in names:
        path = package / name
        for file in sorted(path.rglob("*.py")) if path.is_dir() else [path]:
            digest.update(file.read_bytes())
    return digest.hexdigest()


def _source_fingerprint(
    settings: Settings, name: str, source: Source, adapters: list[Adapter]
) -> str:
    texts = [source.model_dump_json(exclude={"files"}), str(settings.project.region)]
    texts += [a.path.read_text(encoding="utf-8") for a in adapters]
    return hashlib.sha256("\n".join(texts).encode()).hexdigest()


def _last_file(engine: DuckDBEngine, name: str) -> int:
    return int(engine.value(f"SELECT coalesce(max(file_no), 0) FROM state.files "
                            f"WHERE source = {literal(name)} AND status = 'loaded'"))


def _since(
    engine: DuckDBEngine, name: str, source: Source, adapters: list[Adapter], fingerprint: str
) -> int | None:
    """Return the last file that is built in, or None where the whole source must be built."""
    built = engine.rows(f"SELECT last_file_no FROM state.source_builds WHERE "
                        f"source = {literal(name)} AND fingerprint = {literal(fingerprint)}")
    if not built:
        return None
    since = int(built[0][0])
    new = [s for (s,) in engine.rows(
        f"SELECT DISTINCT stream FROM state.files WHERE source = {literal(name)} "
        f"AND status = 'loaded' AND file_no > {since}")]
    if new and source.mode != "delta":
        return None
    unnamed = {s for a in adapters for s in a.lookups & set(new) if not a.references_to(s)}
    if any(_brings_news(engine, name, stream, adapters, since) for stream in sorted(unnamed)):
        return None
    return since


def _brings_news(
    engine: DuckDBEngine, name: str, stream: str, adapters: list[Adapter], since: int
) -> bool:
    """Return whether new files of a look-up hold a row that was not there before."""
    if any(c.name == "extract_date" for a in adapters for c in a.query.find_all(exp.Column)):
        return True
    table = records_table(name, stream)
    return bool(engine.rows(
        f"SELECT 1 FROM {table} WHERE _file > {since} AND (_hash, _occurrence) NOT IN "
        f"(SELECT (_hash, _occurrence) FROM {table} WHERE _file <= {since}) LIMIT 1"))


def _create(engine: DuckDBEngine, table: Table, sources: tuple[str, ...]) -> None:
    nothing = "SELECT NULL::bigint AS record_key WHERE false"
    query = cast_query(table, nothing, ["record_key"], SourceFacts("none", "UTC"))
    words = {c.name: VOCABULARIES[c.vocabulary] for c in table.columns if c.vocabulary}
    words["source"] = tuple(sorted(sources)) or ("none",)
    narrow = ", ".join(
        f"NULL::ENUM({', '.join(literal(w) for w in values)}) AS {quoted(n)}"
        for n, values in words.items()
    )
    engine.execute(f"CREATE OR REPLACE TABLE state.{table.name} AS "
                   f"SELECT * EXCLUDE (record_key, record_keys, rule, found) REPLACE ({narrow}) "
                   f"FROM ({query})")


def _collect_customer_keys(engine: DuckDBEngine, settings: Settings) -> None:
    """List every customer key once, so that it is made a keyed hash once."""
    parts = []
    for name, source in settings.sources.items():
        facts = SourceFacts(name, id_space=source.id_space)
        parts += [
            f"SELECT {c.name}_hash AS key_hash, {literal(c.name)} AS key_kind, "
            f"{literal(key_scope(c.name, facts))} AS scope, any_value({c.name}) AS value "
            f"FROM state.{t.name} WHERE {c.name} IS NOT NULL AND source = {literal(name)} "
            f"GROUP BY key_hash"
            for t in TABLES.values() for c in t.columns if c.type in ("id", "email", "phone")
        ]
    engine.execute(
        f"CREATE OR REPLACE TABLE state.customer_keys AS SELECT key_hash, key_kind, scope, "
        f"any_value(value) AS value FROM ({' UNION ALL '.join(parts)}) GROUP BY ALL")


def contact_reach(engine: DuckDBEngine, now: datetime) -> dict[str, datetime]:
    """Return, by contact source, the time of its latest row that is not in the future.

    A contact source is one with tickets, messages or calls; where there is none, every source is.
    How far it reaches, all its tables tell.
    """
    found = _reaches(engine, now)
    with_contacts = {source: reached for source, contacts, reached in found if contacts}
    return with_contacts or {source: reached for source, _, reached in found}


def source_reach(engine: DuckDBEngine, now: datetime) -> dict[str, datetime]:
    """Return, by source, the time of its latest row that is not in the future."""
    return {source: reached for source, _, reached in _reaches(engine, now)}


def _reaches(engine: DuckDBEngine, now: datetime) -> list[tuple[str, bool, datetime]]:
    limit = f"TIMESTAMP '{now.astimezone(UTC).replace(tzinfo=None)}'"
    parts = " UNION ALL ".join(
        f"SELECT source::varchar AS source, {table in _CONTACT_TABLES} AS has_contacts, "
        f"{reach} AS reached FROM state.{table}" for table, reach in _REACH.items())
    return [(str(source), bool(contacts), last) for source, contacts, last in engine.rows(
        f"SELECT source, bool_or(has_contacts), max(reached) FROM ({parts}) "
        f"WHERE reached <= {limit} GROUP BY source ORDER BY source")]


def quarantine_hint(engine: DuckDBEngine) -> str:
    """Return the three commonest reasons why records were set aside and what to do, by line."""
    found = engine.rows(
        "SELECT q.source, q.rule, min(q.remedy), count(*) AS records FROM state.quarantine AS q "
        "JOIN state.files AS f USING (file_no) WHERE f.status = 'loaded' "
        "GROUP BY q.source, q.rule ORDER BY records DESC, q.source, q.rule LIMIT 3")
    return "\n".join(f"{source}: {rule}, found {records:,} times. {remedy}"
                     for source, rule, remedy, records in found)
