"""Who is the same: connected components over links."""

from .bridges import bridges
from .changes import note_changes
from .components import connected_components
from .keys import CustomerKey, share_secret, spellings

__all__ = [
    "CustomerKey", "bridges", "connected_components", "note_changes", "share_secret", "spellings",
]
