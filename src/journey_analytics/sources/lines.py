"""Lines of a text file of any size, in bounded memory."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pyarrow as pa

CHUNK = 1 << 22
#: Longest line and longest record taken, in characters; of lines in blocks, in bytes.
MAX_LINE = 4 << 20
_QUOTED = r'(?<!\w)"[^"]*(?:""[^"]*)*"'


def line_end(path: Path) -> str:
    """Return the character that ends a file's lines.

    It is a line feed; a carriage return where, outside quotes, there is no other (an old Macintosh
    export).
    """
    with path.open(encoding="utf-8", newline="") as file:
        first = file.read(CHUNK).removesuffix("\r")
    if first.count("\r") > first.count("\r\n"):
        unquoted = re.sub(_QUOTED, "", first)
        if "\r" in unquoted and "\n" not in unquoted:
            return "\r"
    return "\n"


def read_lines(path: Path, end: str) -> Iterator[str]:
    """Return the lines of a file without what ends them; of CR LF the carriage return stays.

    A line above :data:`MAX_LINE` is cut there, so that it is told by its length.
    """
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


def line_blocks(path: Path) -> Iterator[pa.Table]:
    """Return the lines of a file as blocks of number and text, each text with its end.

    The texts are the file's own bytes: no line becomes a Python object. A line above
    :data:`MAX_LINE` bytes is cut behind there, so that it is told by its length.
    """
    end = line_end(path).encode()
    number, rest = 1, b""
    with path.open("rb") as file:
        while chunk := file.read(CHUNK):
            if whole := chunk.rfind(end) + 1:
                block = _block(number, rest + chunk[:whole], end)
                yield block
                number, rest = number + block.num_rows, b""
            rest += chunk[whole:]
            if len(rest) > MAX_LINE:  # a cut character is no text
                rest = rest[: MAX_LINE + 8].decode(errors="ignore").encode()
        if rest:
            yield _block(number, rest + end, end)


def survey(path: Path) -> tuple[int, int]:
    """Return how many line feeds end lines of a file, the last line's always, and the longest."""
    count = offset = begins = longest = 0
    with path.open("rb") as file:
        while chunk := file.read(CHUNK):
            feeds = offset + np.flatnonzero(np.frombuffer(chunk, np.uint8) == ord("\n"))
            if len(feeds):
                longest = max(longest, int(np.diff(feeds, prepend=begins).max()))
                begins = int(feeds[-1])
            count, offset = count + len(feeds), offset + len(chunk)
    return count + (offset > begins + 1), max(longest, offset - begins)


def _block(first: int, text: bytes, end: bytes) -> pa.Table:
    ends = np.flatnonzero(np.frombuffer(text, np.uint8) == ord(end)) + 1
    offsets = np.concatenate(([0], ends)).astype(np.int32)
    lines = pa.Array.from_buffers(
        pa.string(), len(ends), [None, pa.py_buffer(offsets), pa.py_buffer(text)])
    return pa.table({"_line": np.arange(first, first + len(ends)), "raw": lines})
