"""Reads the pack's page into a tree that a typesetter can walk: one set of words for both forms.

Only names of elements, their classes and texts are kept, so nothing a customer wrote can be markup.
"""

from __future__ import annotations

import re
from functools import cache
from html import unescape
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

Node = dict[str, Any]

#: What a printed page has no use for.
_LEFT_OUT = {"script", "style", "nav", "head", "template", "button", "footer"}
_LEFT_OUT_CLASSES = {"skip", "hidden", "at-narrow", "narrow", "screen-only"}
_VOID = {"meta", "link", "br", "wbr", "img", "hr", "input"}
_FIGURE = re.compile(r"<svg\b.*?</svg>", re.DOTALL)
#: Stands for a sign that none of the shipped fonts has.
UNKNOWN_SIGN = "\N{WHITE SQUARE}"
FONTS = Path(__file__).parent / "fonts"
_SHEET = Path(__file__).parents[1] / "templates" / "pack.css"
_INLINE = {"span", "b", "small", "code", "bdi", "a", "i", "em", "strong", "br", "wbr", "abbr",
           "time", "sup", "sub", "q"}


class _Reader(HTMLParser):
    def __init__(self, figures: list[str]) -> None:
        super().__init__(convert_charrefs=True)
        self.root: Node = {"t": "root", "c": [], "k": []}
        self._open = [self.root]
        self._figures = figures

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        node: Node = {"t": tag, "c": given.get("class", "").split(), "k": []}
        for name in ("id", "href", "colspan", "hidden"):
            if name in given:
                node[name] = given[name]
        if given.get("data-claim"):
            node["claim"] = given["data-claim"]
        share = re.search(r"(width|flex-grow):\s*([\d.]+)", given.get("style", ""))
        if share:
            node["share"] = float(share[2]) / (100 if share[1] == "width" else 1)
        if tag == "x-figure":
            node.update(_figure(self._figures[int(given["n"])]))
        self._open[-1]["k"].append(node)
        if tag not in _VOID:
            self._open.append(node)

    def handle_endtag(self, tag: str) -> None:
        if tag not in _VOID and len(self._open) > 1:
            self._open.pop()

    def handle_data(self, data: str) -> None:
        text = re.sub(r"[ \t\r\n]+", " ", data)
        if text:
            self._open[-1]["k"].append(text)


def read_page(html: str) -> Node:
    """Return the body of a page as a tree of nodes: ``t`` element, ``c`` classes, ``k`` children.

    Texts are strings; an SVG is a node ``x-figure`` with ``svg`` and ``alt``.
    """
    html = re.sub(r"<script\b.*?</script>", "", html, flags=re.DOTALL)
    figures = _FIGURE.findall(html)
    count = iter(range(len(figures)))
    reader = _Reader(figures)
    reader.feed(_FIGURE.sub(lambda m: f'<x-figure n="{next(count)}"></x-figure>', html))
    reader.close()
    return _pruned(reader.root)


def _pruned(node: Node) -> Node:
    has_blocks = any(not isinstance(k, str) and k["t"] not in _INLINE for k in node["k"])
    kept: list[Node | str] = []
    for child in node["k"]:
        if isinstance(child, str):
            if child.strip() or not has_blocks:  # else only the template's own line ends
                kept.append(shown(child))
        elif not (child["t"] in _LEFT_OUT or _LEFT_OUT_CLASSES & set(child["c"])
                  or "hidden" in child):
            kept.append(_pruned(child))
    return {**node, "k": kept}


@cache
def _rules() -> tuple[tuple[str, str], ...]:
    """Return the rules of the page's style sheet by selector, in its colours for light."""
    sheet = re.sub(r"/\*.*?\*/", "", _SHEET.read_text(encoding="utf-8"), flags=re.DOTALL)
    colours = dict(re.findall(r"(--[\w-]+):([^;}]+)", sheet.split("@media")[0]))
    plain = re.sub(r"@[^{]+\{(?:[^{}]*\{[^{}]*\})*[^{}]*\}", "", sheet)
    plain = re.sub(r"var\((--[\w-]+)\)", lambda m: colours.get(m[1], "black"), plain)
    return tuple(re.findall(r"([^{}]+)\{([^{}]*)\}", plain))


def _style_of(svg: str) -> str:
    """Return the rules of the style sheet that a figure uses; on paper nothing else gives them."""
    used = {name for names in re.findall(r'class="([^"]*)"', svg) for name in names.split()}
    return "".join(f"{selector}{{{body}}}" for selector, body in _rules()
                   if (named := set(re.findall(r"\.([\w-]+)", selector))) and named <= used)


def _figure(svg: str) -> Node:
    texts = {name: re.search(rf"<{name}[^>]*>(.*?)</{name}>", svg, re.DOTALL)
             for name in ("title", "desc")}
    alt = ". ".join(unescape(found[1]).strip() for found in texts.values() if found)
    css = (re.search(r'class="([^"]*)"', svg) or ["", ""])[1].split()
    sized = re.search(r'\bwidth="([\d.]+)"', svg)
    width = float(sized[1]) if sized else 0.0
    body = re.sub(r"<svg\b", '<svg xmlns="http://www.w3.org/2000/svg"', svg, count=1)
    style = _style_of(svg)
    body = re.sub(r"<svg[^>]*>", lambda m: f"{m[0]}<style>{style}</style>", body, count=1)
    return {"svg": _UNCOVERED.sub(_boxes, body), "alt": alt, "c": css, "w": width}


def _covered() -> str:
    """Return every sign that the shipped fonts have, as one set of a regular expression."""
    ends = [line.split("-") for line in (FONTS / "coverage.txt").read_text().split()]
    return "".join(f"\\U{int(e[0], 16):08x}-\\U{int(e[-1], 16):08x}" for e in ends)


_JOINERS = "\u200d\ufe0e\ufe0f"
_UNKNOWN = f"[^\\n{_covered()}]"
_UNCOVERED = re.compile(f"{_UNKNOWN}+(?:[{_JOINERS}]+{_UNKNOWN}*)*")



def _boxes(found: re.Match[str]) -> str:
    """Return a box for each sign; what joiners join is one sign."""
    return UNKNOWN_SIGN * len(re.sub(f"[{_JOINERS}]+.|[{_JOINERS}]", "", found[0]))


_LONG_WORD = re.compile(r"\S{25,}")


def shown(text: str) -> str:
    """Return a text with signs that would vanish from paper replaced by a visible one.

    Long words get places to break: after a sign that parts them, else after some letters.
    """
    text = _UNCOVERED.sub(_boxes, text)
    return _LONG_WORD.sub(lambda m: re.sub(r"(?<=[,_/.;=&?-])(?=\w)|(?<=\w{20})(?=\w{4})",
                                           "\u200b", m[0]), text)


def claims_in(node: Node) -> list[tuple[str, str]]:
    """Return the claims of a tree with their texts, in the order they are printed."""
    found = []
    for child in node["k"]:
        if isinstance(child, dict):
            if "claim" in child:
                found.append((child["claim"], "".join(k for k in child["k"] if isinstance(k, str))))
            else:
                found += claims_in(child)
    return found
