"""What the redaction takes out of what customers wrote, measured on planted data."""

from __future__ import annotations

import re
from collections import Counter
from functools import cache

import pytest

from journey_analytics.pack.redaction import redact
from tests.conftest import ROOT
from tests.verbatims import CLEAN, KINDS, Verbatim, generate

REGIONS = ("GB", "DE", "FR", "ES", "IT", "NL", "PL", "PT")


def is_visible(kind: str, value: str, text: str) -> bool:
    """Tell whether enough of a planted value is left to recognise it."""
    words = re.sub(r"\[[\w-]+\]", " ", text).casefold()
    if kind in ("name", "address"):
        parts = [w for w in re.split(r"[\W\d_]+", value) if len(w) > 2 and w[0].isupper()]
        return any(re.search(rf"(?<!\w){p.casefold()}(?!\w)", words) for p in parts)
    if kind == "e-mail":
        return value.split("@")[0].casefold() in words
    digits = re.sub(r"\D", "", value)
    left = re.sub(r"[\s.\-/()]", "", words)
    return any(digits[i:i + 4] in left for i in range(len(digits) - 3))


@cache
def redacted() -> list[tuple[Verbatim, str | None, str | None]]:
    """Each of 300 texts, redacted by form alone, and with what its record knows."""
    return [(v, redact(v.text, (), REGIONS), redact(v.text, v.record.values(), REGIONS))
            for v in generate(300, seed=11)]


def recall() -> dict[str, tuple[int, int, int]]:
    """By kind: planted, found by form alone, found with what the record knows."""
    found: dict[str, Counter[str]] = {kind: Counter() for kind in KINDS}
    for verbatim, alone, helped in redacted():
        for kind, value in verbatim.planted.items():
            found[kind]["planted"] += 1
            for name, text in (("alone", alone), ("helped", helped)):
                found[kind][name] += text is None or not is_visible(kind, value, text)
    return {kind: (n["planted"], n["alone"], n["helped"]) for kind, n in found.items()}


def test_the_recall_in_the_docs_is_the_recall_measured() -> None:
    page = (ROOT / "docs" / "packs.md").read_text(encoding="utf-8")
    told = {row[0]: tuple(map(int, row[1:])) for row in
            re.findall(r"^\| ([\w-]+) \| (\d+) \| (\d+) \| (\d+) \|$", page, re.MULTILINE)}
    measured = recall()
    assert told == measured
    assert all(helped == planted for kind, (planted, _, helped) in measured.items()
               if kind != "name")
    assert len({v.language for v, _, _ in redacted()}) >= 5


def test_no_value_of_the_same_record_is_left() -> None:
    for verbatim, _, text in redacted():
        shown = re.sub(r"\[[\w-]+\]", " ", text or "")
        for kind, value in verbatim.record.items():
            assert not is_visible(kind, value, shown), (verbatim, text)


@pytest.mark.parametrize("text", CLEAN)
def test_what_names_nobody_stays(text: str) -> None:
    assert redact(text, (), REGIONS) == " ".join(text.split())


@pytest.mark.parametrize(("text", "known", "expected"), [
    ("4111 1111 1111 1112 is no card", (), "[number] is no card"),
    ("4111-1111-1111-1111 is one", (), "[card] is one"),
    ("De89 3704 0044 0532 0130 00 please", (), "[IBAN] please"),
    ("it was anna, ANNA.SCHMIDT@x.de", ["anna.schmidt@x.de"], "it was [name], [e-mail]"),
    ("ruf 0 30-90 18 20 an", ["+4930901820"], "ruf [number] an"),
    ("from 192.168.1.1 and 2001:db8::1 at 12:30", (), "from [IP] and [IP] at 12:30"),
    ("born 12.03.1988", (), "born [date]"),
    ("null eins sieben sechs drei", (), "[number]"),
    ("schlecht\u202e\u200b\x07 [phone]", (), "schlecht (phone)"),
    ("Nie wieder.\nPetra von Hagen", (), "Nie wieder. Petra von Hagen"),
    ("Nie wieder.\nPetra Hagen", (), "Nie wieder. [name]"),
])
def test_each_rule(text: str, known: list[str], expected: str) -> None:
    assert redact(text, known, ("DE",)) == expected


def test_a_text_with_a_known_value_that_no_rule_can_cut_out_is_not_used() -> None:
    assert redact("the code isAB12XYtoday", ["AB12XY"]) is None
