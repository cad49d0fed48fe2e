"""Runs a command and measures its memory."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Sequence

#: A process begins with the peak of the one that started it, and a test's can be large: so a small
#: one stands between the two.
_BETWEEN = """
import os, subprocess, sys
child = subprocess.Popen(sys.argv[1:], stderr=subprocess.DEVNULL)
_, status, usage = os.wait4(child.pid, 0)
print(usage.ru_maxrss // (1024 * 1024 if sys.platform == "darwin" else 1024), file=sys.stderr)
sys.exit(os.waitstatus_to_exitcode(status))
"""


def run_measured(command: Sequence[str]) -> tuple[int, bytes, int]:
    """Return exit code, output and peak megabytes of a command."""
    done = subprocess.run([sys.executable, "-S", "-c", _BETWEEN, *command], capture_output=True,
                          check=False)
    return done.returncode, done.stdout, int(done.stderr)
