"""Modes of delivery, the account, and state that does not depend on how a project came to be."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import duckdb
import pytest

from journey_analytics import pipeline
from journey_analytics.check import check_project
from journey_analytics.status import read_status
from tests.project import run_project, write_adapter
from tests.test_bad_input import COLUMNS, HEADER, make_project, row, table, take
from tests.test_docs import journeys
from tests.test_state import checksums, landing_only


def calls(project: Path) -> set[str]:
    """Legs in the canonical table."""
    with duckdb.connect(str(project / "warehouse" / "state.duckdb"), read_only=True) as state:
        return {leg for (leg,) in state.sql("SELECT leg_id FROM calls").fetchall()}


def fates(project: Path) -> dict[tuple[str, str | None], int]:
    with duckdb.connect(str(project / "warehouse" / "state.duckdb"), read_only=True) as state:
        return {(fate, rule): n for fate, rule, n in state.sql(
            "SELECT fate, rule, sum(records)::int FROM account GROUP BY ALL").fetchall()}


# Window: a file replaces the days it covers -----------------------------------------------------


def window_project(
    folder: Path, files: dict[str, str | bytes], column: str = "started_at", header: str = ""
) -> Path:
    project = make_project(folder, {"phone": files}, zones={
        "phone": f'timezone = "Europe/Berlin"\nmode = "window"\nwindow_column = "{column}"'})
    write_adapter(project / "adapters", "phone", "calls", COLUMNS, header)
    return project


def at(number: int, time: str) -> str:
    return row(number, started_at=time, ended_at="")


@pytest.mark.parametrize(("header", "form"), [
    ("", "2026-01-{:02d} {}:00"),
    ("-- times: %d.%m.%Y %H:%M\n", "{:02d}.01.2026 {}"),
    ("-- times: started_at %d.%m.%Y %H:%M\n", "{:02d}.01.2026 {}"),
    ("-- times: updated_at epoch_s\n", "2026-01-{:02d} {}:00"),
])
def test_a_window_is_days_on_the_sources_own_clock(tmp_path: Path, header: str, form: str) -> None:
    """In Berlin the night call is of the 2nd, in UTC it would be of the 1st."""
    project = window_project(tmp_path / "project", {
        "calls_2026-01-04.csv": table([
            at(1, form.format(1, "10:00")), at(2, form.format(2, "00:30")),
            at(3, form.format(3, "10:00"))]),
        "calls_2026-01-05.csv": table([
            at(4, form.format(1, "00:30")), at(5, form.format(1, "22:00"))]),
    }, header=header)
    problems, found, _ = take(project)
    assert problems == []
    assert (found, calls(project)) == ({"used": 4, "ignored": 1}, {"l2", "l3", "l4", "l5"})
    assert fates(project)["ignored", "replaced by a later window"] == 1


def test_a_window_row_without_a_readable_time_is_quarantined(tmp_path: Path) -> None:
    project = window_project(tmp_path / "project", {
        "calls_2026-01-04.csv": table([at(1, "2026-01-01 10:00:00"), at(2, "soon")]),
        "calls_2026-01-05.csv": table([at(3, "2026-01-01 11:00:00")])})
    assert take(project)[0] == []
    assert fates(project) == {("ignored", "replaced by a later window"): 1, ("used", None): 1,
                              ("quarantined", "started_at: not a time"): 1}


def test_a_window_column_that_no_file_has_is_told(tmp_path: Path) -> None:
    project = window_project(tmp_path / "project", {"a.csv": table([row(1)])}, "start_at")
    [problem], found, files = take(project)
    assert problem.startswith("sources.phone.window_column: 'start_at' is no column of "
                              "landing/phone/a.csv, found leg_id, ")
    assert "Did you mean 'started_at'?" in problem
    assert (found, files) == ({}, [("landing/phone/a.csv", "refused")])
    toml = (project / "journeys.toml").read_text()
    (project / "journeys.toml").write_text(toml.replace('"start_at"', '"Started_at"'))
    assert take(project) == ([], {"used": 1}, [("landing/phone/a.csv", "loaded")])


# Snapshot: what the newest file does not hold is deleted ----------------------------------------


@pytest.mark.parametrize(("newest", "left"), [
    ({"calls_2026-01-03.csv": table([])}, set()),
    ({"calls_2026-01-03.csv": table([row(3)])}, {"l3"}),
    ({"a_2026-01-03.csv": table([row(3)]), "b_2026-01-03.csv": table([row(4)]),
      "c_2026-01-03.csv": table([])}, {"l3", "l4"}),
])
def test_the_newest_file_is_the_snapshot_even_without_rows(
    tmp_path: Path, newest: dict[str, str | bytes], left: set[str]
) -> None:
    files: dict[str, str | bytes] = {"calls_2026-01-01.csv": table([row(1)]),
                                     "calls_2026-01-02.csv": table([row(1), row(2), row(3)])}
    project = make_project(tmp_path / "project", {"phone": files},
                           zones={"phone": 'timezone = "UTC"\nmode = "snapshot"'})
    take(project)
    assert calls(project) == {"l1", "l2", "l3"}
    for name, content in newest.items():
        assert isinstance(content, str)
        (project / "landing" / "phone" / name).write_text(content)
    assert take(project)[0] == []
    assert calls(project) == left


def test_an_empty_array_is_a_snapshot_without_rows(tmp_path: Path) -> None:
    project = make_project(tmp_path / "project", {"phone": {
        "calls_2026-01-01.csv": table([row(1)]), "calls_2026-01-02.json": "[]"}},
        zones={"phone": 'timezone = "UTC"\nmode = "snapshot"'})
    for _ in range(2):
        assert take(project)[0] == []
        assert calls(project) == set()


# The account ------------------------------------------------------------------------------------


def test_a_dropped_record_is_counted_and_told(tmp_path: Path) -> None:
    lines = [*(row(n) for n in range(12)), row(12, queue="gone"), row(13, outcome="lost"),
             "l14,too,few", row(3)]
    project = make_project(tmp_path / "project", {"phone": {"calls.csv": table(lines)}})
    adapter = project / "adapters" / "phone.calls.sql"
    adapter.write_text(adapter.read_text() + "where r.queue <> 'gone'\n")
    run = pipeline.run_project(project)
    assert ["without a named rule" in str(p) for p in run.problems] == [True]
    status = read_status(project)
    assert status["records_dropped"] == 1
    assert status["rows_in"] == len(lines) == (
        status["records_used"] + sum(status["records_ignored"].values())
        + status["records_quarantined"] + status["records_dropped"] + status["rows_unreadable"])
    assert fates(project)["dropped", "no rule names it"] == 1
    text = " ".join(journeys("status", str(project)).stdout.split())
    assert "16 = 12 used + 1 ignored + 1 quarantined + 1 dropped + 1 unreadable" in text
    assert run.pack is not None and "no rule names it" in run.pack.read_text(encoding="utf-8")
    [source] = check_project(project, lambda line: None)["sources"]
    assert source["file_rows"] == sum(source["fates"].values()) + source["rows_unreadable"] == 16
    assert source["fates"]["dropped: no rule names it"] == 1
    assert "1 dropped: no rule names it" in journeys("check", str(project)).stdout


# State does not depend on history ---------------------------------------------------------------

WITH_TEAM = (*COLUMNS, "team")


@pytest.fixture
def two_layouts(tmp_path: Path) -> Path:
    """The second file has a column more than the first, which the adapter does not read yet."""
    return make_project(tmp_path / "project", {"phone": {
        "a_2026-01-01.csv": table([row(n) for n in range(6)] + ["l9,too,few"]),
        "b_2026-01-02.csv": table([f"{row(n)},North" for n in range(6, 12)], f"{HEADER},team"),
    }})


def reads(project: Path, columns: tuple[str, ...]) -> None:
    """Have the adapter read these columns, the team as the customer's reason."""
    write_adapter(project / "adapters", "phone", "calls", COLUMNS)
    if "team" in columns:
        adapter = project / "adapters" / "phone.calls.sql"
        adapter.write_text(adapter.read_text().replace(
            'r."contact_reason" as', 'r."team" as disposition,\n    r."contact_reason" as'))


def fresh(project: Path, target: Path) -> tuple[dict[str, tuple[int, int]], list[str]]:
    """Checksums and problems of the same project, run from its files alone."""
    run = run_project(landing_only(project, target))
    return checksums(target), [str(p) for p in run.problems]


def test_an_adapter_that_reads_one_column_more(two_layouts: Path, tmp_path: Path) -> None:
    run_project(two_layouts)
    before = checksums(two_layouts)
    reads(two_layouts, WITH_TEAM)
    wanted, told = fresh(two_layouts, tmp_path / "fresh")
    assert len(told) == 1 and told[0].startswith(
        "landing/phone/a_2026-01-01.csv: columns are missing that the adapter reads: team, found ")
    for _ in range(2):
        assert [str(p) for p in run_project(two_layouts).problems] == told
        assert checksums(two_layouts) == wanted
    status = read_status(two_layouts)
    assert (status["rows_in"], status["records_used"], status["quarantine"]) == (6, 6, [])
    assert [f["path"] for f in status["files_refused"]] == ["landing/phone/a_2026-01-01.csv"]
    # Back again: what was read before is still there, even if the file itself is not.
    reads(two_layouts, COLUMNS)
    (two_layouts / "landing" / "phone" / "a_2026-01-01.csv").unlink()
    assert run_project(two_layouts).problems == []
    assert checksums(two_layouts) == before
    assert read_status(two_layouts)["files_refused"] == []


def test_a_window_column_declared_later(two_layouts: Path, tmp_path: Path) -> None:
    run_project(two_layouts)
    toml = (two_layouts / "journeys.toml").read_text()
    (two_layouts / "journeys.toml").write_text(
        toml + 'mode = "window"\nwindow_column = "team"\n')
    wanted, told = fresh(two_layouts, tmp_path / "fresh")
    assert len(told) == 1 and "window_column: 'team' is no column of" in told[0]
    assert [str(p) for p in run_project(two_layouts).problems] == told
    assert checksums(two_layouts) == wanted


@pytest.mark.parametrize("setting", ['delimiter = "|"', 'encoding = "utf-16"'])
def test_files_that_other_options_make_unreadable(
    two_layouts: Path, tmp_path: Path, setting: str
) -> None:
    toml = (two_layouts / "journeys.toml").read_text()
    other = (two_layouts / "landing" / "other" / "good.csv")
    other.parent.mkdir()
    other.write_text(table([row(50), row(51)]))
    toml += '[sources.other]\nadapter = "phone"\nfiles = "landing/other/*"\ntimezone = "UTC"\n'
    (two_layouts / "journeys.toml").write_text(toml)
    run_project(two_layouts)
    before = checksums(two_layouts)
    (two_layouts / "journeys.toml").write_text(
        toml.replace("[sources.phone]\n", f"[sources.phone]\n{setting}\n"))
    wanted, told = fresh(two_layouts, tmp_path / "fresh")
    assert len(told) == 2
    assert [str(p) for p in run_project(two_layouts).problems] == told
    assert checksums(two_layouts) == wanted != before
    (two_layouts / "journeys.toml").write_text(toml)
    run_project(two_layouts)
    assert checksums(two_layouts) == before


# What is no longer there ------------------------------------------------------------------------


def published(project: Path, query: str) -> list[tuple[Any, ...]]:
    with duckdb.connect(str(project / "warehouse" / "journeys.duckdb"), read_only=True) as found:
        return found.sql(query).fetchall()


def test_a_source_that_is_no_longer_configured_is_in_no_account(tmp_path: Path) -> None:
    project = make_project(tmp_path / "project", {
        "phone": {"a.csv": table([row(1), row(2)])},
        "old": {"b.csv": table([row(7), "l8,too,few"]), "c.csv": b""}})
    run_project(project)
    assert read_status(project)["rows_unreadable"] == 1
    toml = (project / "journeys.toml").read_text()
    (project / "journeys.toml").write_text(toml.partition("[sources.old]")[0])
    run_project(project)
    status = read_status(project)
    assert (status["rows_in"], status["rows_unreadable"], status["quarantine"],
            status["files_refused"]) == (2, 0, [], [])
    for name in ("files", "quarantine_summary", "account"):
        assert {s for (s,) in published(project, f"SELECT source FROM {name}")} <= {"phone"}


def test_a_refused_file_that_is_gone_is_forgotten(tmp_path: Path) -> None:
    project = make_project(tmp_path / "project", {"phone": {
        "a.csv": table([row(1)]), "empty.csv": b"", "broken.csv": b"a,b\n1,2\n"}})

    def refused() -> list[str]:
        return [f["path"].rpartition("/")[2] for f in read_status(project)["files_refused"]]

    run_project(project)
    assert refused() == ["broken.csv", "empty.csv"]
    (project / "landing" / "phone" / "broken.csv").unlink()
    run_project(project)
    assert refused() == ["empty.csv"]


@pytest.mark.parametrize(("names", "remedy"), [
    (("calls.csv", "later.csv"), "A file without a date in its name cannot win over another one; "
                                 "put the date of the export into the name"),
    (("calls.csv",), "Another row has the same key and nothing says which is newer"),
])
def test_an_undated_file_that_cannot_win_is_told_why(
    tmp_path: Path, names: tuple[str, ...], remedy: str
) -> None:
    versions = [row(1, queue="A"), row(1, queue="B")]
    files: dict[str, str | bytes] = (
        {n: table([v]) for n, v in zip(names, versions, strict=True)} if len(names) == 2
        else {names[0]: table(versions)})
    project = make_project(tmp_path / "project", {"phone": files})
    report = json.loads(journeys("check", str(project), "--json").stdout)
    [fault] = report["faults"]
    assert fault["rule"] == "duplicate key" and fault["remedy"].startswith(remedy)


def test_an_undated_file_overwritten_in_place_is_told_the_same(tmp_path: Path) -> None:
    project = make_project(tmp_path / "project",
                           {"phone": {"calls.csv": table([row(1, queue="A"), row(2)])}})
    run_project(project)
    (project / "landing" / "phone" / "calls.csv").write_text(table([row(1, queue="B"), row(2)]))
    run_project(project)
    [fault] = read_status(project)["quarantine"]
    assert "put the date of the export into the name" in fault["remedy"]
