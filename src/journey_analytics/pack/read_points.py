"""Pain points: whom they hit, what they cost, when, and a path that enough persons share."""

from __future__ import annotations

import re
from collections import defaultdict
from dataclasses import replace

from . import words
from .asking import Questions, Row
from .claims import Number
from .model import Basis, HourCell, Overlap, PainPoint, Path, Place, Share

TOP = 10
#: Fewer moments than this say nothing about the time of day.
ENOUGH_FOR_HOURS = 40


def read_basis(rows: list[Row]) -> Basis:
    """Return what the ranking rests on; every pain point carries it."""
    text = str(rows[0]["basis"]) if rows else ""
    found = re.fullmatch(r"(NPS|CSAT|CES) (-?\d+)-(-?\d+)", text)
    if not found:
        return Basis("", "", "")
    return Basis(found[1], words.INSTRUMENTS[found[1]], f"{found[2]} to {found[3]}")


def read_points(
    ask: Questions, rows: list[Row], kinds: dict[str, Row], thresholds: dict[str, str],
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
    paths = _paths(ask)
    overlaps = {r["rank"]: Overlap(r["worse_rank"], r.number("journeys_shared"))
                for r in ask.ask("point_overlaps")}
    top = []
    for point in points[:TOP]:
        lost = occurrences[point.rank]
        variants = names.get(point.rank, ())
        limit = thresholds.get(f"{point.kind}/{variants[0]}", "") if len(variants) == 1 else ""
        top.append(replace(
            point, threshold=limit or point.threshold,
            median_lost=lost.number(
                "median_ms", "duration", n=lost["measured"], interval=True),
            parts=parts.get(point.rank, ()), hours=hours.get(point.rank, ()),
            path=paths.get(point.rank), overlap=overlaps.get(point.rank)))
    return tuple(top), tuple(points[TOP:])


def _point(
    row: Row, kind: Row, thresholds: dict[str, str], basis: Basis, min_group: int
) -> PainPoint:
    def floored(column: str) -> Number:
        """Return a count that is shown only if it is none, or a group that may be shown."""
        number = row.number(column)
        few = number.value is not None and 0 < number.value < min_group
        return replace(number, value=None, floor=min_group) if few else number

    per_journey = row.number("burden_per_journey", "points")
    if not basis.is_score and row["burden_per_journey"] is not None:
        # The burden is in hours here; a duration is easier to read per journey.
        per_journey = replace(per_journey, value=row["burden_per_journey"] * 3_600_000,
                              form="duration")
    return PainPoint(
        rank=row["rank"], kind=str(row["kind"]), title=str(kind["title"]),
        reason=words.reason_name(row["reason"]), channel=words.channel_name(row["channel"]),
        queue=_where(row), stage=words.stage_name(row["stage"]),
        step=str(row["step"]), sentence=str(kind["sentence"]),
        threshold=thresholds.get(str(row["kind"]), ""),
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
        rank_low=row.number("rank_low"), rank_high=row.number("rank_high"))


def _where(row: Row) -> str:
    """Return the queue, or the source's name of an error, where it happened."""
    queue = str(row["queue"])
    if row["kind"] == "error_met":
        return "" if queue == "no queue" else words.reason_name(queue)
    return words.queue_name(queue)


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
