"""The spreadsheet: every table behind every figure, one sheet each.

Its sheets are the bundle's tables: the first row names the columns, units included (``_ms`` are
milliseconds, ``_share`` is a part of one), and each cell keeps its type.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pyarrow as pa
import xlsxwriter

from ..asking import FOLDER
from ..model import PackData

NAME = "pack.xlsx"
FIRST = "read me"
_EXPLAINED = (
    "Every table behind the numbers and figures of this pack, one sheet each.",
    "The first column, key, names a row. Table, key and column are what the page's numbers carry "
    "as their claim.",
    "Columns ending in _ms are milliseconds, in _share or _low and _high of one are parts of 1 "
    "(0.25 is 25%); _low and _high are the ends of a 95% interval.",
    "An empty cell is not measured, not printed, or a group too small to be shown; it is not zero.",
)


def write_spreadsheet(data: PackData, tables: Mapping[str, pa.Table], folder: Path) -> None:
    """Write ``pack.xlsx`` into a folder; texts stay texts, whatever they begin with."""
    book = xlsxwriter.Workbook(str(folder / NAME), {
        "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False,
        "default_date_format": "yyyy-mm-dd", "in_memory": True})
    # The day its data reaches, not the day of writing: the same numbers give the same bytes.
    book.set_properties({"title": f"{data.project}: evidence pack, tables",
                         "created": data.as_of.replace(tzinfo=None, microsecond=0)})
    head = book.add_format({"bold": True, "bottom": 1, "text_wrap": True, "valign": "top"})
    text = book.add_format({"quote_prefix": True})
    wrapped = book.add_format({"text_wrap": True, "valign": "top", "quote_prefix": True})
    first = book.add_worksheet(FIRST)
    first.hide_gridlines(2)
    first.set_column(0, 0, 28)
    first.set_column(1, 1, 12)
    first.set_column(2, 2, 90)
    first.write_string(0, 0, f"{data.project}: tables of the evidence pack", book.add_format(
        {"bold": True, "font_size": 14, "quote_prefix": True}))
    first.write_string(1, 0, f"Data up to {data.as_of:%Y-%m-%d %H:%M} ({data.zone})", text)
    for place, line in enumerate(_EXPLAINED, 2):
        first.merge_range(place, 0, place, 2, line, wrapped)
        first.set_row(place, 30)
    top = len(_EXPLAINED) + 3
    for column, title in enumerate(("sheet", "rows", "what it is")):
        first.write_string(top, column, title, head)
    for row, (name, table) in enumerate(tables.items(), top + 1):
        first.write_url(row, 0, f"internal:'{name}'!A1", string=name)
        first.write_number(row, 1, table.num_rows)
        first.write_string(row, 2, _about(name), wrapped)
        sheet = book.add_worksheet(name)
        sheet.freeze_panes(1, 1)
        for column, title in enumerate(table.column_names):
            cells = table.column(column).to_pylist()
            sheet.write_string(0, column, title, head)
            width = max([len(title) * 0.7, *(len(str(c)) for c in cells if c is not None)])
            sheet.set_column(column, column, min(48, width + 2))
            for place, cell in enumerate(cells, 1):
                _write(sheet, place, column, cell, text)
    book.close()


def _write(sheet: Any, row: int, column: int, cell: Any, text: Any) -> None:
    if isinstance(cell, bool):
        sheet.write_boolean(row, column, cell)
    elif isinstance(cell, date | datetime):
        sheet.write_datetime(row, column, cell)
    elif isinstance(cell, int | float):
        sheet.write_number(row, column, cell)
    elif cell is not None:
        sheet.write_string(row, column, str(cell), text)


def _about(name: str) -> str:
    """Return what a question says of itself."""
    path = FOLDER / f"{name.removeprefix('before_')}.sql"
    if not path.exists():
        return ""
    head = re.match(r"(?:--[^\n]*\n)*", path.read_text(encoding="utf-8"))
    lines = (head[0] if head else "").splitlines()
    said = " ".join(line.removeprefix("--").strip() for line in lines)
    return said if name == path.stem else f"The period compared. {said}"
