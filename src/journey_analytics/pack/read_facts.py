"""What the journey map says of a step in numbers: waits, and what happens instead of an answer."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import replace

from .asking import Questions, Row
from .claims import Number
from .model import Fact

#: Moments in which nobody helps, answers or confirms: kind, step, and how it goes on after a
#: number, and after "persons".
QUIET = (
    ("search_before_contact", "search", "searches in vain", "search in vain"),
    ("out_of_hours_attempt", "reach", "attempts at a closed door", "meet a closed door"),
    ("silent_wait", "wait", "silences of ours", "hear nothing from us"),
    ("missing_confirmation", "aftercare", "confirmations that did not come",
     "miss a confirmation"),
    ("missing_aftercare", "aftercare", "solutions that nobody told of", "are not told"),
)
#: Kinds that are not recorded but derived: from an absence, by a rule.
DERIVED = frozenset({"silent_wait", "missing_confirmation", "missing_aftercare", "long_resolution"})
#: A tail of one in ten is shown where the tail itself is a group that may be shown.
TAIL = 10


def read_waits(
    ask: Questions, sizes: dict[tuple[str, str], Row], min_group: int
) -> dict[str, tuple[Fact, ...]]:
    """Return how long customers wait, by step; where nothing was measured there is nothing."""
    found: dict[str, list[Fact]] = defaultdict(list)
    queue, hold, over = ask.one("queue_waits"), ask.one("holds"), ask.one("durations")
    if queue["persons"] >= min_group:
        found["wait"] += _spread(queue, "contacts", "median wait in a queue", min_group)
        found["wait"].append(rate_fact(queue, "over", queue.number("contacts"),
                                       ("of these contacts wait long", "wait long"), min_group,
                                       queue["over_persons"]))
    reply = sizes.get(("wait", "first reply"))
    if reply is not None:
        found["wait"].append(
            _count(reply, "late first replies", "get a late first reply", min_group))
    if hold["persons"] >= min_group:
        found["handle"].append(rate_fact(hold, "held", hold.number("contacts"),
                                         ("of contacts are put on hold", "are put on hold"),
                                         min_group))
        found["handle"] += _spread(hold, "held", "median hold", min_group)
    for kind, step, text, of_few in QUIET:
        size = sizes.get((kind, ""))
        if size is not None:
            found[step].append(replace(_count(size, text, of_few, min_group), known=known_by(kind)))
    for kind, step, text in (("out_of_hours_attempt", "reach", "median time until the door opens"),
                             ("transfer", "hand_over", "median cost of a transfer")):
        size = sizes.get((kind, ""))
        if size is not None and size["persons"] >= min_group and size["measured"]:
            found[step].append(_median(size, "measured", text))
    if over["persons"] >= min_group:
        found["resolve"] += _spread(over, "journeys", "median from first to last sign", min_group)
    return {step: tuple(f if f.known else replace(f, known="observed") for f in facts)
            for step, facts in found.items()}


def known_by(kind: str) -> str:
    """Return how a kind of moment is known."""
    return "inferred" if kind in DERIVED else "observed"


def read_moves(
    handled: Number, journeys: Number, all_journeys: Number, sizes: dict[tuple[str, str], Row],
    min_group: int,
) -> dict[str, tuple[Fact, ...]]:
    """Return transfers, switches, repeats and the like, each as a rate of its own base.

    Parameters
    ----------
    handled
        Contacts that someone dealt with.
    journeys, all_journeys
        Journeys with a contact, and all on the map: an error in self-service needs no contact.
    """
    bases = {"contacts": handled, "journeys": journeys, "all journeys": all_journeys}
    lines = (
        ("search", "error_met", "all journeys", "meet an error"),
        ("reach", "channel_switch", "journeys", "change the channel"),
        ("reach", "repeat_contact", "journeys", "come back"),
        ("wait", "abandonment", "journeys", "give up waiting"),
        ("wait", "chaser", "journeys", "chase us"),
        ("hand_over", "transfer", "contacts", "are passed on"),
        ("hand_over", "ping_pong", "contacts", "go back and forth"),
        ("resolve", "reopen", "journeys", "are reopened"),
    )
    found: dict[str, list[Fact]] = defaultdict(list)
    for step, kind, unit, text in lines:
        size = sizes.get((kind, ""))
        if size is not None:
            said = (f"of {unit} {text}", text.replace("are reopened", "have it reopened"))
            fact = rate_fact(size, unit.split()[-1], bases[unit], said, min_group)
            # The lane says the other bases once for all.
            found[step].append(fact if unit == "all journeys" else replace(fact, n=None))
    return {step: tuple(facts) for step, facts in found.items()}


def rate_fact(
    row: Row, column: str, base: Number, said: tuple[str, str], min_group: int,
    persons: int | None = None,
) -> Fact:
    """Return a rate with its interval, or that too few are hit to show it.

    ``said`` is how it goes on after a share, and after "persons".
    """
    if (row["persons"] if persons is None else persons) < min_group:
        return Fact(_floor(row, column, min_group), f"persons {said[1]}")
    return Fact(row.rate(column, int(base.value or 0)), said[0], base)


def _spread(row: Row, n: str, text: str, min_group: int) -> list[Fact]:
    """Return a median, and how long the worst tenth takes where that is a group of its own."""
    facts = [_median(row, n, text)]
    if row[n] >= TAIL * min_group:
        facts.append(Fact(row.number("p90_ms", "duration", n=row[n]), "or more for one in ten",
                          is_tail=True))
    return facts


def _median(row: Row, n: str, text: str) -> Fact:
    return Fact(row.number("median_ms", "duration", n=row[n], interval=True), text, row.number(n))


def _count(row: Row, text: str, of_few: str, min_group: int) -> Fact:
    if row["persons"] < min_group:
        return Fact(_floor(row, "moments", min_group), f"persons {of_few}")
    return Fact(row.number("moments"), text)


def _floor(row: Row, column: str, min_group: int) -> Number:
    return Number(None, "count", row.table, row.key, column, floor=min_group)
