"""Every shipped adapter, on a small export in its vendor's shape, against rows written by hand.

A case is a folder: ``source.toml`` (the section a user writes), ``landing/`` and ``expected/``, one
CSV per canonical table with the columns that matter; ``expected/quarantine.csv`` and
``expected/ignored.csv`` where records are left out.
"""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

from tests.adapters.canonical import (
    CASES,
    FOLDER,
    built,
    ignored,
    make_project,
    quarantine,
    rows,
    sources_of,
)
from tests.conftest import ROOT

SHIPPED = sorted(p.name.removesuffix(".sql") for p in (ROOT / "sql" / "sources").glob("*.sql"))


def read(path: Path) -> tuple[tuple[str, ...], list[tuple[str, ...]]]:
    if not path.exists():
        return (), []
    with path.open(newline="", encoding="utf-8") as file:
        head, *found = csv.reader(file)
    return tuple(head), [tuple(row) for row in found]


@pytest.mark.parametrize("case", CASES)
def test_golden(case: str, tmp_path: Path) -> None:
    expected = FOLDER / case / "expected"
    with built(make_project(case, tmp_path)) as engine:
        tables = {p.stem for p in expected.glob("*.csv")} - {"quarantine", "ignored"}
        assert tables, case
        for table in sorted(tables):
            columns, wanted = read(expected / f"{table}.csv")
            assert rows(engine, table, columns) == sorted(wanted), table
        assert quarantine(engine) == sorted(read(expected / "quarantine.csv")[1])
        left_out = {(s, r): int(n) for s, r, n in read(expected / "ignored.csv")[1]}
        assert ignored(engine) == left_out


def test_every_shipped_adapter_has_golden_rows() -> None:
    tested = {f"{source['adapter']}.{path.stem}"
              for case in CASES for source in sources_of(case).values()
              for path in (FOLDER / case / "expected").glob("*.csv")}
    assert [name for name in SHIPPED if name not in tested] == []


def test_every_shipped_adapter_has_a_page() -> None:
    pages = {p.stem for p in (ROOT / "docs" / "sources").glob("*.md")}
    assert sorted({name.split(".")[0] for name in SHIPPED} - pages) == []
