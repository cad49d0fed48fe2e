"""Whether the map has to be looked at again, and whether what was done about it helped."""

from .triggers import triggers

#: What models may name as their ``solve``.
SOLVERS = {"triggers": triggers}

__all__ = ["SOLVERS", "triggers"]
