"""Reads a PDF back: the claims it carries, and the numbers that can be read on its pages."""

from __future__ import annotations

import json
import re
from collections import Counter
from pathlib import Path

import pypdfium2

from ...errors import DataError

#: A number as it is printed: digits with separators, a sign before and a percent sign after.
_NUMBER = re.compile(r"[−+]?\d[\d,.:]*%?")
CLAIMS = "claims.json"


def embedded_claims(path: Path) -> list[tuple[str, str]]:
    """Return the claims of a PDF with their texts, in the order they are printed."""
    document = _opened(path)
    for place in range(document.count_attachments()):
        attached = document.get_attachment(place)
        if attached.get_name() == CLAIMS:
            return [(claim, text) for claim, text in json.loads(bytes(attached.get_data()))]
    raise DataError(str(path), "it carries no claims", remedy="It is not a PDF of a pack.")


def number_counts(path: Path) -> dict[str, int]:
    """Return how often each number can be read in the text of a PDF."""
    document = _opened(path)
    found: Counter[str] = Counter()
    for page in document:
        text = page.get_textpage().get_text_bounded()
        found.update(n.rstrip(",.:") for n in _NUMBER.findall(text))
    return dict(sorted(found.items()))


def numbers_in(text: str) -> list[str]:
    """Return the numbers of a printed text."""
    return [n.rstrip(",.:") for n in _NUMBER.findall(text)]


def _opened(path: Path) -> pypdfium2.PdfDocument:
    try:
        return pypdfium2.PdfDocument(path.read_bytes())
    except pypdfium2.PdfiumError:
        raise DataError(str(path), "not readable as PDF") from None
