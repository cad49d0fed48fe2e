"""Draw the results of `journeys bench peers --json` as SVG on the standard output.

    python benchmarks/plot.py benchmarks/results/peers_*.json > docs/images/performance.svg
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

NAMES = {"bare": "bare sort + write", "duckdb": "questions, DuckDB, written",
         "polars": "questions, Polars, in memory", "pandas": "questions, pandas"}
COLOURS = {"bare": "#9a9a9a", "duckdb": "#1b6ca8", "polars": "#d08c2f", "pandas": "#7a5195"}
#: Panels: cost, heading, unit, divisor of the touchpoints in millions or 1 for the cost itself.
PANELS = (("cpu_seconds", "CPU seconds a million touchpoints", True),
          ("seconds", "seconds a million touchpoints", True),
          ("peak_mb", "peak memory, MB", False))
ROW, BAR, LEFT, WIDE = 18, 13, 330, 420


def main() -> None:
    """Print the plot: a panel for each cost, a group of bars for each size."""
    reports = sorted((json.loads(Path(file).read_text()) for file in sys.argv[1:]),
                     key=lambda report: report["touchpoints"])
    marks, y = [], 8
    for cost, heading, is_per_million in PANELS:
        rows = [(report, name, {
            point: value / (report["touchpoints"] / 1e6 if is_per_million else 1)
            for point, value in taken[cost].items()})
            for report in reports for name, taken in report["peers"].items()]
        scale = WIDE / max(value["highest"] for _, _, value in rows)
        y += 26
        marks.append(f'<text x="0" y="{y}" font-weight="bold">{heading}: median, '
                     "line from lowest to highest</text>")
        for report, name, value in rows:
            y += ROW
            label = f"{report['touchpoints'] / 1e6:g} million, {NAMES[name]}"
            middle, low, high = (LEFT + value[p] * scale for p in ("median", "lowest", "highest"))
            marks += [
                f'<text x="{LEFT - 8}" y="{y}" text-anchor="end">{label}</text>',
                f'<rect x="{LEFT}" y="{y - BAR + 2}" width="{middle - LEFT:.1f}" height="{BAR}" '
                f'fill="{COLOURS[name]}"/>',
                f'<path d="M{low:.1f} {y - 4}H{high:.1f}" stroke="#000"/>',
                f'<text x="{high + 6:.1f}" y="{y}">{value["median"]:,.3g}</text>'
                if value["median"] < 1000 else
                f'<text x="{high + 6:.1f}" y="{y}">{value["median"]:,.0f}</text>']
    print(
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {LEFT + WIDE + 70} {y + 12}" '
        'font-family="sans-serif" font-size="12"><title>What the peers\' questions take</title>\n'
        '<rect width="100%" height="100%" fill="#fff"/>\n' + "\n".join(marks) + "\n</svg>")


if __name__ == "__main__":
    main()
