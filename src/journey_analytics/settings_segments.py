"""``[segments]``: groups of customers that the user declares in a file."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from .settings_calendars import Strict

#: Kinds of keys that name a customer, as the canonical tables have them.
KeyKind = Literal["customer_ref", "external_id", "email", "phone", "anonymous_id"]


class Segments(Strict):
    """``[segments]``: a CSV file that says which customer is in which segment.

    The file has a column of keys (``key``), one of segments (``column``), and one called ``kind``
    with the kind of each key, unless all are of one ``kind``. So a customer list that has a
    segment column serves as it is.
    """

    file: str = Field(min_length=1)
    kind: KeyKind | None = None
    key: str = Field("key", min_length=1)
    column: str = Field("segment", min_length=1)
