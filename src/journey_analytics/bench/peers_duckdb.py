"""The peers' questions asked of DuckDB, the bare sort and write, and the touchpoints they ask of.

A script of the bench, not the product's models: these read canonical tables that no peer knows.
What makes it fast is in docs/decisions/0026: narrow sort keys, few stored columns, streaming
windows over sorted rows, halves of the persons side by side, paths packed into integers.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from ..engines import DuckDBEngine
from ..engines.duckdb import NEXT

SESSION_GAP_MS, REPEAT_MS = 1_800_000, 7 * 86_400_000
TOUCHPOINTS_PER_PERSON, CHANNELS, QUEUES, ACTIVITIES = 20, 7, 12, 24
#: Of variants, answers name those that at least one session in so many takes.
COMMON = 2000
#: Codes of five bits, so many to a 64-bit integer.
_BITS, _PACKED = 5, 12

#: Bursts of activity: a person has five days of it or so in 90, mostly on one channel each. Rows
#: come in no order of person or time; ``touchpoint_key`` is unique and breaks ties.
_GENERATED = f"""
WITH drawn AS (
    SELECT i::INTEGER AS touchpoint_key, hash(i) AS a, hash(i + 4000000000) AS b
    FROM range({{n}}) AS t(i)
), placed AS (
    SELECT *, a % {{persons}} AS person, hash(a % {{persons}} * 5 + (a >> 40) % 5) AS burst
    FROM drawn
)
SELECT touchpoint_key, (hash(person + 7) >> 2)::BIGINT AS person_key,
    TIMESTAMP '2025-01-01' + to_milliseconds(
        (burst % 7776000000 + ((b % 65536) / 65536.0) ** 2 * 3600000)::BIGINT) AS started_at,
    (CASE WHEN (b >> 16) % 8 < 7 THEN burst ELSE b >> 20 END % {CHANNELS})::UTINYINT AS channel,
    ((b >> 24) % {QUEUES})::UTINYINT AS queue,
    floor(((b >> 28) % 65536 / 65536.0) ** 2 * {ACTIVITIES})::UTINYINT AS activity
FROM placed
"""
_SORTED = "SELECT * FROM read_parquet('{file}') {where} ORDER BY person_key, started_at"
#: All of the row before, by streaming windows: the rows arrive sorted, and what an empty OVER
#: sees keeps their order.
_MARKED = f"""
SELECT touchpoint_key, person_key, started_at, channel, queue, activity, prev_activity, gap_ms,
    coalesce(gap_ms <= {SESSION_GAP_MS} AND channel <> prev_channel, false) AS is_switch,
    coalesce(gap_ms <= {SESSION_GAP_MS} AND channel = prev_channel AND queue <> prev_queue, false)
        AS is_transfer,
    max(CASE WHEN gap_ms <= {SESSION_GAP_MS} THEN NULL ELSE row_no END)
        OVER (ROWS UNBOUNDED PRECEDING)::INTEGER AS session_no
FROM (
    SELECT *, CASE WHEN prev_person = person_key
        THEN (epoch_us(started_at) - epoch_us(prev_started_at)) // 1000 END AS gap_ms
    FROM (
        SELECT *, row_number() OVER () - 1 + {{offset}} AS row_no,
            lag(person_key) OVER () AS prev_person, lag(started_at) OVER () AS prev_started_at,
            lag(channel) OVER () AS prev_channel, lag(queue) OVER () AS prev_queue,
            lag(activity) OVER () AS prev_activity
        FROM ({_SORTED}, touchpoint_key)
    )
)
"""
#: A session is named by the row of its first touchpoint, which gives each touchpoint its place.
_SESSIONS = f"""
SELECT session_no, min(person_key) AS person_key, min(started_at) AS started_at,
    max(started_at) AS ended_at, count(*)::INTEGER AS touchpoints,
    coalesce(max(gap_ms) BETWEEN {SESSION_GAP_MS + 1} AND {REPEAT_MS}, false) AS is_repeat,
    bit_or(CASE WHEN place < {_PACKED} THEN activity::BIGINT << ({_BITS} * place) END) AS path
FROM (SELECT *, rowid - session_no AS place FROM {NEXT}.touchpoints) GROUP BY session_no
"""
#: The few sessions that are too long for one integer: what comes after, as place and activity.
_LONG_PATHS = f"""
SELECT session_no, list_sort(list((rowid - session_no) * 1024 + activity)) AS path_after
FROM {NEXT}.touchpoints WHERE rowid - session_no >= {_PACKED} GROUP BY session_no
"""
_FOLLOWS = f"""
SELECT prev_activity, activity, count(*) AS times,
    quantile_disc(gap_ms::INTEGER, [0.5, 0.9]) AS gap_ms
FROM {NEXT}.touchpoints WHERE gap_ms <= {SESSION_GAP_MS} GROUP BY ALL
"""
_VARIANTS = f"""
SELECT touchpoints, path, path_after, count(*) AS sessions
FROM {NEXT}.sessions LEFT JOIN {NEXT}.long_paths USING (session_no) GROUP BY ALL
"""
_COUNTS = f"""
SELECT (SELECT count(*) FROM {NEXT}.sessions), count_if(is_switch), count_if(is_transfer),
    (SELECT count_if(is_repeat) FROM {NEXT}.sessions),
    (SELECT count(*) FROM {NEXT}.variants),
    (SELECT sum(sessions * sessions)::BIGINT FROM {NEXT}.variants)
FROM {NEXT}.touchpoints
"""
_COMMON = f"""
SELECT list_transform(range(touchpoints), lambda i: CASE WHEN i < {_PACKED}
    THEN path >> ({_BITS} * i) & {2 ** _BITS - 1} ELSE path_after[i - {_PACKED - 1}] & 1023 END),
    sessions
FROM {NEXT}.variants WHERE sessions * {COMMON} >= (SELECT count(*) FROM {NEXT}.sessions)
"""


def generate(folder: Path, touchpoints: int) -> Path:
    """Write touchpoints as a Parquet file that every peer reads."""
    file = folder / "touchpoints.parquet"
    query = _GENERATED.format(n=touchpoints, persons=max(1, touchpoints // TOUCHPOINTS_PER_PERSON))
    engine = DuckDBEngine(folder)
    try:
        engine.execute(f"COPY ({query}) TO '{file}'")
    finally:
        engine.close()
    return file


def bare(file: Path, memory_limit: str) -> int:
    """Sort by person and time and write: what every other figure is a ratio to."""
    engine = DuckDBEngine(file.parent, memory_limit)
    try:
        engine.execute(f"CREATE TABLE {NEXT}.sorted AS {_SORTED.format(file=file, where='')}")
        return engine.next_bytes()
    finally:
        engine.close()


def ours(file: Path, memory_limit: str) -> dict[str, Any]:
    """Answer the questions into tables of a file, and read the answers from them."""
    engine = DuckDBEngine(file.parent, memory_limit)
    try:
        # Any cut gives the same answers; this one makes the halves about equal.
        cut = engine.value(f"SELECT quantile_disc(person_key, 0.5) FROM (FROM '{file}' LIMIT 9999)")
        below = engine.value(f"SELECT count(*) FROM '{file}' WHERE person_key < {cut}")
        halves = (_MARKED.format(file=file, where=f"WHERE person_key {side} {cut}", offset=offset)
                  for side, offset in (("<", 0), (">=", below)))
        for table, query in (("touchpoints", " UNION ALL ".join(halves)), ("sessions", _SESSIONS),
                             ("long_paths", _LONG_PATHS), ("directly_follows", _FOLLOWS),
                             ("variants", _VARIANTS)):
            engine.execute(f"CREATE TABLE {NEXT}.{table} AS {query}")
        size = engine.next_bytes()
        counts = engine.rows(_COUNTS)[0]
        follows = engine.rows("SELECT prev_activity, activity, times, gap_ms[1], gap_ms[2] "
                              f"FROM {NEXT}.directly_follows")
        return answers(counts, follows, engine.rows(_COMMON)) | {"file_mb": size / 1e6}
    finally:
        engine.close()


def answers(
    counts: Sequence[Any], follows: Sequence[Sequence[Any]], variants: Sequence[Sequence[Any]],
) -> dict[str, Any]:
    """Return answers in the one shape in which they are compared."""
    names = ("sessions", "switches", "transfers", "repeats", "variants", "variants_squared")
    return {
        **{name: int(count) for name, count in zip(names, counts, strict=True)},
        "directly_follows": sorted([int(v) for v in row] for row in follows),
        "common_variants": sorted([[int(v) for v in path], int(n)] for path, n in variants),
    }
