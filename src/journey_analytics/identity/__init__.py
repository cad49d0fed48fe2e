"""Who is the same: connected components over links."""

from .components import connected_components

__all__ = ["connected_components"]
