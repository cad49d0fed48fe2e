"""The command line as a user meets it: exit codes, messages, JSON, file permissions."""

from __future__ import annotations

import json
import os
import re
import shlex
import shutil
import stat
import subprocess
import sys
from importlib.metadata import version
from pathlib import Path

import duckdb
import pytest

from tests.project import write_project
from tests.test_docs import journeys
from tests.test_model_cases import call


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory, _session_secret: None) -> Path:
    """Eight customers who wait and call again, and one bad row."""
    folder = write_project(tmp_path_factory.mktemp("cli") / "project", calls=[
        *(call(f"c{i}", f"{day} 09:00", contact_reason="billing", queue="Billing",
               queue_wait_ms=300000) for i in range(8) for day in ("10", "12")),
        call("bad", "10 09:00", queue_wait_ms=-1)])
    done = journeys("run", str(folder))
    assert done.returncode == 0, done.stderr
    assert "pack.html" in done.stdout and "Long wait" in done.stdout
    assert "building journeys" in done.stderr
    return folder


def test_help_teaches_and_needs_no_heavy_library() -> None:
    found = journeys("--help")
    assert found.returncode == 0 and "Start with" in found.stdout
    loaded = subprocess.run(
        [sys.executable, "-X", "importtime", "-m", "journey_analytics", "--help"],
        capture_output=True, text=True, check=True).stderr
    for library in ("duckdb", "pandas", "plotly", "sqlglot", "scipy", "prefect", "pyarrow"):
        assert f"| {library}\n" not in loaded.replace(" ", "").replace("|", "| "), library


@pytest.mark.parametrize("arguments", [["frobnicate"], ["run", "--nonsense"], ["explain"],
                                       ["sample"]])
def test_wrong_usage_is_2(arguments: list[str]) -> None:
    assert journeys(*arguments).returncode == 2


def test_no_project_is_2_and_no_warehouse_is_3(tmp_path: Path) -> None:
    for command in ("run", "check", "status"):
        found = journeys(command, str(tmp_path))
        assert found.returncode == 2 and "no project here" in found.stderr
        assert "Traceback" not in found.stderr
    assert journeys("init", str(tmp_path / "new")).returncode == 0
    found = journeys("status", str(tmp_path / "new"))
    assert found.returncode == 3 and "journeys run" in found.stderr


def test_init_makes_a_project_that_says_what_to_do_next(tmp_path: Path) -> None:
    made = journeys("init", str(tmp_path / "my project"))
    assert made.returncode == 0 and "journeys check" in made.stdout
    again = journeys("init", str(tmp_path / "my project"))
    assert again.returncode == 2 and "already" in again.stderr
    for command in ("run", "check"):
        ran = journeys(command, str(tmp_path / "my project"))
        assert ran.returncode == 2 and "journeys.toml: no sources are declared." in ran.stderr


def test_demo_does_not_overwrite_what_is_not_a_project(tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("mine")
    found = journeys("demo", str(tmp_path))
    assert found.returncode == 2 and "not empty" in found.stderr


def test_demo_and_sample_keep_out_of_other_projects(project: Path, tmp_path: Path) -> None:
    (tmp_path / "notes").mkdir()
    (tmp_path / "notes" / "mine.txt").write_text("mine")
    for folder in (project, tmp_path / "notes", tmp_path / "notes" / "mine.txt"):
        for command in ("demo", "sample"):
            found = journeys(command, str(folder))
            assert found.returncode == 2, command
            assert "not empty and not the sample project" in found.stderr
    assert [p.name for p in (tmp_path / "notes").iterdir()] == ["mine.txt"]
    assert not (project / "truth").exists()


def test_version() -> None:
    found = journeys("--version")
    assert found.returncode == 0
    assert found.stdout == f"journey_analytics {version('journey_analytics')}\n"


def test_what_to_explain_can_be_pasted(project: Path, tmp_path: Path) -> None:
    """From the folder where the first command was typed, even if its name has a space."""
    moved = shutil.copytree(project, tmp_path / "my project")
    for command in ("status", "run"):
        printed = journeys(command, "my project", cwd=tmp_path).stdout
        lines = re.findall(r"journeys explain .*", printed)
        assert lines, printed
        program, *arguments = shlex.split(lines[0])
        assert program == "journeys" and arguments[-1] == "my project"
        shown = journeys(*arguments, cwd=tmp_path)
        assert shown.returncode == 0 and shown.stdout.startswith("Journey ")
    assert moved.is_dir()


def test_keys_are_text_in_json(project: Path) -> None:
    found = json.loads(journeys("status", str(project), "--json").stdout)
    assert found["worth_explaining"]
    for key in found["worth_explaining"]:
        assert isinstance(key, str)
        whole = json.loads(journeys("explain", key, str(project), "--json").stdout)
        assert whole["journey"]["journey_key"] == key


def test_a_run_without_a_usable_record_says_why(tmp_path: Path) -> None:
    """The three commonest rules, with what to do."""
    faults = {"started_at": ("tomorrow", 4), "outcome": ("lost", 3), "holds": ("1.5", 2),
              "queue_wait_ms": ("-1", 1)}
    legs = [call(f"{column} {n}", "10 09:00", **{column: value})
            for column, (value, count) in faults.items() for n in range(count)]
    folder = write_project(tmp_path / "project", calls=legs)
    found = journeys("run", str(folder))
    assert found.returncode == 3 and "no usable record in any source" in found.stderr
    told = re.findall(r"calls: (.*?), found (\d) times\.", found.stderr)
    assert told == [("started_at: not a time", "4"), ("outcome: not an allowed word", "3"),
                    ("holds: not a whole number", "2")]


def test_groups_too_small_by_the_settings_of_now_are_not_shown(tmp_path: Path) -> None:
    """The warehouse was built when three persons were enough."""
    legs = [call(f"{queue}{n} {day}", f"{day} 09:00", customer_ref=f"{queue}{n}",
                 contact_reason="billing", queue=queue, queue_wait_ms=wait)
            for queue, persons, wait in (("Handful", 3, 900_000), ("Crowd", 8, 300_000))
            for n in range(persons) for day in ("10", "12")]
    folder = write_project(tmp_path / "project", calls=legs,
                           settings="[privacy]\nmin_group = 3\n")
    assert journeys("run", str(folder), "-q").returncode == 0
    pack = folder / "packs" / "everything" / "draft" / "pack.html"
    assert "Handful" in pack.read_text(encoding="utf-8")
    toml = folder / "journeys.toml"
    toml.write_text(toml.read_text().replace("min_group = 3", "min_group = 5"))
    assert journeys("pack", "build", str(folder)).returncode == 0
    text = pack.read_text(encoding="utf-8")
    assert "Handful" not in text and "Crowd" in text
    status = json.loads(journeys("status", str(folder), "--json").stdout)
    assert {p["queue"] for p in status["worst"]} == {"Crowd"}
    assert [p["rank"] for p in status["worst"]] == list(range(1, len(status["worst"]) + 1))
    assert status["pain_points"] == len(status["worst"])


def test_status_as_text_and_json(project: Path) -> None:
    text = journeys("status", str(project)).stdout
    for word in ("last run", "as of", "rows in", "ignored", "persons", "contacts", "journeys",
                 "moments", "pain points", "blind"):
        assert word in text
    assert len(text.splitlines()) <= 50
    found = json.loads(journeys("status", str(project), "--json").stdout)
    assert found["rows_in"] == 17 and found["records_used"] == 16
    assert found["records_quarantined"] == 1
    assert found["persons"] == {"customer": 8} and found["contacts"] == 16
    assert found["moments"]["wait"] == 16 and found["moments"]["repeat_contact"] == 8
    assert found["worst"][0]["basis"] == "customer hours lost"


def test_explain_a_journey_and_its_person(project: Path) -> None:
    key = json.loads(journeys("status", str(project), "--json").stdout)["worth_explaining"][0]
    text = journeys("explain", str(key), str(project))
    assert text.returncode == 0 and "▸ Long wait" in text.stdout
    found = json.loads(journeys("explain", str(key), str(project), "--json").stdout)
    person = found["journey"]["person_key"]
    assert isinstance(person, str)
    assert journeys("explain", person, str(project)).stdout.startswith(f"Person {person}")
    missing = journeys("explain", "12345", str(project))
    assert missing.returncode == 3 and "journeys status" in missing.stderr


def test_check_changes_nothing_and_names_the_line(project: Path, tmp_path: Path) -> None:
    before = {p: p.stat().st_mtime_ns for p in project.rglob("*")}
    found = journeys("check", str(project))
    assert found.returncode == 0
    assert "calls_2026-03-31.csv:18: queue_wait_ms: negative duration" in found.stdout
    assert {p: p.stat().st_mtime_ns for p in project.rglob("*")} == before


def test_pack_build_alone(project: Path) -> None:
    pack = project / "packs" / "everything" / "draft" / "pack.html"
    before = pack.read_bytes()
    pack.unlink()
    assert journeys("pack", "build", str(project)).returncode == 0
    assert pack.read_bytes() == before


def test_files_are_for_their_owner_only(project: Path) -> None:
    for folder in ("warehouse", "packs"):
        assert stat.S_IMODE((project / folder).stat().st_mode) == 0o700
        for file in (project / folder).rglob("*"):
            assert stat.S_IMODE(file.stat().st_mode) == (0o700 if file.is_dir() else 0o600), file


def test_no_raw_key_is_published(project: Path) -> None:
    warehouse = (project / "warehouse" / "journeys.duckdb").read_bytes()
    pack = (project / "packs" / "everything" / "draft" / "pack.html").read_bytes()
    for who in (b"c0 10 09:00", b"c7 12 09:00"):
        assert who not in warehouse and who not in pack


def test_a_second_run_beside_a_running_one_leaves_with_a_message(project: Path) -> None:
    holder = subprocess.Popen(
        [sys.executable, "-c", "import duckdb, sys; c = duckdb.connect(sys.argv[1]); print('on', "
         "flush=True); sys.stdin.read()", str(project / "warehouse" / "state.duckdb")],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=dict(os.environ))
    try:
        assert holder.stdout is not None and holder.stdout.readline() == b"on\n"
        found = journeys("run", str(project))
        assert found.returncode == 3
        assert "another run holds this warehouse" in found.stderr
    finally:
        holder.communicate()


def test_an_open_notebook_neither_blocks_a_run_nor_breaks(project: Path) -> None:
    reader = duckdb.connect(str(project / "warehouse" / "journeys.duckdb"), read_only=True)
    before = reader.sql("SELECT count(*) FROM runs").fetchall()
    assert journeys("run", str(project), "-q").returncode == 0
    assert reader.sql("SELECT count(*) FROM runs").fetchall() == before
    reader.close()
    status = json.loads(journeys("status", str(project), "--json").stdout)
    assert status["last_run"]["run_no"] == before[0][0] + 1


def test_sample_writes_a_project(tmp_path: Path) -> None:
    made = journeys("sample", str(tmp_path / "s"), "--persons", "50", "--days", "30",
                    "--effects", "shuffle")
    assert made.returncode == 0 and (tmp_path / "s" / "truth").is_dir()
    wrong = journeys("sample", str(tmp_path / "t"), "--effects", "nonsense=1")
    assert wrong.returncode == 2 and "nonsense" in wrong.stderr


def test_bench_reports_ratios() -> None:
    found = json.loads(journeys("bench", "--touchpoints", "2000", "--json").stdout)
    assert found["ratios"]["cpu_seconds"] > 0 and found["steps"]["models"]["seconds"] > 0
    assert 1000 < found["touchpoints"] < 4000
