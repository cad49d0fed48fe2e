"""``[sources.NAME]`` of ``journeys.toml``: which files, how they are delivered, who reads them."""

from __future__ import annotations

from typing import Annotated, Literal

import phonenumbers
from pydantic import AfterValidator, model_validator

from .settings_calendars import Strict, Zone


def _known_region(value: str) -> str:
    if not phonenumbers.country_code_for_region(value):
        raise ValueError(f"unknown region|'{value}'|a two-letter country code like 'DE'|")
    return value


def _known_encoding(value: str) -> str:
    try:
        "x".encode(value)  # also refuses codecs that are no encoding of text
    except (LookupError, ValueError):
        raise ValueError(
            f"unknown encoding|'{value}'|a name like utf-8, cp1252 or utf-16|") from None
    return value


def is_delimiter(text: str) -> bool:
    """Return whether a text can divide the fields of a line."""
    return len(text) == 1 and text not in '\r\n"\x00'


def _usable_delimiter(value: str) -> str:
    if not is_delimiter(value):
        raise ValueError("not a usable delimiter||one character, like ';' or a tab|")
    return value


Region = Annotated[str, AfterValidator(_known_region)]


class Source(Strict):
    """``[sources.NAME]``: which files, how they are delivered and which adapter reads them.

    ``calls_of`` and ``tickets_of`` name the source whose ids this one refers to, so that a survey
    can name a call of the phone system. ``id_space`` lets two sources share one ``customer_ref``.
    """

    adapter: str
    files: str | dict[str, str]
    mode: Literal["delta", "snapshot", "window"] = "delta"
    window_column: str | None = None
    timezone: Zone | None = None
    region: Region | None = None
    delimiter: Annotated[str, AfterValidator(_usable_delimiter)] | None = None
    encoding: Annotated[str, AfterValidator(_known_encoding)] | None = None
    calls_of: str | None = None
    tickets_of: str | None = None
    id_space: str | None = None

    @model_validator(mode="after")
    def _window_needs_a_column(self) -> Source:
        if self.mode == "window" and not self.window_column:
            raise ValueError("mode 'window' needs window_column||the column that holds the date|")
        return self

    def streams(self) -> dict[str, str]:
        """Return path pattern by stream; one pattern alone is the stream ``records``."""
        return {"records": self.files} if isinstance(self.files, str) else dict(self.files)
