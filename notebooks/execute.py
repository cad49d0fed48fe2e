"""Executes every notebook beside a project and writes each, with what it shows, as a page.

    python notebooks/execute.py PROJECT OUT

PROJECT stands in for the folder ``demo`` that notebooks open.
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path
from typing import Any

import jupytext
from nbclient import NotebookClient
from traitlets.config import Config

HERE = Path(__file__).parent
_LONGEST_SECONDS = 300


def execute(project: Path, out: Path) -> list[Path]:
    """Return the pages that were written."""
    out.mkdir(parents=True, exist_ok=True)
    pages = []
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "demo").symlink_to(project.resolve())
        for path in sorted(HERE.glob("0*.py")):
            notebook = jupytext.read(path)
            # Sockets in a folder of our own: nobody else on the machine can listen.
            config = Config(ConnectionFileMixin={"transport": "ipc", "ip": f"{folder}/{path.stem}"})
            NotebookClient(notebook, kernel_name="python3", config=config,
                           timeout=_LONGEST_SECONDS,
                           resources={"metadata": {"path": folder}}).execute()
            pages.append(out / f"{path.stem}.md")
            pages[-1].write_text("\n\n".join(_part(c) for c in notebook.cells), encoding="utf-8")
    return pages


def _part(cell: Any) -> str:
    if cell.cell_type == "markdown":
        return str(cell.source)
    return "\n\n".join([f"```python\n{cell.source}\n```", *map(_shown, cell.outputs)])


def _shown(output: Any) -> str:
    """Return what a cell shows. A page loads Plotly's script itself, so a figure leaves it out."""
    data = output.get("data", {})
    if "text/html" in data:
        html = data["text/html"]
        if html.startswith("<script>"):
            html = html[html.index("</script>") + len("</script>"):]
        # No empty line, which would end the block.
        return f'<div class="shown">{"".join(filter(str.strip, html.splitlines(True)))}</div>'
    return f"```text\n{output.get('text') or data.get('text/plain', '')}\n```"


if __name__ == "__main__":
    for page in execute(Path(sys.argv[1]), Path(sys.argv[2])):
        print(page)
