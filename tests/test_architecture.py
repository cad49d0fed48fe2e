"""Imports run one way, and each library has its one place."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

from tests.conftest import ROOT

PACKAGE = ROOT / "src" / "journey_analytics"
FILES = sorted(PACKAGE.rglob("*.py"))
#: From the user down to the words: a module imports from rooms below its own, never above.
LAYERS = [
    {"__main__"},
    {"cli", "cli_beliefs", "cli_identity", "cli_metrics", "cli_monitoring", "cli_nights",
     "cli_pack", "cli_progress", "cli_sources"},
    {"backfill", "bench", "check", "check_stages", "demo", "forget", "person", "printing",
     "printing_identity", "sensitivity", "status", "verify"},
    {"pipeline"},
    {"gates", "history", "sample", "snapshots"},
    {"nights"},
    {"absences", "spark"},
    {"sources", "identity", "learning", "monitoring", "pack", "explore"},
    {"metrics"},
    {"audit_log", "notify", "runner", "settings_tables", "stored_words", "workshop"},
    {"engines"},
    {"calendars"},
    {"models", "contracts", "portability"},
    {"settings_beliefs", "settings_future", "settings_observations"},
    {"settings"},
    {"settings_costs", "settings_lists", "settings_moments", "settings_monitoring",
     "settings_nights", "settings_packs", "settings_segments", "settings_priorities",
     "settings_sources", "settings_stages"},
    {"settings_calendars"},
    {"errors"},
]
RANK = {room: rank for rank, rooms in enumerate(LAYERS) for room in rooms}
#: Library to the rooms that may import it.
PLACES = {
    "duckdb": {"engines"}, "pyspark": {"engines"}, "prefect": set(),
    "plotly": {"pack", "explore"},
}


def room(path: Path) -> str:
    return path.relative_to(PACKAGE).parts[0].removesuffix(".py")


def imports(path: Path) -> list[str]:
    """Absolute names of what a file imports."""
    found = []
    package = ["journey_analytics", *path.relative_to(PACKAGE).parts[:-1]]
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            found += [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            base = package[: len(package) - node.level + 1] if node.level else []
            name = ".".join([*base, *([node.module] if node.module else [])])
            found += [f"{name}.{alias.name}" for alias in node.names]
    return found


@pytest.mark.parametrize("path", FILES, ids=lambda p: str(p.relative_to(PACKAGE)))
def test_imports_run_one_way(path: Path) -> None:
    if path == PACKAGE / "__init__.py":
        return
    mine = RANK[room(path)]
    for name in imports(path):
        parts = name.split(".")
        if parts[0] == "journey_analytics" and len(parts) > 1 and parts[1] != room(path):
            assert RANK[parts[1]] > mine or parts[1] in LAYERS[mine], f"{room(path)} -> {name}"


@pytest.mark.parametrize("path", FILES, ids=lambda p: str(p.relative_to(PACKAGE)))
def test_each_library_has_its_place(path: Path) -> None:
    for name in imports(path):
        allowed = PLACES.get(name.split(".")[0])
        assert allowed is None or room(path) in allowed, f"{path} imports {name}"


def test_modules_are_small() -> None:
    long = {str(p.relative_to(ROOT)): len(p.read_text().splitlines())
            for p in [*FILES, *(ROOT / "pipelines").glob("*.py")]}
    assert {name: lines for name, lines in long.items() if lines > 400} == {}


def test_no_path_of_a_machine_and_no_package_index_is_written_down() -> None:
    for path in (*FILES, ROOT / "Makefile", ROOT / "pyproject.toml", ROOT / "constraints.txt"):
        text = path.read_text()
        assert "index-url" not in text and "/home/" not in text, path
