"""Writes the pages of the docs that are generated: python docs/generate.py [FOLDER]

``cli.md`` from the command line itself, ``data_model.md`` from the headers of the SQL models,
``metrics.md`` from the ledger.
"""

from __future__ import annotations

import subprocess
import sys
from html import escape
from pathlib import Path

from journey_analytics.metrics import read_ledger
from journey_analytics.metrics.page import ledger_page
from journey_analytics.models import Model, load_models

HERE = Path(__file__).parent
_WIDE, _LINE = 250, 17
_CLI = "journey_analytics.cli"


def cli_page() -> str:
    """Return the reference of all commands, as typer writes it."""
    done = subprocess.run(
        [sys.executable, "-m", "typer", _CLI, "utils", "docs", "--name", "journeys",
         "--title", "Command line"], capture_output=True, text=True, check=True)
    return "\n".join(line.rstrip() for line in done.stdout.splitlines()).rstrip() + "\n"


def data_model_page() -> str:
    """Return what every published table holds, with a diagram of the way they are made."""
    models = [m for m in load_models() if m.published]
    rooms = sorted({m.path.parent.name for m in models})
    parts = [
        "# Data model\n\nGenerated from the headers of `sql/` by `python docs/generate.py`. These "
        "tables stand in `warehouse/journeys.duckdb`; every column says in the file itself what "
        "it is and in which unit (`view.columns(\"contacts\")`). `person_key`, `journey_key`, "
        "`contact_key` and `touchpoint_key` join them.\n\n", _diagram(models, rooms)]
    for room in rooms:
        parts.append(f"\n## {room[3:].replace('_', ' ').capitalize()}\n\n"
                     "| table | one row per | key | made from |\n|---|---|---|---|\n")
        for model in models:
            if model.path.parent.name == room:
                inputs = ", ".join(f"`{i}`" for i in sorted(model.inputs))
                grain = " ".join(model.headers["grain"]).removeprefix("one row per ")
                if model.role == "into":
                    grain, inputs = "row of any of its files", "a file for each kind"
                parts.append(f"| `{model.table}`<br>{model.published} | {grain} | "
                             f"{', '.join(model.key)} | {inputs} |\n")
    return "".join(parts)


def _diagram(models: list[Model], rooms: list[str]) -> str:
    """Return the rooms in the order of the way, each with its tables; drawn without a script."""
    columns = [[m.table for m in models if m.path.parent.name == room] for room in rooms]
    height = 60 + _LINE * max(len(c) for c in columns)
    drawn = []
    for place, (room, tables) in enumerate(zip(rooms, columns, strict=True)):
        x = place * _WIDE
        drawn.append(f'<text x="{x + 8}" y="24" font-weight="600">{escape(room)}</text>'
                     f'<rect x="{x}" y="6" width="{_WIDE - 30}" height="{height - 12}" rx="4" '
                     'fill="none" stroke="currentColor" stroke-opacity=".4"/>')
        drawn += [f'<text x="{x + 8}" y="{48 + n * _LINE}">{escape(name)}</text>'
                  for n, name in enumerate(tables)]
        if place:
            drawn.append(f'<path d="M{x - 26} 20h18m-6 -5l6 5l-6 5" fill="none" '
                         'stroke="currentColor"/>')
    width = len(rooms) * _WIDE
    return (f'<div style="overflow-x:auto"><svg role="img" width="{width}" height="{height}" '
            'aria-label="Published tables in the order they are made" font-size="13" '
            f'fill="currentColor">{"".join(drawn)}</svg></div>\n')


PAGES = {"cli.md": cli_page, "data_model.md": data_model_page,
         "metrics.md": lambda: ledger_page(read_ledger())}

if __name__ == "__main__":
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else HERE
    for name, page in PAGES.items():
        (folder / name).write_text(page(), encoding="utf-8")
