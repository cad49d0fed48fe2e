"""Who is the same: connected components over links."""

from .components import connected_components
from .keys import CustomerKey, spellings

__all__ = ["CustomerKey", "connected_components", "spellings"]
