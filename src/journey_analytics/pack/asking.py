"""Asks the published warehouse the pack's questions: one SQL file each, read-only."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from .claims import Number, wilson

FOLDER = Path(__file__).parent / "questions"


@dataclass(frozen=True, slots=True)
class Row:
    """One row of an answer; ``table`` and ``key`` name it in claims."""

    table: str
    key: str
    values: Mapping[str, Any]

    def __getitem__(self, column: str) -> Any:
        return self.values[column]

    def number(
        self, column: str, form: str = "count", *, n: int | None = None, interval: bool = False,
    ) -> Number:
        """Return a column as a number; its interval stands in ``<column>_low`` and ``_high``."""
        low, high = (self.values[f"{column}_{e}"] for e in ("low", "high")) if interval else (
            None, None)
        return Number(_plain(self.values[column]), form, self.table, self.key, column,
                      _plain(low), _plain(high), n)

    def rate(self, column: str, of: int, form: str = "percent") -> Number:
        """Return a count as a share of ``of``, with its Wilson interval."""
        hits = int(self.values[column])
        low, high = wilson(hits, of)
        return Number(hits / of if of else None, form, self.table, self.key, f"{column}_share",
                      low, high, of)


class Questions:
    """A published warehouse that answers.

    Parameters
    ----------
    connection
        An open published file.
    params
        Parameters of the questions by name; a question is given those it names. Views cannot
        have any, and read ``min_group`` as a variable of the session.
    prefix
        Stands before the names of answers, to tell two warehouses of one pack apart.

    Attributes
    ----------
    answers
        Every answer so far by name: the tables that the pack's claims are about.
    """

    def __init__(
        self, connection: Any, params: Mapping[str, object], prefix: str = "",
    ) -> None:
        self._connection = connection
        self._params = params
        self._prefix = prefix
        self.answers: dict[str, list[Row]] = {}
        connection.execute("SET VARIABLE min_group = ?", [params["min_group"]])
        for statement in _code("views").split(";"):
            connection.execute(statement)

    def knows(self, table: str) -> bool:
        """Tell whether the warehouse has a table; one of an older program may not."""
        relation = self._connection.sql(
            "SELECT count(*) FROM duckdb_tables() WHERE table_name = $table",
            params={"table": table})
        return bool(relation.fetchall()[0][0])

    def ask(self, name: str) -> list[Row]:
        """Return the rows of a question."""
        code = _code(name)
        wanted = {p: self._params[p] for p in re.findall(r"\$(\w+)", code)}
        relation = (self._connection.sql(code, params=wanted) if wanted
                    else self._connection.sql(code))
        columns = relation.columns
        rows = (dict(zip(columns, values, strict=True)) for values in relation.fetchall())
        table = f"{self._prefix}{name}"
        self.answers[table] = [Row(table, str(row["key"]), row) for row in rows]
        return self.answers[table]

    def has(self, table: str) -> bool:
        """Tell whether the warehouse has a table: one of an older version may lack it."""
        return bool(self._connection.sql(
            "SELECT 1 FROM information_schema.tables WHERE table_name = $1",
            params=[table]).fetchall())

    def one(self, name: str) -> Row:
        """Return the only row of a question."""
        return self.ask(name)[0]


def _code(name: str) -> str:
    """Return a question's SQL without its comments, which may hold any sign."""
    text = (FOLDER / f"{name}.sql").read_text(encoding="utf-8")
    return re.sub(r"--[^\n]*", "", text).strip()


def _plain(value: Any) -> float | None:
    return None if value is None else float(value)
