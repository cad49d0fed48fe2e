"""How dirty a sample is: three levels, and one with tidy files."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final

from ..errors import SettingsError, did_you_mean


@dataclass(frozen=True, slots=True)
class Dirt:
    """Shares of what makes a delivery hard to read and customers hard to tell apart.

    Attributes
    ----------
    rows
        How many rows are repeated, corrected later, broken or hostile; 1 is usual, 0 none.
    family, switchboard
        Persons who call from a telephone that another customer calls from, too; persons who call
        from the one line of an exchange.
    new_phone, new_number
        Persons whose telephone or customer number becomes another in the middle of the data.
    by_phone_only, anonymous
        Calls whose caller gives no customer number; of calls alone in their issue, those that
        show no telephone number either.
    mistyped, catch_all
        Calls under a customer number with a wrong digit; under one number for everybody.
    names_call
        Tickets written after a call that name the call.
    skew_seconds
        How far the help desk's clock is behind the telephone's, and the technicians' ahead.
    """

    name: str
    rows: float
    family: float
    switchboard: float
    new_phone: float
    new_number: float
    by_phone_only: float
    anonymous: float
    mistyped: float
    catch_all: float
    names_call: float
    skew_seconds: int


LIGHT: Final = Dirt("light", rows=0.3, family=0.005, switchboard=0.003, new_phone=0.005,
                    new_number=0.001, by_phone_only=0.05, anonymous=0.005, mistyped=0.001,
                    catch_all=0.002, names_call=0.7, skew_seconds=5)
MIDDLE: Final = Dirt("middle", rows=1.0, family=0.01, switchboard=0.01, new_phone=0.02,
                     new_number=0.003, by_phone_only=0.15, anonymous=0.02, mistyped=0.003,
                     catch_all=0.01, names_call=0.4, skew_seconds=30)
HEAVY: Final = Dirt("heavy", rows=3.0, family=0.03, switchboard=0.025, new_phone=0.06,
                    new_number=0.015, by_phone_only=0.35, anonymous=0.06, mistyped=0.01,
                    catch_all=0.02, names_call=0.2, skew_seconds=120)
#: The people of ``middle`` in files without a broken, repeated or corrected row.
TIDY: Final = replace(MIDDLE, name="tidy", rows=0.0)
LEVELS: Final = {level.name: level for level in (LIGHT, MIDDLE, HEAVY, TIDY)}


def dirt_level(name: str) -> Dirt:
    """Return the level of that name."""
    if name not in LEVELS:
        raise SettingsError("dirt", "no such level", found=f"'{name}'", allowed=", ".join(LEVELS),
                            remedy=did_you_mean(name, [*LEVELS]))
    return LEVELS[name]
