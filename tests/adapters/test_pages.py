"""The pages in docs/sources, followed to the letter: their section, our files, check and run."""

from __future__ import annotations

import csv
import json
import re
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import Any

import pytest

from tests.adapters.canonical import CASES, FOLDER, built, sources_of
from tests.conftest import ROOT

PAGES = ROOT / "docs" / "sources"
#: Set up from an empty folder by the command line, check and run.
COMMON = ("amazon_connect", "asterisk", "genesys", "qualtrics", "zendesk")


def section(page: str) -> str:
    (found,) = re.findall(r"```toml\n(.*?)```", (PAGES / f"{page}.md").read_text(), re.S)
    return str(found)


def streams(source: dict[str, Any]) -> dict[str, str]:
    files = source["files"]
    return {"records": files} if isinstance(files, str) else dict(files)


def land(case: str, project: Path, listed: dict[str, str]) -> None:
    """Put a case's files where the page says, under names that its patterns take."""
    for source in sources_of(case).values():
        for stream, pattern in streams(source).items():
            for file in sorted((FOLDER / case).glob(pattern)):
                name = listed[stream].replace("*", f"_{file.name}", 1).replace("*", "")
                target = project / name
                target.parent.mkdir(parents=True, exist_ok=True)
                shutil.copy(file, target)


def journeys(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, "-m", "journey_analytics", *arguments],
                          capture_output=True, text=True, check=False)


def expected_rows(case: str) -> dict[str, int]:
    counts = {}
    for path in (FOLDER / case / "expected").glob("*.csv"):
        if path.stem not in ("quarantine", "ignored"):
            with path.open(newline="", encoding="utf-8") as file:
                counts[path.stem] = len(list(csv.reader(file))) - 1
    return counts


@pytest.mark.parametrize("case", [c for c in CASES if (PAGES / f"{c}.md").exists()])
def test_the_section_of_a_page_reads_the_vendors_files(case: str, tmp_path: Path) -> None:
    text = section(case)
    (source,) = tomllib.loads(text)["sources"].values()
    land(case, tmp_path, streams(source))
    # A stream of the page that the case has no file for is left out, as the page says.
    missing = [s for s, p in streams(source).items() if not list(tmp_path.glob(p))]
    for stream in missing:
        text = re.sub(rf',? ?\b{stream} = "[^"]*"', "", text)
    (tmp_path / "journeys.toml").write_text(text, encoding="utf-8")
    with built(tmp_path) as engine:
        for table, rows in expected_rows(case).items():
            assert engine.value(f"SELECT count(*) FROM state.{table}") == rows, table


@pytest.mark.parametrize("case", COMMON)
def test_from_an_empty_folder_to_a_pack(case: str, tmp_path: Path) -> None:
    project = tmp_path / "mine"
    assert journeys("init", str(project)).returncode == 0
    with (project / "journeys.toml").open("a", encoding="utf-8") as file:
        file.write(section(case))
    (source,) = tomllib.loads(section(case))["sources"].values()
    land(case, project, streams(source))
    checked = journeys("check", str(project), "--json")
    assert checked.returncode == 0, checked.stderr
    tables = json.loads(checked.stdout)["sources"][0]["tables"]
    assert {t: facts["rows"] for t, facts in tables.items()} == expected_rows(case)
    ran = journeys("run", str(project), "--quiet")
    assert ran.returncode == 0, ran.stderr
    assert (project / "packs" / "everything" / "draft" / "pack.html").stat().st_size > 0


def test_the_list_of_pages_is_complete() -> None:
    listed = set(re.findall(r"\]\((\w+)\.md\)", (PAGES / "README.md").read_text()))
    assert listed == {p.stem for p in PAGES.glob("*.md")} - {"README"}
