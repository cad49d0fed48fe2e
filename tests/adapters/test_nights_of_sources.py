"""Whatever night a file comes in, the canonical rows are those of all files at once."""

from __future__ import annotations

import csv
import json
import random
import shutil
from pathlib import Path
from typing import Any

import pytest

from journey_analytics.contracts import TABLES
from journey_analytics.engines import DuckDBEngine
from tests.adapters.canonical import CASES, built, make_project


def contents(engine: DuckDBEngine) -> dict[str, list[tuple[str]]]:
    """Every row of every canonical table, and what became of the records, in no order."""
    found = {t: sorted(engine.rows(f"SELECT t::varchar FROM state.{t} AS t")) for t in TABLES}
    found["account"] = sorted(engine.rows(
        "SELECT concat_ws('|', source, stream, fate, rule, records) FROM state.account"))
    return found


def halves(path: Path) -> list[Path]:
    """Cut a file of several records in two; one that cannot be cut stays whole."""
    text = path.read_text(encoding="utf-8")
    head, key = "", ""
    records: list[Any] = []
    if path.suffix == ".ndjson":
        records = text.splitlines()
    elif path.suffix == ".csv":
        rows = [_row(r) for r in csv.reader(text.splitlines(keepends=True))]
        heads = 3 if '""ImportId""' in text else 1
        head, records = "".join(f"{r}\n" for r in rows[:heads]), rows[heads:]
    elif path.suffix == ".json":
        page = json.loads(text)
        key = next((k for k, v in page.items() if isinstance(v, list)), "") \
            if isinstance(page, dict) else ""
        items = page if isinstance(page, list) else page.get(key, []) if key else []
        if isinstance(page, list) or key not in ("", "events"):  # a tracker is one record
            records = items
    if len(records) < 2:
        return [path]
    middle = len(records) // 2
    parts = []
    for number, part in enumerate((records[:middle], records[middle:])):
        parts.append(path.with_name(f"{path.stem}_part{number}{path.suffix}"))
        text = json.dumps({key: part} if key else part) if path.suffix == ".json" \
            else head + "\n".join(part) + "\n"
        parts[-1].write_text(text, encoding="utf-8")
    path.unlink()
    return parts


def _row(fields: list[str]) -> str:
    return ",".join('"' + f.replace('"', '""') + '"' if f else "" for f in fields)


@pytest.mark.parametrize("case", CASES)
def test_nights_equal_all_at_once(case: str, tmp_path: Path) -> None:
    whole = make_project(case, tmp_path / "whole")
    files = [part for path in sorted((whole / "landing").rglob("*")) if path.is_file()
             for part in halves(path)]
    with built(whole, tmp_path / "state of all") as engine:
        wanted = contents(engine)
    assert any(wanted[t] for t in TABLES)
    chance = random.Random(case)
    nightly = make_project(case, tmp_path / "nights")
    shutil.rmtree(nightly / "landing")
    order = chance.sample(files, len(files))
    for path in order:
        target = nightly / path.relative_to(whole)
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(path, target)
        last = path is order[-1]
        if last or chance.random() < 0.6:
            with built(nightly, tmp_path / "state", complete=last) as engine:
                found = contents(engine)
    assert found == wanted, order
