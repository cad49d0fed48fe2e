"""Whoever changes a digit of a pack, in any form of it, is found out."""

from __future__ import annotations

import ctypes
import json
import shlex
import shutil
from collections.abc import Callable
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pa_parquet
import pypdfium2
import pypdfium2.raw as pdfium
import pytest
from typer.testing import CliRunner

from journey_analytics.cli import app
from journey_analytics.errors import AuditError, DataError
from journey_analytics.pack.build import issue_pack
from journey_analytics.pack.verify import verify_forms
from journey_analytics.pipeline import SOLVERS
from journey_analytics.settings import load
from journey_analytics.settings_packs import PackScope
from tests.conftest import ROOT
from tests.test_docs import blocks

TABLE = "bundle/tables/totals"


@pytest.fixture
def project(two_sources: Path, tmp_path: Path) -> Path:
    """A copy of a project with its draft."""
    return shutil.copytree(two_sources, tmp_path / "project")


@pytest.fixture
def draft(project: Path) -> Path:
    return project / "packs" / "everything" / "draft"


def edit_html(folder: Path) -> None:
    path = folder / "pack.html"
    text = path.read_text(encoding="utf-8")
    start = text.index("totals|all|journeys|count")
    place = next(i for i in range(text.index(">", start), len(text)) if text[i].isdigit())
    path.write_text(text[:place] + str((int(text[place]) + 1) % 10) + text[place + 1:],
                    encoding="utf-8", newline="\n")


def edit_pdf(folder: Path) -> None:
    """Set one digit of a text of the first page anew, as an editor of PDFs would."""
    path = folder / "pack-a4.pdf"
    document = pypdfium2.PdfDocument(path.read_bytes())
    page = document[0]
    for item in page.get_objects(filter=[pdfium.FPDF_PAGEOBJ_TEXT]):
        text = _text(item, page.get_textpage())
        if " journeys, " in text:
            place = text.index(" journeys, ") - 1
            changed = f"{text[:place]}{(int(text[place]) + 1) % 10}{text[place + 1:]}\0"
            assert pdfium.FPDFText_SetText(item.raw, ctypes.cast(
                ctypes.create_string_buffer(changed.encode("utf-16-le")),
                ctypes.POINTER(pdfium.FPDF_WCHAR)))
            break
    else:
        raise AssertionError("the sizes stand on the first page")
    assert pdfium.FPDFPage_GenerateContent(page.raw)
    document.save(str(path))


def _text(item: pypdfium2.PdfObject, page: pypdfium2.PdfTextPage) -> str:
    size = pdfium.FPDFTextObj_GetText(item.raw, page.raw, None, 0)
    buffer = ctypes.create_string_buffer(size)
    pdfium.FPDFTextObj_GetText(item.raw, page.raw, ctypes.cast(
        buffer, ctypes.POINTER(pdfium.FPDF_WCHAR)), size)
    return buffer.raw.decode("utf-16-le").rstrip("\0")


def edit_spreadsheet(folder: Path) -> None:
    import zipfile

    path = folder / "pack.xlsx"
    with zipfile.ZipFile(path) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    journeys = pa_parquet.read_table(folder / f"{TABLE}.parquet")["journeys"][0].as_py()
    cell = f"<v>{journeys}</v>".encode()
    book = parts["xl/workbook.xml"].decode()
    names = [part.split('"')[1] for part in book.split("<sheet ")[1:] if "name=" in part]
    sheet = f"xl/worksheets/sheet{names.index('totals') + 1}.xml"
    assert cell in parts[sheet]
    parts[sheet] = parts[sheet].replace(cell, f"<v>{journeys + 1}</v>".encode(), 1)
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in parts.items():
            archive.writestr(name, content)


def edit_csv(folder: Path) -> None:
    path = folder / f"{TABLE}.csv"
    lines = path.read_text(encoding="utf-8").splitlines()
    place = lines[0].replace('"', "").split(",").index("journeys")
    cells = lines[1].split(",")
    cells[place] = str(int(cells[place]) + 1)
    path.write_text(f"{lines[0]}\n{','.join(cells)}\n", encoding="utf-8", newline="\n")


def edit_parquet(folder: Path) -> None:
    path = folder / f"{TABLE}.parquet"
    table = pa_parquet.read_table(path)
    place = table.column_names.index("journeys")
    more = pa.array([table["journeys"][0].as_py() + 1], pa.int64())
    pa_parquet.write_table(table.set_column(place, "journeys", more), path)


def edit_claims(folder: Path) -> None:
    path = folder / "bundle" / "claims.json"
    claims = json.loads(path.read_text(encoding="utf-8"))
    one = next(c for c in claims if (c["table"], c["column"]) == ("totals", "journeys"))
    one["texts"]["count"] = "999"
    path.write_text(json.dumps(claims), encoding="utf-8")


EDITS: dict[str, tuple[Callable[[Path], None], str]] = {
    "HTML": (edit_html, "pack.html, line "), "PDF": (edit_pdf, "pack-a4.pdf, totals|all|journeys"),
    "XLSX": (edit_spreadsheet, "pack.xlsx, sheet totals, row 'all', journeys"),
    "CSV": (edit_csv, "bundle/tables/totals.csv, row 'all' (line 2), journeys"),
    "Parquet": (edit_parquet, "bundle table totals, totals|all|journeys"),
    "claims": (edit_claims, "bundle table totals, totals|all|journeys"),
}


@pytest.mark.parametrize("form", EDITS)
def test_one_digit_changed_is_named(form: str, draft: Path) -> None:
    assert list(verify_forms(draft)) == []
    edit, where = EDITS[form]
    edit(draft)
    first = next(verify_forms(draft))
    assert first.where.startswith(where) and first.found != first.expected
    result = CliRunner().invoke(app, ["pack", "verify", str(draft)])
    assert isinstance(result.exception, AuditError) and result.exception.exit_code == 1
    assert where in str(result.exception) and "expected" in str(result.exception)


def test_a_word_changed_is_found_by_the_digest(draft: Path) -> None:
    path = draft / "pack.html"
    path.write_text(path.read_text(encoding="utf-8").replace("hurt", "please", 1), encoding="utf-8")
    assert [d.where for d in verify_forms(draft)] == ["pack.html"]


def test_one_form_is_checked_alone(draft: Path) -> None:
    edit_html(draft)
    assert list(verify_forms(draft / "pack.xlsx")) == []
    assert list(verify_forms(draft / "pack-a4.pdf")) == []
    assert list(verify_forms(draft / "pack.html")) != []


def test_it_works_anywhere_and_says_where_there_is_no_bundle(draft: Path, tmp_path: Path) -> None:
    away = shutil.copytree(draft, tmp_path / "away")
    assert CliRunner().invoke(app, ["pack", "verify", str(away)]).output.endswith("its bundle\n")
    shutil.rmtree(away / "bundle")
    with pytest.raises(DataError, match="no bundle beside this pack"):
        list(verify_forms(away / "pack.html"))


def test_a_bundle_changed_throughout_differs_from_the_warehouse(draft: Path) -> None:
    """Who changes tables, claims, forms and digests alike is found out at home."""
    for form in (edit_parquet, edit_csv):
        form(draft)
    path = draft / "bundle" / "claims.json"
    claims = json.loads(path.read_text(encoding="utf-8"))
    one = next(c for c in claims if (c["table"], c["column"]) == ("totals", "journeys"))
    one["texts"]["count"] = str(int(one["texts"]["count"]) + 1)
    path.write_text(json.dumps(claims), encoding="utf-8")
    manifest = json.loads((draft / "bundle" / "manifest.json").read_text(encoding="utf-8"))
    for name in [n for n in manifest["files"] if not n.startswith("bundle/")]:
        (draft / name).unlink()
    manifest["files"] = {}
    (draft / "bundle" / "manifest.json").write_text(json.dumps(manifest), encoding="utf-8")
    assert list(verify_forms(draft)) == []
    result = CliRunner().invoke(app, ["pack", "verify", str(draft)])
    assert "bundle table totals, row 'all' (line 2), journeys" in str(result.exception)


def test_a_pack_of_flags_is_held_against_its_bundle_alone(draft: Path) -> None:
    path = draft / "bundle" / "manifest.json"
    path.write_text(path.read_text(encoding="utf-8").replace('"everything"', '"of_flags"'),
                    encoding="utf-8")
    result = CliRunner().invoke(app, ["pack", "verify", str(draft)])
    assert result.exit_code == 0 and "not held against the warehouse" in result.output


def test_an_issue_stands_until_a_later_one(project: Path, draft: Path) -> None:
    settings = load(project)
    first = issue_pack(project, settings, PackScope(), SOLVERS)
    ask = ["pack", "verify", str(first)]
    assert CliRunner().invoke(app, ask).output.endswith("is as in bundle and warehouse\n")
    issue_pack(project, settings, PackScope(), SOLVERS)
    assert CliRunner().invoke(app, ask).output.endswith("its bundle; superseded by version 2\n")
    assert CliRunner().invoke(app, ["pack", "verify", str(draft)]).output.endswith("warehouse\n")


def test_the_commands_in_the_docs_run_as_they_stand(
    project: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    project.rename(tmp_path / "demo")
    monkeypatch.chdir(tmp_path)
    lines = "".join(blocks(ROOT / "docs" / "packs.md", "sh")).splitlines()
    assert len(lines) == 4
    for line in lines:
        assert CliRunner().invoke(app, shlex.split(line)[1:]).exit_code == 0, line
