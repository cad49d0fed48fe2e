"""Printed numbers. A number knows where it comes from, how it is written and how sure it is.

Every number of a pack is a claim: table, key, column, format. The table is one of the pack's own
questions (``questions/*.sql``), so that a later check can ask again and compare.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, replace

from markupsafe import Markup

Z95 = 1.959964
MINUS = "\N{MINUS SIGN}"


@dataclass(frozen=True, slots=True)
class Number:
    """One number to be printed.

    Attributes
    ----------
    value
        The number itself; None where it was not measured.
    form
        How it is written, a name in ``FORMS``.
    table, key, column
        Where it comes from: the pack's question, the row and the column.
    low, high
        Ends of its 95 % interval, where it has one.
    n
        How many it rests on, where that decides how many digits are honest.
    floor
        The smallest group shown, where this group is smaller: then no number is printed.
    """

    value: float | None
    form: str
    table: str
    key: str
    column: str
    low: float | None = None
    high: float | None = None
    n: int | None = None
    floor: int | None = None

    @property
    def text(self) -> str:
        """Return the number as it is printed, without markup."""
        if self.floor is not None:
            return f"fewer than {self.floor}"
        if self.value is None or math.isnan(self.value):
            return "not measured"
        return FORMS[self.form](float(self.value), self.n)

    @property
    def claim(self) -> str:
        """Return the number's claim: table, key, column, format."""
        key = self.key.replace("%", "%25").replace("|", "%7C")
        return f"{self.table}|{key}|{self.column}|{self.form}"

    @property
    def known(self) -> bool:
        """Tell whether there is a number to print."""
        return self.floor is None and self.value is not None and not math.isnan(self.value)

    @property
    def lower(self) -> Number:
        """Return the lower end of the interval."""
        return replace(self, value=self.low, column=f"{self.column}_low", low=None, high=None)

    @property
    def upper(self) -> Number:
        """Return the upper end of the interval."""
        return replace(self, value=self.high, column=f"{self.column}_high", low=None, high=None)

    @property
    def interval(self) -> str:
        """Return the interval as text, without markup; empty where there is none."""
        if not self.known or self.low is None or self.high is None:
            return ""
        return f"{self.lower.text} to {self.upper.text}"

    def written(self, form: str) -> Number:
        """Return the same number in another format."""
        return replace(self, form=form)

    def of(self, one: str, many: str = "") -> Markup:
        """Return the number with its noun, in the right number: 1 journey, 2 journeys."""
        return Markup("{} {}").format(self, self.noun(one, many))

    def noun(self, one: str, many: str = "") -> str:
        """Return the noun that fits this number."""
        return one if self.floor is None and self.value == 1 else many or f"{one}s"

    def __str__(self) -> str:
        return self.text

    @property
    def svg(self) -> Markup:
        """Return the number as a part of a text in a figure."""
        return Markup('<tspan data-claim="{}">{}</tspan>').format(self.claim, self.text)

    def __html__(self) -> Markup:
        if self.floor is not None:
            floor = Number(self.floor, "count", "settings", "privacy", "min_group")
            return Markup('<span class="unknown">fewer than {}</span>').format(floor)
        if not self.known:
            return Markup('<span class="unknown">{}</span>').format(self.text)
        return Markup('<span class="n" data-claim="{}">{}</span>').format(self.claim, self.text)


@dataclass(frozen=True, slots=True)
class Phrase:
    """Words with numbers between them: each number stays a claim of its own."""

    parts: tuple[str | Number, ...]

    @property
    def text(self) -> str:
        """Return the phrase without markup."""
        return "".join(p if isinstance(p, str) else p.text for p in self.parts)

    def __str__(self) -> str:
        return self.text

    def __html__(self) -> Markup:
        return Markup("").join(self.parts)

    def __bool__(self) -> bool:
        return bool(self.parts)


NOTHING = Phrase(())


def phrase(*parts: str | Number) -> Phrase:
    """Return words and numbers as one phrase."""
    return Phrase(parts)


def wilson(hits: int, n: int) -> tuple[float, float]:
    """Return the 95 % Wilson interval of a rate.

    Examples
    --------
    >>> [round(100 * end, 1) for end in wilson(3, 8)]
    [13.7, 69.4]
    """
    if n == 0:
        return 0.0, 1.0
    z2 = Z95**2
    middle = (hits + z2 / 2) / (n + z2)
    half = Z95 * math.sqrt(hits * (n - hits) / n + z2 / 4) / (n + z2)
    return max(0.0, middle - half), min(1.0, middle + half)


def _grouped(value: float, digits: int) -> str:
    text = f"{abs(value):,.{digits}f}"
    return f"{MINUS}{text}" if value < 0 and float(text.replace(",", "")) != 0 else text


def _count(value: float, n: int | None) -> str:
    return _grouped(value, 0)


def _percent(value: float, n: int | None) -> str:
    """Write a share with the digits that its n can carry."""
    shown = 100 * value
    if shown >= 99.95 or (n is not None and n < 100):
        return f"{_grouped(shown, 0)}%"
    if 0 < shown < 0.1:
        return f"{_grouped(shown, 2)}%"
    return f"{_grouped(shown, 1)}%"


def _whole_percent(value: float, n: int | None) -> str:
    shown = 100 * value
    if 0 < shown < 1:
        return f"{_grouped(shown, 1)}%"
    return f"{_grouped(shown, 0)}%"


def _points(value: float, n: int | None) -> str:
    return _grouped(value, 1)


def _signed_points(value: float, n: int | None) -> str:
    text = _grouped(value, 1)
    return text if text.startswith(MINUS) or text == "0.0" else f"+{text}"


def _signed_points_of_percent(value: float, n: int | None) -> str:
    """Write a difference of two shares in percentage points."""
    return _signed_points(100 * value, n)


def _fine_points(value: float, n: int | None) -> str:
    return _grouped(value, 2)


def _size_of_points(value: float, n: int | None) -> str:
    """Write a difference without its sign, where words say the direction."""
    return _grouped(abs(value), 1)


def _total(value: float, n: int | None) -> str:
    return _grouped(value, 0 if abs(value) >= 10 else 1)


def _duration(milliseconds: float, n: int | None) -> str:
    """Write a span of time in the unit a person would use."""
    if milliseconds < 0:
        return f"{MINUS}{_duration(-milliseconds, n)}"
    seconds = milliseconds / 1000
    for size, unit in ((86400, "days"), (3600, "hours"), (60, "min")):
        if seconds >= 1.5 * size:
            amount = seconds / size
            return f"{_grouped(amount, 0 if amount >= 9.95 else 1)}\N{NO-BREAK SPACE}{unit}"
    return f"{_grouped(seconds, 0)}\N{NO-BREAK SPACE}s"


def _signed_duration(milliseconds: float, n: int | None) -> str:
    """Write a difference of two spans of time."""
    text = _duration(milliseconds, n)
    return text if milliseconds < 500 else f"+{text}"


def _rough_duration(milliseconds: float, n: int | None) -> str:
    """Write a span of time as coarsely as a typical time deserves."""
    seconds = milliseconds / 1000
    if seconds < 45:
        return "less than a minute"
    for size, one, many in ((86400, "day", "days"), (3600, "hour", "hours"), (60, "min", "min")):
        if seconds >= 0.75 * size:
            amount = round(seconds / size)
            if size == 60 and amount > 10:
                amount = 5 * round(amount / 5)
            return f"{max(1, amount)}\N{NO-BREAK SPACE}{one if amount <= 1 else many}"
    return "less than a minute"


def _duration_of_hours(hours: float, n: int | None) -> str:
    return _duration(hours * 3_600_000, n)


def _rough_minutes(minutes: float, n: int | None) -> str:
    return _rough_duration(minutes * 60_000, n)


def _span(unit: str) -> Callable[[float, int | None], str]:
    """Write a setting in the larger unit where that is exact: 120 seconds are 2 minutes."""
    def write(value: float, n: int | None) -> str:
        larger, times = {"second": ("minute", 60), "minute": ("hour", 60)}.get(unit, ("", 0))
        if times and value >= times and value % times == 0:
            return _span(larger)(value / times, n)
        return f"{_grouped(value, 0)}\N{NO-BREAK SPACE}{unit}{'' if value == 1 else 's'}"

    return write


def _hours(milliseconds: float, n: int | None) -> str:
    return _total(milliseconds / 3_600_000, n)


#: How numbers are written, by name.
FORMS = {
    "count": _count,
    "percent": _percent,
    "whole_percent": _whole_percent,
    "points": _points,
    "signed_points": _signed_points,
    "signed_points_of_percent": _signed_points_of_percent,
    "fine_points": _fine_points,
    "size_of_points": _size_of_points,
    "total": _total,
    "duration": _duration,
    "signed_duration": _signed_duration,
    "rough_duration": _rough_duration,
    "rough_minutes": _rough_minutes,
    "hours": _hours,
    "duration_of_hours": _duration_of_hours,
    "span_seconds": _span("second"),
    "span_minutes": _span("minute"),
    "span_hours": _span("hour"),
    "span_days": _span("day"),
}
