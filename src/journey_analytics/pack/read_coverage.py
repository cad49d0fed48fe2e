"""Coverage: what the sources delivered, what became of it, and who is in it."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import replace
from datetime import date, timedelta

from . import words
from .asking import Questions, Row
from .claims import Number
from .model import Coverage, Fates, RuleCount, Share, Span
from .splitting import split

#: Below this many rows a day a strip is drawn by week: single rows are single persons.
ROWS_PER_DAY = 5


def read_coverage(ask: Questions, totals: Row, min_group: int) -> Coverage:
    """Return what the sources cover, and who is in the data."""
    def size(column: str) -> Number:
        return totals.number(column)

    def floored(column: str, persons: str) -> Number:
        few = 0 < totals[persons] < min_group
        return replace(size(column), value=None, floor=min_group) if few else size(column)

    def parts(question: str, names: dict[str, str]) -> list[Share]:
        return [Share(names.get(str(r["word"]), words.rule_name(str(r["word"]))),
                      _floored(r, "size", min_group), r.number("persons"))
                for r in ask.ask(question)]

    first, last = totals["first_day"], totals["last_day"]
    return Coverage(
        sources=size("sources"), first_day=first, last_day=last,
        spans=_spans(ask, first, last),
        fates=tuple(
            Fates(words.clean(r["source"]), r.number("records"), r.number("used"),
                  r.number("ignored"), r.number("quarantined"), r.number("dropped"))
            for r in ask.ask("record_fates")),
        rules=tuple(RuleCount(r["fate"], words.rule_name(r["rule"]), r.number("records"))
                    for r in ask.ask("record_rules")),
        active_persons=size("active_persons"), journeys=size("journeys"),
        anonymous_persons=floored("anonymous_persons", "anonymous_persons"),
        anonymous_journeys=floored("anonymous_journeys", "anonymous_persons"),
        passive_journeys=floored("passive_journeys", "passive_persons"),
        journeys_with_contact=size("journeys_with_contact"), contacts=size("contacts"),
        sessions=size("sessions"), touchpoints=size("touchpoints"), moments=size("moments"),
        shared_keys=size("shared_keys"),
        person_kinds=split(ask.ask("person_kinds"), min_group,
                           lambda w: words.PERSON_KINDS.get(w, words.clean(w))),
        statuses=split(ask.ask("journey_statuses"), min_group,
                       lambda w: words.STATUSES.get(w, words.clean(w))),
        channels=split(ask.ask("contact_channels"), min_group, words.channel_name),
        reasons=split(ask.ask("journey_reasons"), min_group, words.reason_name, most=12),
        excluded=tuple(parts("excluded_contacts", {})),
    )


def _floored(row: Row, column: str, min_group: int) -> Number:
    """Return a count, or that it is too small to be shown."""
    number = row.number(column)
    return replace(number, value=None, floor=min_group) if row["persons"] < min_group else number


def _spans(ask: Questions, first: date | None, last: date | None) -> tuple[Span, ...]:
    by_span: dict[str, dict[date, int]] = defaultdict(dict)
    for row in ask.ask("coverage_days"):
        by_span[row["span"]][row["day"]] = int(row["row_count"])
    if first is None or last is None:
        return ()
    days = (last - first).days + 1
    all_days = [first + timedelta(days=n) for n in range(days)]
    spans = []
    for row in ask.ask("coverage_spans"):
        counts = [by_span[row.key].get(day, 0) for day in all_days]
        own_days = (row["last_day"] - row["first_day"]).days + 1
        by_week = int(row["row_count"]) < ROWS_PER_DAY * own_days
        strip = [sum(counts[n:n + 7]) for n in range(0, days, 7)] if by_week else counts
        spans.append(Span(
            words.clean(row["source"]),
            words.RECORD_KINDS.get(row["kind_of_record"], row["kind_of_record"]),
            row["first_day"], row["last_day"], row.number("row_count"), tuple(strip), by_week))
    return tuple(spans)
