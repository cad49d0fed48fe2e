"""What the site takes from beside this folder: notebooks with what they show, two pages more.

``python notebooks/execute.py demo build/notebooks`` writes the notebooks' pages; without them the
site has none.
"""

from __future__ import annotations

import re
from pathlib import Path, PurePosixPath
from typing import Any

from mkdocs.structure.files import File, Files

ROOT = Path(__file__).parent.parent
NOTEBOOKS = ROOT / "build" / "notebooks"
_BESIDE = re.compile(r"\]\(((?:\.\./)*)\.\./(CONTRIBUTING|SECURITY)\.md")
_LINK = re.compile(r"\[([^\]]*)\]\(([^)#:\s]+)(#[^)\s]*)?\)")


def on_config(config: Any) -> Any:
    """List the pages of folders, and those of notebooks that were executed."""
    docs = Path(config.docs_dir)
    more = {
        "Notebooks": [f"notebooks/{p.name}" for p in sorted(NOTEBOOKS.glob("*.md"))],
        "Sources": [f"sources/{p.name}" for p in sorted((docs / "sources").glob("[a-z]*.md"))],
        "Reference": ["performance.md"] if (docs / "performance.md").exists() else [],
        "Decisions": [f"decisions/{p.name}" for p in sorted((docs / "decisions").glob("0*.md"))],
    }
    nav = []
    for entry in config.nav:
        [(name, pages)] = entry.items() if isinstance(entry, dict) else [("", entry)]
        if isinstance(pages, list):
            pages = [*pages, *more.get(name, [])]
        if pages:
            nav.append({name: pages} if name else entry)
    config.nav = nav
    return config


def on_files(files: Files, config: Any) -> Files:
    """Add the pages, and Plotly's script for the figures in them."""
    for name in ("CONTRIBUTING.md", "SECURITY.md"):
        text = re.sub(r"\]\(docs/", "](", (ROOT / name).read_text(encoding="utf-8"))
        files.append(File.generated(config, name.lower(), content=text))
    for page in sorted(NOTEBOOKS.glob("*.md")):
        files.append(File.generated(config, f"notebooks/{page.name}", content=page.read_text(
            encoding="utf-8")))
    if NOTEBOOKS.exists():
        from plotly.offline import get_plotlyjs

        files.append(File.generated(config, "assets/plotly.js", content=get_plotlyjs()))
    return files


def on_page_markdown(markdown: str, page: Any, files: Files, **_: Any) -> str:
    """Leave the words of links that lead out of the site, into the repository."""
    markdown = _BESIDE.sub(lambda link: f"]({link[1]}{link[2].lower()}.md", markdown)
    here = PurePosixPath(page.file.src_uri).parent

    def kept(link: re.Match[str]) -> str:
        parts: list[str] = []
        for part in (here / link[2]).parts:
            if part == ".." and parts:
                parts.pop()
            else:
                parts.append(part)
        return link[0] if files.get_file_from_path("/".join(parts)) else link[1]

    return _LINK.sub(kept, markdown)


def on_page_content(html: str, page: Any, **_: Any) -> str:
    """Load Plotly's script before the figures of a notebook, and on no other page."""
    if not page.file.src_uri.startswith("notebooks/"):
        return html
    return f'<script src="../../assets/plotly.js"></script>{html}'
