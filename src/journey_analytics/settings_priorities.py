"""``[priorities]``: where the priority matrix is cut, where a user tells."""

from __future__ import annotations

from pydantic import Field

from .settings_calendars import Strict


class Priorities(Strict):
    """``[priorities]``: cut lines of the matrix; left out, the median of the ranked pain points.

    ``impact_cut`` is what a journey hit loses (score points, or hours, as the ranking goes);
    ``frequency_cut`` the share of active persons hit.
    """

    impact_cut: float | None = Field(None, ge=0, allow_inf_nan=False)
    frequency_cut: float | None = Field(None, ge=0, le=1)

    def parameters(self) -> dict[str, float]:
        """Return model parameters; -1: the data draw the line."""
        return {name: -1.0 if value is None else value
                for name, value in self.model_dump().items()}
