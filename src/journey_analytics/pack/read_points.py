"""Pain points: whom they hit, what they cost, when, and a path that enough persons share."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from dataclasses import replace

from . import words
from .asking import Questions, Row
from .claims import NOTHING, Number, Phrase, phrase
from .model import Basis, Cut, Cuts, HourCell, Overlap, PainPoint, Path, Place, PointTotal, Share
from .read_evidence import read_evidence

TOP = 10
#: Fewer moments than this say nothing about the time of day.
ENOUGH_FOR_HOURS = 40


def read_basis(ask: Questions) -> Basis:
    """Return what the ranking rests on."""
    row = ask.one("basis")
    instrument = str(row["basis"]).split()[0]
    if instrument not in words.INSTRUMENTS:
        return Basis("", "", NOTHING)
    return Basis(instrument, words.INSTRUMENTS[instrument],
                 phrase(row.number("scale_low"), " to ", row.number("scale_high")))


def read_cuts(ask: Questions, basis: Basis) -> Cuts | None:
    """Return the lines that cut the priority matrix; None where they may not be shown."""
    rows = ask.ask("pain_point_priorities") if ask.knows("pain_point_priorities") else []
    if not rows:
        return None
    form = "points" if basis.is_score else "duration_of_hours"
    drawn_by = {"settings": "set by us", "median of the ranked": "median of all ranked"}
    frequency, impact = (
        Cut(rows[0].number(f"{name}_cut", form), drawn_by[rows[0][f"{name}_cut_from"]])
        for name, form in (("frequency", "percent"), ("impact", form)))
    return Cuts(frequency, impact)


def read_points(
    ask: Questions, rows: list[Row], kinds: dict[str, Row], thresholds: dict[str, Phrase],
    basis: Basis, min_group: int,
) -> tuple[tuple[PainPoint, ...], tuple[PainPoint, ...]]:
    """Return the pain points with a card, and the other ranked ones."""
    points = [_point(r, kinds[str(r["kind"])], thresholds, basis, min_group) for r in rows]
    occurrences = {r["rank"]: r for r in ask.ask("point_occurrences")}
    part_rows = ask.ask("point_parts")
    names = {rank: [r["word"] for r in part_rows if (r["rank"], r["relation"]) == (rank, "variant")]
             for rank in {r["rank"] for r in part_rows}}
    parts = _parts(part_rows, kinds, min_group)
    hours = _hours(ask, min_group)
    paths, evidence = _paths(ask), read_evidence(ask)
    overlaps = {r["rank"]: Overlap(r["worse_rank"], r.number("journeys_shared"))
                for r in ask.ask("point_overlaps")}
    top = []
    for point in points[:TOP]:
        lost = occurrences[point.rank]
        variants = names.get(point.rank, ())
        limit = NOTHING
        if len(variants) == 1:
            limit = thresholds.get(f"{point.kind}/{variants[0]}", NOTHING)
        top.append(replace(
            point, threshold=limit or point.threshold,
            median_lost=lost.number(
                "median_ms", "duration", n=lost["measured"], interval=True),
            parts=parts.get(point.rank, ()), hours=hours.get(point.rank, ()),
            path=paths.get(point.rank), overlap=overlaps.get(point.rank),
            weakest=evidence.weakest.get(point.rank), matched=evidence.matched.get(point.rank),
            hints=evidence.hints.get(point.rank, ()), teams=evidence.teams.get(point.rank, ())))
    return tuple(top), tuple(points[TOP:])


def _point(
    row: Row, kind: Row, thresholds: dict[str, Phrase], basis: Basis, min_group: int
) -> PainPoint:
    def floored(column: str) -> Number:
        """Return a count that is shown only if it is none, or a group that may be shown."""
        number = row.number(column)
        few = number.value is not None and 0 < number.value < min_group
        return replace(number, value=None, floor=min_group) if few else number

    # Where the burden is in hours, a duration is easier to read per journey.
    per_journey = row.number("burden_per_journey",
                             "points" if basis.is_score else "duration_of_hours")
    return PainPoint(
        rank=row["rank"], kind=str(row["kind"]), title=str(kind["title"]),
        reason=words.reason_name(row["reason"]), channel=words.channel_name(row["channel"]),
        queue=words.where_of(row.values), stage=words.stage_name(row["stage"]),
        step=str(row["step"]), sentence=str(kind["sentence"]),
        threshold=thresholds.get(str(row["kind"]), NOTHING),
        moments=row.number("moments"), journeys=row.number("journeys_hit"),
        journeys_of_reason=row.number("journeys_of_reason"),
        persons=row.number("persons_hit"), active_persons=row.number("active_persons"),
        frequency=row.number("frequency", "percent", n=row["active_persons"], interval=True),
        difference=row.number("difference", "signed_points", n=row["hit_scored"], interval=True),
        impact=row.number("points_lost", "points"),
        hit_scored=floored("hit_scored"), other_scored=floored("other_scored"),
        burden=row.number("burden", "total"), burden_per_journey=per_journey,
        lost=row.number("lost_ms", "hours"), knock_on=floored("knock_on_contacts"),
        is_discovery=row["is_clear"] if basis.is_score else None,
        rank_low=row.number("rank_low"), rank_high=row.number("rank_high"),
        top_3=row.number("top_3", "whole_percent"), tied_from=row.number("tied_from"),
        repeat=row.number("repeat_difference", "signed_points_of_percent", interval=True),
        hours_longer=row.number("hours_difference", "duration_of_hours", interval=True),
        knock_on_handle=row.number("knock_on_handle_ms", "hours"),
        knock_on_cost=row.number("knock_on_cost", "total"))


def read_totals(ask: Questions, kinds: dict[str, Row]) -> tuple[PointTotal, ...]:
    """Return what pain points cost by reason, channel, queue and kind, nothing counted twice."""
    names: dict[str, Callable[[str], str]] = {
        "reason": words.reason_name, "channel": words.channel_name,
        "queue": lambda queue: words.queue_name(queue) or "no queue",
        "kind": lambda kind: str(kinds[kind]["title"])}
    return tuple(
        PointTotal(str(r["dimension"]), names[str(r["dimension"])](str(r["value"])),
                   r.number("pain_points"), r.number("journeys_hit"), r.number("persons_hit"),
                   r.number("burden", "total"))
        for r in ask.ask("point_totals"))


def _parts(
    rows: list[Row], kinds: dict[str, Row], min_group: int
) -> dict[int, tuple[Share, ...]]:
    """Return what a pain point is made of, where that says something."""
    found: dict[int, list[Share]] = defaultdict(list)
    for row in rows:
        child = row["relation"] == "child"
        name = kinds[row["word"]]["title"] if child else words.VARIANTS.get(
            row["word"], words.clean(row["word"]))
        if not name:
            continue
        size = row.number("size")
        if row["persons"] < min_group:
            size = Number(None, "count", row.table, row.key, "size", floor=min_group)
        found[row["rank"]].append(Share(str(name).lower(), size, row.number("persons")))
    return {rank: tuple(parts) for rank, parts in found.items()}


def _hours(ask: Questions, min_group: int) -> dict[int, tuple[HourCell, ...]]:
    """Return when it happens, in four levels; cells of too few persons have level 0."""
    by_rank: dict[int, list[Row]] = defaultdict(list)
    for row in ask.ask("point_hours"):
        by_rank[row["rank"]].append(row)
    found = {}
    for rank, rows in by_rank.items():
        shown = [r for r in rows if r["persons"] >= min_group]
        if sum(r["moments"] for r in rows) < ENOUGH_FOR_HOURS or len(shown) < 3:
            continue
        most = max(r["moments"] for r in shown)
        found[rank] = tuple(
            HourCell(r["weekday"], r["block"],
                     min(4, 1 + int(4 * r["moments"] / (most + 1)))
                     if r["persons"] >= min_group else 0, r["moments"])
            for r in rows)
    return found


def _paths(ask: Questions) -> dict[int, Path]:
    by_rank: dict[int, list[Row]] = defaultdict(list)
    for row in ask.ask("point_paths"):
        by_rank[row["rank"]].append(row)
    return {rank: Path(rows[0].number("persons"), tuple(_place(r) for r in rows))
            for rank, rows in by_rank.items()}


def _place(row: Row) -> Place:
    step, kind, actor, channel = words.words_from_token(row["token"])
    return Place(words.touchpoint_name(step, kind, actor), words.channel_name(channel),
                 bool(row["is_hit"]), row.number("since_ms", "rough_duration"))
