"""Parts of the model that say what words and thresholds mean, and what is not known."""

from __future__ import annotations

from dataclasses import dataclass

from ..claims import Number, Phrase


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of moment and its threshold in words."""

    title: str
    sentence: str
    step: str
    parent: str
    threshold: Phrase


@dataclass(frozen=True, slots=True)
class Threshold:
    """A number the rules use."""

    title: str
    value: Number
    unit: str
    setting: str


@dataclass(frozen=True, slots=True)
class Unknown:
    """Something that is not known, and why."""

    subject: str
    because: str
