"""The peers' questions: three tools that know nothing of each other give the same answers."""

from __future__ import annotations

import json
import subprocess
import sys
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from journey_analytics.bench import peers, peers_duckdb, peers_frames
from journey_analytics.errors import DataError
from tests.conftest import ROOT
from tests.test_docs import journeys

GAP, WEEK = peers_duckdb.SESSION_GAP_MS, peers_duckdb.REPEAT_MS
#: Ties, gaps on either side of both limits, and sessions longer than one integer holds.
WORLDS = st.lists(st.tuples(
    st.integers(0, 3), st.sampled_from([0, 1, 1000, GAP, GAP + 1, WEEK, WEEK + 1]),
    st.integers(0, 1), st.integers(0, 1), st.integers(0, 23), st.integers(1, 14),
), min_size=1, max_size=12)


def write(file: Path, rows: list[tuple[int, datetime, int, int, int]]) -> None:
    pl.DataFrame(
        [(number, *row) for number, row in enumerate(rows)], orient="row",
        schema={"touchpoint_key": pl.Int32, "person_key": pl.Int64,
                "started_at": pl.Datetime("us"), "channel": pl.UInt8, "queue": pl.UInt8,
                "activity": pl.UInt8}).write_parquet(file)


def told(file: Path) -> dict[str, Any]:
    return {name: found for name, found in peers_duckdb.ours(file, "1GB").items()
            if name != "file_mb"}


@given(WORLDS)
@settings(max_examples=20, derandomize=True, deadline=None,
          suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_all_peers_answer_alike(
    tmp_path: Path, world: list[tuple[int, int, int, int, int, int]]
) -> None:
    clock, rows = dict.fromkeys(range(4), datetime(2025, 1, 1)), []
    for person, gap_ms, channel, queue, activity, times in world:
        for number in range(times):
            clock[person] += timedelta(milliseconds=gap_ms if number == 0 else gap_ms % 7)
            rows.append((person, clock[person], channel, queue, activity))
    write(tmp_path / "touchpoints.parquet", rows[::-1])
    file = tmp_path / "touchpoints.parquet"
    assert told(file) == peers_frames.polars(file) == peers_frames.pandas(file)


def test_answers_of_a_worked_example(tmp_path: Path) -> None:
    start = datetime(2025, 1, 1)
    long = [(1, start + timedelta(seconds=s), 0, 0, s) for s in range(14)]
    again = [(1, start + timedelta(days=d), 0, 0, 5) for d in (3, 11)]
    other = [(2, start, 0, 0, 5), (2, start + timedelta(seconds=1), 1, 0, 6),
             (2, start + timedelta(seconds=4), 1, 1, 5), (2, start + timedelta(seconds=5), 1, 1, 6)]
    file = tmp_path / "touchpoints.parquet"
    write(file, [*again, *other, *long])
    found = told(file)
    assert [found[n] for n in ("sessions", "switches", "transfers", "repeats", "variants")] == [
        4, 1, 1, 1, 3]
    assert [5, 6, 3, 1000, 1000] in found["directly_follows"]
    assert found["common_variants"] == [[list(range(14)), 1], [[5], 2], [[5, 6, 5, 6], 1]]


def test_another_answer_is_refused() -> None:
    run = {"bare": {}, "duckdb": {"result": {"sessions": 3, "file_mb": 1.0}},
           "polars": {"result": {"sessions": 4}}}
    with pytest.raises(DataError, match="polars: another answer about sessions, found 4"):
        peers._agreed([run])


def test_peers_are_timed_side_by_side(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    found = json.loads(journeys("bench", "peers", "2000", "--rounds", "1", "--json", "--keep",
                                str(tmp_path / "kept")).stdout)
    assert set(found["peers"]) == {"bare", "duckdb", "polars", "pandas"} and not found["missing"]
    assert all(ratio["median"] > 0 for of in found["ratios"].values() for ratio in of.values())
    kept = json.loads((tmp_path / "kept" / "answers.json").read_text())
    assert kept["sessions"] == found["answers"]["sessions"] > 200 and kept["directly_follows"]
    peers.print_peers(found)
    shown = capsys.readouterr().out
    assert "bare sort + write" in shown and "Polars" in shown


def test_the_plot_is_drawn_from_the_results() -> None:
    results = sorted((ROOT / "benchmarks" / "results").glob("peers_*.json"))
    drawn = subprocess.run([sys.executable, ROOT / "benchmarks" / "plot.py", *results],
                           capture_output=True, text=True, check=True)
    assert drawn.stdout == (ROOT / "docs" / "images" / "performance.svg").read_text()
