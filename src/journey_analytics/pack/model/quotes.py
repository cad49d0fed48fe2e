"""What customers wrote where a pain point hit, as far as a person approved it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from ..claims import Number


@dataclass(frozen=True, slots=True)
class Quotes:
    """Approved texts of one pain point, and how many are held back until somebody does."""

    texts: tuple[str, ...]
    held: Number
    oldest: date | None
