"""Turns a variant of the ledger into one SELECT over the published tables.

Expressions of the ledger, parameters and dimensions meet in the syntax tree; no text is put into
text. Every row of the facts counts once: under the first rule that leaves it out, or under none.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from functools import cache

import sqlglot
from sqlglot import exp

from ..errors import SettingsError, did_you_mean
from ..models import DIALECT, Parameter, bind
from .ledger import Variant, facts_model

#: What rows can be split by, where the facts have it; and periods. An agent is none of it.
DIMENSIONS = (
    "source", "channel", "queue", "team", "reason", "reason_family", "stage", "scale",
    "contact_result", "from_activity", "to_activity", "path", "from_channel", "to_channel",
    "switch_kind",
)
PERIODS = ("day", "week", "month")
IMMATURE = "its window has not run out"


def dimensions_of(variant: Variant) -> list[str]:
    """Return what a variant can be split by."""
    columns = facts_model(variant.facts).query.named_selects
    known = set(columns) | (_starred(variant.facts) if "*" in columns else set())
    return [d for d in DIMENSIONS if d in known] + list(PERIODS)


def columns_of(facts: str) -> set[str]:
    """Return the columns of facts."""
    names = set(facts_model(facts).query.named_selects)
    return (names - {"*"}) | (_starred(facts) if "*" in names else set())


def _starred(facts: str) -> set[str]:
    """Columns that a final ``select *`` takes from the CTE it reads."""
    query = facts_model(facts).query
    last = list(query.find_all(exp.CTE))[-1]
    return set(last.this.named_selects)


def check_dimensions(metric: str, variant: Variant, by: Sequence[str]) -> None:
    """Raise for a dimension that the metric does not have."""
    allowed = dimensions_of(variant)
    for name in by:
        if name in ("agent", "agent_id", "agent_key"):
            raise SettingsError("--by", "agents are never compared", found=name,
                                allowed=", ".join(allowed))
        if name not in allowed:
            raise SettingsError(f"--by of metric '{metric}'", "cannot be split by this", found=name,
                                allowed=", ".join(allowed), remedy=did_you_mean(name, allowed))


def expression(text: str) -> exp.Expr:
    """Return one SQL expression of the ledger, a copy of one's own."""
    return _parsed(text).copy()


@cache
def _parsed(text: str) -> exp.Expr:
    return sqlglot.parse_one(text, dialect=DIALECT)


def judged_query(
    variant: Variant, by: Sequence[str], since: datetime | None, until: datetime | None,
    zones: Mapping[str, str], within: str = "",
) -> exp.Select:
    """Return the facts in scope, each with its cell (groups and the rule that leaves it out).

    Parameters
    ----------
    since, until
        Limits of the time of booking, UTC.
    zones
        Zone by queue, where it is not the project's: a queue's days begin at its own midnight.
    within
        A table of the journeys that are in scope; empty: all are.
    """
    cell: dict[str, exp.Expr] = {
        d: exp.cast(_dimension(d, variant, zones), "varchar") for d in by}
    cell["rule"] = _rule(variant)
    stratum = {s: exp.cast(exp.column(s), "varchar") for s in variant.strata}
    query = (
        exp.select("unit_key", "person_key", "journey_key")
        .select(exp.column(variant.booked_at).as_("booked_at"))
        .select(_struct(cell).as_("cell"))
        .select(*(expression(sql).as_(name) for name, sql in _measured(variant).items()))
        .select(*(expression(sql).as_(f"part_{n}") for n, sql in variant.components.items()))
        .from_("facts")
    )
    if stratum:
        query = query.select(_struct(stratum).as_("stratum"))
    if variant.rows_sql:
        query = query.where(expression(variant.rows_sql))
    booked = exp.column(variant.booked_at)
    for limit, kind in ((since, exp.GTE), (until, exp.LT)):
        if limit is not None:
            literal = exp.cast(exp.Literal.string(limit.isoformat(sep=" ")), "timestamp")
            query = query.where(kind(this=booked.copy(), expression=literal))
    if within:
        chosen = exp.select("journey_key").from_(within)
        query = query.where(exp.column("journey_key").isin(query=chosen))
    return query


def _struct(columns: Mapping[str, exp.Expr]) -> exp.Expr:
    return exp.Struct(expressions=[
        exp.PropertyEQ(this=exp.to_identifier(name), expression=value)
        for name, value in columns.items()])


def _measured(variant: Variant) -> dict[str, str]:
    """Return the row's numbers by the name that ``measures`` calls them."""
    found = {"value": variant.numerator_sql, "below": variant.denominator_sql,
             "against": variant.against_sql, "event": variant.event_sql,
             "given": variant.given_sql, "points": variant.value_sql,
             "responded": variant.responded_sql}
    if variant.measure == "entropy" and not variant.given_sql:
        found["given"] = "'nothing'"
    return {name: sql for name, sql in found.items() if sql}


def _dimension(name: str, variant: Variant, zones: Mapping[str, str]) -> exp.Expr:
    if name not in PERIODS:
        return exp.column(name)
    zone: exp.Expr = exp.Placeholder(this="zone")
    if zones and "queue" in columns_of(variant.facts):
        case = exp.Case(this=exp.cast(exp.column("queue"), "varchar"))
        for queue, of_queue in sorted(zones.items()):
            case = case.when(exp.Literal.string(queue), exp.Literal.string(of_queue))
        zone = case.else_(zone)
    utc = exp.func("timezone", exp.Literal.string("UTC"), exp.column(variant.booked_at))
    local = exp.func("timezone", zone, utc)
    start = exp.func("date_trunc", exp.Literal.string(name), local, dialect=DIALECT)
    return exp.cast(start, "date")


def _rule(variant: Variant) -> exp.Expr:
    """The first rule that leaves a row out; none for a row that counts."""
    case = exp.Case()
    if "excluded_rule" in columns_of(variant.facts):
        case = case.when(exp.column("excluded_rule").is_(exp.null()).not_(),
                         exp.cast(exp.column("excluded_rule"), "varchar"))
    for rule, sql in variant.excluded:
        case = case.when(expression(sql), exp.Literal.string(rule))
    # Nobody knows when such a row happened, so it is in no period.
    case = case.when(exp.column(variant.booked_at).is_(exp.null()),
                     exp.Literal.string("no time is known"))
    if variant.mature_sql and variant.mature_sql != "true":
        case = case.when(exp.not_(exp.paren(expression(variant.mature_sql))),
                         exp.Literal.string(IMMATURE))
    return case


def statement_of(
    variant: Variant, judged: exp.Select, stages: Sequence[tuple[str, exp.Query]],
    params: Mapping[str, Parameter],
) -> str:
    """Return the text of facts, ``judged`` and the stages after it, the last one's rows."""
    whole = exp.select("*").from_(stages[-1][0])
    for name, query in (("facts", facts_model(variant.facts).query.copy()), ("judged", judged),
                        *stages):
        whole = whole.with_(name, as_=query, copy=False)
    return bind(whole, params).sql(dialect=DIALECT, comments=False, pretty=True)


def facts_text(name: str, params: Mapping[str, Parameter]) -> str:
    """Return the text of the query that makes facts, parameters put in."""
    return bind(facts_model(name).query.copy(), params).sql(dialect=DIALECT, comments=False)
