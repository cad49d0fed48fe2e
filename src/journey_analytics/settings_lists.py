"""Lists that the workshop keeps beside ``journeys.toml``: CSV files, written by hand.

A bad line is told with file and line, and the good ones beside it stay.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from io import StringIO
from pathlib import Path
from typing import TypeVar

from .errors import JourneyError, SettingsError, did_you_mean

Entry = TypeVar("Entry")
#: Longer cells are no statement of a person.
LONGEST_CELL = 500


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a list: where it stands, and its cells by column."""

    where: str
    cells: Mapping[str, str]

    def __getitem__(self, column: str) -> str:
        return self.cells[column]

    def error(self, column: str, what: str, **details: str) -> SettingsError:
        """Return what is wrong with a cell."""
        return SettingsError(f"{self.where}, {column}", what, **details)


def read_list(
    path: Path, columns: Sequence[str], required: Sequence[str],
) -> tuple[list[Line], list[JourneyError]]:
    """Return the usable lines of a list and what is wrong with the others.

    Commas or semicolons part cells, as spreadsheets write them. A file that is not there is an
    empty list.

    Parameters
    ----------
    columns
        The columns the list has; all of them stand in its first line, in any order.
    required
        Columns that may not be empty.
    """
    try:
        text = path.read_text(encoding="utf-8-sig")
    except FileNotFoundError:
        return [], []
    except UnicodeDecodeError:
        return [], [SettingsError(str(path), "not UTF-8", remedy="Save it as CSV UTF-8.")]
    first = text.partition("\n")[0]
    delimiter = ";" if first.count(";") > first.count(",") else ","
    lines: list[Line] = []
    problems: list[JourneyError] = []
    header: list[str] = []
    for where, row in _rows(path, text, delimiter, problems):
        if not header:
            header = [c.strip().lower() for c in row]
            problems += _header_problems(where, header, columns)
            if problems:
                return [], problems
        elif any(c.strip() for c in row):
            line = Line(where, dict(zip(header, (c.strip() for c in row), strict=False)))
            wrong = _line_problems(line, len(row), len(header), required)
            problems += wrong
            lines += [] if wrong else [line]
    return lines, problems


def read_named(
    path: Path, columns: Sequence[str], required: Sequence[str], entry: Callable[[Line], Entry],
) -> tuple[list[Entry], list[JourneyError]]:
    """Return what the lines of a list say, each under a short name of its own in ``id``.

    Parameters
    ----------
    entry
        Makes of a line what it says, or raises SettingsError.
    """
    lines, problems = read_list(path, columns, required)
    found: dict[str, Entry] = {}
    for line in lines:
        try:
            if line["id"] in found:
                raise line.error("id", "stands twice", found=f"'{line['id']}'")
            if not re.fullmatch(r"[\w.-]{1,20}", line["id"]):
                raise line.error("id", "not a short name", found=f"'{line['id']}'",
                                 allowed="letters, digits, '_', '.', '-', at most 20")
            found[line["id"]] = entry(line)
        except SettingsError as error:
            problems.append(error)
    return list(found.values()), problems


def _rows(
    path: Path, text: str, delimiter: str, problems: list[JourneyError]
) -> Iterator[tuple[str, list[str]]]:
    """Yield each row with its place; what is no CSV ends the file with a problem."""
    rows = csv.reader(StringIO(text, newline=""), strict=True, delimiter=delimiter)
    number = 1
    try:
        for row in rows:
            yield f"{path}:{number}", row
            number = rows.line_num + 1
    except csv.Error as error:
        problems.append(SettingsError(f"{path}:{number}", f"not readable as CSV: {error}",
                                      remedy="What follows is not read."))


def _header_problems(where: str, header: list[str], columns: Sequence[str]) -> list[JourneyError]:
    allowed = ", ".join(columns)
    unknown = [c for c in header if c not in columns]
    missing = [c for c in columns if c not in header]
    problems: list[JourneyError] = [
        SettingsError(where, "unknown column", found=f"'{c}'", allowed=allowed,
                      remedy=did_you_mean(c, list(columns))) for c in unknown]
    if missing:
        problems.append(SettingsError(where, f"columns are missing: {', '.join(missing)}",
                                      remedy=f"The first line reads {','.join(columns)}"))
    elif len(set(header)) < len(header):
        problems.append(SettingsError(where, "a column stands twice", allowed=allowed))
    return problems


def _line_problems(
    line: Line, cells: int, columns: int, required: Sequence[str]
) -> list[JourneyError]:
    if cells != columns:
        return [SettingsError(line.where, "not as many cells as columns", found=str(cells),
                              allowed=str(columns), remedy="Put a cell with a comma in quotes.")]
    problems: list[JourneyError] = [line.error(c, "is empty") for c in required if not line[c]]
    problems += [line.error(c, "too long", found=f"{len(text)} characters",
                            allowed=f"{LONGEST_CELL}")
                 for c, text in line.cells.items() if len(text) > LONGEST_CELL]
    return problems
