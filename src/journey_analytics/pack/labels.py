"""Places names beside the points of a figure so that none covers another."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

#: Mean width of a letter, in ems; a little generous, so that real fonts fit.
LETTER = 0.54
LINE = 17.0
PASSES = 6


@dataclass(frozen=True, slots=True)
class Box:
    """A rectangle that something is drawn in."""

    x: float
    y: float
    w: float
    h: float

    def overlap(self, other: Box) -> float:
        """Return the area that two boxes share."""
        w = min(self.x + self.w, other.x + other.w) - max(self.x, other.x)
        h = min(self.y + self.h, other.y + other.h) - max(self.y, other.y)
        return max(0.0, w) * max(0.0, h)


@dataclass(frozen=True, slots=True)
class Label:
    """A name of two lines and where it is drawn.

    Attributes
    ----------
    anchor
        SVG's text-anchor.
    box
        What it covers.
    line
        Ends of the line to its point, where it lies so far that it needs one.
    """

    x: float
    y: float
    anchor: str
    box: Box
    line: tuple[float, float, float, float] | None


def spread(dots: Sequence[tuple[float, float]], radius: float, frame: Box
           ) -> list[tuple[float, float]]:
    """Return places for numbered badges: the exact ones, moved aside where they would overlap."""
    angles = (0.0, 0.8, -0.8, 2.4, -2.4, 3.1, 1.57, -1.57)
    ways = [(0.0, 0.0)] + [(r * math.cos(a), r * math.sin(a))
                           for r in (14, 20, 27, 34, 42, 52, 64, 78) for a in angles]
    placed: list[tuple[float, float]] = []
    for cx, cy in dots:
        placed.append(min(
            ((cx + dx, cy + dy) for dx, dy in ways),
            key=lambda p: (
                any(math.dist(p, q) < 2 * radius + 2 for q in placed)
                or not frame.x + radius <= p[0] <= frame.x + frame.w - radius
                or p[1] > frame.y + frame.h - 2,
                round(math.dist(p, (cx, cy)), 3))))
    return placed


def place_labels(
    texts: Sequence[tuple[str, str]], badges: Sequence[tuple[float, float]], radius: float,
    frame: Box, soft: Sequence[Box], hard: Sequence[Box],
) -> list[Label | None]:
    """Return a place for each point's name, or None where every place would cover another name.

    Each name takes the best of its places, given the others, over and over until none moves. Who
    chooses first matters, so several orders are tried and the best outcome is kept.

    Parameters
    ----------
    texts
        First and second line of each name.
    frame
        The box to stay in.
    soft, hard
        What names should rather not cover, and what they must not.
    """
    solid = [*hard, *(Box(x - radius, y - radius, 2 * radius, 2 * radius) for x, y in badges)]
    options = [_options(text, badge, frame, soft, solid)
               for text, badge in zip(texts, badges, strict=True)]
    chosen = _settle(options)
    found: list[Label | None] = []
    for label in chosen:
        taken = [c.box for c in found if c is not None]
        fits = not any(label.box.overlap(t) > 8 for t in [*taken, *solid])
        found.append(label if fits else None)
    return found


def _settle(options: list[list[tuple[float, Label]]]) -> list[Label]:
    count = len(options)
    forward = list(range(count))
    orders = [o for k in forward for o in (forward[k:] + forward[:k],
                                           (forward[k:] + forward[:k])[::-1])]
    results = [_take_turns(options, order) for order in orders]
    return min(results, key=lambda r: r[0])[1] if results else []


def _take_turns(
    options: list[list[tuple[float, Label]]], order: list[int]
) -> tuple[float, list[Label]]:
    """Return names and total cost when they choose their places in this order."""
    chosen: dict[int, tuple[float, Label]] = {}

    def cost(i: int, option: tuple[float, Label]) -> float:
        others = [c[1] for j, c in chosen.items() if j != i]
        covered = sum(option[1].box.overlap(o.box) for o in others)
        crossed = sum(_crosses(option[1], o.box) + _crosses(o, option[1].box) for o in others)
        return option[0] + 10.0 * covered + 500.0 * crossed

    for _ in range(PASSES):
        before = dict(chosen)
        for i in order:
            costs = [cost(i, option) for option in options[i]]
            chosen[i] = options[i][costs.index(min(costs))]
        if chosen == before:
            break
    total = sum((cost(i, chosen[i]) for i in order), 0.0)
    return round(total, 3), [chosen[i][1] for i in range(len(options))]


def _options(
    text: tuple[str, str], badge: tuple[float, float], frame: Box, soft: Sequence[Box],
    solid: Sequence[Box],
) -> list[tuple[float, Label]]:
    """Return the places of one name with what each costs, the others' names left aside."""
    width = max(len(text[0]) * 14, len(text[1]) * 12) * LETTER
    bx, by = badge
    places = [(18.0, 0.0, "start"), (-18.0, 0.0, "end")]
    for up in (24.0, -24.0, 38.0, -38.0, 56.0, -56.0, 76.0, -76.0, 98.0, -98.0):
        aside = 14.0 if abs(up) < 30 else 22.0
        places += [(aside, up, "start"), (-aside, up, "end"), (0.0, up * 1.4, "middle")]
    places += [(side * aside, up, "start" if side > 0 else "end")
               for side in (1, -1) for aside in (60.0, 110.0) for up in (0.0, 20, -20, 45, -45)]
    found = []
    for dx, dy, anchor in places:
        x, y = bx + dx, by + dy
        left = {"start": x, "end": x - width, "middle": x - width / 2}[anchor]
        box = Box(left, y - LINE + 1, width, 2 * LINE - 1)
        outside = box.w * box.h - box.overlap(frame)
        cost = (10 * outside + 10 * sum(box.overlap(s) for s in solid)
                + sum(box.overlap(s) for s in soft) + 3 * math.hypot(dx, dy))
        end = min(max(bx, box.x), box.x + box.w)
        edge = min(max(by, box.y), box.y + box.h)
        line = (bx, by, end, edge) if math.hypot(dx, dy) > 45 else None
        found.append((cost, Label(x, y, anchor, box, line)))
    return found


def _crosses(label: Label, box: Box) -> bool:
    """Tell whether the line of a label runs through a box, by looking at places along it."""
    if label.line is None:
        return False
    x1, y1, x2, y2 = label.line
    return any(
        box.x <= x1 + (x2 - x1) * t / 12 <= box.x + box.w
        and box.y <= y1 + (y2 - y1) * t / 12 <= box.y + box.h for t in range(1, 12))
