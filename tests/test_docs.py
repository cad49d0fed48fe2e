"""Docs that fail when they lie: the worked example runs as it stands, commands exist."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path

from tests.conftest import ROOT

DOCS = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").rglob("*.md"))]
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
