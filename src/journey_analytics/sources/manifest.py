"""The manifest: what is known of every delivery, in ``state.files``.

A file is known by its content, and read once. One that was read keeps its columns, so that an
adapter or a setting that wants more of it later finds it as lacking as on the first day: it counts
as refused then, its records are kept aside, and nothing depends on when it was read.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path

from ..engines import DuckDBEngine
from ..errors import JourneyError
from .arriving import ORIGIN_COLUMNS, Delivered, literal, quoted
from .prepare import Prepared

_TABLES = {
    # columns: of a file that was read, whatever its status is now; else NULL.
    "files": "file_no INTEGER PRIMARY KEY, source VARCHAR, stream VARCHAR, path VARCHAR, "
             "content_hash VARCHAR, options VARCHAR, extract_date DATE, bytes BIGINT, "
             "modified_ns BIGINT, file_rows BIGINT, records BIGINT, quarantined BIGINT, "
             "status VARCHAR, problem VARCHAR, public_problem VARCHAR, columns VARCHAR[], "
             "loaded_at TIMESTAMP",
    "quarantine": "source VARCHAR, stream VARCHAR, stage VARCHAR, file_no INTEGER, line BIGINT, "
                  "record_key BIGINT, target VARCHAR, rule VARCHAR, found VARCHAR, "
                  "remedy VARCHAR, raw VARCHAR",
    # What of each source is in the canonical tables; a source without a row is built whole.
    "source_builds": "source VARCHAR, fingerprint VARCHAR, last_file_no INTEGER",
    # Files that every gate let through once, and files that a gate refused: nothing was ever
    # built of these.
    "taken_files": "file_no INTEGER",
    "held_files": "file_no INTEGER",
}
_WAS_READ = "columns IS NOT NULL"


@dataclass(frozen=True, slots=True)
class Delivery:
    """One file, or one member of an archive, that lies in ``landing/`` for a stream.

    ``options`` are everything its reading depends on beside its content.
    """

    source: str
    stream: str
    options: str
    path: Path
    member: str
    shown: str
    bytes: int
    modified_ns: int

    @property
    def extract_date(self) -> date | None:
        """When it was extracted: the date in the member's own name, else in the file's."""
        return extract_date(f"{Path(self.member).name} {self.path.name}")


def extract_date(name: str) -> date | None:
    """Return the first date in a file's name (2026-03-31 or 20260331): when it was extracted."""
    for year, month, day in re.findall(r"(?<!\d)(20\d\d)-?([01]\d)-?([0-3]\d)(?!\d)", name):
        try:
            return date(int(year), int(month), int(day))
        except ValueError:
            continue
    return None


def prepare_state(engine: DuckDBEngine) -> None:
    """Create the tables that remember deliveries."""
    engine.execute("CREATE SCHEMA IF NOT EXISTS state.records")
    for table, columns in _TABLES.items():
        engine.execute(f"CREATE TABLE IF NOT EXISTS state.{table} ({columns})")
    engine.execute("CREATE SEQUENCE IF NOT EXISTS state.file_numbers")


def of_stream(source: str, stream: str) -> str:
    """Return the condition that names a stream's rows in ``state.files``."""
    return f"source = {literal(source)} AND stream = {literal(stream)}"


def was_anything_read(engine: DuckDBEngine, source: str, stream: str) -> bool:
    """Return whether a stream has a file that was read, now or in an earlier run."""
    return bool(engine.value(f"SELECT count(*) FROM state.files "
                             f"WHERE {of_stream(source, stream)} AND {_WAS_READ}"))


def judge_read_files(
    engine: DuckDBEngine, source: str, stream: str,
    check: Callable[[str, tuple[str, ...]], None],
) -> list[JourneyError]:
    """Refuse files that were read but lack what is wanted of them now; take back those that do not.

    Parameters
    ----------
    check
        Raises where a file's columns, given with its name, do not suffice.
    """
    problems: list[JourneyError] = []
    for file_no, shown, columns, status in engine.rows(
        f"SELECT file_no, path, columns, status FROM state.files "
        f"WHERE {of_stream(source, stream)} AND {_WAS_READ} ORDER BY file_no"
    ):
        problem: JourneyError | None = None
        try:
            check(shown, tuple(columns))
        except JourneyError as error:
            problem = error
            problems.append(error)
        wanted = "refused" if problem else "loaded"
        with engine.transaction():
            if status != wanted:
                build_anew(engine, source)
            if problem or status != wanted:
                engine.execute(f"UPDATE state.files SET status = '{wanted}', "
                               f"{_problem_columns(problem)} WHERE file_no = {file_no}")
    return problems


def _problem_columns(problem: JourneyError | None) -> str:
    full, public = (str(problem), problem.public) if problem else (None, None)
    return f"problem = {_text(full)}, public_problem = {_text(public)}"


def _text(value: str | None) -> str:
    return "NULL" if value is None else literal(value)


def is_known(engine: DuckDBEngine, delivery: Delivery) -> bool:
    """Return whether exactly this file, by path, size and time of change, was read before."""
    return bool(engine.value(
        f"SELECT count(*) FROM state.files WHERE {of_stream(delivery.source, delivery.stream)} "
        f"AND {_same_file(delivery)} AND options = {literal(delivery.options)} "
        f"AND (status <> 'refused' OR {_WAS_READ})"))


def _same_file(delivery: Delivery) -> str:
    return (f"path = {literal(delivery.shown)} AND bytes = {delivery.bytes} "
            f"AND modified_ns = {delivery.modified_ns}")


def note_known_content(engine: DuckDBEngine, delivery: Delivery, prepared: Prepared) -> bool:
    """Note a delivery whose content was read before as repeated; return whether it is one."""
    same = engine.rows(
        f"SELECT file_no, extract_date FROM state.files "
        f"WHERE {of_stream(delivery.source, delivery.stream)} "
        f"AND content_hash = {literal(prepared.content_hash)} "
        f"AND options = {literal(delivery.options)} AND {_WAS_READ}")
    if not same:
        return False
    [(file_no, known_date)] = same
    date_found = delivery.extract_date
    with engine.transaction():
        # The same content under a later date counts as delivered then, whichever came first.
        if date_found and (known_date is None or known_date < date_found):
            engine.execute(f"UPDATE state.files SET extract_date = '{date_found}' "
                           f"WHERE file_no = {file_no}")
            build_anew(engine, delivery.source)
        note(engine, delivery, prepared)
    return True


def forget_read_otherwise(
    engine: DuckDBEngine, delivery: Delivery, prepared: Prepared | None
) -> None:
    """Remove what was read of the same content with other options (delimiter, encoding, ...)."""
    table = records_table(delivery.source, delivery.stream)
    same = f"({_same_file(delivery)})"
    if prepared:
        same = f"({same} OR content_hash = {literal(prepared.content_hash)})"
    for (file_no,) in engine.rows(
        f"SELECT file_no FROM state.files WHERE {of_stream(delivery.source, delivery.stream)} "
        f"AND {same} AND options <> {literal(delivery.options)}"
    ):
        if table_exists(engine, table):
            engine.execute(f"DELETE FROM {table} WHERE _file = {file_no}")
        engine.execute(f"DELETE FROM state.quarantine WHERE file_no = {file_no}")
        engine.execute(f"DELETE FROM state.files WHERE file_no = {file_no}")
        build_anew(engine, delivery.source)


def forget_gone(engine: DuckDBEngine, source: str, stream: str, shown: set[str]) -> None:
    """Forget files that could not be read, or that a gate refused, and lie there no more."""
    _forget_withdrawn(engine, source, stream, shown)
    listed = ", ".join(literal(s) for s in sorted(shown)) or "NULL"
    engine.execute(
        f"DELETE FROM state.files WHERE {of_stream(source, stream)} AND status = 'refused' "
        f"AND NOT ({_WAS_READ}) AND NOT coalesce(path IN ({listed}), false)")


def forget_files(
    engine: DuckDBEngine, source: str, since: date | None, until: date | None,
    is_there: Callable[[str], bool],
) -> int:
    """Forget that files of a source were read, as far as they are still there; return how many.

    A file without a date in its name belongs to every range of dates.
    """
    within = f"source = {literal(source)} AND {_WAS_READ}"
    within += f" AND coalesce(extract_date >= DATE '{since}', true)" if since else ""
    within += f" AND coalesce(extract_date <= DATE '{until}', true)" if until else ""
    files = [row for row in engine.rows(
        f"SELECT file_no, stream, path, content_hash FROM state.files WHERE {within}")
        if is_there(row[2])]
    for file_no, stream, _, content_hash in files:
        _forget_file(engine, source, stream, file_no, content_hash)
    return len(files)


def _forget_withdrawn(
    engine: DuckDBEngine, source: str, stream: str, shown: set[str]
) -> None:
    """Forget what was read of files that a gate refused and somebody removed or replaced."""
    listed = ", ".join(literal(s) for s in sorted(shown)) or "NULL"
    mine = of_stream(source, stream)
    for file_no, content_hash in engine.rows(
        f"SELECT file_no, content_hash FROM state.files AS held WHERE {mine} "
        f"AND file_no IN (FROM state.held_files) "
        f"AND (NOT coalesce(path IN ({listed}), false) OR EXISTS (SELECT 1 FROM state.files AS f "
        f"WHERE f.{mine.replace(' AND ', ' AND f.')} AND f.path = held.path "
        f"AND f.file_no > held.file_no))"
    ):
        _forget_file(engine, source, stream, file_no, content_hash)


def _forget_file(
    engine: DuckDBEngine, source: str, stream: str, file_no: int, content_hash: str
) -> None:
    with engine.transaction():
        engine.execute(f"DELETE FROM {records_table(source, stream)} WHERE _file = {file_no}")
        for table in ("quarantine", "held_files", "taken_files", "files"):
            engine.execute(f"DELETE FROM state.{table} WHERE file_no = {file_no}")
        # The same content under another name was not read for its own sake: it is now.
        engine.execute(f"DELETE FROM state.files WHERE {of_stream(source, stream)} "
                       f"AND status = 'repeated' AND content_hash = {literal(content_hash)}")
        build_anew(engine, source)


def find_new_files(engine: DuckDBEngine, source: str) -> int:
    """Fill ``new_files`` with a source's files that no gate let through yet; return how many."""
    engine.execute(
        f"CREATE OR REPLACE TEMP TABLE new_files AS SELECT file_no FROM state.files WHERE "
        f"source = {literal(source)} AND status = 'loaded' "
        f"AND file_no NOT IN (FROM state.taken_files)")
    return int(engine.value("SELECT count(*) FROM new_files"))


def take_new_files(engine: DuckDBEngine) -> None:
    """Note the files in ``new_files`` as taken."""
    engine.execute("INSERT INTO state.taken_files FROM new_files")
    engine.execute("DELETE FROM state.held_files WHERE file_no IN (FROM new_files)")


def refuse_new_files(engine: DuckDBEngine, source: str, problem: JourneyError) -> None:
    """Refuse a source's new files for this run; the next one takes them back to judge anew.

    See ``judge_read_files``: it asks only for columns, and these files have them.
    """
    find_new_files(engine, source)
    engine.execute(f"UPDATE state.files SET status = 'refused', {_problem_columns(problem)} "
                   "WHERE file_no IN (FROM new_files)")
    engine.execute("INSERT INTO state.held_files FROM new_files EXCEPT FROM state.held_files")


def build_anew(engine: DuckDBEngine, source: str) -> None:
    """Have a source built whole: what was read before it changed, not only what is new."""
    engine.execute(f"DELETE FROM state.source_builds WHERE source = {literal(source)}")


def note(
    engine: DuckDBEngine, delivery: Delivery, prepared: Prepared | None,
    delivered: Delivered | None = None, problem: JourneyError | None = None,
) -> int:
    """Write the manifest row of a delivery (loaded, refused, else repeated); return its number."""
    engine.execute(
        f"DELETE FROM state.files WHERE {of_stream(delivery.source, delivery.stream)} "
        f"AND path = {literal(delivery.shown)} AND status = 'refused' AND NOT ({_WAS_READ})")
    file_no = int(engine.value("SELECT nextval('state.file_numbers')"))
    found = delivery.extract_date
    rows, rejected = (delivered.rows, delivered.rejected) if delivered else (0, 0)
    columns = ", ".join(literal(c) for c in delivered.columns) if delivered else ""
    values = {
        "file_no": str(file_no), "source": literal(delivery.source),
        "stream": literal(delivery.stream), "path": literal(delivery.shown),
        "content_hash": literal(prepared.content_hash if prepared else ""),
        "options": literal(delivery.options),
        "extract_date": f"DATE '{found}'" if found else "NULL", "bytes": str(delivery.bytes),
        "modified_ns": str(delivery.modified_ns), "file_rows": str(rows + rejected),
        "records": str(rows), "quarantined": str(rejected),
        "status": "'refused'" if problem else "'loaded'" if delivered else "'repeated'",
        "problem": _text(str(problem) if problem else None),
        "public_problem": _text(problem.public if problem else None),
        "columns": f"[{columns}]::VARCHAR[]" if delivered else "NULL",
        "loaded_at": f"TIMESTAMP '{datetime.now(UTC).replace(tzinfo=None)}'",
    }
    engine.execute(f"INSERT INTO state.files ({', '.join(values)}) "
                   f"VALUES ({', '.join(values.values())})")
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
