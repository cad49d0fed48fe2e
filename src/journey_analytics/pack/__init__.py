"""The evidence pack: what a workshop reads before it meets. See ``build.py``."""

from .build import build_pack, build_packs
from .reading import read_pack_data

__all__ = ["build_pack", "build_packs", "read_pack_data"]
