"""The priority matrix: how many a pain point hits, and how hard, as an SVG that explains itself."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from markupsafe import Markup

from .charts import svg
from .model import Basis, PainPoint

RADIUS = 12.0
LETTER = 0.56  # mean width of a letter, in ems


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
class Scale:
    """Maps values to places; linear from zero, or logarithmic where values differ by powers."""

    low: float
    high: float
    start: float
    end: float
    is_log: bool = False

    def __call__(self, value: float) -> float:
        if self.is_log:
            part = math.log(max(value, self.low) / self.low) / math.log(self.high / self.low)
        else:
            part = (value - self.low) / (self.high - self.low)
        return self.start + part * (self.end - self.start)


def plotted(points: Sequence[PainPoint]) -> list[PainPoint]:
    """Return the pain points that have both an impact and a frequency."""
    return [p for p in points if p.frequency.known and height_of(p) is not None]


def height_of(point: PainPoint) -> float | None:
    """Return the impact per journey hit: score points, or milliseconds lost."""
    number = point.impact if point.impact.known else point.burden_per_journey
    if point.burden_per_journey.form == "duration":
        number = point.burden_per_journey
    return number.value if number.known else None


def matrix(points: Sequence[PainPoint], basis: Basis, name: str, narrow: bool = False) -> Markup:
    """Return the matrix; the narrow one leaves words to the list below it."""
    shown = plotted(points)
    width, height = (360.0, 400.0) if narrow else (920.0, 540.0)
    left, right, top, bottom = (44.0, 12.0, 44.0, 56.0) if narrow else (64.0, 24.0, 44.0, 56.0)
    heights = [height_of(p) or 0.0 for p in shown]
    x = Scale(0.0, max(p.frequency.high or p.frequency.value or 0.0 for p in shown) * 1.06,
              left, width - right)
    y = _height_scale(heights, height - bottom, top, basis)
    frame = Box(left, top - 8, width - left - right, height - top - bottom + 8)
    parts = [*_axes(x, y, frame, basis, shown[0], narrow)]
    dots = [(x(p.frequency.value or 0.0), y(h)) for p, h in zip(shown, heights, strict=True)]
    for point, (cx, cy) in zip(shown, dots, strict=True):
        parts.append(_whiskers(point, x, y, cx, cy, basis, frame))
    badges = _spread(dots, frame)
    labels = [] if narrow else _labels(shown, badges, frame)
    for (cx, cy), (bx, by) in zip(dots, badges, strict=True):
        if math.dist((cx, cy), (bx, by)) > 1:
            parts.append(Markup(
                '<line class="leader" x1="{:.1f}" y1="{:.1f}" x2="{:.1f}" y2="{:.1f}"/>'
                '<circle class="exact" cx="{:.1f}" cy="{:.1f}" r="3"/>'
            ).format(cx, cy, bx, by, cx, cy))
    for point, (bx, by) in zip(shown, badges, strict=True):
        parts.append(Markup(
            '<a href="#p{}"><circle class="badge" cx="{:.1f}" cy="{:.1f}" r="{:g}"/>'
            '<text class="rank" x="{:.1f}" y="{:.1f}" text-anchor="middle">{}</text></a>'
        ).format(point.rank, bx, by, RADIUS, bx, by + 4.5, point.rank))
    parts += labels
    sentence = "; ".join(
        f"{p.rank}: {p.full_title}, {p.frequency.text} of persons" for p in shown)
    return svg(name, width, height, "Priority matrix: impact by frequency", sentence,
               Markup("").join(parts), "matrix narrow" if narrow else "matrix wide")


def _height_scale(heights: list[float], start: float, end: float, basis: Basis) -> Scale:
    known = [h for h in heights if h > 0]
    if not basis.is_score and known and max(known) / min(known) > 30:
        return Scale(min(known) / 1.6, max(known) * 1.6, start, end, is_log=True)
    return Scale(0.0, (max(heights) or 1.0) * 1.12, start, end)


def _axes(
    x: Scale, y: Scale, frame: Box, basis: Basis, example: PainPoint, narrow: bool
) -> list[Markup]:
    floor = frame.y + frame.h
    parts = [Markup('<line class="axis" x1="{:g}" x2="{:g}" y1="{:g}" y2="{:g}"/>').format(
        frame.x, frame.x + frame.w, floor, floor)]
    for value in _ticks(x):
        parts.append(Markup(
            '<text class="tick" x="{:.1f}" y="{:g}" text-anchor="middle">{:g}%</text>'
        ).format(x(value), floor + 18, round(100 * value, 3)))
    for value in _ticks(y) if basis.is_score else _spans(y):
        text = f"{value:g}" if basis.is_score else _span_text(value)
        parts.append(Markup(
            '<line class="grid" x1="{:g}" x2="{:g}" y1="{:.1f}" y2="{:.1f}"/>'
            '<text class="tick" x="{:g}" y="{:.1f}" text-anchor="end">{}</text>'
        ).format(frame.x, frame.x + frame.w, y(value), y(value), frame.x - 8, y(value) + 4, text))
    if basis.is_score and not y.is_log:
        parts += _equal_burden(x, y, frame)
    up = ("Impact: score points lost per journey hit" if basis.is_score
          else "Impact: customer time lost per journey hit")
    along = f"Frequency: share of {example.active_persons.text} active persons hit"
    parts.append(Markup('<text class="axis-title" x="{:g}" y="16">↑ {}</text>').format(
        2 if narrow else frame.x - 40, up))
    parts.append(Markup('<text class="axis-title" x="{:g}" y="{:g}" text-anchor="end">{} →</text>')
                 .format(frame.x + frame.w, floor + 44, along))
    return parts


def _equal_burden(x: Scale, y: Scale, frame: Box) -> list[Markup]:
    """Return curves along which frequency times impact is the same."""
    parts = []
    for share in (0.08, 0.3):
        product = share * x.high * y.high
        places = []
        for i in range(61):
            fx = x.high * (0.01 + 0.99 * i / 60)
            fy = product / fx
            if fy <= y.high:
                places.append(f"{x(fx):.1f},{y(fy):.1f}")
        parts.append(Markup('<polyline class="equal" points="{}"/>').format(" ".join(places)))
        parts.append(Markup('<text class="equal-name" x="{:.1f}" y="{:.1f}" text-anchor="end">'
                            'equal burden</text>').format(
            x(x.high) - 4, y(product / x.high) - 5))
    return parts


def _whiskers(
    point: PainPoint, x: Scale, y: Scale, cx: float, cy: float, basis: Basis, frame: Box
) -> Markup:
    parts = Markup("")
    low, high = point.frequency.low, point.frequency.high
    if low is not None and high is not None:
        parts += Markup('<line class="whisker" x1="{:.1f}" x2="{:.1f}" y1="{:.1f}" y2="{:.1f}"/>'
                        ).format(x(low), x(high), cy, cy)
    low, high = point.difference.low, point.difference.high
    if basis.is_score and low is not None and high is not None:
        ends = [min(max(y(-e), frame.y), frame.y + frame.h) for e in (low, high)]
        parts += Markup('<line class="whisker" x1="{:.1f}" x2="{:.1f}" y1="{:.1f}" y2="{:.1f}"/>'
                        ).format(cx, cx, *ends)
    return parts


def _spread(dots: list[tuple[float, float]], frame: Box) -> list[tuple[float, float]]:
    """Return places for the badges: the exact ones, moved aside where they would overlap."""
    placed: list[tuple[float, float]] = []
    for cx, cy in dots:
        ways = [(0.0, 0.0)] + [
            (r * math.cos(a), r * math.sin(a))
            for r in (14, 20, 27, 34, 42, 52) for a in (0.0, 0.8, -0.8, 2.4, -2.4, 3.1, 1.57, -1.57)]
        best = min(
            ((cx + dx, cy + dy) for dx, dy in ways),
            key=lambda p: (
                any(math.dist(p, q) < 2 * RADIUS + 2 for q in placed)
                or not frame.x + RADIUS <= p[0] <= frame.x + frame.w - RADIUS
                or p[1] > frame.y + frame.h - 2,
                round(math.dist(p, (cx, cy)), 3)))
        placed.append(best)
    return placed


def _labels(
    points: list[PainPoint], badges: list[tuple[float, float]], frame: Box
) -> list[Markup]:
    """Return each point's name beside its badge, where it is least in the way."""
    taken = [Box(x - RADIUS, y - RADIUS, 2 * RADIUS, 2 * RADIUS) for x, y in badges]
    parts = []
    for point, (bx, by) in zip(points, badges, strict=True):
        first, second = point.title, _cut(point.place, 40)
        w = max(len(first) * 14, len(second) * 12) * LETTER + 4
        options = []
        for order, (dx, dy, anchor) in enumerate((
            (18, 0, "start"), (-18, 0, "end"), (18, -22, "start"), (18, 22, "start"),
            (-18, -22, "end"), (-18, 22, "end"), (0, -34, "middle"), (0, 34, "middle"),
            (18, -40, "start"), (18, 40, "start"), (-18, -40, "end"), (-18, 40, "end"),
            (30, -58, "start"), (-30, -58, "end"), (30, 58, "start"), (-30, 58, "end"),
        )):
            ax, ay = bx + dx, by + dy
            start = {"start": ax, "end": ax - w, "middle": ax - w / 2}[anchor]
            box = Box(start, ay - 16, w, 33)
            outside = box.w * box.h - box.overlap(frame)
            crowded = sum(box.overlap(t) for t in taken)
            options.append((crowded + 4 * outside + order, ax, ay, anchor, box))
        _, ax, ay, anchor, box = min(options, key=lambda o: o[0])
        taken.append(box)
        parts.append(Markup(
            '<text class="label" x="{:.1f}" y="{:.1f}" text-anchor="{}">{}</text>'
            '<text class="sub" x="{:.1f}" y="{:.1f}" text-anchor="{}">{}</text>'
        ).format(ax, ay - 2, anchor, first, ax, ay + 13, anchor, second))
    return parts


def _cut(text: str, most: int) -> str:
    return text if len(text) <= most else f"{text[:most - 1].rstrip()}…"


def _ticks(scale: Scale) -> list[float]:
    """Return three to six round values on a scale."""
    size = 10 ** math.floor(math.log10(scale.high))
    step = next(s for s in (size / 10, size / 5, size / 4, size / 2, size, 2 * size)
                if scale.high / s <= 6)
    return [round(i * step, 10) for i in range(int(scale.high / step) + 1)]


_SPANS = ((60_000, "1 min"), (600_000, "10 min"), (3_600_000, "1 h"), (14_400_000, "4 h"),
          (43_200_000, "12 h"), (86_400_000, "1 day"), (172_800_000, "2 days"),
          (604_800_000, "7 days"))


def _spans(scale: Scale) -> list[float]:
    found = [float(v) for v, _ in _SPANS if scale.low < v < scale.high]
    if not scale.is_log and len(found) > 2:
        found = found[-2:]
    return found


def _span_text(value: float) -> str:
    return next(text for v, text in _SPANS if v == value)
