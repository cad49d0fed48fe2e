"""What is estimated from journeys: the impact of a pain point on scores."""

from .impact import impact

__all__ = ["impact"]
