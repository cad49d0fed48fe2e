"""What a trigger rests on, in words and numbers."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any


def sentence(row: Mapping[str, Any]) -> str:
    """Return the evidence of one judged row as a sentence."""
    of = f"{row['n']:,.0f}"
    usual = f"{row['low']:,.0f} to {row['high']:,.0f}"
    place = row["subject"]
    match row["rule"]:
        case "map_age":
            return (f"the last issue of '{place}' shows data {row['value']:.0f} days old; "
                    f"the limit is {row['expected']:.0f}")
        case "new_channel":
            return f"{of} contacts by {place} in a week, none in the eight weeks before"
        case "migration" if row["dimension"] == "person":
            return (f"{row['value']:.0%} of a week's {of} contacts are of persons not seen in the "
                    f"eight weeks before, usual {row['expected']:.0%}")
        case "migration":
            return (f"{row['value']:.0%} of a week's {of} contacts are at a {row['dimension']} "
                    "not seen in the eight weeks before")
        case "volume":
            return (f"{row['value']:,.0f} {row['measure']} at {place} in a week, expected "
                    f"{row['expected']:,.0f} ({usual}) from the same weekdays before")
        case "satisfaction":
            where = "" if row["dimension"] == "all" else f" after {place}"
            return (f"mean {row['measure']}{where} {row['value']:.2f} in a week, expected "
                    f"{row['expected']:.2f} ({row['low']:.2f} to {row['high']:.2f}), n = {of}, "
                    f"{row['n_before']:,.0f} before")
        case _:
            return (f"the mix by {row['dimension']} shifts, {place} most: {row['value']:.0%} of "
                    f"{of} contacts in a week, expected {row['expected']:.0%} "
                    f"({row['low']:.0%} to {row['high']:.0%})")
