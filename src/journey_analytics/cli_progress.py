"""Progress on stderr, so that stdout stays what was asked for."""

from __future__ import annotations

import shutil
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager


class Progress:
    """Steps and details on stderr, so that stdout stays what was asked for."""

    def __init__(self, enabled: bool) -> None:
        self.enabled = enabled
        self.began = time.perf_counter()

    def step(self, name: str, title: str) -> None:
        """Begin a step: a line that stays."""
        self._say(f"{time.perf_counter() - self.began:6.1f} s  {title}\n")

    def line(self, text: str) -> None:
        """Show a detail that the next one overwrites; only where someone watches."""
        if sys.stderr.isatty():
            self._say(f"          {text}"[: shutil.get_terminal_size().columns - 1])

    def _say(self, text: str) -> None:
        if self.enabled:
            clear = "\r\x1b[2K" if sys.stderr.isatty() else ""
            sys.stderr.write(clear + text)
            sys.stderr.flush()


@contextmanager
def progress(enabled: bool) -> Iterator[Progress]:
    """Show progress while the context lasts, and how long it took."""
    shown = Progress(enabled)
    yield shown
    if enabled:
        shown.step("done", "done")


