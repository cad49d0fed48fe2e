"""The journey map: what happens in each step, from where the records lie."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace

from . import words
from .asking import Questions, Row
from .claims import Number
from .model import Badge, Basis, Fact, JourneyMap, PainPoint, Split, Step, Unknown
from .splitting import split

#: Pain points of one step listed on the map; the rest is counted.
MOST_BADGES = 6


def read_map(
    ask: Questions, totals: Row, points: Sequence[PainPoint], others: Sequence[PainPoint],
    basis: Basis, blind: Sequence[Unknown], min_group: int,
) -> JourneyMap:
    """Return the map of all journeys of persons that are not anonymous."""
    passing = {r["step"]: r for r in ask.ask("steps")}
    doings = _by_step(ask.ask("step_kinds"))
    channels = _by_step(ask.ask("step_channels"))
    sizes = {(str(r["kind"]), r["variant"] or ""): r for r in ask.ask("moment_sizes")}
    waits = _waits(ask, sizes, min_group)
    moves = _moves(ask, totals, sizes, min_group)
    answers = split(ask.ask("survey_answers"), min_group, str.upper)
    steps = []
    for name in words.STEPS:
        row = passing.get(name)
        here = [p for p in (*points, *others) if p.step == name]
        steps.append(Step(
            name=name, title=words.STEP_TITLES[name], sentence=words.STEP_SENTENCES[name],
            doings=split(doings[name], min_group, _doing, most=4),
            channels=split(channels[name], min_group, words.channel_name, most=4),
            **_passing(row, name, totals, min_group),
            waits=waits.get(name, ()), moves=moves.get(name, ()),
            badges=tuple(Badge(p.rank, p.title, p.place, p in points) for p in here[:MOST_BADGES]),
            more_points=max(0, len(here) - MOST_BADGES),
            score=_score(here, basis, answers if name == "aftercare" else None),
            blind=tuple(u.subject for u in blind if name in words.BLIND_STEPS.get(u.subject, ())),
        ))
    return JourneyMap(
        journeys=totals.number("journeys"), persons=totals.number("active_persons"),
        stages=split(ask.ask("journey_stages"), min_group, words.stage_name), steps=tuple(steps))


def _by_step(rows: list[Row]) -> defaultdict[str, list[Row]]:
    found: defaultdict[str, list[Row]] = defaultdict(list)
    for row in rows:
        found[str(row["step"])].append(row)
    return found


def _doing(word: str) -> str:
    step, kind, actor, _ = words.words_from_token(word)
    return words.touchpoint_name(step, kind, actor)


def _passing(row: Row | None, name: str, totals: Row, min_group: int) -> dict[str, Number]:
    if row is None:
        return {c: Number(0, f, "steps", name, c) for c, f in
                (("touchpoints", "count"), ("journeys", "count"), ("share", "percent"))}
    if row["persons"] < min_group:
        return {c: Number(None, "count", "steps", name, c, floor=min_group)
                for c in ("touchpoints", "journeys", "share")}
    return {"touchpoints": row.number("touchpoints"), "journeys": row.number("journeys"),
            "share": row.rate("journeys", totals["journeys"])}


def _waits(
    ask: Questions, sizes: dict[tuple[str, str], Row], min_group: int
) -> dict[str, tuple[Fact, ...]]:
    """Return how long customers wait, by step; a cell without a measurement stays empty."""
    found: dict[str, list[Fact]] = defaultdict(list)
    queue = ask.one("queue_waits")
    if queue["persons"] >= min_group:
        found["wait"] += [
            Fact("half wait up to", queue.number("median_ms", "duration", n=queue["contacts"])),
            Fact("1 in 10 longer than", queue.number("p90_ms", "duration", n=queue["contacts"])),
            _rate_fact(queue, "over", queue["contacts"], "wait long", "contacts", min_group)]
    first_reply = sizes.get(("wait", "first reply"))
    if first_reply is not None and first_reply["persons"] >= min_group:
        found["wait"].append(Fact("late first reply:", first_reply.number("moments"),
                                  _noun(first_reply, "moments", "ticket")))
    hold = ask.one("holds")
    if hold["persons"] >= min_group:
        found["handle"] += [
            _rate_fact(hold, "held", hold["contacts"], "put on hold", "contacts", min_group),
            Fact("half of them up to", hold.number("median_ms", "duration", n=hold["held"])),
            Fact("1 in 10 longer than", hold.number("p90_ms", "duration", n=hold["held"]))]
    for kind, step, text in (("out_of_hours_attempt", "reach", "closed door, opens after"),
                             ("transfer", "hand_over", "a transfer costs")):
        size = sizes.get((kind, ""))
        if size is not None and size["persons"] >= min_group and size["median_ms"] is not None:
            found[step].append(Fact(text, size.number("median_ms", "duration"), "",
                                    "median"))
    over = ask.one("durations")
    if over["persons"] >= min_group:
        found["resolve"] += [
            Fact("half are over within", over.number("median_ms", "duration", n=over["journeys"])),
            Fact("1 in 10 takes more than", over.number("p90_ms", "duration", n=over["journeys"]))]
    return {step: tuple(facts) for step, facts in found.items()}


def _moves(
    ask: Questions, totals: Row, sizes: dict[tuple[str, str], Row], min_group: int
) -> dict[str, tuple[Fact, ...]]:
    """Return transfers, switches, repeats and the like, each as a rate where it has a base."""
    handled = int(ask.one("handled")["contacts"])
    bases = {"contacts": handled, "journeys": int(totals["journeys_with_contact"])}
    lines = (
        ("reach", "channel_switch", "journeys", "change the channel"),
        ("reach", "repeat_contact", "journeys", "get in touch again"),
        ("reach", "out_of_hours_attempt", "contacts", "meet a closed door"),
        ("wait", "abandonment", "contacts", "give up"),
        ("wait", "chaser", "journeys", "chase us"),
        ("hand_over", "transfer", "contacts", "are transferred"),
        ("hand_over", "ping_pong", "contacts", "go back and forth"),
        ("resolve", "reopen", "journeys", "are reopened"),
    )
    found: dict[str, list[Fact]] = defaultdict(list)
    for step, kind, unit, text in lines:
        size = sizes.get((kind, ""))
        if size is not None:
            found[step].append(_rate_fact(size, unit, bases[unit], text, unit, min_group))
    return {step: tuple(facts) for step, facts in found.items()}


def _rate_fact(
    row: Row, column: str, of: int, text: str, unit: str, min_group: int
) -> Fact:
    """Return a rate with its interval, or that too few are hit to show it."""
    if row["persons"] < min_group:
        return Fact("", Number(None, "count", row.table, row.key, column, floor=min_group),
                    text)
    rate = row.rate(column, of)
    return Fact("", rate, text, f"{rate.interval} of {of:,} {unit}")


def _noun(row: Row, column: str, one: str) -> str:
    return row.number(column).noun(one)


def _score(
    here: Sequence[PainPoint], basis: Basis, answers: Split | None
) -> tuple[Fact, ...]:
    """Return what is measured of the score at a step: the clearest loss, and answers."""
    facts: list[Fact] = []
    if answers is not None:
        facts += [Fact("", a.size, f"{a.name} answers") for a in answers.parts]
    clear = [p for p in here if basis.is_score and p.difference.known
             and p.difference.high is not None and p.difference.high < 0]
    if clear:
        worst = min(clear, key=lambda p: p.difference.value or 0.0)
        facts.append(Fact("", replace(worst.difference), f"points with {worst.rank}",
                          worst.difference.interval))
    return tuple(facts)
