"""Forms of a pack beside its page: PDF, spreadsheet, sticky notes and the bundle."""

from __future__ import annotations

import csv
import json
import re
import zipfile
from collections import Counter
from dataclasses import replace
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pa_parquet
import pypdfium2
import pytest
from python_calamine import CalamineWorkbook

from journey_analytics.pack import read_pack_data
from journey_analytics.pack.bundle import claims_of
from journey_analytics.pack.forms import write_forms
from journey_analytics.pack.forms.page_tree import FONTS, claims_in, read_page, shown
from journey_analytics.pack.forms.pdf import typeset
from journey_analytics.pack.forms.pdf_reading import embedded_claims
from journey_analytics.pack.model import PackData
from journey_analytics.pack.render import render_html
from journey_analytics.settings import load
from journey_analytics.settings_packs import PackScope
from tests.test_pack import HOSTILE, hostile


def written(data: PackData, folder: Path) -> Path:
    """Write every form of a pack into an empty folder."""
    folder.mkdir()
    (folder / "pack.html").write_text(render_html(data), encoding="utf-8", newline="\n")
    write_forms(data, folder)
    return folder


@pytest.fixture(scope="session")
def small(two_sources: Path) -> PackData:
    return read_pack_data(two_sources, load(two_sources))


@pytest.fixture(scope="session")
def draft(sample_project: Path) -> Path:
    return sample_project / "packs" / "everything" / "draft"


@pytest.fixture(scope="session")
def nasty(sample_project: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The sample's forms with every foreign name replaced by something hostile."""
    data = hostile(read_pack_data(sample_project, load(sample_project)))
    rows = {name: [replace(r, values={
        c: HOSTILE[len(c) % len(HOSTILE)] if isinstance(v, str) and c != "key" else v
        for c, v in r.values.items()}) for r in answers] for name, answers in data.tables.items()}
    return written(replace(data, tables=rows), tmp_path_factory.mktemp("nasty") / "draft")


def text_of(path: Path) -> str:
    document = pypdfium2.PdfDocument(path.read_bytes())
    return "\n".join(page.get_textpage().get_text_bounded() for page in document)


def test_a_run_leaves_every_form(draft: Path) -> None:
    forms = {p.name for p in draft.iterdir()}
    assert forms == {"pack.html", "pack-a4.pdf", "pack-letter.pdf", "worksheets-a4.pdf",
                     "worksheets-letter.pdf", "pack.xlsx", "sticky_notes.csv", "bundle"}


def test_the_same_numbers_give_the_same_bytes(small: PackData, tmp_path: Path) -> None:
    first, second = written(small, tmp_path / "a"), written(small, tmp_path / "b")
    files = sorted(p.relative_to(first) for p in first.rglob("*") if p.is_file())
    assert len(files) > 10
    for name in files:
        assert (first / name).read_bytes() == (second / name).read_bytes(), name


# PDF

def test_the_pdf_is_the_page_on_paper(draft: Path) -> None:
    sizes = {"a4": (595.276, 841.89), "letter": (612.0, 792.0)}
    for end, (width, height) in sizes.items():
        document = pypdfium2.PdfDocument((draft / f"pack-{end}.pdf").read_bytes())
        pages = [page.get_size() for page in document]
        assert all(sorted(p) == pytest.approx((width, height), abs=0.01) for p in pages)
        texts = [page.get_textpage().get_text_bounded() for page in document]
        maps = [i for i, text in enumerate(texts)
                if "The journey, step by step" in text and "Ranges are" in text]
        assert len(maps) == 1 and pages[maps[0]][0] > pages[maps[0]][1], "the map on one page"
        assert document.is_tagged()


def test_every_number_of_the_page_is_in_the_pdf(draft: Path) -> None:
    claims = embedded_claims(draft / "pack-a4.pdf")
    html = (draft / "pack.html").read_text(encoding="utf-8")
    sheets = embedded_claims(draft / "worksheets-a4.pdf")
    assert Counter(claims) + Counter(sheets) == Counter(claims_in(read_page(html)))
    assert len(claims) > 500
    flat = re.sub(r"\s+", "", text_of(draft / "pack-a4.pdf"))
    missing = [c for c in claims if re.sub(r"\s+", "", c[1]) not in flat]
    assert missing == []


def test_a_brief_is_two_pages(sample_project: Path, tmp_path: Path) -> None:
    data = read_pack_data(sample_project, load(sample_project), PackScope(length="brief"))
    folder = written(data, tmp_path / "brief")
    for end in ("a4", "letter"):
        assert len(pypdfium2.PdfDocument((folder / f"pack-{end}.pdf").read_bytes())) == 2


def test_a_sign_that_no_font_has_is_shown_as_missing(nasty: Path) -> None:
    assert shown("漢字 → 👍 né") == "□□ → □ né"
    ranges = [line.split("-") for line in (FONTS / "coverage.txt").read_text().split()]
    signs = [chr(c) for ends in ranges for c in range(int(ends[0], 16), int(ends[-1], 16) + 1)]
    page = {"t": "p", "c": [], "k": [" ".join(signs)]}
    content = {"tree": page, "title": "t", "foot": "f", "targets": [], "lists-names": False,
               "lift": 0, "claims": "[]", "paper": "a4"}
    assert typeset("page.typ", content)  # PDF/UA refuses a text with a missing glyph
    text = re.sub(r"[\s\u200b\ufffe\u0002]", "", text_of(nasty / "pack-a4.pdf"))
    assert "□Notfall" in text and "<script>alert(1)</script>" in text


def test_fonts_come_with_their_licence() -> None:
    assert "SIL OPEN FONT LICENSE" in (FONTS / "OFL.txt").read_text()
    assert sum(p.stat().st_size for p in FONTS.iterdir()) < 2_000_000


# Spreadsheet and sticky notes

def test_the_spreadsheet_holds_every_table_with_its_types(draft: Path) -> None:
    book = CalamineWorkbook.from_path(draft / "pack.xlsx")
    tables = {p.stem: pa_parquet.read_table(p)
              for p in (draft / "bundle" / "tables").glob("*.parquet")}
    assert book.sheet_names == ["read me", *sorted(tables)]
    for name, table in tables.items():
        rows = book.get_sheet_by_name(name).to_python()
        assert rows[0] == table.column_names and len(rows) == table.num_rows + 1
    first = tables["pain_points"].to_pylist()[0]
    row = dict(zip(*book.get_sheet_by_name("pain_points").to_python()[:2], strict=True))
    assert row["frequency"] == pytest.approx(first["frequency"]) and row["kind"] == first["kind"]
    assert isinstance(row["persons_hit"], float)
    with zipfile.ZipFile(draft / "pack.xlsx") as archive:
        sheets = [archive.read(n).decode() for n in archive.namelist() if "sheet" in n]
    assert sum('state="frozen"' in s for s in sheets) == len(tables)


def test_no_name_becomes_a_formula(nasty: Path) -> None:
    with zipfile.ZipFile(nasty / "pack.xlsx") as archive:
        parts = {n: archive.read(n).decode() for n in archive.namelist() if n.endswith(".xml")}
    assert not any("<f>" in text or "<f " in text for text in parts.values())
    assert any("=cmd|" in text for text in parts.values())
    for path in (nasty / "sticky_notes.csv", *(nasty / "bundle" / "tables").glob("*.csv")):
        lines = path.read_text(encoding="utf-8-sig").splitlines()
        cells = [cell for row in csv.reader(lines) for cell in row]
        assert not [c for c in cells if re.match(r"[=+@\t\r]|-(?![\d.])", c)], path.name


def test_sticky_notes_say_the_pain_points(draft: Path) -> None:
    content = (draft / "sticky_notes.csv").read_bytes()
    assert content.startswith(b"\xef\xbb\xbf")
    notes = list(csv.DictReader(content.decode("utf-8-sig").splitlines()))
    assert [n["title"].split()[0] for n in notes if n["category"] == "pain point"] == [
        str(i) for i in range(1, 11)]
    assert all(n["title"] and n["text"] and n["colour"] for n in notes)


# Bundle

def test_every_claim_of_the_page_is_in_the_bundle(draft: Path) -> None:
    known = {(c["table"], c["key"], c["column"]): c["texts"]
             for c in json.loads((draft / "bundle" / "claims.json").read_text(encoding="utf-8"))}
    printed = claims_in(read_page((draft / "pack.html").read_text(encoding="utf-8")))
    assert [c for c, _ in printed if tuple(c.split("|")[:3]) not in known] == []


def test_the_bundle_holds_no_key_and_no_small_group(sample_project: Path, draft: Path) -> None:
    data = read_pack_data(sample_project, load(sample_project))
    tables = {p.stem: pa_parquet.read_table(p)
              for p in (draft / "bundle" / "tables").glob("*.parquet")}
    for name, table in tables.items():
        assert not [c for c in table.column_names if c.endswith("_key")], name
        for field in table.schema:
            if re.fullmatch(r"persons|persons_hit", field.name):
                counts = [v for v in table.column(field.name).to_pylist() if v is not None]
                assert all(v == 0 or v >= data.min_group for v in counts), name
    manifest = json.loads((draft / "bundle" / "manifest.json").read_text(encoding="utf-8"))
    assert manifest["pack"] == "everything" and len(manifest["snapshot"]) == 16
    assert {"pack.html", "pack.xlsx", "bundle/claims.json"} <= set(manifest["files"])


def test_two_values_of_one_claim_are_a_mistake_that_is_told(small: PackData) -> None:
    wrong = replace(small.coverage.journeys, value=1.0)
    data = replace(small, answered=wrong)
    with pytest.raises(RuntimeError, match="two values of one claim"):
        claims_of(data, {("totals", "all", "journeys")})


def test_parquet_and_csv_keep_types(draft: Path) -> None:
    table = pa_parquet.read_table(draft / "bundle" / "tables" / "pain_points.parquet")
    assert table.schema.field("persons_hit").type == pa.int64()
    assert table.schema.field("frequency").type == pa.float64()
    assert table.schema.field("kind").type == pa.string()
