"""How Plotly figures look, in packs and notebooks alike."""

from __future__ import annotations

from typing import Any

#: No cloud button, no address of a server, no logo (TRAPS.md: the first is on by default).
CONFIG: dict[str, Any] = {
    "showSendToCloud": False, "plotlyServerURL": "", "displaylogo": False, "responsive": True,
}
INK, SOFT, LINE = "#1d2733", "#4f5d6a", "#d8d4ca"
_AXIS = {"gridcolor": LINE, "linecolor": SOFT, "zerolinecolor": SOFT, "tickcolor": SOFT,
         "automargin": True, "title": {"standoff": 8}}
#: Hues that the colour-blind tell apart (Okabe and Ito, Color Universal Design, 2008), of unlike
#: lightness, so that they stay apart in grey; and one hue from light to dark for amounts.
TEMPLATE: dict[str, Any] = {"layout": {
    "font": {"color": INK, "size": 13,
             "family": '"Segoe UI","Noto Sans",Roboto,"Liberation Sans",Arial,sans-serif'},
    "title": {"x": 0, "xref": "paper", "xanchor": "left", "font": {"size": 17}},
    "colorway": ["#1d5b79", "#e69f00", "#9c3325", "#56b4e9", "#009e73", "#cc79a7", "#000000",
                 "#b3a400"],
    "colorscale": {"sequential": [[0.0, "#f2f6f8"], [0.5, "#6fa5c0"], [1.0, "#0d3347"]]},
    "paper_bgcolor": "#ffffff", "plot_bgcolor": "#ffffff",
    "margin": {"l": 64, "r": 24, "t": 64, "b": 56},
    "xaxis": _AXIS, "yaxis": _AXIS,
    "hoverlabel": {"align": "left", "bgcolor": "#ffffff", "font": {"color": INK}},
    "legend": {"orientation": "h", "yanchor": "bottom", "y": 1.0, "x": 0},
}}
