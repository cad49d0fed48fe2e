"""The PDF: the pack's page set on paper, with fonts of its own and its claims inside."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from pathlib import Path
from typing import Any

import typst

from ..model import PackData
from .page_tree import FONTS, Node, claims_in, read_page, shown

#: Paper sizes by the end of the file's name.
PAPERS = {"a4": "a4", "letter": "us-letter"}


def write_pdfs(data: PackData, html: str, folder: Path) -> None:
    """Set the page of a pack as PDF on either paper, its worksheets as one of their own."""
    tree = read_page(html)
    edition = f"version {data.scope.version.text}" if data.scope.version else "draft"
    kind = "quarterly review" if data.review else "evidence pack"
    title = f"{data.project}: {kind}, {edition}"
    sheets = _taken(tree, "worksheets")
    if sheets is not None:  # each sheet has a page and a heading of its own
        sheets["k"] = [k for k in sheets["k"] if k["t"] != "h2"]
    jobs = []
    for name, part, heading in (("pack", tree, title), ("worksheets", sheets, f"{title}, sheets")):
        if part is None:
            continue
        content = {
            "tree": part, "lift": 0 if part is tree else 2, "title": heading,
            "foot": shown(heading), "targets": _targets(part),
            "lists-names": "incomplete" in _figure_classes(part),
            "claims": json.dumps(claims_in(part), ensure_ascii=False)}
        for end, paper in PAPERS.items():
            jobs.append((folder / f"{name}-{end}.pdf", {**content, "paper": paper}))
    with ThreadPoolExecutor(2) as pool:
        for (path, _), made in zip(
                jobs, pool.map(lambda job: typeset("page.typ", job[1]), jobs), strict=True):
            path.write_bytes(made)


def typeset(template: str, content: dict[str, Any]) -> bytes:
    """Return a PDF made of a template and content, which the template reads as JSON.

    The same content gives the same bytes: no time, no fonts of the machine.
    """
    made = typst.Compiler(font_paths=_fonts()).compile(
        (Path(__file__).parent / template).read_bytes(), format="pdf", pdf_standards=["ua-1"],
        sys_inputs={"data": json.dumps(content, ensure_ascii=False)})
    assert isinstance(made, bytes)
    return made


@cache
def _fonts() -> typst.Fonts:
    return typst.Fonts(include_system_fonts=False, include_embedded_fonts=False,
                       font_paths=[str(FONTS)])


def _taken(node: Node, name: str) -> Node | None:
    """Take the part of that id out of a tree and return it."""
    for place, child in enumerate(node["k"]):
        if isinstance(child, dict):
            if child.get("id") == name:
                part: Node = node["k"].pop(place)
                return part
            part_below = _taken(child, name)
            if part_below is not None:
                return part_below
    return None


def _figure_classes(node: Node) -> set[str]:
    own = set(node["c"]) if node["t"] == "x-figure" else set()
    return own.union(*(_figure_classes(k) for k in node["k"] if isinstance(k, dict)))


def _targets(node: Node) -> list[str]:
    """Return the ids of a tree that links can lead to."""
    own = [node["id"]] if "id" in node else []
    return own + [i for child in node["k"] if isinstance(child, dict) for i in _targets(child)]
