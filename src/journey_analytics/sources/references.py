"""How an adapter says that its streams meet: ``-- refers: users.id = tickets.requester_id``."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path

from sqlglot import exp

from ..errors import SettingsError
from ..models import DIALECT, parse


@dataclass(frozen=True, slots=True)
class Reference:
    """One way in which records of a stream name rows of a look-up.

    Attributes
    ----------
    lookup, column
        The stream that is looked up, and the column that is compared.
    stream, value
        The stream whose records name it, and SQL of the name, or of a list of names.
    """

    lookup: str
    column: str
    stream: str
    value: str

    def number(self, source: str, table: str) -> int:
        """Return the number under which the index knows it."""
        text = f"{source}|{table}|{self.lookup}.{self.column}={self.stream}:{self.value}"
        return int.from_bytes(hashlib.sha256(text.encode()).digest()[:7], "big")


def read_reference(path: Path, entry: str, streams: set[str]) -> Reference:
    """Read one entry of ``-- refers:``.

    Raises
    ------
    SettingsError
        It is no ``LOOKUP.column = expression over one other stream``.
    """
    [found] = parse(path, f"select {entry} as x").selects
    sides = found.unalias()
    if isinstance(sides, exp.EQ) and isinstance(sides.left, exp.Column):
        of = {c.table for c in sides.right.find_all(exp.Column)}
        if len(of) == 1 and of | {sides.left.table} <= streams and sides.left.table not in of:
            return Reference(sides.left.table, sides.left.name, of.pop(),
                             sides.right.sql(dialect=DIALECT))
    raise SettingsError(str(path), "'-- refers:' is not understood", found=entry,
                        allowed="a column of a look-up = an expression of one other stream",
                        remedy="For instance: -- refers: users.id = tickets.requester_id")
