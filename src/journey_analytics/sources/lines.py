"""Lines of a text file of any size, in bounded memory."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

CHUNK = 1 << 22
#: Longest line and longest record taken, in characters.
MAX_LINE = 4 << 20
_QUOTED = r'(?<!\w)"[^"]*(?:""[^"]*)*"'


def read_lines(path: Path) -> tuple[str, Iterator[str]]:
    """Return the character that ends lines, and the lines without it.

    Lines end with a line feed; with a carriage return where, outside quotes, there is no other (an
    old Macintosh export). Of CR LF the carriage return stays. A line above :data:`MAX_LINE` is cut
    there, so that it is told by its length.
    """
    with path.open(encoding="utf-8", newline="") as file:
        first = file.read(CHUNK).removesuffix("\r")
    if first.count("\r") > first.count("\r\n"):
        unquoted = re.sub(_QUOTED, "", first)
        if "\r" in unquoted and "\n" not in unquoted:
            return "\r", _lines(path, "\r")
    return "\n", _lines(path, "\n")


def _lines(path: Path, end: str) -> Iterator[str]:
    rest = ""
    with path.open(encoding="utf-8", newline="") as file:
        while text := file.read(CHUNK):
            first, *others = text.split(end)
            rest = (rest + first)[: MAX_LINE + 1]
            if others:
                yield rest
                rest = others.pop()
                yield from others
        if rest:
            yield rest
