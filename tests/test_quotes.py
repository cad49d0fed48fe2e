"""Quotes: drawn in the run, held back until approved, printed as approved."""

from __future__ import annotations

import csv
import shutil
import stat
from pathlib import Path

import pyarrow as pa
import pytest

from journey_analytics.engines import DuckDBEngine, Published
from journey_analytics.pack import read_pack_data
from journey_analytics.pack.quotes import (
    APPROVED,
    OFFERED,
    keep_approvals,
    quote_id,
    quotes,
    read_approved,
)
from journey_analytics.pack.render import render_html
from journey_analytics.settings import load
from journey_analytics.sources.names import share_record_names


@pytest.fixture
def project(sample_project: Path, tmp_path: Path) -> Path:
    """A copy of the sample without its landing files."""
    (tmp_path / "warehouse").mkdir()
    for name in ("journeys.toml", OFFERED, "warehouse/journeys.duckdb"):
        shutil.copy(sample_project / name, tmp_path / name)
    return tmp_path


def offered(project: Path) -> list[dict[str, str]]:
    return list(csv.DictReader((project / OFFERED).read_text(encoding="utf-8").splitlines()))


def approve(project: Path, rows: list[dict[str, str]]) -> None:
    with (project / APPROVED).open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, ("quote_id", "pain_point", "text"))
        writer.writeheader()
        writer.writerows(rows)


def test_a_run_offers_quotes_to_the_owner_alone(project: Path, sample_project: Path) -> None:
    assert stat.S_IMODE((sample_project / OFFERED).stat().st_mode) == 0o600
    rows = offered(project)
    with Published(project / "warehouse" / "journeys.duckdb") as warehouse:
        published = warehouse.rows("SELECT quote_id, pain_point FROM quotes ORDER BY ALL")
        persons = dict(warehouse.rows("SELECT pain_point, persons_hit FROM pain_points"))
        columns = warehouse.rows("SELECT column_name FROM duckdb_columns() "
                                 "WHERE table_name = 'quotes' ORDER BY ALL")
    assert sorted((r["quote_id"], r["pain_point"]) for r in rows) == published
    assert all(persons[r["pain_point"]] >= 8 for r in rows) and len(rows) > 50
    assert "quote" not in {name for (name,) in columns}, "no text is published"


def test_nothing_is_printed_until_it_is_approved(project: Path) -> None:
    settings = load(project)
    first = read_pack_data(project, settings).points[0]
    assert first.quotes and first.quotes.texts == ()
    with Published(project / "warehouse" / "journeys.duckdb") as warehouse:
        name = warehouse.value("SELECT pain_point FROM pain_points WHERE rank = 1")
    rows = [r for r in offered(project) if r["pain_point"] == name]
    assert first.quotes.held.value == len(rows) > 2
    changed = {**rows[1], "text": f"{rows[1]['text']} I was not said."}
    approve(project, [rows[0], changed])
    data = read_pack_data(project, settings)
    approved = data.points[0].quotes
    assert approved and approved.texts == (rows[0]["text"],)
    assert approved.held.value == len(rows) - 1
    html = render_html(data)
    assert rows[0]["text"] in html and "I was not said" not in html


def test_a_bad_line_is_told_and_the_good_ones_count(tmp_path: Path) -> None:
    good = {"quote_id": "0123456789ab", "pain_point": "p", "text": "'=2 hours on hold"}
    approve(tmp_path, [good, {"quote_id": "yes", "pain_point": "p", "text": "text"}])
    found, problems = read_approved(tmp_path)
    assert found == {"0123456789ab": "=2 hours on hold"}
    assert [str(p).split(": ")[0] for p in problems] == [f"{tmp_path / APPROVED}:3"]
    (tmp_path / APPROVED).write_bytes("quote_id;text\r\n0123456789ab;schön\r\n".encode("cp1252"))
    assert read_approved(tmp_path) == ({"0123456789ab": "schön"}, [])
    (tmp_path / APPROVED).write_text("id,words\n1,2\n")
    assert "a column is missing: quote_id, text" in str(read_approved(tmp_path)[1][0])


def test_forgetting_takes_approvals_along(tmp_path: Path) -> None:
    rows = [{"quote_id": f"{i:012x}", "pain_point": "p", "text": f"text {i}"} for i in range(3)]
    approve(tmp_path, rows)
    keep_approvals(tmp_path, {rows[0]["quote_id"], rows[2]["quote_id"]})
    assert set(read_approved(tmp_path)[0]) == {rows[0]["quote_id"], rows[2]["quote_id"]}


def test_what_cannot_be_made_safe_is_no_quote() -> None:
    def row(key: int, said: str, known: str) -> dict[str, object]:
        return {"pain_point": "p", "touchpoint_key": key, "journey_key": key, "person_key": key,
                "said": said, "known": known, "regions": "DE"}

    found = quotes(pa.Table.from_pylist([
        row(1, "Frau Kranz war nett, ruf 030 901820 an, sehr gut", "4711\nkranz@example.org"),
        row(2, "the code isAB12XYtoday I think", "AB12XY"), row(3, "030 901820", "")]))
    assert found["quote"].to_pylist() == ["Frau [name] war nett, ruf [phone] an, sehr gut"]
    assert found["quote_id"].to_pylist() == [quote_id(1, found["quote"][0].as_py())]


def test_names_beside_the_canonical_columns_are_known(sample_project: Path, tmp_path: Path) -> None:
    (tmp_path / "warehouse").mkdir()
    shutil.copy(sample_project / "warehouse" / "state.duckdb", tmp_path / "warehouse")
    engine = DuckDBEngine(tmp_path / "warehouse")
    try:
        share_record_names(engine)
        found = engine.rows("SELECT target, count(*), count(DISTINCT value) FROM record_names "
                            "GROUP BY target ORDER BY target")
        pages = engine.value("SELECT count(*) FROM record_names WHERE target = 'channel_events'")
    finally:
        engine.close()
    assert ("calls", True) in [(target, n > 100) for target, n, _ in found]
    assert pages == 0, "the name of an event names nobody"
