"""A source's streams as an adapter sees them: records in force, and why others are left out."""

from __future__ import annotations

from ..engines import DuckDBEngine
from ..errors import DataError, JourneyError, SettingsError
from ..settings_sources import Source
from .adapters import Adapter, condition
from .blanked import leave_blanked_out
from .casting import time_cast
from .manifest import file_columns, of_stream, records_table, table_exists
from .reach import named_in_scope
from .readers import literal, quoted

RECORD_KEY = "(r._file::bigint << 32) + r._line"


def keyed_view(stream: str) -> str:
    """Return the name of a stream's view with all records."""
    return f"stream_{stream}"


def fed_view(adapter: Adapter, stream: str) -> str:
    """Return the name of the view an adapter reads: records in force that it does not ignore."""
    return f"fed_{adapter.table.name}_{stream}"


def open_stream(
    engine: DuckDBEngine, name: str, source: Source, stream: str, adapters: list[Adapter],
    since: int | None,
) -> None:
    """Name a stream's view of all records, and keep ``left_out`` up to date.

    Parameters
    ----------
    since
        Number of the last file that was built before; None: everything is built anew.
    """
    table = records_table(name, stream)
    if not table_exists(engine, table):
        engine.execute(f"CREATE TABLE {table} (_file INTEGER, _line BIGINT, _hash UHUGEINT, "
                       "_occurrence INTEGER)")
    have = file_columns(engine, table)
    folded = {c.casefold() for c in have}
    absent = [c for a in adapters
              for c in (*a.required.get(stream, ()), *a.optional.get(stream, ()))
              if c.casefold() not in folded]
    columns = "".join(f", r.{quoted(c)}" for c in have)
    columns += "".join(f", NULL::varchar AS {quoted(c)}" for c in dict.fromkeys(absent))
    files = (f"(SELECT file_no, extract_date, content_hash FROM state.files "
             f"WHERE {of_stream(name, stream)} AND status = 'loaded')")
    engine.execute(
        f"CREATE OR REPLACE TEMP VIEW {keyed_view(stream)} AS SELECT {RECORD_KEY} AS record_key, "
        f"format('{{:x}}', r._hash) || '-' || r._occurrence AS row_id, f.extract_date, "
        f"r._hash, r._occurrence, f.file_no AS _file, f.content_hash{columns} "
        f"FROM {table} AS r JOIN {files} AS f ON r._file = f.file_no")
    if since is None:
        engine.execute(f"DELETE FROM state.left_out WHERE source = {literal(name)} "
                       f"AND stream = {literal(stream)}")
    leave_blanked_out(engine, name, stream)
    if source.mode == "snapshot":
        _leave_out_older_snapshots(engine, name, stream, files)
    elif source.mode == "window" and (source.window_column or "").casefold() in folded:
        _leave_out_replaced_windows(engine, name, source, stream, adapters)
    _leave_out_repeated(engine, name, stream, files, since)


def feed(
    engine: DuckDBEngine, name: str, stream: str, adapters: list[Adapter], scoped: bool
) -> None:
    """Name the views that adapters read: records in force, in scope, that they do not ignore.

    Parameters
    ----------
    scoped
        Whether only the records in ``scope`` are built. Of look-ups the rows are fed that these
        name, or all where the adapter does not say how.
    """
    view = keyed_view(stream)
    for adapter in adapters:
        if stream not in adapter.streams:
            continue
        within = "true"
        if scoped and stream not in adapter.lookups:
            within = ("_file >= (SELECT coalesce(min(record_key), 0) >> 32 FROM scope) "
                      "AND record_key IN (SELECT record_key FROM scope)")
        elif scoped:
            references = adapter.references_to(stream)
            if references and not {r.stream for r in references} & adapter.lookups:
                within = named_in_scope(name, adapter.table.name, references)
        rules = adapter.ignore.get(stream, {})
        kept = "true"
        if rules:
            case = " ".join(f"WHEN {condition(c)} THEN {literal(rule)}"
                            for rule, c in rules.items())
            try:
                engine.execute(f"INSERT INTO ignored SELECT record_key, CASE {case} END "
                               f"FROM {view} WHERE (CASE {case} END) IS NOT NULL AND {within}")
            except JourneyError as error:
                raise DataError(str(adapter.path), "an '-- ignore:' rule does not run",
                                found=error, remedy="Correct its condition.") from None
            kept = f"(CASE {case} END) IS NULL"
        engine.execute(
            f"CREATE OR REPLACE TEMP VIEW {fed_view(adapter, stream)} AS SELECT * FROM {view} "
            f"WHERE {within} AND {kept} AND record_key NOT IN "
            f"(SELECT record_key FROM state.left_out WHERE source = {literal(name)})")


def _leave_out_repeated(
    engine: DuckDBEngine, name: str, stream: str, files: str, since: int | None
) -> None:
    """The same row in a later file is one record; its latest extract date counts."""
    if engine.value(f"SELECT count(*) FROM {files}") < 2:
        return
    view = keyed_view(stream)
    new = f" WHERE _file > {since}" if since is not None else ""
    engine.execute(
        f"CREATE OR REPLACE TEMP TABLE same AS SELECT record_key, _hash, _occurrence, "
        f"extract_date FROM {view} WHERE (_hash, _occurrence) IN ("
        f"SELECT (_hash, _occurrence) FROM {view}{new}) AND record_key NOT IN ("
        f"SELECT record_key FROM state.left_out WHERE rule <> 'repeated')")
    engine.execute("DELETE FROM state.left_out WHERE rule = 'repeated' "
                   "AND record_key IN (SELECT record_key FROM same)")
    engine.execute(
        f"INSERT INTO state.left_out SELECT {literal(name)}, {literal(stream)}, record_key, "
        f"'repeated' FROM (SELECT record_key, row_number() OVER (PARTITION BY _hash, _occurrence "
        f"ORDER BY extract_date DESC NULLS LAST, record_key) AS n FROM same) WHERE n > 1")


def _leave_out_older_snapshots(engine: DuckDBEngine, name: str, stream: str, files: str) -> None:
    """Only what the newest files hold is there; one that holds nothing deletes everything."""
    undated, count = engine.rows(
        f"SELECT count(*) FILTER (WHERE extract_date IS NULL), count(*) FROM {files}")[0]
    if undated and count > 1:
        raise SettingsError(
            f"sources.{name}", "mode 'snapshot' needs the date of each file in its name",
            remedy="Name the files like tickets_2026-03-31.csv.")
    engine.execute(
        f"INSERT INTO state.left_out SELECT {literal(name)}, {literal(stream)}, record_key, "
        f"'not in the latest snapshot' FROM {keyed_view(stream)} "
        f"WHERE extract_date < (SELECT max(extract_date) FROM {files})")


def _leave_out_replaced_windows(
    engine: DuckDBEngine, name: str, source: Source, stream: str, adapters: list[Adapter]
) -> None:
    """A later file replaces every day it covers, days as the source's own clock tells them.

    A row whose time cannot be read covers no day and is replaced by none: its cast tells of it.
    """
    view = keyed_view(stream)
    day = window_day(source, [a for a in adapters if stream in a.streams])
    engine.execute(
        f"CREATE OR REPLACE TEMP TABLE windows AS SELECT _file, min({day}) AS first_day, "
        f"max({day}) AS last_day, any_value(extract_date) AS extract_date, "
        f"any_value(content_hash) AS content_hash FROM {view} GROUP BY _file")
    engine.execute(
        f"INSERT INTO state.left_out SELECT {literal(name)}, {literal(stream)}, record_key, "
        f"'replaced by a later window' FROM ("
        f"SELECT record_key, _file, {day} AS day FROM {view}) AS r WHERE EXISTS ("
        f"SELECT 1 FROM windows AS mine, windows AS later WHERE mine._file = r._file "
        f"AND r.day BETWEEN later.first_day AND later.last_day "
        f"AND (coalesce(later.extract_date, DATE '0001-01-01'), later.content_hash) > "
        f"(coalesce(mine.extract_date, DATE '0001-01-01'), mine.content_hash))")


def window_day(source: Source, adapters: list[Adapter]) -> str:
    """Return SQL for the day of a row's window column, on the clock of the source's zone.

    The column need not be one that the adapters read: every format they declare is tried, the
    default first, then ISO 8601.
    """
    column, zone = quoted(source.window_column or ""), source.timezone or "UTC"
    declared = dict.fromkeys(
        [a.times[""] for a in adapters if "" in a.times]
        + [form for a in adapters for form in a.times.values()] + [""])
    moments = ", ".join(time_cast(column, form, zone) for form in declared)
    return f"timezone({literal(zone)}, timezone('UTC', coalesce({moments})))::date"
