"""Wholes in parts, with groups too small to be shown folded together."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from .asking import Row
from .claims import Number, wilson
from .model import Share, Split


def split(
    rows: Sequence[Row], min_group: int, name: Callable[[str], str], most: int = 99,
) -> Split:
    """Return the parts of a whole, largest first.

    Parts of fewer than ``min_group`` persons are folded into one, together with the next larger
    part if they are still too few: otherwise the small part could be found by subtraction. What
    is beyond ``most`` parts is folded as well. Where all would have to be folded there is no split.

    Parameters
    ----------
    rows
        Rows with ``word``, ``size`` and ``persons``, largest first.
    name
        Says a word in print.
    """
    total = sum(int(r["size"]) for r in rows)
    kept, folded = fold(list(rows), min_group)
    if len(kept) > most:
        kept, folded = kept[:most - 1], [*kept[most - 1:], *folded]
    if not kept:
        return Split((), len(folded))
    parts = [_share(r, name(str(r["word"])), total) for r in kept]
    if folded:
        size = sum(int(r["size"]) for r in folded)
        low, high = wilson(size, total)
        table = folded[0].table
        parts.append(Share(
            "other" if len(folded) > 1 else name(str(folded[0]["word"])),
            Number(size, "count", table, "", "folded_size"),
            Number(size / total, "percent", table, "", "folded_size_share", low, high, total)))
    return Split(tuple(parts), len(folded))


def fold(rows: list[Row], min_group: int) -> tuple[list[Row], list[Row]]:
    """Return the rows that may be shown alone, and those that must be shown together."""
    small = [r for r in rows if r["persons"] < min_group]
    large = [r for r in rows if r["persons"] >= min_group]
    if small and large:
        # Some persons may be in several parts, so only one part's own persons are sure.
        small = [large.pop(), *small]
    return large, small


def _share(row: Row, name: str, total: int) -> Share:
    return Share(name, row.number("size"), row.rate("size", total))
