"""Two groups or periods, with intervals, and no more discoveries than chance allows."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import plotly.graph_objects as go
from scipy.stats import norm

from ..errors import SettingsError
from ..learning.multiplicity import q_values
from ..metrics import read_ledger
from ..metrics.intervals import Z
from .chart import COLOURS, OTHER, Chart, figure, plain
from .choosing import check_word
from .measured import VALUE_COLUMNS
from .view import View
from .waits import still_waiting_at

#: Question to the columns that say what a row is of, and the one that is compared.
_QUESTIONS: dict[str, tuple[list[str], str]] = {
    "flow": (["place", "from_activity", "to_activity"], "share"),
    "transitions": (["from_activity", "to_activity"], "share"),
    "step_matrix": (["place", "activity"], "share"),
    "variants": (["variant"], "share"),
    "funnel": (["stage", "step"], "share"),
    "switches": (["from_channel", "to_channel"], "share"),
    "heat_map": (["weekday", "hour"], "share"),
    "emotions": (["step", "kind", "instrument"], "mean"),
    "waits": (["after_minutes"], "still_waiting"),
}
_WITH_TOP = ("flow", "transitions", "step_matrix", "variants")
_ALL_WORDS, _SHOWN = 1000, 30


def compare(a: View, b: View, question: str, **asked: Any) -> Chart:
    """Return how two views differ in a metric, or in each row of a question.

    Parameters
    ----------
    a, b
        Two groups, or two periods. A journey in both makes intervals too wide rather than too
        narrow; views of different publications cannot be compared.
    question
        A metric of the ledger, like ``repeat_rate``, or a question: flow, transitions,
        step_matrix, variants, funnel, switches, heat_map, emotions, waits (the share that still
        waits after 1, 2, 5 and 10 minutes).
    asked
        What the metric or question is asked with, like ``by="queue"`` or ``of="channel"``.

    Returns
    -------
    Chart
        ``data``: what a row is of, ``a``, ``b``, ``difference`` (b less a) with ``low`` and
        ``high`` (95 %, MOVER: Zou and Donner, Stat. Med. 27, 2008), ``p_value`` (from the same),
        ``q_value``: the false discovery rate among all rows (Benjamini and Hochberg), ``n_a`` and
        ``n_b`` (of a metric). Rows that only one view can show are left out and counted.

    Raises
    ------
    SettingsError
        No such metric or question, with the nearest one.
    """
    metrics = read_ledger().metrics
    check_word("compare()", "no such metric or question", question, [*_QUESTIONS, *sorted(metrics)])
    for view in (a, b):
        if not isinstance(view, View):
            raise SettingsError("compare()", "not a view", found=repr(view),
                                allowed='two views, like view.period("2026-03-01")')
    if a.whole is not b.whole:
        raise SettingsError("compare()", "the views are of two publications",
                            remedy="Make both from one explore.open().")
    if question in _QUESTIONS:
        keys, column = _QUESTIONS[question]
        frames = [_rows(view, question, asked) for view in (a, b)]
        names = [str(c) for c in frames[0].columns]
        keys = [k for k in names if k in keys or k == asked.get("by", "queue")]
        ends = [(f"{column}_low", f"{column}_high")] * 2
        times, unit, title = (1, "points", question) if column == "mean" else (
            100, "percentage points", question.replace("_", " "))
    else:
        frames = [view.metric(question, **asked) for view in (a, b)]
        keys = [str(c) for c in frames[0].columns if c not in VALUE_COLUMNS]
        column, ends = "value", [("low", "high")] * 2
        definition = metrics[question]
        unit = definition.variant(asked.get("variant")).unit
        times, unit = (100, "percentage points") if unit == "share" else (1, unit)
        title = definition.name
    data, left_out = _joined(frames, keys, column, ends)
    said = f"{_said(a)} (a) and {_said(b)} (b)"
    return Chart(data, _draw(data, keys, times, unit, f"{title}: b less a"), (
        f"{said}. 95 % intervals. Filled: stands at a false discovery rate of 5 % among "
        f"{data['q_value'].notna().sum()} looks. {left_out} rows could not be compared."))


def _rows(view: View, question: str, asked: dict[str, Any]) -> pd.DataFrame:
    more = {"top": _ALL_WORDS} if question in _WITH_TOP else {}
    chart: Chart = getattr(view, question)(**{**more, **asked})
    if question == "waits":
        return still_waiting_at(chart.data, str(asked.get("by", "queue")), (1, 2, 5, 10))
    rest = chart.data.isin([OTHER]).any(axis=1)  # another rest in each view
    return chart.data[~rest & ~((question == "funnel") & (chart.data.index == 0))]


def _said(view: View) -> str:
    return "; ".join(view.filters) or "all journeys"


def _joined(
    frames: list[pd.DataFrame], keys: list[str], column: str, ends: list[tuple[str, str]]
) -> tuple[pd.DataFrame, int]:
    sides = []
    for name, frame, (low, high) in zip("ab", frames, ends, strict=True):
        side = frame[keys].copy()
        side[[name, f"{name}_low", f"{name}_high"]] = frame[[column, low, high]].astype(float)
        if "n" in frame:
            side[f"n_{name}"] = frame["n"]
        sides.append(side)
    data = (sides[0].merge(sides[1], on=keys) if keys
            else sides[0].merge(sides[1], how="cross"))
    left_out = len(sides[0]) + len(sides[1]) - 2 * len(data)
    gap = data["b"] - data["a"]
    down = np.sqrt((data["b"] - data["b_low"]) ** 2 + (data["a_high"] - data["a"]) ** 2)
    up = np.sqrt((data["b_high"] - data["b"]) ** 2 + (data["a"] - data["a_low"]) ** 2)
    error = np.where(gap > 0, down, up) / Z
    with np.errstate(divide="ignore", invalid="ignore"):
        p_values = np.where(error > 0, 2 * norm.sf(np.abs(gap) / error), np.nan)
    data = data.assign(difference=gap, low=gap - down, high=gap + up, p_value=p_values,
                       q_value=q_values(p_values))
    known = data[gap.notna()].reset_index(drop=True)
    return (known.drop(columns=["a_low", "a_high", "b_low", "b_high"]),
            left_out + 2 * (len(data) - len(known)))


def _draw(data: pd.DataFrame, keys: list[str], times: int, unit: str, title: str) -> Any:
    shown = data.loc[data["difference"].abs().sort_values().index[-_SHOWN:]]
    names = [", ".join(plain(v) for v in row) or "all" for row in
             shown[keys].itertuples(index=False)] or [""]
    clear = shown["q_value"] <= 0.05
    dots = go.Scatter(
        x=times * shown["difference"], y=names, mode="markers",
        marker={"size": 11, "color": COLOURS[0], "line": {"width": 1.5, "color": COLOURS[0]},
                "symbol": ["circle" if c else "circle-open" for c in clear]},
        error_x={"type": "data", "symmetric": False, "color": "#4f5d6a", "thickness": 1.5,
                 "array": times * (shown["high"] - shown["difference"]),
                 "arrayminus": times * (shown["difference"] - shown["low"])},
        hovertemplate="%{y}: %{x:.2f}<extra></extra>")
    return figure(title, [dots], height=170 + 26 * len(shown), yaxis={"type": "category"},
                  xaxis={"title": {"text": f"difference, {unit}"}, "zeroline": True})
