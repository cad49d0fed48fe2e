"""Snapshots, retention and gates: what nights keep, erase, and keep out."""

from __future__ import annotations

import ast
import csv
import json
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import duckdb
import pytest
from pydantic import ValidationError

from journey_analytics import pipeline
from journey_analytics.bench import gates as bench
from journey_analytics.errors import DataError, SettingsError
from journey_analytics.forget import forget
from journey_analytics.pack.build import issue_pack
from journey_analytics.pack.erasing import TOO_OLD
from journey_analytics.pack.issues import read_issues
from journey_analytics.settings import Settings, load
from journey_analytics.settings_packs import PackScope
from journey_analytics.snapshots import rollback, snapshots
from tests.conftest import ROOT
from tests.project import DEFAULTS, write_csv, write_project
from tests.test_docs import blocks, journeys
from tests.test_model_cases import call
from tests.test_state import checksums


def last_run(project: Path) -> int:
    with duckdb.connect(str(project / "warehouse" / "journeys.duckdb"), read_only=True) as file:
        return int(file.sql("SELECT max(run_no) FROM runs").fetchall()[0][0])


def publish(
    project: Path, accept: tuple[str, ...] = (), full: bool = False
) -> pipeline.Run:
    """Run everything but the pack, which costs as much again."""
    run = pipeline.start(project, accept=accept, full=full)
    try:
        for name, _, step in pipeline.STEPS:
            if name != "pack":
                step(run)
    finally:
        pipeline.finish(run)
    return run


def kept(project: Path) -> list[int]:
    return list(snapshots(project / "warehouse"))


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """Six callers on two days; run once."""
    folder = write_project(tmp_path / "project", settings="[nights]\nkeep_snapshots = 2\n", calls=[
        call(f"c{i}-{day}", f"{day} 09:00", external_id=f"x{i}", queue_wait_ms=300000)
        for i in range(6) for day in ("10", "12")])
    publish(folder)
    return folder


def deliver(project: Path, name: str, rows: list[dict[str, Any]]) -> Path:
    """Deliver calls in a file of their own, with the columns that the adapter reads."""
    with (project / "landing" / "calls_2026-03-31.csv").open() as file:
        columns = dict.fromkeys(next(csv.reader(file)), "")
    path = project / "landing" / f"calls_{name}.csv"
    write_csv(path, [{**columns, **DEFAULTS["calls"], **row} for row in rows])
    return path


def test_the_last_snapshots_are_kept_and_one_is_published_again_and_undone(project: Path) -> None:
    first = checksums(project)
    for day in range(1, 4):
        deliver(project, f"2026-04-0{day}", [call(f"new{day}", f"2{day} 09:00", external_id="x1")])
        publish(project)
    assert (last_run(project), kept(project)) == (4, [2, 3])
    newest = checksums(project)
    with duckdb.connect(str(project / "warehouse" / "journeys.duckdb"), read_only=True) as reader:
        seen = reader.sql("SELECT count(*) FROM touchpoints").fetchall()
        assert rollback(project)["run_no"] == 3
        assert reader.sql("SELECT count(*) FROM touchpoints").fetchall() == seen
    assert last_run(project) == 3 and checksums(project) != newest
    assert rollback(project, 4)["before"] == 3
    assert checksums(project) == newest != first
    with pytest.raises(SettingsError, match=r"no such snapshot, found 1, allowed 2, 3, 4"):
        rollback(project, 1)
    rollback(project, 2)
    publish(project)  # the next night ends the detour
    assert checksums(project) == newest
    assert (last_run(project), kept(project)) == (5, [2])


def test_the_command_tells_how_to_undo_and_status_that_it_was(project: Path) -> None:
    publish(project)
    done = journeys("rollback", str(project))
    assert done.returncode == 0 and "run 1" in done.stdout and "--to 2" in done.stdout
    assert "rolled back from run 2" in journeys("status", str(project)).stdout
    assert "<h1" in next((project / "packs").rglob("pack.html")).read_text().lower()
    assert [json.loads(line)["action"] for line in
            (project / "audit_log.ndjson").read_text().splitlines()][-1] == "rollback"


def test_forgetting_gives_up_the_snapshots_that_show_the_person(project: Path) -> None:
    publish(project)
    assert kept(project) == [1]
    forget(project, "external_id:x1")
    assert kept(project) == []
    publish(project)
    assert kept(project) == [3]


def keep_days(project: Path, days: int | None) -> None:
    settings = project / "journeys.toml"
    text = settings.read_text().split("[privacy]")[0]
    settings.write_text(text + (f"[privacy]\nkeep_days = {days}\n" if days else ""))


def test_what_is_older_than_it_is_kept_is_erased_everywhere(tmp_path: Path) -> None:
    young = [call(f"c{i}", "25 09:00", external_id=f"KD-young-{i}") for i in range(3)]
    old: list[dict[str, Any]] = [
        {**call(f"o{i}", "01 09:00", external_id=f"KD-old-{i}"),
         "started_at": "2025-12-01 09:00", "ended_at": "2025-12-01 09:05"} for i in range(3)]
    bad = {**old[0], "leg_id": "bad", "external_id": "KD-old-bad", "started_at": "yesterday"}
    tickets = [{"ticket_id": "t1", "created_at": "2025-11-01 08:00", "external_id": "KD-old-t"},
               {"ticket_id": "t2", "created_at": "2025-11-01 08:00", "external_id": "KD-young-t",
                "solved_at": "2026-03-20 08:00"}]
    project = write_project(tmp_path / "project", calls=[*young], tickets=tickets)
    deliver(project, "2025-12-31", [*old, bad])
    publish(project)
    publish(project)
    assert kept(project) == [1]
    everything = (project / "warehouse" / "state.duckdb").read_bytes()
    assert b"KD-old-0" in everything and b"KD-old-bad" in everything

    issue_pack(project, load(project), PackScope(), pipeline.SOLVERS)
    old_pack = project / "packs" / "everything"
    register = json.loads((old_pack / "issues.json").read_text())
    (old_pack / "issues.json").write_text(json.dumps(  # as if it quoted what is erased tonight
        [{**issue, "oldest": "2025-12-01"} for issue in register]))
    keep_days(project, 90)
    pipeline.write_pack(publish(project))
    assert sorted(p.name for p in old_pack.iterdir() if p.is_dir()) == ["draft", "v002"]
    assert read_issues(old_pack)[0].removed_because == TOO_OLD
    assert kept(project) == []
    for file in (project / "warehouse").rglob("*.duckdb"):
        assert b"KD-old" not in file.read_bytes(), file
    with duckdb.connect(str(project / "warehouse" / "journeys.duckdb"), read_only=True) as file:
        fates = dict(file.sql("SELECT coalesce(rule, fate), sum(records)::int FROM account "
                              "GROUP BY ALL").fetchall())
        persons = file.sql("SELECT count(*) FROM persons").fetchall()
    assert (fates, persons) == ({"used": 4, "older than keep_days": 5}, [(4,)])

    alone = write_project(tmp_path / "alone", calls=[*young], tickets=tickets[1:])
    keep_days(alone, 90)
    publish(alone)
    mine, others = checksums(project), checksums(alone)
    assert {t for t in mine if mine[t] != others.get(t)} <= {
        "state.duckdb/account", "journeys.duckdb/account", "journeys.duckdb/quarantine_summary"}

    deliver(project, "2026-04-01", old)  # delivered again, and erased again before it shows
    publish(project)
    again = checksums(project)
    assert {t for t in mine if mine[t] != again[t]} <= {
        "state.duckdb/account", "journeys.duckdb/account", "journeys.duckdb/coverage"}
    assert b"KD-old" not in (project / "warehouse" / "state.duckdb").read_bytes()


def many(day: str, count: int, **values: str) -> list[dict[str, Any]]:
    """Calls of one day, each of another customer."""
    return [{**call(f"{day}-{i}", "01 09:00", external_id=f"x{i}", disposition="billing",
                    queue="Line"),
             "started_at": f"{day} 09:{i % 60:02d}", "ended_at": f"{day} 10:00", **values}
            for i in range(count)]


@pytest.fixture
def history(tmp_path: Path) -> Path:
    """Eight weeks of 120 calls a day in five files, and a second source; published once."""
    days = [f"2026-{m:02d}-{d:02d}" for m, last in ((1, 31), (2, 25)) for d in range(1, last + 1)]
    project = write_project(tmp_path / "history", settings="[gates]\nmin_rows = 50\n",
                            as_of="2026-03-05T00:00:00Z", calls=many(days[0], 120),
                            tickets=[{"ticket_id": "t1", "created_at": "2026-02-25 12:00"}])
    for part in range(4):
        deliver(project, f"2026-02-2{part}",
                [row for day in days[1 + part::4] for row in many(day, 120)])
    publish(project)
    return project


def gates(project: Path, source: str = "calls") -> dict[str, tuple[str, str]]:
    """Outcome and subject of each gate of a source, as published."""
    with duckdb.connect(str(project / "warehouse" / "journeys.duckdb"), read_only=True) as file:
        return {gate: (outcome, subject) for gate, outcome, subject in file.execute(
            "SELECT gate, outcome, subject FROM gates WHERE source = ?", [source]).fetchall()}


def take(project: Path) -> tuple[list[str], dict[str, tuple[str, str]], str]:
    """Take in files without publishing; returns problems, gates and a checksum of the calls."""
    run = pipeline.start(project)
    try:
        pipeline.ingest_files(run)
        pipeline.build_canonical_tables(run)
        found = run.engine.rows("SELECT gate, outcome, subject FROM state.gates "
                                "WHERE source = 'calls' AND gate <> 'stale'")
        return ([str(p) for p in run.problems], {g: (o, s) for g, o, s in found},
                run.engine.checksum("state.calls"))
    finally:
        pipeline.finish(run)


def normal(day: str) -> list[dict[str, Any]]:
    return [*many(day, 110), *many("2026-02-27", 5)]


FAULTS: dict[str, tuple[Callable[[], list[dict[str, Any]]], str]] = {
    "quarantined": (
        lambda: [*normal("2026-02-26"), *many("2026-02-25", 80, started_at="never")], ""),
    "volume": (lambda: normal("2026-02-26")[-20:], "calls on 2026-02-26"),
    "empty": (lambda: [{**r, "disposition": ""} for r in normal("2026-02-26")],
              "records.disposition"),
    "unknown": (lambda: [{**r, "queue": "Other"} for r in normal("2026-02-26")], "calls.queue"),
}


def test_each_gate_keeps_out_what_is_wrong_and_lets_in_what_is_right(history: Path) -> None:
    _, first, calls = take(history)
    assert {outcome for outcome, _ in first.values()} == {"passed", "nothing to compare with"}
    for gate, (rows, subject) in FAULTS.items():
        bad = deliver(history, "2026-03-01", rows())
        problems, found, same = take(history)
        assert len(problems) == 1 and "journeys run --accept calls" in problems[0], gate
        assert found[gate] == ("refused", subject), gate
        assert [outcome for outcome, _ in found.values()].count("refused") == 1, found
        assert same == calls, gate
        bad.unlink()
    assert take(history)[::2] == ([], calls)  # withdrawn, and everything is as it was
    deliver(history, "2026-03-01", [{**r, "mood": "new"} for r in normal("2026-02-26")])
    problems, found, more = take(history)
    assert problems == [] and more != calls
    assert found["volume"] == ("passed", "calls on 2026-02-26")
    assert found["new_columns"][0] == "noted"


def test_a_refused_source_is_published_as_it_was_told_of_and_taken_by_hand(history: Path) -> None:
    before = checksums(history)
    deliver(history, "2026-03-01", FAULTS["unknown"][0]())
    assert len(publish(history).problems) == 1
    after = checksums(history)
    assert {t for t in before if before[t] != after[t]} <= {
        "state.duckdb/account", "journeys.duckdb/account"}
    assert "stale   source calls: its new files are kept out" in journeys(
        "status", str(history)).stdout
    with pytest.raises(SettingsError, match="no such source"):
        publish(history, accept=("phone",))
    assert publish(history, accept=("calls",)).problems == []
    taken = checksums(history)
    assert taken != before and gates(history)["all"][0] == "accepted by hand"
    publish(history, full=True)
    assert checksums(history) == taken


def test_a_gate_that_stops_leaves_last_nights_publication(history: Path) -> None:
    settings = history / "journeys.toml"
    settings.write_text(settings.read_text() + '[gates.sources.calls]\nunknown = "stop"\n')
    deliver(history, "2026-03-01", FAULTS["unknown"][0]())
    with pytest.raises(DataError, match="calls.queue were never seen before"):
        take(history)


def test_a_stale_source_is_named_and_no_longer_holds_back_the_others(history: Path) -> None:
    settings = history / "journeys.toml"
    settings.write_text(settings.read_text().replace('as_of = "2026-03-05T00:00:00Z"\n', ""))
    deliver(history, "2026-03-01", [r for d in ("2026-03-05", "2026-03-06") for r in many(d, 110)])
    run = publish(history, accept=("calls",))
    assert f"{run.as_of:%Y-%m-%d}" == "2026-03-06"
    assert gates(history, "tickets")["stale"] == ("stale", "2026-02-25 12:00")
    assert "stale   source tickets: its newest row is of 2026-02-25" in journeys(
        "status", str(history)).stdout


def test_a_holiday_is_no_fault_and_no_yardstick(history: Path) -> None:
    settings = history / "journeys.toml"
    settings.write_text(settings.read_text() + """[calendars.default]
timezone = "UTC"
days = { mon = "08:00-18:00", tue = "08:00-18:00", wed = "08:00-18:00", thu = "08:00-18:00" }
exceptions = { 2026-02-26 = "closed" }
""")
    deliver(history, "2026-03-01", FAULTS["volume"][0]())
    problems, found, _ = take(history)
    assert problems == [] and found["volume"][0] == "nothing to compare with"


def test_quiet_nights_pass_and_planted_faults_are_found(monkeypatch: pytest.MonkeyPatch) -> None:
    """A short `journeys bench gates`; the long one stands in docs/operations.md."""
    chosen = ("half of the rows", "60 % in an unknown queue")
    monkeypatch.setattr(bench, "FAULTS", {name: bench.FAULTS[name] for name in chosen})
    found = bench.bench_gates(nights=8, worlds=1, calls=400, progress=lambda line: None)
    assert {gate for gate, told in found["quiet"].items() if told["judged"] >= 7} >= {
        "volume", "empty", "unknown", "quarantined"}
    assert sum(told["refused"] for told in found["quiet"].values()) == 0
    for name in chosen:
        assert found["faults"][name]["nights"] == [0], name


READER = """
import sys
from pathlib import Path
import duckdb
ask = "SELECT (SELECT max(run_no) FROM runs), (SELECT count(*) FROM touchpoints)"
stay = duckdb.connect(sys.argv[1], read_only=True) if sys.argv[3] == "stays" else None
print("reading", flush=True)
seen = set()
while not Path(sys.argv[2]).exists():
    connection = stay or duckdb.connect(sys.argv[1], read_only=True)
    seen.add(connection.sql(ask).fetchall()[0])
    if not stay:
        connection.close()
print(sorted(seen))
"""


def test_notebooks_read_while_runs_publish_and_see_one_run_or_the_other(
    project: Path, tmp_path: Path
) -> None:
    stop = tmp_path / "stop"
    published = project / "warehouse" / "journeys.duckdb"
    readers = [subprocess.Popen([sys.executable, "-c", READER, str(published), str(stop), how],
                                stdout=subprocess.PIPE, text=True) for how in ("stays", "asks")]
    try:
        for reader in readers:
            assert reader.stdout is not None and reader.stdout.readline() == "reading\n"
        for day in (1, 2):
            deliver(project, f"2026-04-0{day}",
                    [call(f"new{day}", f"2{day} 09:00", external_id="x1")])
            publish(project)
    finally:
        stop.touch()  # or they would read for ever
    told = [reader.communicate(timeout=60)[0] for reader in readers]
    assert [reader.returncode for reader in readers] == [0, 0]
    assert told[0] == "[(1, 12)]\n"
    assert set(ast.literal_eval(told[1])) in (
        {(1, 12), (2, 13)}, {(1, 12), (2, 13), (3, 14)}), told


def test_another_secret_changes_every_key_and_nothing_else(
    project: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = checksums(project)
    monkeypatch.setenv("JOURNEYS_SECRET", "another secret of the tests")
    publish(project)
    rotated = checksums(project)
    fresh = tmp_path / "fresh"
    shutil.copytree(project, fresh, ignore=shutil.ignore_patterns("warehouse", "packs"))
    publish(fresh)
    assert rotated == checksums(fresh)
    assert {t: n for t, (n, _) in before.items()} == {t: n for t, (n, _) in rotated.items()}
    with duckdb.connect(str(project / "warehouse" / "journeys.duckdb"), read_only=True) as now:
        now.execute(f"ATTACH '{next((project / 'warehouse' / 'snapshots').iterdir())}' AS old "
                    "(READ_ONLY)")
        assert now.sql("SELECT count(*) FROM persons JOIN old.persons USING (person_key)"
                       ).fetchall() == [(0,)]


def test_the_settings_in_the_docs_are_settings_and_their_values_the_defaults() -> None:
    shown = Settings.model_validate(tomllib.loads("\n".join(
        blocks(ROOT / "docs" / "operations.md", "toml"))))
    assert shown.gates == Settings().gates
    assert shown.nights.keep_snapshots == Settings().nights.keep_snapshots
    assert shown.nights.at == Settings().nights.at
    with pytest.raises(ValidationError, match="clocks skip or repeat this hour"):
        Settings.model_validate({"nights": {"at": "02:30"}})
