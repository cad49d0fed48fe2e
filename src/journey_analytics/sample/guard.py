"""Keeps the generator, and the demo, out of folders that hold somebody's own things."""

from __future__ import annotations

from pathlib import Path

from ..errors import SettingsError
from ..settings import FILE_NAME


def is_sample(folder: Path) -> bool:
    """Return whether a folder is a project that was generated: its truth lies beside it."""
    return (folder / FILE_NAME).is_file() and (folder / "truth" / "pain_points.csv").is_file()


def refuse_foreign(folder: Path) -> None:
    """Raise where a folder holds something that is no generated project."""
    if folder.exists() and not is_sample(folder) and (
            not folder.is_dir() or any(folder.iterdir())):
        raise SettingsError(str(folder), "the folder is not empty and not the sample project",
                            remedy="Name another folder.")
