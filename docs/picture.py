"""Draws one journey of a project as the picture on the first page: picture.py PROJECT [FILE]

The journey with the most kinds of moments, of those short enough for a page; the first such one.
"""

from __future__ import annotations

import sys
from html import escape
from pathlib import Path

from journey_analytics import explore

PICTURE = Path(__file__).parent / "images" / "journey.svg"
_CHOSEN = """
    SELECT m.journey_key FROM moments AS m INNER JOIN journeys AS j USING (journey_key)
    WHERE j.contacts >= 2 AND j.touchpoints BETWEEN 5 AND 8
    GROUP BY m.journey_key, j.started_at
    ORDER BY count(DISTINCT m.kind) DESC, j.started_at LIMIT 1"""
_WIDTH, _LANE, _LINE = 400, 34, 19
_INK, _SOFT, _HURT = "#1d2733", "#4f5d6a", "#9c3325"
_COLOURS = ("#1d5b79", "#e69f00", "#009e73", "#cc79a7", "#56b4e9")


def picture(project: Path) -> str:
    """Return the SVG: a lane for each channel, time from top to bottom, moments beneath."""
    view = explore.open(project)
    rows = view.timeline(int(view.sql(_CHOSEN)["journey_key"].iloc[0])).data
    view.whole.connection.close()
    rows = rows[rows["channel"].notna()]
    lanes = list(dict.fromkeys(rows["channel"]))
    x = {lane: 24 + n * _LANE for n, lane in enumerate(lanes)}
    text = 24 + len(lanes) * _LANE
    drawn, dots, y, day = [], [], 36, None
    for n, lane in enumerate(lanes):
        drawn.append(f'<circle cx="{24 + 90 * n}" cy="14" r="5" fill="{_COLOURS[n]}"/>')
        drawn.append(_words(34 + 90 * n, 18, _SOFT, lane.replace("_", " ")))
    for row in rows.itertuples():
        if row.started_at.date() != day:
            day = row.started_at.date()
            drawn.append(_words(text, y + 12, _SOFT, f"{day:%a %-d %B}", bold=True))
            y += 26
        said = dict.fromkeys(v for v in (row.step, row.kind, row.queue) if isinstance(v, str))
        drawn.append(_words(text, y + 5, _INK, f"{row.started_at:%H:%M} {row.actor}: "
                            f"{' · '.join(said).replace('_', ' ')}"))
        dots.append((x[row.channel], y, _COLOURS[lanes.index(row.channel)]))
        y += _LINE
        for moment in row.moments.split(", ") if isinstance(row.moments, str) else ():
            drawn.append(_words(text + 12, y + 4, _HURT, f"▸ {moment}"))
            y += _LINE
        y += 8
    line = " ".join(f"{a},{b}" for a, b, _ in dots)
    points = "".join(f'<circle cx="{a}" cy="{b}" r="7" fill="{c}"/>' for a, b, c in dots)
    return (f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {y}" '
            f'width="{_WIDTH}" height="{y}" role="img" font-size="13.5" '
            'font-family="Segoe UI, Noto Sans, Roboto, Liberation Sans, Arial, sans-serif">'
            f'<rect width="{_WIDTH}" height="{y}" rx="6" fill="#ffffff"/>'
            f'<polyline points="{line}" fill="none" stroke="{_SOFT}" stroke-width="2"/>'
            f'{points}{"".join(drawn)}</svg>\n')


def _words(x: int, y: int, colour: str, words: str, bold: bool = False) -> str:
    weight = ' font-weight="600"' if bold else ""
    return f'<text x="{x}" y="{y}" fill="{colour}"{weight}>{escape(words)}</text>'


if __name__ == "__main__":
    target = Path(sys.argv[2]) if len(sys.argv) > 2 else PICTURE
    target.write_text(picture(Path(sys.argv[1])), encoding="utf-8")
