"""A figure with the frame it was drawn from, and how figures look."""

from __future__ import annotations

import os
from dataclasses import dataclass
from html import escape
from pathlib import Path
from typing import Any

import pandas as pd
import plotly.graph_objects as go
from plotly.offline import get_plotlyjs

from ..pack.look import CONFIG, TEMPLATE

#: Hues that the colour-blind tell apart (Okabe and Ito), dark to light so that grey does too.
COLOURS = tuple(TEMPLATE["layout"]["colorway"])
#: What stands for the rest, in every figure.
OTHER, OTHER_COLOUR = "other", "#b9b4a8"
#: What an empty figure says, line by line.
NOTHING = ("Nothing to show: no journey of this view has it,<br>"
           "or fewer persons than a group must have.")
SCALE = TEMPLATE["layout"]["colorscale"]["sequential"]
_sent: set[str] = set()


@dataclass(frozen=True, slots=True)
class Chart:
    """A figure and its twin.

    Attributes
    ----------
    data
        The tidy frame behind it: one row per thing drawn, and what was folded away as ``other``.
    figure
        The Plotly figure.
    note
        What must be known to read it: base, what was left out.
    """

    data: pd.DataFrame
    figure: Any
    note: str = ""

    def __post_init__(self) -> None:
        """Say so in the middle of a figure that shows nothing."""
        if self.data.empty:
            self.figure.add_annotation(text=NOTHING, x=0.5, y=0.5, xref="paper", yref="paper",
                                       showarrow=False, font={"size": 15})

    def to_html(self, path: str | Path) -> Path:
        """Write a page of its own that opens without a network, and return where it is."""
        page = self.figure.to_html(config=CONFIG, include_plotlyjs=True, full_html=True)
        return private_file(path, page)

    def _repr_html_(self) -> str:
        """Return what a notebook shows. The script goes with a process's first figure alone."""
        script = "" if "script" in _sent else f"<script>{get_plotlyjs()}</script>"
        _sent.add("script")
        return script + self.fragment()

    def fragment(self) -> str:
        """Return figure and note as HTML for a page that has Plotly's script already."""
        drawn = self.figure.to_html(config=CONFIG, include_plotlyjs=False, full_html=False)
        return f"{drawn}<p><small>{escape(self.note)}</small></p>"


def figure(title: str, traces: list[Any], **layout: Any) -> Any:
    """Return a figure in the project's look."""
    return go.Figure(traces, {"template": TEMPLATE, "title": {"text": plain(title)}, **layout})


def plain(text: object) -> str:
    """Return text of the data for a figure. Plotly reads a little HTML, so names lose theirs."""
    return str(text).replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def private_file(path: str | Path, text: str) -> Path:
    """Write a file that its owner alone may read."""
    target = Path(path)
    with os.fdopen(os.open(target, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w",
                   encoding="utf-8") as file:
        file.write(text)
    return target
