"""How well rows are grouped: pairs counted from group sizes, never listed.

Two rows make a *true pair* when they share a true group, and a *found pair* when they share a
found one. With n rows in a cell (true group x found group), the pairs that are both are the sum of
n choose 2 over cells.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass

from ..engines import DuckDBEngine


@dataclass(frozen=True, slots=True)
class Agreement:
    """Pairs that are true, found, and both."""

    true_pairs: int
    found_pairs: int
    both_pairs: int

    @property
    def precision(self) -> float:
        """Share of found pairs that are true; 1 where none is found."""
        return self.both_pairs / self.found_pairs if self.found_pairs else 1.0

    @property
    def recall(self) -> float:
        """Share of true pairs that are found; 1 where there is none."""
        return self.both_pairs / self.true_pairs if self.true_pairs else 1.0

    @property
    def f1(self) -> float:
        """Harmonic mean of precision and recall."""
        total = self.found_pairs + self.true_pairs
        return 2 * self.both_pairs / total if total else 1.0

    def report(self) -> dict[str, float]:
        """Return counts and rates by name."""
        return {**asdict(self), "precision": self.precision, "recall": self.recall, "f1": self.f1}


def agreement(engine: DuckDBEngine, table: str, true: str, found: str) -> Agreement:
    """Count the pairs of a table's rows; rows without a true group are left out."""
    counts = engine.rows(
        f"WITH cells AS (SELECT {true} AS t, {found} AS f, count(*) AS n FROM {table} "
        f"WHERE {true} IS NOT NULL GROUP BY ALL) "
        f"SELECT {_pairs('(SELECT sum(n) AS n FROM cells GROUP BY t)')}, "
        f"{_pairs('(SELECT sum(n) AS n FROM cells GROUP BY f)')}, {_pairs('cells')}")[0]
    return Agreement(*map(int, counts))


def _pairs(groups: str) -> str:
    return f"(SELECT coalesce(sum(n * (n - 1) // 2), 0)::BIGINT FROM {groups})"


def broken_pairs(
    engine: DuckDBEngine, table: str, group: str, part: str, reason: str
) -> list[dict[str, object]]:
    """Say by reason how many pairs of a group fall apart into parts.

    Parts of a group are put in order of size; a part's pairs are those with the rows of larger
    parts, so that every pair is told once.

    Parameters
    ----------
    group, part
        True and found groups for pairs that were missed, the other way round for wrong ones.
    reason
        Aggregate over a part's rows.

    Returns
    -------
    list of dict
        ``reason``, ``parts`` and ``pairs``, most pairs first.
    """
    rows = engine.rows(
        f"WITH parts AS (SELECT {group} AS g, {part} AS p, count(*) AS n, {reason} AS reason "
        f"FROM {table} WHERE {group} IS NOT NULL AND {part} IS NOT NULL GROUP BY g, p), "
        "told AS (SELECT *, sum(n) OVER (PARTITION BY g ORDER BY n DESC, p "
        "ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) AS larger FROM parts) "
        "SELECT reason, count(*), sum(n * larger)::BIGINT FROM told WHERE larger IS NOT NULL "
        "GROUP BY reason ORDER BY 3 DESC, 1")
    return [dict(zip(("reason", "parts", "pairs"), row, strict=True)) for row in rows]
