"""The interactive matrix of all ranked pain points, drawn by Plotly when the reader asks for it.

Plotly's code is large, so it is embedded once, compressed, and run only on request: the pack opens
at once, and everything it says stands there without it.
"""

from __future__ import annotations

import base64
import gzip
import json
from collections.abc import Sequence
from typing import Any

from . import look
from .matrix import height_of, plotted
from .model import Basis, PainPoint

CONFIG: dict[str, Any] = {
    **look.CONFIG, "modeBarButtonsToRemove": ["lasso2d", "select2d", "toImage"]}


def explorer_figure(
    points: Sequence[PainPoint], basis: Basis, carded: int
) -> dict[str, Any]:
    """Return the figure of all ranked pain points, as Plotly reads it.

    Those up to rank ``carded`` carry their number; the rest is dots.
    """
    import plotly.graph_objects as go

    shown = plotted(points)
    divisor = 1.0 if basis.is_score else 3_600_000.0
    heights = [round((height_of(p) or 0.0) / divisor, 4) for p in shown]
    known = [h for h in heights if h > 0]
    is_log = not basis.is_score and len(known) == len(heights) and max(known) > 30 * min(known)
    figure = go.Figure(
        go.Scatter(
            x=[round(100 * (p.frequency.value or 0.0), 4) for p in shown],
            y=heights,
            mode="markers+text", textposition="middle center",
            text=[str(p.rank) if p.rank <= carded else "" for p in shown],
            hovertext=[_hover(p, basis) for p in shown], hoverinfo="text",
            marker={"size": [22 if p.rank <= carded else 11 for p in shown],
                    "opacity": 1, "line": {"width": 1},
                    "symbol": ["circle" if p.is_clear else "circle-open" for p in shown]},
            textfont={"size": 11},
            cliponaxis=False,
        ),
        layout={
            "template": look.TEMPLATE, "height": 520,
            "margin": {"l": 64, "r": 16, "t": 16, "b": 56},
            "xaxis": {"title": {"text": "Active persons hit, percent"}, "rangemode": "tozero",
                      "zeroline": False},
            "yaxis": {"title": {"text": "Score points lost per journey hit" if basis.is_score
                                else "Customer hours lost per journey hit"},
                      "rangemode": "tozero", "zeroline": False,
                      "type": "log" if is_log else "linear"},
            "showlegend": False,
            "paper_bgcolor": "rgba(0,0,0,0)", "plot_bgcolor": "rgba(0,0,0,0)",
        },
    )
    found: dict[str, Any] = json.loads(figure.to_json())
    return found


def explorer_json(points: Sequence[PainPoint], basis: Basis, carded: int) -> str:
    """Return figure and settings as JSON that cannot end the element it stands in."""
    text = json.dumps({**explorer_figure(points, basis, carded), "config": CONFIG}, sort_keys=True)
    return text.replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026")


def plotly_code() -> str:
    """Return Plotly's script, compressed and in letters; the same bytes at every call."""
    from plotly.offline import get_plotlyjs

    return base64.b64encode(gzip.compress(get_plotlyjs().encode(), 9, mtime=0)).decode()


def _hover(point: PainPoint, basis: Basis) -> str:
    """Return what is said of a point. Plotly reads a little HTML here, so names lose theirs."""
    lines = [
        f"<b>{point.rank}. {_plain(point.title)}</b>", _plain(point.place),
        f"{point.persons.text} of {point.active_persons.text} persons: "
        f"{point.frequency.text} ({point.frequency.interval})",
    ]
    if basis.is_score and point.difference.known:
        lines.append(f"{point.difference.text} points ({point.difference.interval}), "
                     f"n = {point.hit_scored.text} with, {point.other_scored.text} without")
    unit = "points" if basis.is_score else "hours"
    lines.append(f"{point.journeys.of('journey').striptags()}, {point.burden.text} {unit} lost")
    return "<br>".join(lines)


def _plain(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
