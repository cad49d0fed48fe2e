"""``[costs]``: what contacts cost the organisation, where a user tells."""

from __future__ import annotations

from pydantic import Field

from .settings_calendars import Strict


class Costs(Strict):
    """``[costs]``: cost per contact, and per minute an agent spends on it; both are added up."""

    per_contact: float = Field(0.0, ge=0, allow_inf_nan=False)
    per_minute: float = Field(0.0, ge=0, allow_inf_nan=False)

    def parameters(self) -> dict[str, float]:
        """Return model parameters."""
        return {"cost_per_contact": self.per_contact, "cost_per_minute": self.per_minute}
