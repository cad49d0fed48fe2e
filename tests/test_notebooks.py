"""Notebooks run from the first cell to the last, and show what their headings promise."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.conftest import ROOT

NOTEBOOKS = sorted((ROOT / "notebooks").glob("0*.py"))


@pytest.fixture(scope="module")
def pages(sample_project: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Every notebook's page, executed once beside the sample."""
    out = tmp_path_factory.mktemp("pages")
    done = subprocess.run(
        [sys.executable, str(ROOT / "notebooks" / "execute.py"), str(sample_project), str(out)],
        capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return out


@pytest.mark.parametrize("notebook", NOTEBOOKS, ids=lambda p: p.stem)
def test_a_notebook_shows_what_it_asks(notebook: Path, pages: Path) -> None:
    text = (pages / f"{notebook.stem}.md").read_text(encoding="utf-8")
    asked = [c for c in notebook.read_text(encoding="utf-8").split("# %%") if "[markdown]" not in c]
    showing = sum(isinstance(ast.parse(c).body[-1], ast.Expr) for c in asked if c.strip())
    assert text.count('<div class="shown">') + text.count("```text") >= showing > 0
    figures = text.count("Plotly.newPlot")
    assert figures >= 1 or notebook.stem.startswith("08")
    assert text.count('"showSendToCloud": false') == figures
    assert not re.search(r"<(script|link|img)\b[^>]*(src|href)=.?http", text)
    assert "NaN%" not in text and "Empty DataFrame" not in text


def test_notebooks_use_the_public_interface_alone() -> None:
    assert len(NOTEBOOKS) == 8
    for notebook in NOTEBOOKS:
        text = notebook.read_text(encoding="utf-8")
        assert set(re.findall(r"journey_analytics[. ]+(?:import )?(\w+)", text)) <= {"explore"}
        assert not re.search(r"\b\w+\._\w", text), notebook
