"""Docs that fail when they lie: the worked example runs as it stands, commands exist."""

from __future__ import annotations

import json
import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import duckdb
import pytest

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
    assert (tmp_path / "packs" / "pack.html").stat().st_size > 0


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


@pytest.mark.parametrize("notebook", sorted((ROOT / "notebooks").glob("*.py")),
                         ids=lambda path: path.name)
def test_every_notebook_runs_as_a_script(
    notebook: Path, sample_project: Path, tmp_path: Path
) -> None:
    done = subprocess.run([sys.executable, str(notebook), str(sample_project), str(tmp_path)],
                          capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    with duckdb.connect(str(sample_project / "warehouse" / "journeys.duckdb"),
                        read_only=True) as data:
        titles = data.sql("SELECT k.title FROM pain_points AS p JOIN moment_kinds AS k "
                          "USING (kind) WHERE p.rank <= 3").fetchall()
        contacts, minutes = data.sql(
            "SELECT count(*), median(wait_ms) / 60000 FROM contacts WHERE queue = 'Billing' "
            "AND wait_ms IS NOT NULL AND excluded_rule IS NULL").fetchall()[0]
    for (title,) in titles:
        assert title in done.stdout
    assert re.search(rf"^ *Billing +{contacts} +{minutes:.1f} ", done.stdout, re.M)
    [figure] = tmp_path.glob("*.html")
    text = figure.read_text(encoding="utf-8")
    assert "Billing" in text and '"showSendToCloud": false' in text
    assert '<script src="http' not in text and "<link" not in text.split("<script")[0]
