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
_WIDE, _LINE, _COLUMNS = 640, 17, 3
#: Tables that others refer to, and by which column: the finest first.
_KEYS = {"touchpoints": "touchpoint_key", "contacts": "contact_key", "journeys": "journey_key",
         "persons": "person_key", "pain_points": "pain_point", "personas": "persona"}
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
        "`contact_key` and `touchpoint_key` join them.\n\n## How tables join\n\n"
        "An arrow leads to the table that a key is of. In each box: the table, its key, and the "
        "tables that hold this key and none that is finer.\n\n", _joins(models),
        "\n## In the order they are made\n\n", _diagram(models, rooms)]
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


def _joins(models: list[Model]) -> str:
    """Return the tables that others refer to, each with those that hold its key."""
    columns: dict[str, set[str]] = {}
    for model in models:
        columns.setdefault(model.table, set()).update(model.query.named_selects)
    beside: dict[str, list[str]] = {hub: [] for hub in _KEYS}
    for table, own in sorted(columns.items()):
        finest = next((hub for hub, key in _KEYS.items() if key in own), None)
        if finest and table not in _KEYS:
            beside[finest].append(table)
    hubs = list(_KEYS)
    leads = [_KEYS[after] in columns[hub]
             for hub, after in zip(hubs, [*hubs[1:], hubs[-1]], strict=True)]
    return _boxes("Published tables and the keys that join them",
                  [(f"{hub} ({_KEYS[hub]})", beside[hub], leads[n] and n + 1 < len(hubs))
                   for n, hub in enumerate(hubs)])


def _diagram(models: list[Model], rooms: list[str]) -> str:
    """Return the rooms in the order of the way, each with its tables."""
    return _boxes("Published tables in the order they are made", [
        (room[3:].replace("_", " "), [m.table for m in models if m.path.parent.name == room],
         room != rooms[-1]) for room in rooms])


def _boxes(label: str, boxes: list[tuple[str, list[str], bool]]) -> str:
    """Return boxes from top to bottom, drawn without a script.

    Parameters
    ----------
    boxes
        Title, names in it, and whether an arrow leads to the next.
    """
    drawn, y = [], 1
    for title, names, leads in boxes:
        names = list(dict.fromkeys(names))
        height = 30 + _LINE * -(-len(names) // _COLUMNS) + (6 if names else 0)
        drawn.append(f'<rect x="1" y="{y}" width="{_WIDE - 2}" height="{height}" rx="4" '
                     'fill="none" stroke="currentColor" stroke-opacity=".4"/>'
                     f'<text x="10" y="{y + 20}" font-weight="600">{escape(title)}</text>')
        drawn += [f'<text x="{10 + n % _COLUMNS * (_WIDE // _COLUMNS)}" '
                  f'y="{y + 38 + n // _COLUMNS * _LINE}">{escape(name)}</text>'
                  for n, name in enumerate(names)]
        y += height + 24
        if leads:
            drawn.append(f'<path d="M24 {y - 23}v20m-5 -6l5 6l5 -6" fill="none" '
                         'stroke="currentColor"/>')
    return (f'<div style="overflow-x:auto"><svg role="img" width="{_WIDE}" height="{y - 22}" '
            f'aria-label="{label}" font-size="13" fill="currentColor">{"".join(drawn)}</svg>'
            '</div>\n')


PAGES = {"cli.md": cli_page, "data_model.md": data_model_page,
         "metrics.md": lambda: ledger_page(read_ledger())}

if __name__ == "__main__":
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else HERE
    for name, page in PAGES.items():
        (folder / name).write_text(page(), encoding="utf-8")
