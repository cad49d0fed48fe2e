"""Checks a pack: its forms against its bundle, anywhere; its bundle against the warehouse, at home.

Texts are made again from the bundle's tables, so a form cannot be right by repeating itself. What
no claim covers, like a word, is held by the digests in the manifest.
"""

from __future__ import annotations

import csv
import io
import json
import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.csv as pa_csv
import pyarrow.parquet as pa_parquet

from ..errors import DataError, SettingsError
from ..settings import load
from ..settings_packs import PackScope
from .bundle import (
    BUNDLE,
    CLAIMS,
    MANIFEST,
    TABLES,
    claims_of,
    digest,
    safe_text,
    sql_digests,
    tables_of,
)
from .claims import FORMS, Number
from .forms.pdf_reading import embedded_claims, number_counts, numbers_in
from .issues import last_issue, read_issues
from .model import PackData
from .reading import read_pack_data
from .scoping import Solvers

#: Tables that say what changed since the last issue begin so.
SINCE_ISSUE = ("changes", "last_issue")


@dataclass(frozen=True, slots=True)
class Difference:
    """Where a pack is not what its bundle, or a bundle not what the warehouse says."""

    where: str
    found: str
    expected: str

    def __str__(self) -> str:
        return f"{self.where}: found {self.found}, expected {self.expected}"


class Bundle:
    """An opened bundle: its tables, and the text of every claim made anew from them."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.bundle = folder / BUNDLE
        self.manifest: dict[str, Any] = self._json(MANIFEST)
        self.claims: list[dict[str, Any]] = self._json(CLAIMS)
        try:
            self.tables: dict[str, pa.Table] = {
                p.stem: pa_parquet.read_table(p)
                for p in sorted((self.bundle / TABLES).glob("*.parquet"))}
        except pa.ArrowInvalid:
            raise DataError(str(self.bundle), "a table is not readable as Parquet") from None
        self.cells = {name: {row["key"]: row for row in table.to_pylist()}
                      for name, table in self.tables.items()}
        self._n = {(c["table"], c["key"], c["column"]): c["n"] for c in self.claims}

    def text(self, claim: str) -> str | None:
        """Return what a claim prints, from the tables; None where they do not have it."""
        table, key, column, form = (*claim.split("|"), "", "", "")[:4]
        value = self.cells.get(table, {}).get(key, {}).get(column)
        if value is None or (table, key, column) not in self._n or form not in FORMS:
            return None
        return Number(float(value), form, table, key, column, n=self._n[table, key, column]).text

    def _json(self, name: str) -> Any:
        path = self.bundle / name
        try:
            return json.loads(path.read_text(encoding="utf-8"))
        except FileNotFoundError:
            raise DataError(
                str(path), "there is no bundle beside this pack",
                remedy="Verify a form where it was written, beside its bundle.") from None
        except ValueError:
            raise DataError(str(path), "not readable as JSON") from None


def verify_forms(path: Path) -> Iterator[Difference]:
    """Yield where a pack's forms and its bundle differ.

    Parameters
    ----------
    path
        Folder of a pack, or one form in it: then the others are left out.
    """
    bundle = Bundle(path if path.is_dir() else path.parent)
    yield from _bundle(bundle)
    sealed: Mapping[str, str] = bundle.manifest["files"]
    forms = [bundle.folder / name for name in sealed if not name.startswith(f"{BUNDLE}/")]
    for form in forms if path.is_dir() else [path]:
        if not form.exists():
            yield Difference(form.name, "no file", "one of this name")
            continue
        yield from _READERS.get(form.suffix, lambda form, bundle: iter(()))(form, bundle)
    for name, expected in sealed.items():
        file = bundle.folder / name
        if file.exists() and (path.is_dir() or file == path or name.startswith(f"{BUNDLE}/")):
            found = digest(file.read_bytes())
            if found != expected:
                yield Difference(name, f"a file of digest {found[:12]}", f"{expected[:12]}")


def verify_warehouse(folder: Path, data: PackData) -> Iterator[Difference]:
    """Yield where a bundle differs from what the warehouse says now.

    Parameters
    ----------
    data
        The same pack, read anew.
    """
    bundle = Bundle(folder)
    printed = {(c["table"], c["key"], c["column"]) for c in bundle.claims}
    now = tables_of(data, claims_of(data, printed))
    # What changed since the last issue is another question once the pack is an issue itself.
    names = {n for n in (*now, *bundle.tables)
             if not (bundle.manifest["version"] and n.startswith(SINCE_ISSUE))}
    for name in sorted(names):
        there = bundle.tables.get(name)
        if there is None or name not in now:
            yield Difference(f"bundle table {name}", "none" if there is None else "a table",
                             "a table" if there is None else "none")
        else:
            yield from _rows(f"bundle table {name}", _texts(there), _texts(now[name]))


def reread(folder: Path, project: Path, solvers: Solvers) -> PackData:
    """Return the pack of a folder as the project would write it now."""
    manifest, settings = Bundle(folder).manifest, load(project)
    scopes = {s.name: s for s in settings.packs or (PackScope(),)}
    if manifest["pack"] not in scopes:
        raise SettingsError(
            str(project), f"no pack '{manifest['pack']}' in [[packs]]", allowed=", ".join(scopes),
            remedy="Its bundle can only be held against the warehouse where it is declared.")
    return read_pack_data(project, settings, scopes[manifest["pack"]], solvers, manifest["version"])


def superseded(
    folder: Path, data: PackData | None = None, project: Path | None = None,
) -> str:
    """Return why an issued pack no longer stands; empty where it does, and for drafts.

    Parameters
    ----------
    data
        The same pack, read anew; left out: only the register of issues is asked.
    project
        Whose register; left out: the one beside the folder.
    """
    manifest = Bundle(folder).manifest
    if not manifest["version"]:
        return ""
    issues = read_issues(project / "packs" / manifest["pack"] if project else folder.parent)
    own = next((i for i in issues if i.version == manifest["version"]), None)
    if own and own.removed_at:
        return (f"superseded: its files were removed on {own.removed_at} {own.removed_because}; "
                "destroy this copy")
    if own and own.withdrawn_at:
        return f"withdrawn on {own.withdrawn_at}"
    last = last_issue(issues)
    if last and last.version > manifest["version"]:
        return f"superseded by version {last.version}"
    made_from = {"as_of": data.as_of.isoformat(), "settings": data.settings_digest,
                 "sql": sql_digests()} if data else {}
    moved = [name for name, value in made_from.items() if manifest[name] != value]
    return f"superseded: made from another {moved[0]}" if moved else ""


def _bundle(bundle: Bundle) -> Iterator[Difference]:
    """Yield where the bundle disagrees with itself."""
    for claim in bundle.claims:
        name = f"{claim['table']}|{claim['key']}|{claim['column']}"
        for form, text in claim["texts"].items():
            made = bundle.text(f"{name}|{form}")
            if made != text:
                yield Difference(f"bundle table {claim['table']}, {name}", repr(made), repr(text))
    for name, table in bundle.tables.items():
        path = bundle.bundle / TABLES / f"{name}.csv"
        if not path.exists():
            yield Difference(f"bundle/{TABLES}/{name}.csv", "no file", "the table as CSV")
            continue
        text = path.read_text(encoding="utf-8")
        yield from _rows(f"bundle/{TABLES}/{name}.csv",
                         list(csv.reader(io.StringIO(text, newline=""))), _texts(table))


def _texts(table: pa.Table) -> list[list[str]]:
    """Return a table as the cells of its CSV file."""
    sink = pa.BufferOutputStream()
    pa_csv.write_csv(safe_text(table), sink)
    return list(csv.reader(io.StringIO(sink.getvalue().to_pybytes().decode(), newline="")))


def _rows(where: str, found: list[list[str]], expected: list[list[str]]) -> Iterator[Difference]:
    for line, (mine, theirs) in enumerate(zip(found, expected, strict=False), 1):
        for place, (cell, other) in enumerate(zip(mine, theirs, strict=False)):
            if cell != other:
                column = expected[0][place]
                yield Difference(f"{where}, row {theirs[0]!r} (line {line}), {column}", repr(cell),
                                 repr(other))
        if len(mine) != len(theirs):
            yield Difference(f"{where}, line {line}", f"{len(mine)} cells", f"{len(theirs)}")
    if len(found) != len(expected):
        yield Difference(where, f"{len(found)} lines", f"{len(expected)}")


class _Claims(HTMLParser):
    """Collects claims of a page with the text they print, and the line they stand in."""

    def __init__(self, html: str) -> None:
        super().__init__(convert_charrefs=True)
        self.found: list[tuple[int, str, str]] = []
        self._claim = ""
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._claim = dict(attrs).get("data-claim") or ""
        if self._claim:
            self.found.append((self.getpos()[0], self._claim, ""))

    def handle_endtag(self, tag: str) -> None:
        self._claim = ""

    def handle_data(self, data: str) -> None:
        if self._claim:
            line, claim, text = self.found[-1]
            self.found[-1] = (line, claim, text + data)


def _html(path: Path, bundle: Bundle) -> Iterator[Difference]:
    for line, claim, text in _Claims(path.read_text(encoding="utf-8")).found:
        expected = bundle.text(claim)
        if text != expected:
            yield Difference(f"{path.name}, line {line}, {claim}", repr(text), repr(expected))


def _spreadsheet(path: Path, bundle: Bundle) -> Iterator[Difference]:
    from python_calamine import CalamineWorkbook

    book = CalamineWorkbook.from_path(path)
    for name, table in bundle.tables.items():
        if name not in book.sheet_names:
            yield Difference(f"{path.name}, sheet {name}", "none", "a sheet")
            continue
        sheet = book.get_sheet_by_name(name).to_python()
        for line, row in enumerate([table.column_names, *map(list, zip(
                *(c.to_pylist() for c in table.columns), strict=True))]):
            for place, expected in enumerate(row):
                found = sheet[line][place] if line < len(sheet) and place < len(sheet[line]) else ""
                if not _same(found, "" if expected is None else expected):
                    yield Difference(
                        f"{path.name}, sheet {name}, row {row[0]!r}, {table.column_names[place]}",
                        repr(found), repr(expected))


def _same(found: object, expected: object) -> bool:
    """Compare two cells; a spreadsheet keeps fewer digits of a number than a table."""
    if isinstance(found, float) and isinstance(expected, float | int):
        return math.isclose(found, expected, rel_tol=1e-14)
    return found == expected


def _pdf(path: Path, bundle: Bundle) -> Iterator[Difference]:
    claims = embedded_claims(path)
    for claim, text in claims:
        expected = bundle.text(claim)
        if text != expected:
            yield Difference(f"{path.name}, {claim}", repr(text), repr(expected))
    found, expected_counts = number_counts(path), bundle.manifest["pdf_numbers"].get(path.name, {})
    extra = sorted(t for t in found if found[t] > expected_counts.get(t, 0))
    for text, times in expected_counts.items():
        if found.get(text, 0) < times:
            names = [c for c, t in claims if text in numbers_in(t)]
            yield Difference(
                f"{path.name}{', ' + names[0] if names else ''}", ", ".join(extra) or "nothing",
                f"{text} {times - found.get(text, 0)} more times")


_READERS = {".html": _html, ".xlsx": _spreadsheet, ".pdf": _pdf}
