"""Who did what to a project: one line of JSON each, in a file that no command shortens.

It lies beside the warehouse, so that a warehouse that was removed and rebuilt has not lost it, and
needs no lock: exports happen while a run writes. It names no customer.
"""

from __future__ import annotations

import json
import os
import pwd
from datetime import UTC, datetime
from pathlib import Path

FILE_NAME = "audit_log.ndjson"


def write(project: Path, action: str, **details: object) -> None:
    """Add one line: when, which user of the system, what, and counts or numbers about it."""
    try:
        user = pwd.getpwuid(os.getuid()).pw_name
    except KeyError:
        user = str(os.getuid())
    line = json.dumps({"at": f"{datetime.now(UTC):%Y-%m-%dT%H:%M:%SZ}", "user": user,
                       "action": action, **details}, default=str)
    # Appended in one call: two commands at once cannot mix their lines.
    handle = os.open(project / FILE_NAME, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
    with os.fdopen(handle, "wb", buffering=0) as file:
        file.write(line.encode() + b"\n")
