"""State tables follow from records, settings and as_of: not from order, repetition or accidents."""

from __future__ import annotations

import csv
import gzip
import io
import json
import os
import random
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import duckdb
import pytest

from journey_analytics.contracts import TABLES
from journey_analytics.history import HISTORY
from journey_analytics.pipeline import STEPS, run_project
from journey_analytics.sample import generate

PERSONS = 120
#: What runs may leave, and nothing else.
WAREHOUSE = {"state.duckdb", "journeys.duckdb", "snapshots"}


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory: pytest.TempPathFactory, _session_secret: None) -> Path:
    """A project of 120 persons, run once with nothing in its way."""
    project = tmp_path_factory.mktemp("state") / "project"
    generate(project, persons=PERSONS, days=40, seed=11)
    run_project(project)
    return project


def checksums(project: Path) -> dict[str, tuple[int, int]]:
    """Rows and content checksum of every state table, private and published."""
    found = {}
    for file, wanted in (("state.duckdb", set(TABLES) | {"account", "customer_keys"}),
                         ("journeys.duckdb", None)):
        with duckdb.connect(str(project / "warehouse" / file), read_only=True) as connection:
            for (table,) in connection.sql("SELECT table_name FROM duckdb_tables() "
                                           "WHERE schema_name = 'main'").fetchall():
                if table in HISTORY or (wanted is not None and table not in wanted):
                    continue
                found[f"{file}/{table}"] = connection.sql(
                    f"SELECT count(*), coalesce(sum(md5_number_lower(t::varchar)::hugeint), 0) "
                    f"FROM {table} AS t").fetchall()[0]
    return found


def landing_only(project: Path, target: Path, keep: Callable[[Path], bool] = bool) -> Path:
    """Copy a project without its warehouse, with those landing files that are kept."""
    shutil.copytree(project, target, ignore=shutil.ignore_patterns("warehouse", "packs"),
                    dirs_exist_ok=True)
    for file in (target / "landing").rglob("*"):
        if file.is_file() and not keep(file.relative_to(target)):
            file.unlink()
    return target


def test_the_checksum_sees_a_single_changed_value(undisturbed: Path, tmp_path: Path) -> None:
    copy = tmp_path / "copy"
    shutil.copytree(undisturbed, copy)
    with duckdb.connect(str(copy / "warehouse" / "journeys.duckdb")) as connection:
        connection.execute("UPDATE contacts SET wait_ms = coalesce(wait_ms, 0) + 1 WHERE "
                           "contact_key = (SELECT min(contact_key) FROM contacts)")
    before, after = checksums(undisturbed), checksums(copy)
    assert {t for t in before if before[t] != after[t]} == {"journeys.duckdb/contacts"}


def test_a_second_run_changes_no_state_table(undisturbed: Path, tmp_path: Path) -> None:
    project = tmp_path / "project"
    shutil.copytree(undisturbed, project)
    again = run_project(project)
    assert again.records_new == 0
    assert checksums(project) == checksums(undisturbed)
    assert {p.name for p in (project / "warehouse").iterdir()} <= WAREHOUSE


def test_deliveries_in_another_order_change_nothing(undisturbed: Path, tmp_path: Path) -> None:
    files = sorted(p.relative_to(undisturbed) for p in (undisturbed / "landing").rglob("*.*"))
    dice = random.Random(5)
    first = set(dice.sample(files, len(files) // 2))
    project = landing_only(undisturbed, tmp_path / "project", lambda p: p in first)
    run_project(project)
    assert checksums(project) != checksums(undisturbed)
    landing_only(undisturbed, project)
    run_project(project)
    assert checksums(project) == checksums(undisturbed)


def shuffled(content: bytes, suffix: str, dice: random.Random) -> bytes:
    if suffix == ".csv":
        text = content.decode()
        delimiter = ";" if text.partition("\n")[0].count(";") else ","
        head, *rows = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
        dice.shuffle(rows)
        out = io.StringIO(newline="")
        csv.writer(out, delimiter=delimiter).writerows([head, *rows])
        return out.getvalue().encode()
    lines = content.splitlines(keepends=True)
    dice.shuffle(lines)
    return b"".join(lines)


def test_rows_shuffled_inside_files_change_nothing(undisturbed: Path, tmp_path: Path) -> None:
    project = landing_only(undisturbed, tmp_path / "project")
    dice = random.Random(7)
    for file in sorted((project / "landing").rglob("*.*")):
        zipped = file.suffix == ".gz"
        inner = file.with_suffix("") if zipped else file
        content = gzip.decompress(file.read_bytes()) if zipped else file.read_bytes()
        content = shuffled(content, inner.suffix, dice)
        file.write_bytes(gzip.compress(content) if zipped else content)
    run_project(project)
    assert checksums(project) == checksums(undisturbed)


KILL = """
import os, signal, sys
from pathlib import Path
from journey_analytics import pipeline

def killing(step):
    def body(run):
        step(run)
        os.kill(os.getpid(), signal.SIGKILL)
    return body

pipeline.STEPS = tuple(
    (n, t, killing(s) if n == sys.argv[2] else s) for n, t, s in pipeline.STEPS)
pipeline.run_project(Path(sys.argv[1]))
"""


def test_runs_killed_at_any_moment_are_made_good_by_the_next(tmp_path: Path) -> None:
    """Four nights and 20 kills: every boundary between steps, and moments inside them."""
    done = subprocess.run(
        [sys.executable, "-m", "journey_analytics.bench.kill_runs", str(tmp_path), "200", "20",
         str(random.SystemRandom().randrange(1000))],
        capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)
    assert (found["differing"], found["orphans"]) == ([], []), found
    assert found["died"] > len(STEPS) + 1, found


def test_a_killed_run_leaves_last_nights_warehouse_readable(
    undisturbed: Path, tmp_path: Path
) -> None:
    project = tmp_path / "project"
    shutil.copytree(undisturbed, project)
    before = checksums(project)
    killed = subprocess.run([sys.executable, "-c", KILL, str(project), "audit"],
                            capture_output=True, check=False, env=dict(os.environ))
    assert killed.returncode == -signal.SIGKILL, killed.stderr
    after = checksums(project)
    assert {k: v for k, v in after.items() if k.startswith("journeys")} == {
        k: v for k, v in before.items() if k.startswith("journeys")}


def test_of_two_runs_at_once_one_leaves_and_the_other_is_not_disturbed(
    undisturbed: Path, tmp_path: Path
) -> None:
    project = landing_only(undisturbed, tmp_path / "project")
    command = [sys.executable, "-m", "journey_analytics", "run", str(project), "--quiet"]
    runs = [subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
            for _ in range(2)]
    told = [run.communicate() for run in runs]
    codes = sorted(run.returncode for run in runs)
    # A machine that starts the second one late enough runs both, one after the other.
    assert codes in ([0, 3], [0, 0]), told
    if codes == [0, 3]:
        assert "another run holds this warehouse" in next(
            err for run, (_, err) in zip(runs, told, strict=True) if run.returncode == 3)
    assert checksums(project) == checksums(undisturbed)
    assert {p.name for p in (project / "warehouse").iterdir()} <= WAREHOUSE
