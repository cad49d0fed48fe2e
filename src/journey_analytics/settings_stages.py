"""``[stages]`` and ``[steps]``: which words and pages of the sources belong where.

What a project declares goes before what the package assumes (``stages.toml``, in the same form).
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping
from difflib import get_close_matches
from functools import cache
from importlib.resources import files

from .errors import did_you_mean
from .settings_calendars import Problem

#: Name of a stage or step, with the words and pages that belong to it.
Mapped = Mapping[str, tuple[str, ...]]
STAGES = (
    "awareness", "consideration", "purchase", "delivery", "onboarding", "usage", "support",
    "loyalty",
)
STEPS = ("search", "reach", "wait", "handle", "hand_over", "resolve", "aftercare")
_COLUMNS = ("own_stage", "own_step", "stage", "step")


@cache
def shipped() -> dict[str, dict[str, tuple[str, ...]]]:
    """Return what the package assumes: words and pages by stage, and by step."""
    text = (files("journey_analytics") / "stages.toml").read_text(encoding="utf-8")
    return {section: {name: tuple(words) for name, words in listed.items()}
            for section, listed in tomllib.loads(text).items()}


def is_page(word: str) -> bool:
    """Return whether a pattern stands for pages, not for a word of a source."""
    return word.startswith(("/", "*"))


def page_pattern(page: str) -> str:
    r"""Return a page as LIKE reads it, escaped by ``\``: with all pages below it."""
    escaped = page.lower().replace("\\", "\\\\").replace("%", r"\%").replace("_", r"\_")
    return f"{escaped.replace('*', '%').rstrip('/')}/%"


def mapped_words(stages: Mapped, steps: Mapped) -> list[dict[str, str | None]]:
    """Return for each word its stage and step, as declared and as assumed."""
    return _merged(stages, steps, pages=False)


def mapped_pages(stages: Mapped, steps: Mapped) -> list[dict[str, object]]:
    """Return for each pattern of pages its stage and step, the longest pattern first."""
    rows = sorted(_merged(stages, steps, pages=True), key=lambda r: -len(str(r["word"])))
    return [{**row, "rank": rank, "pattern": page_pattern(str(row["word"]))}
            for rank, row in enumerate(rows)]


def _merged(stages: Mapped, steps: Mapped, pages: bool) -> list[dict[str, str | None]]:
    found: dict[str, dict[str, str | None]] = {}
    sections = (stages, steps, shipped()["stages"], shipped()["steps"])
    for column, section in zip(_COLUMNS, sections, strict=True):
        for name, words in section.items():
            for word in words:
                if is_page(word) == pages:
                    row = found.setdefault(word.lower(), dict.fromkeys(_COLUMNS))
                    row[column] = name
    return [{"word": word, **row} for word, row in sorted(found.items())]


def stage_problems(stages: Mapped, steps: Mapped) -> Iterator[Problem]:
    """Yield names that are none, and words that stand at two."""
    for name in stages:
        near = get_close_matches(name, STAGES, n=1, cutoff=0.8) if name not in STAGES else []
        if near:
            yield ("stages", name), "no such stage", {
                "found": f"'{name}'", "allowed": ", ".join(STAGES),
                "remedy": f"Did you mean '{near[0]}'? A stage of your own needs another name."}
    for name in steps:
        if name not in STEPS:
            yield ("steps", name), "no such step", {
                "found": f"'{name}'", "allowed": ", ".join(STEPS),
                "remedy": did_you_mean(name, list(STEPS))}
    for section, mapped in (("stages", stages), ("steps", steps)):
        seen: dict[str, str] = {}
        for name, words in mapped.items():
            for word in words:
                other = seen.setdefault(word.lower(), name)
                if other != name:
                    yield (section, name), f"'{word}' also stands for '{other}'", {
                        "remedy": f"A word means one of [{section}]."}
                if "*" in word and not is_page(word):
                    yield (section, name), "a * in what is no page", {
                        "found": f"'{word}'", "allowed": "pages that begin with / or *, and words"}
