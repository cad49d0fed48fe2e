"""One source's records to rows of the canonical tables: adapters, casts, versions, fates."""

from __future__ import annotations

from ..contracts import Table
from ..engines import DuckDBEngine
from ..errors import DataError, JourneyError
from ..models import rename
from ..settings import Settings
from ..settings_sources import Source
from .adapters import Adapter, unit_column
from .casting import SourceFacts, cast_query, remedy
from .forgotten import any_forgotten, blank_delivered_again, set_rows_aside
from .reach import index_records, reached
from .readers import literal, quoted
from .streams import fed_view, feed, keyed_view, open_stream

_WORKING = {
    "scope": "record_key BIGINT",
    "units": "target VARCHAR, unit_key BIGINT",
    "ignored": "record_key BIGINT, rule VARCHAR",
    "touched": "stream VARCHAR, record_key BIGINT",
    "used": "record_key BIGINT",
    "forgotten_now": "record_key BIGINT",
    "faulty": "record_key BIGINT, target VARCHAR, rule VARCHAR, found VARCHAR, remedy VARCHAR",
    "before": "target VARCHAR, unit_key BIGINT, row_key BIGINT, content UBIGINT",
}
#: What to do about rows of one key where nothing says which is newer: of one file, of several.
_TIED = ("Another row has the same key and nothing says which is newer; deliver an update time, or "
         "one row per key.")
_UNDATED = ("A file without a date in its name cannot win over another one; put the date of the "
            "export into the name, like calls_2026-03-31.csv, or deliver an update time.")
#: What a row of each canonical table hangs on when persons and threads are found.
UNITS = {
    "tickets": "ticket_key", "ticket_history": "ticket_key", "calls": "call_key",
    "messages": "coalesce(ticket_key, conversation_key, call_key, row_key)",
    "surveys": "response_key",
    "channel_events": "coalesce(ticket_key, conversation_key, call_key, session_key, row_key)",
}


def build_source(
    engine: DuckDBEngine, settings: Settings, name: str, source: Source, adapters: list[Adapter],
    since: int | None,
) -> None:
    """Build a source's canonical rows and note which units changed.

    Parameters
    ----------
    since
        Number of the last file built before: only units with records of later files are built,
        each from all its records. None: the whole source.
    """
    for table, columns in _WORKING.items():
        engine.execute(f"CREATE OR REPLACE TEMP TABLE {table} ({columns})")
    streams = sorted({s for a in adapters for s in a.streams})
    for stream in streams:
        open_stream(engine, name, source, stream, adapters, since)
    for adapter in adapters:
        for reference in adapter.references:
            index_records(engine, name, adapter.table.name, reference,
                          keyed_view(reference.stream), since)
    if since is not None:
        _find_scope(engine, settings, name, source, adapters, since)
    _remove_what_is_rebuilt(engine, name, adapters, since is None)
    for stream in streams:
        feed(engine, name, stream, adapters, since is not None)
    for adapter in adapters:
        _build_table(engine, source_facts(settings, name, source, adapter), adapter)
    if any_forgotten(engine):
        lookups = {s for a in adapters for s in a.lookups}
        blank_delivered_again(engine, name, streams, lookups,
                              source_facts(settings, name, source, adapters[0]))
    _note_changed_units(engine, name, adapters, since is not None)
    for stream in streams:
        lookup = all(stream in a.lookups or stream not in a.streams for a in adapters)
        _write_fates(engine, name, stream, lookup, since is not None and not lookup)


def source_facts(settings: Settings, name: str, source: Source, adapter: Adapter) -> SourceFacts:
    """Return what casting needs to know of a source and its adapter."""
    ids_of = {"call": source.calls_of, "ticket": source.tickets_of}
    return SourceFacts(
        name, source.timezone, source.region or settings.project.region, source.id_space,
        {kind: other for kind, other in ids_of.items() if other}, adapter.times, adapter.units,
    )


def _find_scope(
    engine: DuckDBEngine, settings: Settings, name: str, source: Source, adapters: list[Adapter],
    since: int,
) -> None:
    """Fill ``units`` with what new records touch, and ``scope`` with all records of these units."""
    streams = sorted({s for a in adapters for s in a.streams})
    for stream in streams:
        engine.execute(f"INSERT INTO touched SELECT {literal(stream)}, record_key "
                       f"FROM {keyed_view(stream)} WHERE _file > {since}")
    references = [(a.table.name, r) for a in adapters for r in a.references]
    while sum(reached(engine, name, table, r, keyed_view(r.lookup)) for table, r in references):
        pass
    main = ", ".join(literal(s) for a in adapters for s in set(a.streams) - a.lookups)
    engine.execute(f"INSERT INTO scope SELECT DISTINCT record_key FROM touched "
                   f"WHERE stream IN ({main})")
    for stream in streams:
        feed(engine, name, stream, adapters, True)
    for adapter in adapters:
        facts = source_facts(settings, name, source, adapter)
        _cast(engine, adapter, facts)
        engine.execute(f"INSERT INTO units SELECT DISTINCT {literal(adapter.table.name)}, "
                       f"{unit_column(adapter)} FROM cast_rows")
    engine.execute(
        f"INSERT INTO scope SELECT DISTINCT l.record_key FROM state.lineage AS l "
        f"JOIN units AS u ON l.target = u.target AND l.unit_key = u.unit_key "
        f"WHERE l.source = {literal(name)} "
        f"AND l.record_key NOT IN (SELECT record_key FROM scope)")
    # A record can feed several tables: whatever it feeds is rebuilt with it.
    engine.execute(
        f"INSERT INTO units SELECT DISTINCT l.target, l.unit_key FROM state.lineage AS l "
        f"WHERE l.source = {literal(name)} AND l.record_key IN (SELECT record_key FROM scope) "
        f"EXCEPT SELECT target, unit_key FROM units")
    engine.execute("DELETE FROM ignored")


def _remove_what_is_rebuilt(
    engine: DuckDBEngine, name: str, adapters: list[Adapter], whole: bool
) -> None:
    """Delete rows that are built anew, keeping a checksum of each in ``before``."""
    for adapter in adapters:
        table = adapter.table.name
        mine = f"source = {literal(name)}"
        if not whole:
            mine += (f" AND {unit_column(adapter)} IN (SELECT unit_key FROM units "
                     f"WHERE target = {literal(table)})")
        engine.execute(f"INSERT INTO before SELECT {literal(table)}, {UNITS[table]}, row_key, "
                       f"md5_number_lower(t::varchar) FROM state.{table} AS t WHERE {mine}")
        engine.execute(f"DELETE FROM state.{table} WHERE {mine}")
    of_source = f"source = {literal(name)}"
    in_scope = "" if whole else " AND record_key IN (SELECT record_key FROM scope)"
    engine.execute(f"DELETE FROM state.lineage WHERE {of_source}{in_scope}")
    engine.execute(f"DELETE FROM state.fates WHERE {of_source}{in_scope}")
    engine.execute(f"DELETE FROM state.quarantine WHERE {of_source} AND stage = 'cast'{in_scope}")


def _note_changed_units(
    engine: DuckDBEngine, name: str, adapters: list[Adapter], scoped: bool
) -> None:
    """Add to ``changed_units`` every unit with a row that is new, gone or different."""
    for adapter in adapters:
        table = adapter.table.name
        mine = f"FROM state.{table} AS t WHERE source = {literal(name)}"
        old = f"SELECT unit_key, row_key, content FROM before WHERE target = {literal(table)}"
        if not engine.rows(f"{old} LIMIT 1"):
            engine.execute(f"INSERT INTO state.changed_units SELECT DISTINCT {UNITS[table]} {mine}"
                           + (f" AND {unit_column(adapter)} IN (SELECT unit_key FROM units "
                              f"WHERE target = {literal(table)})" if scoped else ""))
            continue
        now = (f"SELECT {UNITS[table]} AS unit_key, row_key, md5_number_lower(t::varchar) AS "
               f"content {mine}")
        if scoped:
            now += (f" AND {unit_column(adapter)} IN (SELECT unit_key FROM units "
                    f"WHERE target = {literal(table)})")
        engine.execute(
            f"INSERT INTO state.changed_units SELECT DISTINCT unit_key FROM ("
            f"(({now}) EXCEPT ({old})) UNION ALL (({old}) EXCEPT ({now})))")


def adapted_sql(adapter: Adapter) -> str:
    """Return the adapter's SELECT over the views that hold its streams."""
    views = {stream: fed_view(adapter, stream) for stream in adapter.streams}
    return rename(adapter.query.copy(), views).sql(dialect="duckdb", comments=False)


def _cast(engine: DuckDBEngine, adapter: Adapter, facts: SourceFacts) -> None:
    query = cast_query(adapter.table, adapted_sql(adapter), adapter.query.named_selects, facts)
    try:
        engine.execute(f"CREATE OR REPLACE TEMP TABLE cast_rows AS {query}")
    except JourneyError as error:
        raise DataError(str(adapter.path), "the adapter does not run", found=error,
                        remedy="Correct its SQL.") from None


def _build_table(engine: DuckDBEngine, facts: SourceFacts, adapter: Adapter) -> None:
    table = adapter.table
    _cast(engine, adapter, facts)
    if any_forgotten(engine):
        set_rows_aside(engine, (UNITS[table.name], unit_column(adapter)))
    engine.execute(
        f"INSERT INTO state.lineage SELECT {literal(facts.name)}, {literal(table.name)}, "
        f"{unit_column(adapter)}, unnest(coalesce(record_keys, [record_key])) FROM cast_rows")
    _set_faulty_aside(engine, table, facts)
    _keep_newest(engine, adapter)
    names = ", ".join(quoted(row[0]) for row in engine.rows(f"DESCRIBE state.{table.name}"))
    engine.execute(f"INSERT INTO state.{table.name} BY NAME SELECT {names} FROM cast_rows")
    engine.execute(
        "INSERT INTO used SELECT record_key FROM cast_rows WHERE record_keys IS NULL "
        "UNION ALL SELECT unnest(record_keys) FROM cast_rows")


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
        f"SELECT record_key, extract_date, _hash FROM {fed_view(adapter, s)}"
        for s in sorted(set(adapter.streams) - adapter.lookups))
    watermark = "updated_at" if adapter.table.column("updated_at") else "NULL::timestamp"
    engine.execute(
        f"CREATE OR REPLACE TEMP TABLE versions AS "
        f"WITH candidates AS (SELECT c.row_key, c.rowid AS row, c.record_key, c.record_keys, "
        f"{watermark} AS updated_at, r.extract_date, r._hash FROM cast_rows AS c "
        f"JOIN ({records}) AS r USING (record_key) WHERE c.row_key IN ({twice})) "
        f"SELECT *, row_number() OVER newest AS n, "
        f"row_number() OVER (PARTITION BY row_key, _hash ORDER BY record_key) AS copy, "
        f"first_value(updated_at) OVER newest AS top_time, "
        f"first_value(extract_date) OVER newest AS top_date, first_value(_hash) OVER newest AS "
        f"top_hash, first_value(record_key) OVER newest >> 32 AS top_file FROM candidates "
        f"WINDOW newest AS (PARTITION BY row_key ORDER BY updated_at DESC NULLS LAST, "
        f"extract_date DESC NULLS LAST, _hash DESC, record_key)")
    tied = ("copy = 1 AND updated_at IS NOT DISTINCT FROM top_time "
            "AND extract_date IS NOT DISTINCT FROM top_date AND _hash <> top_hash")
    engine.execute(
        f"INSERT INTO faulty SELECT unnest(coalesce(record_keys, [record_key])), "
        f"{literal(adapter.table.name)}, 'duplicate key', NULL, "
        f"CASE WHEN extract_date IS NULL AND record_key >> 32 <> top_file "
        f"THEN {literal(_UNDATED)} ELSE {literal(_TIED)} END "
        f"FROM versions WHERE n > 1 AND {tied}")
    engine.execute(
        f"INSERT INTO ignored SELECT unnest(coalesce(record_keys, [record_key])), "
        "CASE WHEN copy > 1 OR _hash = top_hash THEN 'repeated' "
        "ELSE 'superseded by a newer version' END "
        f"FROM versions WHERE n > 1 AND NOT ({tied})")
    engine.execute("DELETE FROM cast_rows WHERE rowid IN (SELECT row FROM versions WHERE n > 1)")


def _write_fates(
    engine: DuckDBEngine, name: str, stream: str, lookup: bool, scoped: bool
) -> None:
    """Write each record's fate, and faulty records with their text into the quarantine."""
    view = keyed_view(stream)
    looked_up = "'looked up'" if lookup else "NULL"
    within = " WHERE record_key IN (SELECT record_key FROM scope)" if scoped else ""
    fate = (
        "CASE WHEN l.record_key IS NOT NULL THEN 'ignored' "
        "WHEN f.record_key IS NOT NULL THEN 'quarantined' "
        f"WHEN u.record_key IS NOT NULL OR {str(lookup).lower()} THEN 'used' "
        "WHEN i.record_key IS NOT NULL THEN 'ignored' ELSE 'dropped' END"
    )
    if lookup:  # always whole
        engine.execute(f"DELETE FROM state.fates WHERE source = {literal(name)} "
                       f"AND stream = {literal(stream)}")
    engine.execute(
        f"INSERT INTO state.fates SELECT {literal(name)}, {literal(stream)}, record_key, "
        f"{fate} AS fate, CASE fate WHEN 'quarantined' THEN f.rule "
        f"WHEN 'ignored' THEN coalesce(l.rule, i.rule) WHEN 'used' THEN {looked_up} "
        f"ELSE 'no rule names it' END "
        f"FROM (SELECT record_key FROM {view}{within}) AS r "
        f"LEFT JOIN (SELECT record_key, min(rule) AS rule FROM state.left_out "
        f"WHERE source = {literal(name)} GROUP BY record_key) AS l USING (record_key) "
        f"LEFT JOIN (SELECT record_key, min(rule) AS rule FROM faulty GROUP BY ALL) AS f "
        f"USING (record_key) "
        f"LEFT JOIN (SELECT record_key, min(rule) AS rule FROM ignored GROUP BY ALL) AS i "
        f"USING (record_key) "
        f"LEFT JOIN (SELECT DISTINCT record_key FROM used) AS u USING (record_key)")
    if engine.value("SELECT count(*) FROM faulty"):
        engine.execute(
            f"INSERT INTO state.quarantine SELECT {literal(name)}, {literal(stream)}, 'cast', "
            f"(f.record_key >> 32)::integer, f.record_key & 4294967295, f.record_key, f.target, "
            f'f.rule, f.found, f.remedy, to_json("the record")::varchar FROM faulty AS f JOIN '
            f"(SELECT * EXCLUDE (row_id, extract_date, _hash, _occurrence, _file, content_hash) "
            f'FROM {view}) AS "the record" USING (record_key)')
