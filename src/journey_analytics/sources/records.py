"""Landing files to records: file by file, all or nothing for each.

A file seen before changes nothing; a file that cannot be read is refused with the reason, and the
others go on.
"""

from __future__ import annotations

import glob
import json
import os
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass, field
from pathlib import Path

from ..engines import DuckDBEngine
from ..errors import DataError, JourneyError, SettingsError, did_you_mean
from ..settings import Settings
from ..settings_sources import Source
from .adapters import Adapter, Stream, stream_hints
from .arriving import Delivered, check_columns, literal, quoted
from .manifest import (
    Delivery,
    file_columns,
    forget_gone,
    forget_read_otherwise,
    is_known,
    judge_read_files,
    note,
    note_known_content,
    prepare_state,
    records_table,
    was_anything_read,
)
from .prepare import Prepared, copy_binary, copy_text, data_suffix, members
from .readers import read

__all__ = ["IngestReport", "file_format", "ingest", "prepare_state"]

_SUFFIXES = {
    ".json": "json", ".ndjson": "ndjson", ".jsonl": "ndjson", ".parquet": "parquet",
    ".xlsx": "xlsx", ".xes": "xes",
}
_BINARY = ("parquet", "xlsx")


@dataclass(slots=True)
class IngestReport:
    """What a run took in.

    Attributes
    ----------
    problems
        Told at the end; they never stop the other files.
    remarks
        What is worth knowing of files that were read, such as sheets that were not.
    """

    records_new: int = 0
    problems: list[JourneyError] = field(default_factory=list)
    remarks: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class _Plan:
    """How the files of one stream are read, and what is wanted of them."""

    source: str
    settings: Source
    stream: str
    hints: Stream
    required: tuple[str, ...]
    is_lookup: bool

    @property
    def options(self) -> str:
        """Everything that reading a file depends on beside its content."""
        return json.dumps([self.settings.delimiter, self.settings.encoding, asdict(self.hints)],
                          sort_keys=True)

    def check(self, shown: str, columns: tuple[str, ...]) -> None:
        """Raise where a file lacks columns that the adapter or the settings want.

        An empty JSON document has no column; without any record it lacks nothing.
        """
        if not columns:
            return
        check_columns(shown, columns, self.required)
        column = self.settings.window_column or ""
        if (self.settings.mode != "window" or self.is_lookup
                or column.casefold() in {c.casefold() for c in columns}):
            return
        raise SettingsError(
            f"sources.{self.source}.window_column", f"'{column}' is no column of {shown}",
            found=", ".join(columns[:40]), hint=did_you_mean(column, list(columns)),
            remedy="Name the column that holds the date of a row.")


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
            plan = _plan(name, source, stream, adapters[name])
            report.problems += judge_read_files(engine, name, stream, plan.check)
            paths = sorted(_matches(project, pattern))
            if not paths and not was_anything_read(engine, name, stream):
                report.problems.append(DataError(
                    f"sources.{name}", "no file matches", found=f"'{pattern}'",
                    remedy=f"Put the export under {project}, or correct 'files'."))
            shown = set()
            for path in paths:
                for delivery in _deliveries(project, path, plan, report):
                    shown.add(delivery.shown)
                    _load(engine, delivery, plan, report, progress)
            forget_gone(engine, name, stream, shown)
    return report


def _plan(name: str, source: Source, stream: str, adapters: list[Adapter]) -> _Plan:
    readers = [a for a in adapters if stream in a.streams]
    required = dict.fromkeys(c for a in readers for c in a.required.get(stream, ()))
    return _Plan(name, source, stream, stream_hints(stream, readers), tuple(required),
                 all(stream in a.lookups for a in readers))


def _matches(project: Path, pattern: str) -> Iterator[Path]:
    for found in glob.glob(pattern, root_dir=project, recursive=True):
        path = project / found
        if path.is_file():
            yield path


def _deliveries(
    project: Path, path: Path, plan: _Plan, report: IngestReport
) -> Iterator[Delivery]:
    name = path.relative_to(project) if path.is_relative_to(project) else path
    shown = os.fsencode(name).decode("utf-8", "replace")  # a name may be no valid text
    try:
        stat = path.stat()
    except OSError as error:
        report.problems.append(DataError(shown, f"the file may not be read ({error.strerror})",
                                         remedy="Let the user of the run read it."))
        return
    for member in members(path):
        yield Delivery(plan.source, plan.stream, plan.options, path, member,
                       f"{shown}!{member}" if member else shown, stat.st_size, stat.st_mtime_ns)


def file_format(path: Path, member: str, hints: Stream) -> str:
    """Return how a file is read: as the adapter says, else as its name says, else as CSV.

    A binary file is never what an adapter says of text.
    """
    named = _SUFFIXES.get(data_suffix(path, member), "")
    return named if named in _BINARY else hints.format or named or "csv"


def _prepare(engine: DuckDBEngine, delivery: Delivery, kind: str, source: Source) -> Prepared:
    """Copy a file into scratch, ready for a reader."""
    target = engine.scratch / f"delivery.{kind}"
    if kind in _BINARY:
        return copy_binary(delivery.path, delivery.member, target, delivery.shown)
    return copy_text(delivery.path, delivery.member, target, source.encoding, delivery.shown)


def _refuse_if_changed(delivery: Delivery) -> None:
    """Raise where a file was still being written while it was read."""
    try:
        stat = delivery.path.stat()
    except OSError:
        return  # what was read of it is whole
    if (stat.st_size, stat.st_mtime_ns) != (delivery.bytes, delivery.modified_ns):
        raise DataError(delivery.shown, "the file changed while it was read",
                        remedy="The next run reads it. Write files under another name first, and "
                        "rename them when they are whole.")


def _load(
    engine: DuckDBEngine, delivery: Delivery, plan: _Plan, report: IngestReport,
    progress: Callable[[str], None],
) -> None:
    if is_known(engine, delivery):
        return
    kind = file_format(delivery.path, delivery.member, plan.hints)
    prepared: Prepared | None = None
    try:
        prepared = _prepare(engine, delivery, kind, plan.settings)
        _refuse_if_changed(delivery)
        if note_known_content(engine, delivery, prepared):
            return
        delivered = read(engine, prepared.path, kind, delivery.shown, plan.hints,
                         plan.settings.delimiter, plan.required)
        plan.check(delivery.shown, delivered.columns)
    except JourneyError as error:
        report.problems.append(error)
        with engine.transaction():
            forget_read_otherwise(engine, delivery, prepared)
            note(engine, delivery, prepared, problem=error)
        return
    with engine.transaction():
        forget_read_otherwise(engine, delivery, prepared)
        file_no = note(engine, delivery, prepared, delivered)
        _store(engine, plan.source, plan.stream, file_no, delivered)
    report.records_new += delivered.rows
    line = f"{delivery.shown}: {delivered.rows:,} records"
    line += f", {delivered.rejected:,} quarantined" if delivered.rejected else ""
    if delivered.remark:
        report.remarks.append(f"{delivery.shown}: {delivered.remark}")
        line += f"; {delivered.remark}"
    progress(line)


def _store(
    engine: DuckDBEngine, source: str, stream: str, file_no: int, delivered: Delivered
) -> None:
    """Move what the reader left into the stream's record table and the quarantine."""
    table = records_table(source, stream)
    engine.execute(f"CREATE TABLE IF NOT EXISTS {table} (_file INTEGER, _line BIGINT, "
                   f"_hash UHUGEINT, _occurrence INTEGER)")
    have = {c.casefold() for c in file_columns(engine, table)}
    for column in delivered.columns:
        if column.casefold() not in have:
            engine.execute(f"ALTER TABLE {table} ADD COLUMN {quoted(column)} VARCHAR")
    if delivered.rows:
        _store_rows(engine, table, file_no, delivered)
    engine.execute(
        f"INSERT INTO state.quarantine SELECT {literal(source)}, {literal(stream)}, 'read', "
        f"{file_no}, line, NULL, NULL, rule, NULL, remedy, raw FROM rejected")
    engine.execute("DROP TABLE delivered")
    engine.execute("DROP TABLE rejected")


def _store_rows(engine: DuckDBEngine, table: str, file_no: int, delivered: Delivered) -> None:
    """Store the rows with a hash of their content, equal rows of the file numbered."""
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
