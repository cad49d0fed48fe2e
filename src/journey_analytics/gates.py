"""Gates: whether a source's files of tonight look like those before them.

A source is judged after it was built with them and before that counts. One that fails is built
without them: its files are refused for tonight, what was taken before stands, and the next run
judges again with whatever has come since. Files that were taken once are never judged again, and a
source that has nothing to be compared with is not judged.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import asdict, dataclass
from datetime import date, datetime, time, timedelta

import pyarrow as pa

from .contracts import TABLES
from .engines import DuckDBEngine
from .errors import DataError
from .settings import Settings
from .settings_nights import Action, GateLimits
from .sources.adapters import Adapter, unit_column
from .sources.canonical import PRIMARY_TIME, Refused, StopRun
from .sources.manifest import (
    file_columns,
    find_new_files,
    records_table,
    table_exists,
    take_new_files,
)
from .sources.readers import literal, quoted

_GATES = ("source VARCHAR, gate VARCHAR, outcome VARCHAR, subject VARCHAR, found DOUBLE, "
          "lowest DOUBLE, highest DOUBLE, row_count BIGINT, judged_at TIMESTAMP")
#: Columns whose values come from a list that seldom changes.
_WORDS = ("channel_raw", "queue", "contact_reason", "disposition")
#: Earlier files that a column's share of empty values is compared with, and the fewest of them.
_FILES_BEFORE, _FEWEST_FILES = 20, 3
_WEEKS_BEFORE, _FEWEST_WEEKS = 8, 3


@dataclass(frozen=True, slots=True)
class Verdict:
    """What one gate found of one source.

    ``found`` should lie between ``lowest`` and ``highest``; it rests on ``row_count`` rows.
    """

    source: str
    gate: str
    outcome: str
    subject: str = ""
    found: float | None = None
    lowest: float | None = None
    highest: float | None = None
    row_count: int | None = None


class Gatekeeper:
    """Judges the sources of one run.

    Parameters
    ----------
    accepted
        Sources whose files of tonight are taken unseen, because somebody looked at them.
    """

    def __init__(
        self, engine: DuckDBEngine, settings: Settings, adapters: dict[str, list[Adapter]],
        accepted: Iterable[str] = (),
    ) -> None:
        self._engine, self._settings, self._adapters = engine, settings, adapters
        self._accepted = frozenset(accepted)
        engine.execute(f"CREATE TABLE IF NOT EXISTS state.gates ({_GATES})")

    def judge(self, source: str) -> None:
        """Judge a source that was just built, and take its files.

        Raises
        ------
        Refused, StopRun
            A gate fails: what was built must not stand, or the run must end.
        """
        engine = self._engine
        if not find_new_files(engine, source):
            return
        verdicts = [Verdict(source, "all", "accepted by hand")]
        if source not in self._accepted:
            limits = self._settings.gates.of(source)
            verdicts = [
                _judge_quarantined(engine, source, limits), _judge_columns(engine, source, limits),
                _judge_empty(engine, source, limits, self._adapters[source]),
                *_judge_rows(engine, source, limits, self._adapters[source], self._closed),
            ]
        bad = [v for v in verdicts if v.outcome in ("refused", "stopped")]
        if bad:
            error = _told(max(bad, key=lambda v: v.outcome == "stopped"))
            if any(v.outcome == "stopped" for v in bad):
                raise StopRun(error)
            raise Refused(error, lambda: self._note(verdicts))
        self._note(verdicts)
        take_new_files(engine)

    def _note(self, verdicts: list[Verdict]) -> None:
        """Write down what was found of a source, in place of what was found before."""
        self._engine.execute(
            f"DELETE FROM state.gates WHERE source = {literal(verdicts[0].source)}")
        _insert(self._engine, verdicts)

    def judge_reach(self, reached: dict[str, datetime]) -> set[str]:
        """Note how far each source lies behind the newest of all; return those that are stale.

        Parameters
        ----------
        reached
            The time of each source's newest row.
        """
        engine, stale = self._engine, set()
        engine.execute("DELETE FROM state.gates WHERE gate = 'stale'")
        verdicts = []
        for source, last in sorted(reached.items()):
            behind = (max(reached.values()) - last) / timedelta(days=1)
            limit = self._settings.gates.of(source).stale_days
            outcome = "passed"
            if behind > limit:
                stale.add(source)
                outcome = "stale"
            verdicts.append(Verdict(source, "stale", outcome, f"{last:%Y-%m-%d %H:%M}", behind, 0.0,
                                    float(limit)))
        _insert(engine, verdicts)
        return stale

    def _closed(self, day: date) -> bool:
        """Return whether the doors were closed on a day that is open by its weekday."""
        for calendar in self._settings.calendars.values():
            holidays = calendar.holidays(day, day)
            if (day in holidays or day in calendar.exceptions) and not calendar.hours_on(
                    day, holidays):
                return True
        return False


def _insert(engine: DuckDBEngine, verdicts: list[Verdict]) -> None:
    schema = pa.schema([
        ("source", pa.string()), ("gate", pa.string()), ("outcome", pa.string()),
        ("subject", pa.string()), ("found", pa.float64()), ("lowest", pa.float64()),
        ("highest", pa.float64()), ("row_count", pa.int64())])
    engine.register("verdicts", pa.Table.from_pylist([asdict(v) for v in verdicts], schema=schema))
    engine.execute("INSERT INTO state.gates SELECT *, now()::timestamp FROM verdicts")


def _verdict(
    source: str, gate: str, action: Action, found: float, low: float, high: float, rows: int,
    subject: str = "",
) -> Verdict:
    failed = {"note": "noted", "refuse": "refused", "stop": "stopped"}[action]
    outcome = "passed" if low <= found <= high else failed
    return Verdict(source, gate, outcome, subject, found, low, high, rows)


def _told(verdict: Verdict) -> DataError:
    what = {
        "quarantined": "too many rows cannot be used", "new_columns": "its files have new columns",
        "empty": f"column {verdict.subject} is empty more or less often than before",
        "unknown": f"most values of {verdict.subject} were never seen before",
        "volume": f"{verdict.subject} has far more or far fewer rows than on this weekday before",
    }[verdict.gate]
    return DataError(
        f"source '{verdict.source}'", f"its new files are kept out of this run: {what}",
        allowed=f"{verdict.lowest:.4g} to {verdict.highest:.4g} (measured: {verdict.found:.4g})",
        remedy="Look at them, and remove or replace what is wrong; if they are right: `journeys "
               f"run --accept {verdict.source}`. Until then what was taken before stands.")


def _judge_quarantined(engine: DuckDBEngine, source: str, limits: GateLimits) -> Verdict:
    rows, unreadable = engine.rows(
        "SELECT coalesce(sum(file_rows), 0)::bigint, coalesce(sum(quarantined), 0)::bigint "
        "FROM state.files WHERE file_no IN (SELECT file_no FROM new_files)")[0]
    faulty = engine.value(
        f"SELECT count(DISTINCT record_key) FROM state.quarantine WHERE stage = 'cast' "
        f"AND source = {literal(source)} AND file_no IN (SELECT file_no FROM new_files)")
    if rows < limits.min_rows:
        return Verdict(source, "quarantined", "too few rows", row_count=rows)
    return _verdict(source, "quarantined", limits.quarantined, (unreadable + faulty) / rows, 0.0,
                    limits.quarantined_share, rows)


def _judge_columns(engine: DuckDBEngine, source: str, limits: GateLimits) -> Verdict:
    """Count columns that no file of the stream had before."""
    mine = f"FROM state.files WHERE source = {literal(source)} AND columns IS NOT NULL AND file_no"
    known = "(SELECT file_no FROM state.taken_files)"
    found = engine.value(
        f"SELECT count(*) FROM (SELECT DISTINCT stream, lower(unnest(columns)) {mine} IN "
        f"(SELECT file_no FROM new_files) EXCEPT SELECT stream, lower(unnest(columns)) {mine} IN "
        f"{known}) WHERE stream IN (SELECT stream {mine} IN {known})")
    return _verdict(source, "new_columns", limits.new_columns, found, 0.0, 0.0, found)


def _judge_empty(
    engine: DuckDBEngine, source: str, limits: GateLimits, adapters: list[Adapter]
) -> Verdict:
    """Find the column whose share of empty values moved most from what files had before."""
    worst = Verdict(source, "empty", "nothing to compare with")
    for stream in sorted({s for a in adapters for s in a.streams}):
        table = records_table(source, stream)
        if not table_exists(engine, table):
            continue
        read = {c.casefold() for a in adapters
                for c in (*a.required.get(stream, ()), *a.optional.get(stream, ()))}
        columns = [c for c in file_columns(engine, table) if c.casefold() in read]
        shares = ", ".join(
            f"avg((coalesce(trim({quoted(c)}::varchar), '') = '')::integer) AS c{i}"
            for i, c in enumerate(columns))
        if not columns:
            continue
        engine.execute(
            f"CREATE OR REPLACE TEMP TABLE gate_profiles AS WITH old AS (SELECT file_no FROM "
            f"state.taken_files WHERE file_no IN (SELECT _file FROM {table}) "
            f"ORDER BY file_no DESC LIMIT {_FILES_BEFORE}), read AS (SELECT "
            f"CASE WHEN _file IN (FROM old) THEN _file END AS _taken_file, * FROM {table} WHERE "
            f"_hash <> 0 AND (_file IN (FROM old) OR _file IN (SELECT file_no FROM new_files))) "
            f"SELECT _taken_file AS file_no, count(*) AS row_count, {shares} FROM read "
            "GROUP BY _taken_file")
        files, before = engine.rows("SELECT count(*), coalesce(sum(row_count), 0)::bigint "
                                    "FROM gate_profiles WHERE file_no IS NOT NULL")[0]
        new = engine.rows("SELECT row_count FROM gate_profiles WHERE file_no IS NULL")
        if not new or min(new[0][0], before) < limits.min_rows or files < _FEWEST_FILES:
            continue
        for i, column in enumerate(columns):
            found, usual = engine.rows(
                f"SELECT any_value(c{i}) FILTER (WHERE file_no IS NULL), "
                f"median(c{i}) FILTER (WHERE file_no IS NOT NULL) FROM gate_profiles")[0]
            if worst.found is None or abs(found - usual) > abs(worst.found):
                worst = _verdict(source, "empty", limits.empty, found - usual,
                                 -limits.empty_change, limits.empty_change, new[0][0],
                                 f"{stream}.{column}")
    return worst


def _judge_rows(
    engine: DuckDBEngine, source: str, limits: GateLimits, adapters: list[Adapter],
    closed: Callable[[date], bool],
) -> list[Verdict]:
    """Judge volume and words by canonical rows: those of units with new records, and the others."""
    volume = Verdict(source, "volume", "nothing to compare with")
    unknown = Verdict(source, "unknown", "nothing to compare with")
    for adapter in adapters:
        table = adapter.table.name
        engine.execute(
            f"CREATE OR REPLACE TEMP TABLE gate_units AS SELECT DISTINCT unit_key "
            f"FROM state.lineage WHERE source = {literal(source)} AND target = {literal(table)} "
            f"AND record_key >= (SELECT min(file_no)::bigint << 32 FROM new_files) "
            f"AND (record_key >> 32) IN (FROM new_files)")
        # A view: of millions of rows no column is read but those that are judged.
        engine.execute(
            f"CREATE OR REPLACE TEMP VIEW gate_rows AS SELECT *, {unit_column(adapter)} IN "
            f"(FROM gate_units) AS is_new, {PRIMARY_TIME[table]} AS placed_at "
            f"FROM state.{table} WHERE source = {literal(source)}")
        found = _volume(engine, source, limits, table, closed)
        if found and (volume.found is None or found.outcome != "passed"):
            volume = found
        for column in (c for c in _WORDS if TABLES[table].column(c) is not None):
            share = _unknown(engine, source, limits, table, column)
            if share and (unknown.found is None or (share.found or 0) > unknown.found):
                unknown = share
    return [volume, unknown]


def _volume(
    engine: DuckDBEngine, source: str, limits: GateLimits, table: str,
    closed: Callable[[date], bool],
) -> Verdict | None:
    """Compare new days with the same weekdays before; return the one that fails, if one does.

    The newest day may not be over: it is held against what these weekdays had by that hour.
    """
    newest, known_first, known_last = engine.rows(
        "SELECT max(placed_at) FILTER (WHERE is_new), "
        "(min(placed_at) FILTER (WHERE NOT is_new))::date, "
        "(max(placed_at) FILTER (WHERE NOT is_new))::date FROM gate_rows")[0]
    if newest is None or known_last is None:
        return None
    verdict = None
    for day, until in ((newest.date() - timedelta(days=1), time.max),
                       (newest.date(), newest.time())):
        weeks = [day - timedelta(days=7 * n) for n in range(1, _WEEKS_BEFORE + 1)]
        weeks = [w for w in weeks if known_first < w < known_last and not closed(w)]
        if day < known_last or len(weeks) < _FEWEST_WEEKS or closed(day):
            continue
        listed = ", ".join(f"DATE '{d}'" for d in (day, *weeks))
        counts = dict(engine.rows(
            f"SELECT placed_at::date, count(*) FROM gate_rows WHERE placed_at::date IN ({listed}) "
            f"AND placed_at::time <= TIME '{until}' GROUP BY ALL"))
        before = sorted(counts.get(w, 0) for w in weeks)
        usual = before[len(before) // 2]
        if usual >= limits.min_rows and (verdict is None or verdict.outcome == "passed"):
            verdict = _verdict(
                source, "volume", limits.volume, counts.get(day, 0) / usual, limits.volume_low,
                limits.volume_high, usual, f"{table} on {day}")
    return verdict


def _unknown(
    engine: DuckDBEngine, source: str, limits: GateLimits, table: str, column: str
) -> Verdict | None:
    """Return the share of new values that no earlier row had, where values come from a list."""
    rows, before, words, unseen = engine.rows(
        f"WITH known AS (SELECT {column} AS word, count(*) AS n FROM gate_rows WHERE NOT is_new "
        f"AND {column} <> '' GROUP BY ALL) SELECT count(*), (SELECT sum(n) FROM known), "
        f"(SELECT count(*) FROM known), count(*) FILTER (WHERE {column} NOT IN "
        f"(SELECT word FROM known)) FROM gate_rows WHERE is_new AND {column} <> ''")[0]
    if min(rows, before or 0) < limits.min_rows or words > before / 10:
        return None
    return _verdict(source, "unknown", limits.unknown, unseen / rows, 0.0, limits.unknown_share,
                    rows, f"{table}.{column}")
