"""Figures of how journeys go. Each reads its frame alone."""

from __future__ import annotations

from math import cos, pi, sin
from typing import Any

import pandas as pd
import plotly.graph_objects as go

from .chart import COLOURS, OTHER, OTHER_COLOUR, SCALE, figure, plain

_ENDS = {"end": "#4f5d6a", "ended": "#4f5d6a", "start": "#4f5d6a", "goes on": "#8a94a0"}


def _colours(words: list[str]) -> dict[str, str]:
    """Return a hue for each word; the rest and the ends have their own, always the same."""
    named = [w for w in words if w != OTHER and w not in _ENDS]
    return {**{w: COLOURS[n % len(COLOURS)] for n, w in enumerate(named)}, OTHER: OTHER_COLOUR,
            **_ENDS}


def _percent(share: pd.Series) -> list[str]:
    return ["" if pd.isna(s) else f"{100 * s:.1f} %" for s in share]


def draw_flow(data: pd.DataFrame, of: str, percent_of: str) -> Any:
    """Return the Sankey diagram of links between places."""
    nodes = list(dict.fromkeys([
        *zip(data["place"], data["from_activity"], strict=True),
        *zip(data["place"] + 1, data["to_activity"], strict=True)]))
    number = {node: n for n, node in enumerate(nodes)}
    colours = _colours(list(dict.fromkeys(word for _, word in nodes)))
    last = max((place for place, _ in nodes), default=2)
    base = "of all journeys" if percent_of == "all" else "of those before"
    link = {
        "source": [number[n] for n in zip(data["place"], data["from_activity"], strict=True)],
        "target": [number[n] for n in zip(data["place"] + 1, data["to_activity"], strict=True)],
        "value": data["journeys"].tolist(),
        "color": [_pale(colours[word]) for word in data["from_activity"]],
        "customdata": _percent(data["share"]),
        "hovertemplate": "%{source.label} to %{target.label}<br>%{value} journeys, %{customdata} "
                         f"{base}<extra></extra>",
    }
    node = {
        "label": [plain(word) for _, word in nodes], "color": [colours[w] for _, w in nodes],
        "x": [min(0.999, max(0.001, (place - 1) / (last - 1))) for place, _ in nodes],
        "y": _heights(data, nodes), "pad": 12, "thickness": 14,
        "hovertemplate": "%{label}<br>%{value} journeys<extra></extra>",
    }
    trace = go.Sankey(node=node, link=link, arrangement="snap")
    return figure(f"Where journeys go, by {of}", [trace], height=520)


def _heights(data: pd.DataFrame, nodes: list[tuple[int, str]]) -> list[float]:
    """Return where nodes stand, each place stacked on its own; big ones on top, ends below."""
    size: dict[tuple[int, str], int] = {}
    for place, before, after, journeys in data[
            ["place", "from_activity", "to_activity", "journeys"]].itertuples(index=False):
        if place == 1:
            size[1, before] = size.get((1, before), 0) + journeys
        size[place + 1, after] = size.get((place + 1, after), 0) + journeys
    found: dict[tuple[int, str], float] = {}
    for place in {p for p, _ in nodes}:
        here = sorted((n for n in nodes if n[0] == place),
                      key=lambda n: (n[1] in _ENDS, n[1] == OTHER, -size[n], n[1]))
        whole, done = sum(size[n] for n in here) or 1, 0.0
        for n in here:
            found[n] = min(0.999, max(0.001, (done + size[n] / 2) / whole))
            done += size[n]
    return [found[n] for n in nodes]


def _pale(colour: str) -> str:
    red, green, blue = (int(colour[k:k + 2], 16) for k in (1, 3, 5))
    return f"rgba({red},{green},{blue},0.35)"


def draw_transitions(data: pd.DataFrame, of: str) -> Any:
    """Return the graph: activities on a circle, arrows between them."""
    words = list(dict.fromkeys(["start", *data["from_activity"], *data["to_activity"]]))
    words = [w for w in words if w != "end"] + ["end"]
    spot = {w: (sin(2 * pi * n / len(words)), cos(2 * pi * n / len(words)))
            for n, w in enumerate(words)}
    most = data["transitions"].max() if len(data) else 1
    arrows = []
    for before, after, often in zip(
            data["from_activity"], data["to_activity"], data["transitions"] / most, strict=True):
        if before == after:
            continue
        (x0, y0), (x1, y1) = spot[before], spot[after]
        length = ((x1 - x0) ** 2 + (y1 - y0) ** 2) ** 0.5
        # Beside the straight line, so that both directions are seen.
        dx, dy = 0.025 * (y1 - y0) / length, -0.025 * (x1 - x0) / length
        keep = 1 - 0.1 / length
        arrows.append({
            "ax": x0 + dx, "ay": y0 + dy, "x": x0 + keep * (x1 - x0) + dx,
            "y": y0 + keep * (y1 - y0) + dy, "xref": "x", "yref": "y", "axref": "x", "ayref": "y",
            "showarrow": True, "arrowhead": 2, "text": "", "arrowcolor": "#1d5b79",
            "arrowwidth": 0.6 + 5 * often, "opacity": 0.25 + 0.75 * often})
    is_own = data["from_activity"] == data["to_activity"]
    own = dict(zip(data["from_activity"][is_own], data["transitions"][is_own], strict=True))
    came = data.groupby("to_activity")["transitions"].sum()
    said = [f"{plain(w)}<br>{came.get(w, 0):,} times" + (
        f", {own[w]:,} after itself" if w in own else "") for w in words]
    dots = go.Scatter(
        x=[spot[w][0] for w in words], y=[spot[w][1] for w in words], mode="markers+text",
        text=[f"<b>{plain(w)}</b>" for w in words], hovertext=said, hoverinfo="text",
        textposition=["top center" if spot[w][1] >= 0 else "bottom center" for w in words],
        marker={"size": 16, "color": [_colours(words)[w] for w in words]}, cliponaxis=False)
    hidden = {"visible": False, "range": [-1.35, 1.35]}
    return figure(f"What follows what, by {of}", [dots], height=560, annotations=arrows,
                  xaxis=hidden, yaxis={**hidden, "scaleanchor": "x"}, showlegend=False)


def draw_matrix(data: pd.DataFrame, of: str) -> Any:
    """Return the step matrix as a heat map."""
    table = data.pivot(index="activity", columns="place", values="share")
    order = table.sum(axis=1).sort_values()
    last = [w for w in (OTHER, "ended") if w in order]
    rows = [*reversed(last), *(w for w in order.index if w not in last)]
    table = table.loc[rows]
    heat = go.Heatmap(
        z=(100 * table).to_numpy(), x=[str(p) for p in table.columns],
        y=[plain(w) for w in rows], colorscale=SCALE, zmin=0,
        texttemplate="%{z:.0f}", colorbar={"title": {"text": "percent"}},
        hovertemplate="place %{x}, %{y}: %{z:.1f} %<extra></extra>")
    return figure(f"Where journeys are at each place, by {of}", [heat], height=440,
                  xaxis={"title": {"text": "place from the beginning"}, "type": "category"})


def draw_variants(data: pd.DataFrame) -> Any:
    """Return the commonest paths as bars with intervals; the rest in grey."""
    shown = data.iloc[::-1]
    bars = go.Bar(
        x=100 * shown["share"], y=[_short(plain(v)) for v in shown["variant"]], orientation="h",
        marker={"color": [OTHER_COLOUR if v == OTHER else COLOURS[0] for v in shown["variant"]]},
        error_x=whiskers(shown, "share", 100), hovertext=[plain(v) for v in shown["variant"]],
        hovertemplate="%{hovertext}<br>%{x:.1f} % of journeys<extra></extra>")
    return figure("The commonest paths", [bars], height=120 + 34 * len(data),
                  xaxis={"title": {"text": "percent of journeys"}, "rangemode": "tozero"})


def _short(text: str) -> str:
    return text if len(text) <= 60 else f"{text[:28]} … {text[-28:]}"


def draw_funnel(data: pd.DataFrame) -> Any:
    """Return the funnel as bars with intervals."""
    shown = data.iloc[::-1]
    bars = go.Bar(
        x=100 * shown["share"], y=[plain(s) for s in shown["step"]], orientation="h",
        marker={"color": COLOURS[0]}, error_x=whiskers(shown, "share", 100),
        text=_percent(shown["share"]), textposition="inside", insidetextanchor="start",
        hovertemplate="%{y}: %{x:.1f} % of journeys<extra></extra>")
    return figure("How far journeys come", [bars], height=140 + 50 * len(data),
                  yaxis={"type": "category"},
                  xaxis={"title": {"text": "percent of journeys"}, "range": [0, 105]})


def whiskers(data: pd.DataFrame, column: str, times: float = 1.0) -> dict[str, Any]:
    """Return Plotly's error bars from a column and its ``_low`` and ``_high``."""
    return {"type": "data", "symmetric": False, "color": "#4f5d6a", "thickness": 1.5,
            "array": times * (data[f"{column}_high"] - data[column]),
            "arrayminus": times * (data[column] - data[f"{column}_low"])}
