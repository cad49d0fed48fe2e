"""Writes the pack of a project."""

from __future__ import annotations

import os
from pathlib import Path

from ..settings import Settings
from .reading import read_pack_data
from .render import render_html


def build_pack(project: Path, settings: Settings) -> Path:
    """Write the evidence pack of a project and return its path.

    The pack is a function of the published warehouse and the settings: when neither changed, its
    bytes do not.

    Parameters
    ----------
    project
        Folder of the project; only ``warehouse/journeys.duckdb`` is read there.
    settings
        Its settings.

    Returns
    -------
    pathlib.Path
        ``packs/pack.html`` in the project, readable by its owner only.
    """
    text = render_html(read_pack_data(project, settings))
    folder = project / "packs"
    folder.mkdir(mode=0o700, exist_ok=True)
    folder.chmod(0o700)
    target, aside = folder / "pack.html", folder / ".pack.html.new"
    aside.unlink(missing_ok=True)
    handle = os.open(aside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "w", encoding="utf-8", newline="\n") as file:
        file.write(text)
    os.replace(aside, target)
    return target
