"""What notebooks call: a read-only view of the last publication, tidy frames, and figures.

>>> view = explore.open("DIR")
>>> view.reason("billing").period("2026-03-01", "2026-04-01").waits()
"""

from .chart import Chart
from .comparing import compare
from .view import View, open

__all__ = ["Chart", "View", "compare", "open"]
