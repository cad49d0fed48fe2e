"""Quotes: redacted in the run, held back until a person approves them, printed as approved.

The run writes ``quotes_to_approve.csv`` into the project. Who has read a text there and finds
nobody in it copies its line to ``approved_quotes.csv``. The id is made from the redacted text: when
that changes, its approval is gone with it.
"""

from __future__ import annotations

import csv
import hashlib
import io
import os
import re
from collections.abc import Collection, Iterable, Sequence
from pathlib import Path

import pyarrow as pa

from ..engines import DuckDBEngine
from ..errors import DataError, JourneyError
from .redaction import redact

OFFERED, APPROVED = "quotes_to_approve.csv", "approved_quotes.csv"
HEADER = ("quote_id", "pain_point", "text")
#: Fewer words than this are left: nothing to quote.
_FEWEST_WORDS = 3
#: A spreadsheet takes a text that begins so for a formula; an apostrophe keeps it a text.
_FORMULA = re.compile(r"^[=+\-@\t\r]")


def quotes(texts: pa.Table) -> pa.Table:
    """Redact texts that could be quoted; leave out those that cannot be made safe.

    Parameters
    ----------
    texts
        ``said``; ``known``, values of the same record, one in a line; ``regions``, countries of
        phone numbers with commas between; and keys.

    Returns
    -------
    pyarrow.Table
        The keys, ``quote_id`` and ``quote``, the redacted text.
    """
    keys = ("pain_point", "touchpoint_key", "journey_key", "person_key")
    rows = []
    done: dict[int, str | None] = {}
    for row in texts.sort_by([(key, "ascending") for key in keys[:2]]).to_pylist():
        touchpoint = row["touchpoint_key"]
        if touchpoint not in done:
            regions = [r for r in row["regions"].split(",") if r]
            done[touchpoint] = redact(row["said"], (row["known"] or "").split("\n"), regions)
        text = done[touchpoint]
        if text and len(re.findall(r"\w+", re.sub(r"\[[\w-]+\]", "", text))) >= _FEWEST_WORDS:
            rows.append({**{key: row[key] for key in keys}, "quote": text,
                         "quote_id": quote_id(touchpoint, text)})
    types = [("pain_point", pa.string()), *((key, pa.int64()) for key in keys[1:]),
             ("quote_id", pa.string()), ("quote", pa.string())]
    return pa.Table.from_pylist(rows, pa.schema(types))


def quote_id(touchpoint_key: int, text: str) -> str:
    """Return the id of a text as it was redacted."""
    return hashlib.sha256(f"{touchpoint_key}|{text}".encode()).hexdigest()[:12]


def offer_quotes(engine: DuckDBEngine, project: Path) -> list[JourneyError]:
    """Write the quotes that wait for approval, and say what is wrong with the approvals."""
    rows = engine.rows(
        "SELECT q.quote_id, q.pain_point, q.touchpoint_key, q.quote FROM quote_texts AS q "
        "JOIN pain_points AS p ON q.pain_point = p.pain_point ORDER BY p.rank, q.quote_id")
    approved, problems = read_approved(project)
    good = {i for i, _, touchpoint, _ in rows if is_approved(i, touchpoint, approved)}
    _write(project / OFFERED,
           [HEADER, *((i, point, text) for i, point, _, text in rows if i not in good)])
    return problems


def is_approved(quote: str, touchpoint_key: int, approved: dict[str, str]) -> bool:
    """Tell whether the text approved under an id is the one that got the id."""
    return quote in approved and quote_id(touchpoint_key, approved[quote]) == quote


def read_approved(project: Path) -> tuple[dict[str, str], list[JourneyError]]:
    """Return approved texts by id, and what is wrong with other lines of the file."""
    path = project / APPROVED
    if not path.exists():
        return {}, []
    text, delimiter = _opened(path)
    lines = csv.DictReader(text, delimiter=delimiter)
    missing = [name for name in ("quote_id", "text") if name not in (lines.fieldnames or ())]
    if missing:
        return {}, [DataError(f"{path}:1", f"a column is missing: {', '.join(missing)}",
                              remedy=f"Copy the header of {OFFERED}.")]
    found: dict[str, str] = {}
    problems: list[JourneyError] = []
    for row in lines:
        name, said = (row["quote_id"] or "").strip(), (row["text"] or "").strip()
        if re.fullmatch(r"[0-9a-f]{12}", name) and said:
            found[name] = said[1:] if _FORMULA.match(said[1:]) and said[0] == "'" else said
        else:
            problems.append(DataError(
                f"{path}:{lines.line_num}", "not an approved quote", found=repr(name),
                allowed="an id of twelve signs and its text",
                remedy=f"Copy whole lines of {OFFERED}."))
    return found, problems


def keep_approvals(project: Path, kept: Collection[str]) -> None:
    """Erase approved texts but those of these ids: some were a person's who is erased.

    Whose a text was cannot be told from its id, so what is not drawn at present goes as well.
    """
    path = project / APPROVED
    if not path.exists():
        return
    text, delimiter = _opened(path)
    header, *rows = csv.reader(text, delimiter=delimiter)
    left = [row for row in rows if any(cell.strip() in kept for cell in row)]
    if left != rows:
        _write(path, [header, *left])


def _opened(path: Path) -> tuple[io.StringIO, str]:
    """Return a file's content and its delimiter: spreadsheets save in their own way."""
    content = path.read_bytes()
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = content.decode("cp1252", errors="replace")
    head = text.partition("\n")[0]
    return io.StringIO(text, newline=""), ";" if head.count(";") > head.count(",") else ","


def _write(path: Path, rows: Iterable[Sequence[str]]) -> None:
    aside = path.with_name(f".{path.name}.new")
    aside.unlink(missing_ok=True)
    handle = os.open(aside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerows([safe_cell(cell) for cell in row] for row in rows)
    os.replace(aside, path)


def safe_cell(text: str) -> str:
    """Return a text that no spreadsheet takes for a formula; one that is safe already stays."""
    return f"'{text}" if _FORMULA.match(text) else text
