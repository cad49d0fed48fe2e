"""Landing files to records: the manifest, file by file, all or nothing for each.

A file is known by its content. A file seen before changes nothing; a file that cannot be read is
refused with the reason, and the others go on.
"""

from __future__ import annotations

import glob
import json
import os
import re
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from datetime import UTC, date, datetime
from pathlib import Path

from ..engines import DuckDBEngine
from ..errors import DataError, JourneyError, SettingsError, did_you_mean
from ..settings import Settings, Source
from .adapters import Adapter, Stream
from .arriving import ORIGIN_COLUMNS, Delivered, literal, quoted
from .prepare import Prepared, copy_binary, copy_text, data_suffix, members
from .readers import read

_SUFFIXES = {
    ".json": "json", ".ndjson": "ndjson", ".jsonl": "ndjson", ".parquet": "parquet",
    ".xlsx": "xlsx",
}
_BINARY = ("parquet", "xlsx")
_FILES = """
CREATE TABLE IF NOT EXISTS state.files (
    file_no INTEGER PRIMARY KEY, source VARCHAR, stream VARCHAR, path VARCHAR, content_hash VARCHAR,
    options VARCHAR, extract_date DATE, bytes BIGINT, modified_ns BIGINT, file_rows BIGINT,
    records BIGINT, quarantined BIGINT, status VARCHAR, problem VARCHAR, loaded_at TIMESTAMP)"""
_QUARANTINE = """
CREATE TABLE IF NOT EXISTS state.quarantine (
    source VARCHAR, stream VARCHAR, stage VARCHAR, file_no INTEGER, line BIGINT,
    record_key BIGINT, target VARCHAR, rule VARCHAR, found VARCHAR, remedy VARCHAR, raw VARCHAR)"""


#: What of each source is in the canonical tables; a source without a row is built whole.
_BUILDS = """
CREATE TABLE IF NOT EXISTS state.source_builds (
    source VARCHAR, fingerprint VARCHAR, last_file_no INTEGER)"""


@dataclass(slots=True)
class IngestReport:
    """What a run took in. ``problems`` are told at the end; they never stop the other files."""

    files_new: int = 0
    files_known: int = 0
    records_new: int = 0
    problems: list[JourneyError] = None  # type: ignore[assignment]

    def __post_init__(self) -> None:
        self.problems = []


def prepare_state(engine: DuckDBEngine) -> None:
    """Create the tables that remember deliveries."""
    engine.execute("CREATE SCHEMA IF NOT EXISTS state.records")
    engine.execute(_FILES)
    engine.execute(_QUARANTINE)
    engine.execute(_BUILDS)
    engine.execute("CREATE SEQUENCE IF NOT EXISTS state.file_numbers")


def ingest(
    engine: DuckDBEngine, project: Path, settings: Settings,
    adapters: dict[str, list[Adapter]], progress: Callable[[str], None],
) -> IngestReport:
    """Load every new landing file of every source.

    Parameters
    ----------
    adapters
        Adapters by source name.
    progress
        Called with one line for each file read.
    """
    report = IngestReport()
    for name, source in settings.sources.items():
        known = sorted({s for a in adapters[name] for s in a.streams})
        for stream, pattern in source.streams().items():
            if stream not in known:
                report.problems.append(SettingsError(
                    f"sources.{name}.files", f"adapter '{source.adapter}' has no such stream",
                    found=f"'{stream}'", allowed=", ".join(known),
                    remedy=did_you_mean(stream, known)))
                continue
            paths = sorted(_matches(project, pattern))
            if not paths and not _has_files(engine, name, stream):
                report.problems.append(DataError(
                    f"sources.{name}", "no file matches", found=f"'{pattern}'",
                    remedy=f"Put the export under {project}, or correct 'files'."))
            for path in paths:
                for delivery in _deliveries(project, path, report):
                    _load(engine, delivery, name, source, stream, adapters[name], report, progress)
    return report


@dataclass(frozen=True, slots=True)
class _Delivery:
    path: Path
    member: str
    shown: str
    bytes: int
    modified_ns: int

    @property
    def file_name(self) -> str:
        """The names a date of extraction is looked for in: the member's own, then the file's."""
        return f"{Path(self.member).name} {self.path.name}"


def _matches(project: Path, pattern: str) -> Iterator[Path]:
    for found in glob.glob(pattern, root_dir=project, recursive=True):
        path = project / found
        if path.is_file():
            yield path


def _has_files(engine: DuckDBEngine, source: str, stream: str) -> bool:
    return bool(engine.value(
        f"SELECT count(*) FROM state.files WHERE source = {literal(source)} "
        f"AND stream = {literal(stream)} AND status = 'loaded'"))


def _deliveries(project: Path, path: Path, report: IngestReport) -> Iterator[_Delivery]:
    name = path.relative_to(project) if path.is_relative_to(project) else path
    shown = os.fsencode(name).decode("utf-8", "replace")  # a name may be no valid text
    try:
        stat = path.stat()
    except OSError as error:
        report.problems.append(DataError(shown, f"the file may not be read ({error.strerror})",
                                         remedy="Let the user of the run read it."))
        return
    for member in members(path):
        yield _Delivery(path, member, f"{shown}!{member}" if member else shown,
                        stat.st_size, stat.st_mtime_ns)


def extract_date(name: str) -> date | None:
    """Return the first date in a file's name (2026-03-31 or 20260331): when it was extracted."""
    for year, month, day in re.findall(r"(?<!\d)(20\d\d)-?([01]\d)-?([0-3]\d)(?!\d)", name):
        try:
            return date(int(year), int(month), int(day))
        except ValueError:
            continue
    return None


def stream_hints(stream: str, adapters: list[Adapter]) -> Stream:
    """Return the reading hints of a stream: those of the adapter that gives any."""
    hints = [a.streams[stream] for a in adapters if stream in a.streams]
    return next((h for h in hints if h != Stream()), Stream())


def required_columns(stream: str, adapters: list[Adapter]) -> tuple[str, ...]:
    """Return every column of a stream that one of the adapters reads."""
    return tuple(dict.fromkeys(c for a in adapters for c in a.required.get(stream, ())))


def file_format(path: Path, member: str, hints: Stream) -> str:
    """Return how a file is read: as the adapter says, else as its name says, else as CSV.

    A binary file is never what an adapter says of text.
    """
    named = _SUFFIXES.get(data_suffix(path, member), "")
    return named if named in _BINARY else hints.format or named or "csv"


def _prepare(engine: DuckDBEngine, delivery: _Delivery, kind: str, source: Source) -> Prepared:
    """Copy a file into scratch, ready for a reader."""
    target = engine.scratch / f"delivery.{kind}"
    if kind in _BINARY:
        return copy_binary(delivery.path, delivery.member, target, delivery.shown)
    return copy_text(delivery.path, delivery.member, target, source.encoding, delivery.shown)


def _load(
    engine: DuckDBEngine, delivery: _Delivery, name: str, source: Source, stream: str,
    adapters: list[Adapter], report: IngestReport, progress: Callable[[str], None],
) -> None:
    hints = stream_hints(stream, adapters)
    required = required_columns(stream, adapters)
    options = json.dumps([source.delimiter, source.encoding, asdict(hints)], sort_keys=True)
    if _known(engine, delivery, name, stream, options):
        report.files_known += 1
        return
    kind = file_format(delivery.path, delivery.member, hints)
    prepared: Prepared | None = None
    try:
        prepared = _prepare(engine, delivery, kind, source)
        if _same_content(engine, delivery, name, stream, prepared, options):
            report.files_known += 1
            return
        delivered = read(engine, prepared.path, kind, delivery.shown, hints, source.delimiter,
                         required)
    except JourneyError as error:
        report.problems.append(error)
        _note(engine, delivery, name, stream, options, prepared, None, str(error))
        return
    with engine.transaction():
        _forget_versions_read_otherwise(engine, name, stream, prepared, options)
        file_no = _note(engine, delivery, name, stream, options, prepared, delivered, "")
        _store(engine, name, stream, file_no, delivered)
    report.files_new += 1
    report.records_new += delivered.rows
    progress(f"{delivery.shown}: {delivered.rows:,} records"
             + (f", {delivered.rejected:,} quarantined" if delivered.rejected else ""))


def _known(
    engine: DuckDBEngine, delivery: _Delivery, name: str, stream: str, options: str
) -> bool:
    """Return whether exactly this file, by path, size and time of change, was read before."""
    return bool(engine.value(
        f"SELECT count(*) FROM state.files WHERE source = {literal(name)} "
        f"AND stream = {literal(stream)} AND path = {literal(delivery.shown)} "
        f"AND bytes = {delivery.bytes} AND modified_ns = {delivery.modified_ns} "
        f"AND options = {literal(options)} AND status <> 'refused'"))


def _same_content(
    engine: DuckDBEngine, delivery: _Delivery, name: str, stream: str, prepared: Prepared,
    options: str,
) -> bool:
    date_found = extract_date(delivery.file_name)
    same = engine.rows(
        f"SELECT file_no, extract_date FROM state.files WHERE source = {literal(name)} "
        f"AND stream = {literal(stream)} AND content_hash = {literal(prepared.content_hash)} "
        f"AND options = {literal(options)} AND status = 'loaded'")
    if not same:
        return False
    # The same content under a later date counts as delivered then, whichever came first.
    if date_found and (same[0][1] is None or same[0][1] < date_found):
        engine.execute(f"UPDATE state.files SET extract_date = '{date_found}' "
                       f"WHERE file_no = {same[0][0]}")
        _build_anew(engine, name)
    _note(engine, delivery, name, stream, options, prepared, None, "")
    return True


def _forget_versions_read_otherwise(
    engine: DuckDBEngine, name: str, stream: str, prepared: Prepared, options: str
) -> None:
    """Remove records of the same content that were read with other options (delimiter, ...)."""
    table = records_table(name, stream)
    for (file_no,) in engine.rows(
        f"SELECT file_no FROM state.files WHERE source = {literal(name)} "
        f"AND stream = {literal(stream)} AND content_hash = {literal(prepared.content_hash)} "
        f"AND options <> {literal(options)}"
    ):
        if table_exists(engine, table):
            engine.execute(f"DELETE FROM {table} WHERE _file = {file_no}")
        engine.execute(f"DELETE FROM state.quarantine WHERE file_no = {file_no}")
        engine.execute(f"DELETE FROM state.files WHERE file_no = {file_no}")
        _build_anew(engine, name)


def _build_anew(engine: DuckDBEngine, source: str) -> None:
    """Have a source built whole: what was read before it changed, not only what is new."""
    engine.execute(f"DELETE FROM state.source_builds WHERE source = {literal(source)}")


def _note(
    engine: DuckDBEngine, delivery: _Delivery, name: str, stream: str, options: str,
    prepared: Prepared | None, delivered: Delivered | None, problem: str,
) -> int:
    """Write the manifest row of a delivery and return its number."""
    engine.execute(
        f"DELETE FROM state.files WHERE source = {literal(name)} AND stream = {literal(stream)} "
        f"AND path = {literal(delivery.shown)} AND status = 'refused'")
    file_no = int(engine.value("SELECT nextval('state.file_numbers')"))
    found = extract_date(delivery.file_name)
    rejected = delivered.rejected if delivered else 0
    rows = delivered.rows if delivered else 0
    status = "refused" if problem else "loaded" if delivered else "repeated"
    values = [
        str(file_no), literal(name), literal(stream), literal(delivery.shown),
        literal(prepared.content_hash if prepared else ""), literal(options),
        f"DATE '{found}'" if found else "NULL", str(delivery.bytes), str(delivery.modified_ns),
        str(rows + rejected), str(rows), str(rejected), literal(status),
        literal(problem) if problem else "NULL",
        f"TIMESTAMP '{datetime.now(UTC).replace(tzinfo=None)}'",
    ]
    engine.execute(f"INSERT INTO state.files VALUES ({', '.join(values)})")
    return file_no


def records_table(source: str, stream: str) -> str:
    """Return the qualified name of a stream's record table."""
    return f"state.records.{quoted(source + '__' + stream)}"


def table_exists(engine: DuckDBEngine, table: str) -> bool:
    """Return whether a qualified table exists."""
    catalog, schema, name = table.split(".", 2)
    return bool(engine.value(
        f"SELECT count(*) FROM duckdb_tables() WHERE database_name = '{catalog}' "
        f"AND schema_name = '{schema}' AND table_name = {literal(name.strip(chr(34)))}"))


def file_columns(engine: DuckDBEngine, table: str) -> list[str]:
    """Return the columns that a stream's files have brought so far."""
    return [row[0] for row in engine.rows(f"DESCRIBE {table}") if row[0] not in ORIGIN_COLUMNS]


def _store(
    engine: DuckDBEngine, source: str, stream: str, file_no: int, delivered: Delivered
) -> None:
    table = records_table(source, stream)
    engine.execute(f"CREATE TABLE IF NOT EXISTS {table} (_file INTEGER, _line BIGINT, "
                   f"_hash UHUGEINT, _occurrence INTEGER)")
    have = {c.casefold() for c in file_columns(engine, table)}
    for column in delivered.columns:
        if column.casefold() not in have:
            engine.execute(f"ALTER TABLE {table} ADD COLUMN {quoted(column)} VARCHAR")
    # The hash takes names and values of what is filled: a new empty column changes no record.
    parts = ", ".join(
        f"{literal(c.casefold() + chr(30))} || {quoted(c)}"
        for c in sorted(delivered.columns, key=str.casefold)
    )
    listed = ", ".join(quoted(c) for c in delivered.columns)
    engine.execute(
        f"INSERT INTO {table} BY NAME SELECT {file_no} AS _file, _line, "
        f"md5_number(concat_ws(chr(31), {parts})) AS _hash, 1 AS _occurrence, {listed} "
        f"FROM delivered")
    mine = f"SELECT _line, _hash FROM {table} WHERE _file = {file_no}"
    engine.execute(
        f"UPDATE {table} AS r SET _occurrence = numbered.n FROM ("
        f"SELECT _line, row_number() OVER (PARTITION BY _hash ORDER BY _line) AS n FROM ({mine}) "
        f"WHERE _hash IN (SELECT _hash FROM ({mine}) GROUP BY _hash HAVING count(*) > 1)"
        f") AS numbered WHERE r._file = {file_no} AND r._line = numbered._line AND numbered.n > 1")
    engine.execute(
        f"INSERT INTO state.quarantine SELECT {literal(source)}, {literal(stream)}, 'read', "
        f"{file_no}, line, NULL, NULL, rule, NULL, remedy, raw FROM rejected")
    engine.execute("DROP TABLE delivered")
    engine.execute("DROP TABLE rejected")
