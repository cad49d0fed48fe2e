"""What is estimated from journeys: what pain points do, how sure that is, what speaks against."""

from .counter_evidence import counter_evidence
from .impact import impact
from .lifts import lifts

__all__ = ["counter_evidence", "impact", "lifts"]
