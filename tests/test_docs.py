"""Docs that fail when they lie: the worked example runs as it stands, commands exist."""

from __future__ import annotations

import json
import os
import re
import shlex
import shutil
import subprocess
import sys
import types
from pathlib import Path

import pytest

from journey_analytics import explore
from journey_analytics.explore import measured
from journey_analytics.metrics import measuring, read_ledger
from journey_analytics.models import load_model
from tests.conftest import ROOT

DOCS = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").rglob("*.md")),
        ROOT / "notebooks" / "README.md"]
JOURNEYS = [sys.executable, "-m", "journey_analytics"]


def journeys(*arguments: str, cwd: Path | None = None) -> subprocess.CompletedProcess[str]:
    return subprocess.run([*JOURNEYS, *arguments], capture_output=True, text=True, cwd=cwd,
                          check=False)


def blocks(path: Path, language: str) -> list[str]:
    return re.findall(rf"```{language}\n(.*?)```", path.read_text(), re.S)


def test_the_worked_example_of_an_adapter_runs_as_it_stands(tmp_path: Path) -> None:
    guide = ROOT / "docs" / "adapters.md"
    for name, language in (("landing/phone/calls_2026-03-31.csv", "csv"),
                           ("adapters/phone.calls.sql", "sql"), ("journeys.toml", "toml")):
        file = tmp_path / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(blocks(guide, language)[0])
    checked = journeys("check", ".", "--json", cwd=tmp_path)
    report = json.loads(checked.stdout)
    assert checked.returncode == 0, checked.stderr
    assert report["sources"][0]["fates"] == {"quarantined: started_at: not a time": 1, "used": 2}
    assert report["faults"][0]["first_place"].endswith(":4")
    assert journeys("run", ".", "--quiet", cwd=tmp_path).returncode == 0
    assert (tmp_path / "packs" / "everything" / "draft" / "pack.html").stat().st_size > 0


def test_every_command_in_the_docs_exists() -> None:
    for path in DOCS:
        for command in set(re.findall(r"`journeys ([a-z]+)", path.read_text())):
            assert journeys(command, "--help").returncode == 0, f"{path}: journeys {command}"


def test_the_commands_about_identity_run_as_they_stand(
    tmp_path: Path, sample_project: Path
) -> None:
    shutil.copytree(sample_project, tmp_path / "demo")
    lines = [line for block in blocks(ROOT / "docs" / "identity.md", "sh")
             for line in block.splitlines()]
    assert len(lines) >= 5
    for line in lines:
        done = journeys(*shlex.split(line)[1:], cwd=tmp_path)
        assert done.returncode == 0, f"{line}: {done.stderr}"


def test_the_ten_minutes_run_as_they_stand(tmp_path: Path) -> None:
    script = blocks(ROOT / "docs" / "index.md", "sh")[0]
    assert script in blocks(ROOT / "README.md", "sh")
    (tmp_path / "data").symlink_to(ROOT / "data")
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    done = subprocess.run(["bash", "-e", "-c", script], cwd=tmp_path, capture_output=True,
                          text=True, check=False, env={**os.environ, "PATH": path})
    assert done.returncode == 0, done.stderr
    assert "five9" in done.stdout
    assert (tmp_path / "mine" / "packs" / "everything" / "draft" / "pack.html").exists()


def test_every_link_between_pages_leads_somewhere() -> None:
    for path in DOCS:
        for target in re.findall(r"\]\(([^)#]+)\)", path.read_text()):
            if "://" not in target:
                assert (path.parent / target).exists(), f"{path}: {target}"


def test_the_table_of_decisions_is_complete() -> None:
    folder = ROOT / "docs" / "decisions"
    listed = set(re.findall(r"\]\((\d{4}-[^)]+)\)", (folder / "README.md").read_text()))
    assert listed == {p.name for p in folder.glob("0*.md")}


def test_every_command_of_the_line_is_in_the_readme() -> None:
    commands = re.findall(r"^│ ([a-z]+) ", journeys("--help").stdout, re.M)
    assert len(commands) >= 8
    readme = (ROOT / "README.md").read_text()
    assert [c for c in commands if f"journeys {c}" not in readme] == []


def test_generated_pages_are_current(tmp_path: Path) -> None:
    script = ROOT / "docs" / "generate.py"
    subprocess.run([sys.executable, str(script), str(tmp_path)], check=True)
    for page in tmp_path.iterdir():
        told = (ROOT / "docs" / page.name).read_text(encoding="utf-8")
        assert page.read_text(encoding="utf-8") == told, "run: python docs/generate.py"


def test_the_picture_is_of_the_sample(sample_project: Path, tmp_path: Path) -> None:
    """Fails when the sample changes: python docs/picture.py demo"""
    target = tmp_path / "journey.svg"
    subprocess.run([sys.executable, str(ROOT / "docs" / "picture.py"), str(sample_project),
                    str(target)], check=True)
    assert target.read_text() == (ROOT / "docs" / "images" / "journey.svg").read_text()


def test_the_site_builds_and_asks_nobody(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "mkdocs", "build", "--strict", "--site-dir", str(tmp_path / "site")],
        cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr[-2000:]
    pages = list((tmp_path / "site").rglob("*.html"))
    assert len(pages) >= 40
    for sheet in (tmp_path / "site").rglob("*.css"):
        assert not re.search(r"(url\(|@import)\s*.?(https?:)?//", sheet.read_text()), sheet
    for page in pages:
        text = page.read_text(encoding="utf-8")
        assert not re.search(r"<(script|img|iframe)\b[^>]*src=.?(https?:)?//", text), page
        assert not re.search(r"<link\b[^>]*rel=.?(stylesheet|preconnect)[^>]*href=.?(https?:)?//",
                             text), page


def test_the_examples_about_exploring_run_as_they_stand(
    tmp_path: Path, sample_project: Path
) -> None:
    shutil.copytree(sample_project, tmp_path / "demo")
    examples = blocks(ROOT / "docs" / "explore.md", "python")
    assert len(examples) >= 5
    done = subprocess.run([sys.executable, "-c", "\n".join(examples)], cwd=tmp_path,
                          capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "switched.xes").stat().st_size > 0
    assert (tmp_path / "waits.html").stat().st_size > 0


def test_the_worked_moment_metric_and_chart_run_as_they_stand(
    tmp_path: Path, sample_project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    guide = ROOT / "docs" / "extending.md"
    moment = tmp_path / "hold_over_5_minutes.sql"
    moment.write_text(blocks(guide, "sql")[0])
    view = explore.open(sample_project)
    found = view.sql(load_model(moment).query.sql("duckdb"))
    assert set(found) == set(view.table("moments"))
    held = view.table("contacts").query("hold_ms > 300000 and excluded_rule.isna()")
    assert set(found["contact_key"]) == set(held["contact_key"]) and len(held) > 0

    (tmp_path / "2_access.toml").write_text('chapter = "Access"\n' + blocks(guide, "toml")[0])
    ledger = read_ledger(tmp_path)
    for module in (measured, measuring):
        monkeypatch.setattr(module, "read_ledger", lambda: ledger)
    share = view.metric("share_held_long").iloc[0]
    handled = view.table("contacts").query(
        "is_handled and hold_ms.notna() and excluded_rule.isna()")
    assert share["n"] == len(handled)
    assert share["value"] == (handled["hold_ms"] > 300000).mean()


    chart = types.ModuleType("journey_analytics.explore.lengths")
    chart.__package__ = "journey_analytics.explore"
    exec(blocks(guide, "python")[0], chart.__dict__)
    shown = chart.lengths(view)
    held = view.table("journeys").query("is_customers")
    held = held[held["person_key"].isin(view.table("persons").query(
        "person_kind != 'anonymous'")["person_key"])]
    counts = held["contacts"].value_counts()
    assert len(shown.data) >= 3
    assert (shown.data["journeys"] == counts.loc[shown.data["contacts"]].to_numpy()).all()
    assert shown.figure.data[0].y.tolist() == (100 * shown.data["share"]).tolist()
    view.whole.connection.close()
