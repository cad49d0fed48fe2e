"""What questions count, and shares of it with intervals."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from ..metrics.intervals import Z, effective_rows
from ..metrics.suppression import Group, hidden_groups

if TYPE_CHECKING:
    from .view import View

#: Journeys of customers, as the ledger counts them: they did something, and are no mere cookie.
COUNTED = """
    SELECT j.* FROM journeys AS j INNER JOIN persons AS p ON j.person_key = p.person_key
    WHERE j.is_customers AND p.person_kind <> 'anonymous'"""


@dataclass(frozen=True, slots=True)
class Base:
    """What shares are of: so many, of so many persons, telling as much as ``told`` independent."""

    n: int
    persons: int
    told: float


def base_of(view: View, rows: str = COUNTED) -> Base:
    """Return the size of a query's rows, each with its ``person_key``."""
    n, persons, squares = view.warehouse.rows(
        "SELECT coalesce(sum(n), 0)::BIGINT, count(*), coalesce(sum(n * n), 0)::BIGINT "
        f"FROM (SELECT count(*) AS n FROM ({rows}) GROUP BY person_key)")[0]
    return Base(n, persons, effective_rows(n, persons, squares, None, 0.0) if n else 0.0)


def add_shares(frame: pd.DataFrame, counts: str, base: Base,
               of: pd.Series | None = None) -> pd.DataFrame:
    """Add ``share``, ``share_low`` and ``share_high``: Wilson's interval, persons as clusters.

    A person's rows are taken for all alike (Kish), so intervals are rather too wide.

    Parameters
    ----------
    counts
        Column to divide.
    of
        What to divide by, by row; None: the whole base.
    """
    whole = pd.Series(base.n, frame.index, dtype=float) if of is None else of.astype(float)
    whole = whole.where(whole > 0)
    share = frame[counts] / whole
    told = whole * (base.told / base.n if base.n else np.nan)
    centre = (share * told + Z * Z / 2) / (told + Z * Z)
    half = Z * np.sqrt(share * (1 - share) * told + Z * Z / 4) / (told + Z * Z)
    return frame.assign(share=share, share_low=(centre - half).clip(lower=0.0),
                        share_high=(centre + half).clip(upper=1.0))


def without_small(
    data: pd.DataFrame, groups: Sequence[Group], min_group: int
) -> tuple[pd.DataFrame, int]:
    """Return the rows whose group may be shown, and how many groups may not.

    Parameters
    ----------
    data
        With ``persons``, one row per group.
    groups
        Name of each row's group, each place of it a dimension.
    """
    hidden = hidden_groups(dict(zip(groups, data["persons"], strict=True)), min_group)
    is_shown = np.array([group not in hidden for group in groups], dtype=bool)
    return data[is_shown].reset_index(drop=True), len(hidden)


def few_said(left_out: int, min_group: int) -> str:
    """Return what is said of groups that are too small to be shown."""
    if not left_out:
        return ""
    groups = "group" if left_out == 1 else "groups"
    return f" Not shown: {left_out} {groups} of fewer than {min_group} persons, or beside one."
