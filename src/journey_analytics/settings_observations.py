"""``observations.csv``: what people at the front line see, by step and stage; no numbers."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

from .errors import JourneyError, SettingsError, did_you_mean
from .settings import Settings
from .settings_lists import Line, read_list
from .settings_stages import STAGES, STEPS

FILE_NAME = "observations.csv"
COLUMNS = ("step", "stage", "who", "observation")


@dataclass(frozen=True, slots=True)
class Observation:
    """What someone at the front line sees; ``who`` is a role."""

    step: str
    stage: str
    who: str
    text: str


def read_observations(
    folder: Path, settings: Settings
) -> tuple[tuple[Observation, ...], list[JourneyError]]:
    """Return the observations of a project, and what is wrong with other lines of its file.

    A name cannot be told from a role, but an address or a number is none.
    """
    lines, problems = read_list(folder / FILE_NAME, COLUMNS, ("step", "who", "observation"))
    found = []
    for line in lines:
        try:
            found.append(_observation(line, settings))
        except SettingsError as error:
            problems.append(error)
    return tuple(found), problems


def _observation(line: Line, settings: Settings) -> Observation:
    step = line["step"].lower().replace(" ", "_")
    stages = list(dict.fromkeys((*STAGES, *settings.stages)))
    for column, word, allowed in (("step", step, list(STEPS)), ("stage", line["stage"], stages)):
        if word and word not in allowed:
            raise line.error(column, f"no such {column}", found=f"'{line[column]}'",
                             allowed=", ".join(allowed), remedy=did_you_mean(word, allowed))
    if re.search(r"@|\d{3}", line["who"]):
        raise line.error("who", "not a role", found=f"'{line['who']}'",
                         remedy="Say whose place it is, never who it is.")
    return Observation(step, line["stage"], line["who"], line["observation"])
