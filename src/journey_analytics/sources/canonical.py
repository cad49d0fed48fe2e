"""Records to canonical tables: adapters, versions, and an account of every record.

Each run builds the canonical tables from all accepted records, so they depend on what was
delivered and not on when. For every stream: records = used + ignored by a named rule +
quarantined.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

from sqlglot import exp

from ..contracts import TABLES, VOCABULARIES, Table
from ..engines import DuckDBEngine
from ..errors import DataError, JourneyError
from ..settings import Settings, Source
from .adapters import Adapter
from .casting import SourceFacts, cast_query, remedy
from .readers import literal, quoted
from .streams import fed_view, keyed_view, open_stream

_WORKING = {
    "left_out": "record_key BIGINT, rule VARCHAR",
    "ignored": "record_key BIGINT, rule VARCHAR",
    "used": "record_key BIGINT",
    "faulty": "record_key BIGINT, target VARCHAR, rule VARCHAR, found VARCHAR, remedy VARCHAR",
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


def build_canonical(
    engine: DuckDBEngine, settings: Settings, adapters: dict[str, list[Adapter]],
    progress: Callable[[str], None],
) -> list[JourneyError]:
    """Rebuild all canonical tables and the account; return problems of single sources.

    Each source is built whole or not at all: one that fails leaves the others as they are.
    """
    problems: list[JourneyError] = []
    with engine.transaction():
        engine.execute("DELETE FROM state.quarantine WHERE stage = 'cast'")
        engine.execute("CREATE OR REPLACE TABLE state.account "
                       "(source VARCHAR, stream VARCHAR, fate VARCHAR, rule VARCHAR, "
                       "records BIGINT)")
        for table in TABLES.values():
            _create(engine, table, tuple(settings.sources))
        _create_id_spaces(engine, settings)
    for name, source in settings.sources.items():
        progress(name)
        try:
            with engine.transaction():
                _build_source(engine, settings, name, source, adapters[name])
        except JourneyError as error:
            problems.append(error)
    _collect_customer_keys(engine)
    for name, stream, rows in engine.rows(
        "SELECT source, stream, records FROM state.account WHERE fate = 'dropped'"
    ):
        problems.append(DataError(
            f"adapter '{settings.sources[name].adapter}'",
            f"drops records of stream '{stream}' without a named rule", found=f"{rows:,}",
            remedy="Use left joins, and '-- ignore:' for records to leave out."))
    return problems


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


def source_facts(settings: Settings, name: str, source: Source, adapter: Adapter) -> SourceFacts:
    """Return what casting needs to know of a source and its adapter."""
    ids_of = {"call": source.calls_of, "ticket": source.tickets_of}
    return SourceFacts(
        name, source.timezone, source.region or settings.project.region, source.id_space,
        {kind: other for kind, other in ids_of.items() if other}, adapter.times, adapter.units,
    )


def _build_source(
    engine: DuckDBEngine, settings: Settings, name: str, source: Source, adapters: list[Adapter]
) -> None:
    for table, columns in _WORKING.items():
        engine.execute(f"CREATE OR REPLACE TEMP TABLE {table} ({columns})")
    streams = sorted({s for a in adapters for s in a.streams})
    for stream in streams:
        open_stream(engine, name, source, stream, adapters)
    for adapter in adapters:
        _build_table(engine, source_facts(settings, name, source, adapter), adapter)
    for stream in streams:
        _account(engine, name, stream, all(stream in a.lookups or stream not in a.streams
                                           for a in adapters))


def adapted_sql(adapter: Adapter) -> str:
    """Return the adapter's SELECT over the views that hold its streams."""
    query = adapter.query.copy()
    ctes = {cte.alias for cte in query.find_all(exp.CTE)}
    for table in query.find_all(exp.Table):
        if table.name in adapter.streams and table.name not in ctes:
            alias = table.alias or table.name
            table.replace(exp.to_table(fed_view(adapter, table.name)).as_(alias, table=True))
    return query.sql(dialect="duckdb")


def _build_table(engine: DuckDBEngine, facts: SourceFacts, adapter: Adapter) -> None:
    table = adapter.table
    query = cast_query(table, adapted_sql(adapter), adapter.query.named_selects, facts)
    try:
        engine.execute(f"CREATE OR REPLACE TEMP TABLE cast_rows AS {query}")
    except JourneyError as error:
        raise DataError(str(adapter.path), f"the adapter does not run ({error})",
                        remedy="Correct its SQL.") from None
    _set_faulty_aside(engine, table, facts)
    _keep_newest(engine, adapter)
    names = ", ".join(quoted(n) for n in _stored_columns(engine, table))
    engine.execute(f"INSERT INTO state.{table.name} BY NAME SELECT {names} FROM cast_rows")
    engine.execute(
        "INSERT INTO used SELECT record_key FROM cast_rows WHERE record_keys IS NULL "
        "UNION ALL SELECT unnest(record_keys) FROM cast_rows")


def _stored_columns(engine: DuckDBEngine, table: Table) -> list[str]:
    return [row[0] for row in engine.rows(f"DESCRIBE state.{table.name}")]


def _set_faulty_aside(engine: DuckDBEngine, table: Table, facts: SourceFacts) -> None:
    rules = [r for (r,) in engine.rows(
        "SELECT DISTINCT rule FROM cast_rows WHERE rule IS NOT NULL")]
    for rule in rules:
        engine.execute(
            f"INSERT INTO faulty SELECT unnest(coalesce(record_keys, [record_key])), "
            f"{literal(table.name)}, rule, found, {literal(remedy(table, rule, facts))} "
            f"FROM cast_rows WHERE rule = {literal(rule)}")
    if rules:
        engine.execute("DELETE FROM cast_rows WHERE rule IS NOT NULL")


def _keep_newest(engine: DuckDBEngine, adapter: Adapter) -> None:
    """Of several versions of a row keep the newest: update time, extract date, content.

    Versions that neither time nor date tells apart are a fault of the source: one is kept, the
    others go to quarantine. Equal rows are simply repeated.
    """
    twice = "SELECT row_key FROM cast_rows GROUP BY row_key HAVING count(*) > 1"
    if not engine.rows(f"SELECT 1 FROM ({twice}) LIMIT 1"):
        return
    records = " UNION ALL ".join(
        f"SELECT record_key, extract_date, _hash FROM {keyed_view(s)}"
        for s in sorted(set(adapter.streams) - adapter.lookups))
    watermark = "updated_at" if adapter.table.column("updated_at") else "NULL::timestamp"
    engine.execute(
        f"CREATE OR REPLACE TEMP TABLE versions AS "
        f"WITH candidates AS (SELECT c.row_key, c.rowid AS row, c.record_key, c.record_keys, "
        f"{watermark} AS updated_at, r.extract_date, r._hash FROM cast_rows AS c "
        f"JOIN ({records}) AS r USING (record_key) WHERE c.row_key IN ({twice})) "
        f"SELECT *, row_number() OVER newest AS n, "
        f"first_value(updated_at) OVER newest AS top_time, "
        f"first_value(extract_date) OVER newest AS top_date, first_value(_hash) OVER newest AS "
        f"top_hash FROM candidates WINDOW newest AS (PARTITION BY row_key ORDER BY updated_at DESC "
        f"NULLS LAST, extract_date DESC NULLS LAST, _hash DESC, record_key)")
    tied = ("updated_at IS NOT DISTINCT FROM top_time "
            "AND extract_date IS NOT DISTINCT FROM top_date AND _hash <> top_hash")
    engine.execute(
        f"INSERT INTO faulty SELECT unnest(coalesce(record_keys, [record_key])), "
        f"{literal(adapter.table.name)}, 'duplicate key', NULL, 'Another row has the same key and "
        f"nothing says which is newer; deliver an update time, or one row per key.' "
        f"FROM versions WHERE n > 1 AND {tied}")
    engine.execute(
        f"INSERT INTO ignored SELECT unnest(coalesce(record_keys, [record_key])), "
        f"CASE WHEN _hash = top_hash THEN 'repeated' ELSE 'superseded by a newer version' END "
        f"FROM versions WHERE n > 1 AND NOT ({tied})")
    engine.execute("DELETE FROM cast_rows WHERE rowid IN (SELECT row FROM versions WHERE n > 1)")


def _create_id_spaces(engine: DuckDBEngine, settings: Settings) -> None:
    engine.execute("CREATE OR REPLACE TABLE state.id_spaces (source VARCHAR, id_space VARCHAR)")
    for name, source in settings.sources.items():
        engine.execute(f"INSERT INTO state.id_spaces VALUES ({literal(name)}, "
                       f"{literal(source.id_space or name)})")


def _collect_customer_keys(engine: DuckDBEngine) -> None:
    """List every customer key once, so that it is read, and made a keyed hash, once."""
    parts = [
        f"SELECT {c.name}_hash AS key_hash, {literal(c.name)} AS key_kind, source::varchar AS "
        f"source, any_value({c.name}) AS value FROM state.{t.name} WHERE {c.name} IS NOT NULL "
        f"GROUP BY key_hash, source"
        for t in TABLES.values() for c in t.columns if c.type in ("id", "email", "phone")
    ]
    engine.execute(
        f"CREATE OR REPLACE TABLE state.customer_keys AS SELECT k.key_hash, k.key_kind, "
        f"CASE WHEN k.key_kind = 'customer_ref' THEN s.id_space ELSE '' END AS scope, "
        f"any_value(k.value) AS value FROM ({' UNION ALL '.join(parts)}) AS k "
        f"JOIN state.id_spaces AS s USING (source) GROUP BY ALL")


def _account(engine: DuckDBEngine, name: str, stream: str, lookup: bool) -> None:
    """Write each record's fate, and faulty records with their text into the quarantine."""
    view = keyed_view(stream)
    looked_up = "'looked up'" if lookup else "NULL"
    fate = (
        "CASE WHEN l.record_key IS NOT NULL THEN 'ignored' "
        "WHEN f.record_key IS NOT NULL THEN 'quarantined' "
        f"WHEN u.record_key IS NOT NULL OR {str(lookup).lower()} THEN 'used' "
        "WHEN i.record_key IS NOT NULL THEN 'ignored' ELSE 'dropped' END"
    )
    engine.execute(
        f"INSERT INTO state.account SELECT {literal(name)}, {literal(stream)}, {fate} AS fate, "
        f"CASE fate WHEN 'quarantined' THEN f.rule WHEN 'ignored' THEN coalesce(l.rule, i.rule) "
        f"WHEN 'used' THEN {looked_up} END AS rule, count(*) "
        f"FROM (SELECT record_key FROM {view}) AS r "
        f"LEFT JOIN (SELECT record_key, min(rule) AS rule FROM left_out GROUP BY ALL) AS l "
        f"USING (record_key) "
        f"LEFT JOIN (SELECT record_key, min(rule) AS rule FROM faulty GROUP BY ALL) AS f "
        f"USING (record_key) "
        f"LEFT JOIN (SELECT record_key, min(rule) AS rule FROM ignored GROUP BY ALL) AS i "
        f"USING (record_key) "
        f"LEFT JOIN (SELECT DISTINCT record_key FROM used) AS u USING (record_key) GROUP BY ALL")
    if engine.value("SELECT count(*) FROM faulty"):
        engine.execute(
            f"INSERT INTO state.quarantine SELECT {literal(name)}, {literal(stream)}, 'cast', "
            f"(f.record_key >> 32)::integer, f.record_key & 4294967295, f.record_key, f.target, "
            f'f.rule, f.found, f.remedy, to_json("the record")::varchar FROM faulty AS f JOIN '
            f"(SELECT * EXCLUDE (row_id, extract_date, _hash, _occurrence, _file, content_hash) "
            f'FROM {view}) AS "the record" USING (record_key)')


def contact_reach(engine: DuckDBEngine, now: datetime) -> dict[str, datetime]:
    """Return, by contact source, the time of its latest row that is not in the future.

    A contact source is one with tickets, messages or calls; where there is none, every source is.
    How far it reaches, all its tables tell.
    """
    limit = f"TIMESTAMP '{now.astimezone(UTC).replace(tzinfo=None)}'"
    parts = " UNION ALL ".join(
        f"SELECT source::varchar AS source, {table in _CONTACT_TABLES} AS has_contacts, "
        f"{reach} AS reached FROM state.{table}" for table, reach in _REACH.items())
    found = engine.rows(
        f"SELECT source, bool_or(has_contacts), max(reached) FROM ({parts}) "
        f"WHERE reached <= {limit} GROUP BY source ORDER BY source")
    with_contacts = {source: reached for source, contacts, reached in found if contacts}
    return with_contacts or {source: reached for source, _, reached in found}
