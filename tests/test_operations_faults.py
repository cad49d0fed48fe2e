"""The table of faults in docs/operations.md: each ends in a clear message, and nothing is lost.

Last night's publication stands byte for byte, and once the fault is gone a run ends as if it had
never been.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import duckdb
import pytest

from journey_analytics.engines import DuckDBEngine
from journey_analytics.errors import DataError, JourneyError
from journey_analytics.pipeline import run_project, warehouse_file
from journey_analytics.snapshots import rollback
from journey_analytics.status import read_status
from tests.project import write_csv, write_project
from tests.test_model_cases import call
from tests.test_operations import deliver, publish
from tests.test_state import checksums

JOURNEYS = [sys.executable, "-m", "journey_analytics"]
NEW = [call(f"new{i}", "20 09:00", external_id=f"y{i}") for i in range(4)]


@pytest.fixture(scope="module")
def night(tmp_path_factory: pytest.TempPathFactory, _session_secret: None) -> Path:
    """A project that ran once and has a new file."""
    folder = write_project(tmp_path_factory.mktemp("faults") / "project", calls=[
        call(f"c{i}", f"{day} 09:00", external_id=f"x{i}", queue_wait_ms=300000)
        for i in range(6) for day in ("10", "12")])
    publish(folder)
    deliver(folder, "2026-04-01", NEW)
    return folder


@pytest.fixture(scope="module")
def wanted(night: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, tuple[int, int]]:
    """What the next run ends with when nothing goes wrong."""
    folder = tmp_path_factory.mktemp("wanted") / "project"
    shutil.copytree(night, folder)
    publish(folder)
    return checksums(folder)


@pytest.fixture
def project(night: Path, tmp_path: Path) -> Path:
    folder = tmp_path / "project"
    shutil.copytree(night, folder)
    return folder


@pytest.fixture
def ends_well(
    project: Path, night: Path, wanted: dict[str, tuple[int, int]]
) -> Callable[[], None]:
    """A function that checks that the publication stands, and that the next run is right."""
    def check() -> None:
        assert warehouse_file(project).read_bytes() == warehouse_file(night).read_bytes()
        publish(project)
        assert checksums(project) == wanted
        assert {p.name for p in (project / "warehouse").iterdir()} == {
            "state.duckdb", "journeys.duckdb", "snapshots"}
    return check


def setting(project: Path, text: str) -> Callable[[], None]:
    """Add a setting; returns what takes it away again."""
    file = project / "journeys.toml"
    before = file.read_text()
    file.write_text(before + text)
    return lambda: file.write_text(before) and None


def test_a_full_disk(project: Path, tmp_path: Path, ends_well: Callable[[], None]) -> None:
    disk, after = tmp_path / "disk", tmp_path / "after"
    disk.mkdir()
    kilobytes = sum(p.stat().st_size for p in project.rglob("*") if p.is_file()) // 1024 + 400
    script = (f"mount -t tmpfs -o size={kilobytes}k tmpfs {disk} && cp -a {project}/. {disk} && "
              f"{{ {' '.join(JOURNEYS)} run {disk} --quiet; echo code $?; cp -a {disk} {after}; }}")
    done = subprocess.run(["unshare", "--user", "--map-root-user", "--mount", "sh", "-c", script],
                          capture_output=True, text=True, check=False)
    if "code" not in done.stdout:
        pytest.skip(f"no file system can be mounted here: {done.stderr}")
    assert "code 3" in done.stdout and "the disk is full" in done.stderr, done
    assert "Traceback" not in done.stderr
    shutil.rmtree(project)
    shutil.copytree(after, project)
    ends_well()


def test_the_memory_limit(project: Path, ends_well: Callable[[], None]) -> None:
    undo = setting(project, '[machine]\nmemory_limit = "6MB"\nthreads = 1\n')
    with pytest.raises(JourneyError, match="the memory limit is reached.*Raise memory_limit"):
        publish(project)
    undo()
    ends_well()


WRITER = """
import sys, time
with open(sys.argv[1], "a") as file:
    print("writing", flush=True)
    while True:
        file.write("x,x,2026-01-21 09:00,g,,agent,inbound,voice,answered\\n")
        file.flush()
        time.sleep(0.001)
"""


def test_a_file_that_grows_while_it_is_read(project: Path) -> None:
    landing = project / "landing" / "calls_2026-04-02.csv"
    write_csv(landing, [{"leg_id": f"g{i}", "call_id": f"g{i}", "started_at": "2026-01-21 09:00",
                         "external_id": "g", "queue_wait_ms": "", "leg_kind": "agent",
                         "direction": "inbound", "channel": "voice", "outcome": "answered"}
                        for i in range(150_000)])
    writer = subprocess.Popen([sys.executable, "-c", WRITER, str(landing)],
                              stdout=subprocess.PIPE, text=True)
    try:
        assert writer.stdout is not None and writer.stdout.readline() == "writing\n"
        run = publish(project)
    finally:
        writer.kill()
        writer.communicate()
    assert "calls_2026-04-02.csv: the file changed while it was read" in str(run.problems[0])
    with duckdb.connect(str(warehouse_file(project)), read_only=True) as file:
        assert file.sql("SELECT count(*) FROM contacts WHERE started_at = '2026-01-21 09:00'"
                        ).fetchall() == [(0,)]
    landing.write_text("".join(landing.read_text().splitlines(keepends=True)[:41]))
    run = publish(project)
    assert run.problems == [] and run.records_new == 40


def test_a_file_that_disappears(project: Path, ends_well: Callable[[], None]) -> None:
    gone = deliver(project, "2026-04-02", [call("gone", "22 09:00")])

    def progress(line: str) -> None:  # told of each file once it was read
        if "calls_2026-04-01" in line:
            gone.unlink()

    run = run_project(project, progress)
    assert "calls_2026-04-02.csv" in str(run.problems[0]), run.problems
    assert "may not be read" in str(run.problems[0]) or "disappeared" in str(run.problems[0])
    assert publish(project).problems == []


def as_anybody(*arguments: str) -> subprocess.CompletedProcess[str]:
    """Run ``journeys`` without root's right to read everything."""
    drop = "-dac_override,-dac_read_search"
    command = [*JOURNEYS, *arguments]
    if os.getuid() == 0:
        command = ["setpriv", f"--bounding-set={drop}", f"--inh-caps={drop}", *command]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def test_permissions(project: Path, ends_well: Callable[[], None]) -> None:
    landing = project / "landing" / "calls_2026-04-01.csv"
    landing.chmod(0)
    done = as_anybody("run", str(project), "--quiet")
    assert done.returncode == 3 and "the file may not be read" in done.stderr, done.stderr
    landing.chmod(0o600)
    before = warehouse_file(project).read_bytes()
    (project / "warehouse").chmod(0o500)
    done = as_anybody("run", str(project), "--quiet")
    assert done.returncode == 3 and "may not be read or written" in done.stderr, done.stderr
    (project / "warehouse").chmod(0o700)
    assert warehouse_file(project).read_bytes() == before


def test_a_clock_set_back(project: Path, ends_well: Callable[[], None]) -> None:
    ahead = datetime.now(UTC).replace(tzinfo=None) + timedelta(days=1)
    state = project / "warehouse" / "state.duckdb"
    with duckdb.connect(str(state)) as file:
        before = file.sql("SELECT published_at FROM runs").fetchall()[0][0]
        file.execute("UPDATE runs SET published_at = ?", [ahead])
    with pytest.raises(DataError, match=r"clock: it was set back.*--full"):
        publish(project)
    with duckdb.connect(str(state)) as file:
        file.execute("UPDATE runs SET published_at = ?", [before])
    ends_well()


def test_a_second_run_is_told_who_holds_the_warehouse(
    project: Path, ends_well: Callable[[], None]
) -> None:
    engine = DuckDBEngine((project / "warehouse").resolve())
    try:
        done = as_anybody("run", str(project), "--quiet")
    finally:
        engine.close()
    assert done.returncode == 3 and "another run holds this warehouse" in done.stderr
    assert f"process {os.getpid()} on " in done.stderr
    ends_well()


@pytest.mark.parametrize("damage", ["torn", "overwritten", "empty"])
def test_a_damaged_publication(
    project: Path, wanted: dict[str, tuple[int, int]], damage: str
) -> None:
    publish(project)
    published = warehouse_file(project)
    content = published.read_bytes()
    os.unlink(published)
    published.write_bytes({"torn": content[:5000], "empty": b"",
                           "overwritten": b"x" * 20000 + content[20000:]}[damage])
    with pytest.raises(JourneyError, match=r"damaged.*journeys rollback"):
        read_status(project)
    assert rollback(project)["run_no"] == 1
    assert read_status(project)["last_run"]["run_no"] == 1
    publish(project)
    assert checksums(project) == wanted


def test_a_damaged_state_file(project: Path, ends_well: Callable[[], None]) -> None:
    state = project / "warehouse" / "state.duckdb"
    state.write_bytes(b"x" * 20000 + state.read_bytes()[20000:])
    with pytest.raises(JourneyError, match=r"damaged.*move it away"):
        publish(project)
    state.unlink()
    ends_well()


def test_a_log_left_beside_the_publication(
    project: Path, night: Path, ends_well: Callable[[], None]
) -> None:
    other = project / "other.duckdb"
    with duckdb.connect(str(other)) as file:
        file.execute("CREATE TABLE t (i INTEGER)")
    with duckdb.connect(str(other)) as file:
        file.execute("PRAGMA disable_checkpoint_on_shutdown")
        file.execute("INSERT INTO t VALUES (1)")
        left = Path(f"{other}.wal").read_bytes()
    wal = Path(f"{warehouse_file(project)}.wal")
    wal.write_bytes(left)
    ends_well()
    assert not wal.exists()


@pytest.mark.parametrize("umask", [0o000, 0o777])
def test_files_are_their_owners_alone_under_any_umask(
    project: Path, umask: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    shutil.rmtree(project / "warehouse")
    shutil.rmtree(project / "packs", ignore_errors=True)
    environment = {k: v for k, v in os.environ.items() if k != "JOURNEYS_SECRET"}
    done = subprocess.run([*JOURNEYS, "run", str(project), "--quiet"], umask=umask,
                          capture_output=True, text=True, check=False, env=environment)
    assert done.returncode == 0, done.stderr
    made = [*(project / "warehouse").rglob("*"), *(project / "packs").rglob("*"),
            project / "warehouse", project / "packs", project / "journeys.key",
            project / "audit_log.ndjson"]
    assert {p.name: oct(p.stat().st_mode & 0o777) for p in made
            if p.stat().st_mode & 0o777 != (0o700 if p.is_dir() else 0o600)} == {}
    assert "run" in [json.loads(line)["action"] for line in
                     (project / "audit_log.ndjson").read_text().splitlines()]
