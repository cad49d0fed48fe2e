"""Tells somebody that a run failed: a command, or an address on the net, from ``[nights]``.

Only what may be published is told. A teller that fails itself is named on stderr and changes
nothing else.
"""

from __future__ import annotations

import json
import subprocess
import sys
import urllib.request
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from .errors import JourneyError, of_system
from .settings import load

_SECONDS = 20


@contextmanager
def telling_of_failure(project: Path) -> Iterator[None]:
    """Tell of whatever ends the work inside, and let it go on its way."""
    try:
        yield
    except JourneyError as error:
        tell(project, "failed", [error.public])
        raise
    except OSError as error:
        tell(project, "failed", [of_system(error).public])
        raise
    except Exception as error:
        tell(project, "failed", [type(error).__name__])
        raise


def tell(project: Path, event: str, messages: Sequence[str]) -> None:
    """Tell of an event: ``failed`` (nothing was published) or ``problems`` (the rest was).

    The command gets one JSON object on its standard input, the address the same in a POST.
    """
    try:
        nights = load(project).nights
    except JourneyError:
        return  # settings that cannot be read name nobody
    body = json.dumps(
        {"project": str(project), "event": event, "messages": list(messages)}).encode()
    try:
        if nights.on_failure_command:
            subprocess.run(nights.on_failure_command, input=body, timeout=_SECONDS, check=True,
                           cwd=project, stdout=subprocess.DEVNULL)
        if nights.on_failure_webhook:
            request = urllib.request.Request(
                nights.on_failure_webhook, body, {"Content-Type": "application/json"})
            with urllib.request.urlopen(request, timeout=_SECONDS):
                pass
    except (OSError, subprocess.SubprocessError) as error:
        sys.stderr.write(f"warning: [nights].on_failure: nobody could be told ({error})\n")
