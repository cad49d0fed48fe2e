"""The evidence pack: what a workshop reads before it meets. See ``build.py``."""

from .build import build_pack
from .reading import read_pack_data

__all__ = ["build_pack", "read_pack_data"]
