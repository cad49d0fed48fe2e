"""Asks the published warehouse for a metric: one call, one query, values with what they rest on."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from ..engines import Published
from ..errors import SettingsError
from ..models import Parameter
from ..settings import Settings
from . import measures
from .effort import MIN_SCORED, fitted_weights
from .ledger import Ledger, Variant, read_ledger
from .measure_queries import EXAMPLES, stages_of
from .parameters import numbers_of, parameters_of
from .query import IMMATURE, check_dimensions, judged_query, statement_of
from .suppression import hidden_groups

#: What one of the unit is in the facts: milliseconds, thousandths, shares.
UNITS = {"share": 1, "points": 0.01, "seconds": 1000, "hours": 3_600_000, "score": 1000,
         "count": 1, "bits": 1}


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked.

    Attributes
    ----------
    by
        Dimensions and periods to split by.
    since, until
        First day, and first day no longer in it, in the project's zone.
    numbers
        Thresholds and assumptions to use instead of the project's, by name.
    within
        A table of the journeys that count; empty: all. Windows still see what lies around them.
    """

    metric: str
    variant: str | None = None
    by: tuple[str, ...] = ()
    since: date | None = None
    until: date | None = None
    numbers: Mapping[str, float] = field(default_factory=dict)
    within: str = ""


@dataclass(frozen=True, slots=True)
class Value:
    """A metric of one group, with all that is needed to argue with it.

    Attributes
    ----------
    n, persons, journeys
        What the number rests on: rows that count, and whose they are.
    excluded
        Rows left out, by rule.
    immature, immature_share
        Rows whose window still runs, and their share of those otherwise in the base.
    first_at, last_at
        The period it is from: times of the first and last row that counts, UTC.
    detail
        Components and steps of the formula; totals.
    blind
        Why nothing can be known; empty: it is measured.
    """

    metric: str
    variant: str
    group: Mapping[str, str | None]
    value: float | None
    unit: str
    n: int
    persons: int
    journeys: int
    low: float | None
    high: float | None
    method: str
    excluded: Mapping[str, int]
    immature: int
    immature_share: float | None
    first_at: datetime | None
    last_at: datetime | None
    detail: Mapping[str, float | int | None]
    parameters: Mapping[str, float]
    blind: str = ""


@dataclass(frozen=True, slots=True)
class Measured:
    """Values of a metric, how many groups cannot be shown, and the query that ran."""

    values: tuple[Value, ...]
    suppressed_groups: int
    min_group: int
    sql: str


def measure(warehouse: Published, settings: Settings, question: Question) -> Measured:
    """Return a metric from the published warehouse.

    Groups of fewer persons than ``[privacy] min_group``, and those that would give one away, are
    counted and not shown, by name neither.

    Raises
    ------
    SettingsError
        No such metric, variant, dimension or number.
    """
    ledger = read_ledger()
    variant = ledger.metric(question.metric).variant(question.variant)
    if variant.is_published:
        raise SettingsError(
            f"metric '{question.metric}'", "it is computed each night and not when asked for",
            remedy="The pack prints it." if question.metric.startswith("pack_") else
                   f"It stands in the table '{variant.facts}' of the warehouse.")
    by = question.by or variant.by
    check_dimensions(question.metric, variant, by)
    numbers, params, weights_from = _numbers(warehouse, settings, ledger, variant, question)
    text = statement_of(variant, _judged(settings, variant, question, by),
                        stages_of(variant, params), params)
    used = {name: numbers[name] for name in variant.parameters}
    blind = _blind(warehouse, variant)
    cells: dict[tuple[str | None, ...], list[dict[str, Any]]] = {}
    for row in ([] if blind else warehouse.dicts(text)):
        cells.setdefault(tuple(row["cell"][d] for d in by), []).append(row)
    found = {names: _value(question.metric, variant, dict(zip(by, names, strict=True)), rows,
                           numbers, used, weights_from) for names, rows in cells.items()}
    hidden = hidden_groups({
        names: value.persons or sum(r["persons"] for r in cells[names])
        for names, value in found.items()}, settings.privacy.min_group)
    values = [value for names, value in sorted(found.items(), key=_order) if names not in hidden]
    if not cells and not by:
        values.append(_nothing(question.metric, variant, used, blind or _nothing_because(variant)))
    return Measured(tuple(values), len(hidden), settings.privacy.min_group, text)


def examples_of_excluded(
    warehouse: Published, settings: Settings, question: Question, limit: int = 5,
) -> list[dict[str, Any]]:
    """Return what was left out of a metric: rule, rows, and keys of the first few."""
    ledger = read_ledger()
    variant = ledger.metric(question.metric).variant(question.variant)
    _, params, _ = _numbers(warehouse, settings, ledger, variant, question)
    params["shown"] = limit
    text = statement_of(variant, _judged(settings, variant, question, ()),
                        EXAMPLES, params)
    return [] if _blind(warehouse, variant) else warehouse.dicts(text)


def _judged(settings: Settings, variant: Variant, question: Question, by: Sequence[str]) -> Any:
    zone = settings.project.timezone
    return judged_query(variant, by, _utc(question.since, zone), _utc(question.until, zone),
                        _zones(settings), question.within)


def _zones(settings: Settings) -> dict[str, str]:
    """Return the zones of queues that have a calendar of their own: their days begin there."""
    return {queue: calendar.timezone for calendar in settings.calendars.values()
            for queue in calendar.queues}


def _numbers(
    warehouse: Published, settings: Settings, ledger: Ledger, variant: Variant, question: Question,
) -> tuple[dict[str, float], dict[str, Parameter], int | None]:
    as_of = warehouse.value("SELECT as_of FROM runs ORDER BY run_no DESC LIMIT 1")
    numbers = numbers_of(ledger, settings, question.numbers)
    scored: int | None = None
    if variant.is_fitted:
        weights, scored = fitted_weights(warehouse, parameters_of(numbers, as_of))
        numbers = {**numbers, **weights, **question.numbers}
    params = parameters_of(numbers, as_of)
    params["zone"] = settings.project.timezone
    return numbers, params, scored


def _value(
    metric: str, variant: Variant, group: Mapping[str, str | None], rows: list[dict[str, Any]],
    numbers: Mapping[str, float], used: Mapping[str, float], scored: int | None,
) -> Value:
    counted = [r for r in rows if r["cell"]["rule"] is None]  # several where there are parts
    excluded = {r["cell"]["rule"]: r["n"] for r in rows if r["cell"]["rule"] is not None}
    immature = excluded.pop(IMMATURE, 0)
    if not counted:
        none = _nothing(metric, variant, used, "")
        return replace(none, group=group, excluded=excluded, immature=immature,
                       immature_share=1.0 if immature else None)
    n, persons, journeys = (counted[0][k] for k in ("n", "persons", "journeys"))
    answer = measures.answer(variant, counted, numbers)
    detail: dict[str, float | int | None] = dict(answer.detail)
    for name in variant.components:
        detail[name] = int(counted[0][f"part_{name}"])
    if scored is not None:
        detail |= {"journeys_with_ces": scored, "weights_are_fitted": int(scored >= MIN_SCORED)}
    return Value(
        metric, variant.id, group, _in_unit(answer.value, variant), variant.unit, n, persons,
        journeys, _in_unit(answer.interval.low, variant), _in_unit(answer.interval.high, variant),
        answer.interval.method, excluded, immature, immature / (immature + n),
        counted[0]["first_at"], counted[0]["last_at"], detail, used)


def _in_unit(value: float | None, variant: Variant) -> float | None:
    return None if value is None else value / UNITS[variant.unit]


def _nothing(metric: str, variant: Variant, used: Mapping[str, float], blind: str) -> Value:
    return Value(metric, variant.id, {}, None, variant.unit, 0, 0, 0, None, None, "", {}, 0, None,
                 None, None, {}, used, blind)


def _order(item: tuple[tuple[str | None, ...], object]) -> tuple[tuple[bool, str], ...]:
    return tuple((name is None, name or "") for name in item[0])


def _blind(warehouse: Published, variant: Variant) -> str:
    """Return why no connected source could have shown it; empty where one could."""
    for table in variant.needs:
        if not warehouse.value("SELECT count(*) FROM coverage WHERE kind_of_record = ?", [table]):
            return f"no source of {table.replace('_', ' ')} is connected"
    found = warehouse.rows("SELECT because FROM blind_spots WHERE subject = ?",
                           [variant.blind_subject])
    return str(found[0][0]) if found else ""


def _nothing_because(variant: Variant) -> str:
    if variant.needs_automation:
        return "no bot and no IVR is in the data"
    return "nothing of the kind is in the data"


def _utc(day: date | None, zone: str) -> datetime | None:
    if day is None:
        return None
    local = datetime(day.year, day.month, day.day, tzinfo=ZoneInfo(zone))
    return local.astimezone(UTC).replace(tzinfo=None)


def parse_numbers(given: Sequence[str]) -> dict[str, float]:
    """Return ``NAME=VALUE`` pairs as numbers.

    Raises
    ------
    SettingsError
        A pair that is none, or a value that is no number.
    """
    found: dict[str, float] = {}
    for pair in given:
        name, _, text = pair.partition("=")
        try:
            value = float(text)
        except ValueError:
            raise SettingsError("--set", "not a number by its name", found=f"'{pair}'",
                                allowed="like repeat_window_days=14") from None
        found[name.strip()] = int(value) if value.is_integer() else value
    return found
