"""Lists the licences of everything the package installs, and refuses what may not be shipped with.

Reads what is installed and needs no network. Known holes are another question, for which a list of
advisories is needed: `pip-audit -r constraints.txt`, where PyPI itself can be reached.
"""

from __future__ import annotations

import re
import sys
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path

from packaging.requirements import Requirement

REFUSED = re.compile(r"\bA?GPL|Affero|General Public|SSPL|BUSL|Commons Clause|Proprietary", re.I)
#: Libraries that may be linked to whatever their users are under.
LESSER = re.compile(r"LGPL|Lesser", re.I)


def licence(name: str) -> str:
    """Return the licence a distribution declares; parts joined by OR leave a choice."""
    metadata = distribution(name).metadata
    declared = [c.rsplit(" :: ", 1)[-1] for c in metadata.get_all("Classifier") or []
                if c.startswith("License ::") and not c.endswith("OSI Approved")]
    return (metadata.get("License-Expression") or " OR ".join(declared)
            or (metadata.get("License") or "").partition("\n")[0])


def installed(name: str, found: dict[str, str]) -> dict[str, str]:
    """Add a distribution and everything it requires here to what was found."""
    name = re.sub(r"[-_.]+", "-", name).lower()
    try:
        if name in found:
            return found
        found[name] = licence(name)
    except PackageNotFoundError:  # for another platform or Python
        return found
    for line in distribution(name).requires or []:
        requirement = Requirement(line)
        if requirement.marker is None or requirement.marker.evaluate({"extra": ""}):
            installed(requirement.name, found)
    return found


def is_refused(text: str) -> bool:
    """Return whether a licence leaves no choice that may be shipped with."""
    parts = [p.strip(" ()") for p in re.split(r"\s+AND\s+", text)]
    return not text or any(
        all(REFUSED.search(choice) and not LESSER.search(choice)
            for choice in re.split(r"\s+OR\s+", part)) for part in parts)


def main() -> int:
    """Print every licence; return 1 where one is refused or a version is not pinned."""
    found = installed("journey_analytics", {})
    pinned = {re.sub(r"[-_.]+", "-", line.partition("==")[0]).lower() for line in
              (Path(__file__).parents[1] / "constraints.txt").read_text().splitlines()
              if "==" in line}
    bad = [f"{name}: licence '{text}'" for name, text in found.items() if is_refused(text)]
    bad += [f"{name}: not in constraints.txt" for name in found
            if name not in pinned and name != "journey-analytics"]
    lines = [f"{name:32} {text}" for name, text in sorted(found.items())]
    sys.stdout.write("\n".join([*lines, *(f"refused: {b}" for b in bad)]) + "\n")
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
