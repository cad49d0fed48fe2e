"""Reads files again that were read before: of one source, all or those of some days.

An adapter, a setting or a rule that changed needs none of this: records are kept as they were
delivered, and a run builds from them what has changed. It is for a file that was replaced under
its old name and time, and for a reader that reads better than it did.
"""

from __future__ import annotations

from datetime import date

from .errors import DataError, SettingsError
from .pipeline import Run
from .sources.manifest import forget_files, prepare_state


def read_again(
    run: Run, source: str, since: date | None = None, until: date | None = None
) -> int:
    """Have the files of a source read again by the run's next steps; return how many.

    Files that lie in ``landing/`` no more keep what was read of them. The gates take what is read
    again unseen, because somebody asked for it.

    Parameters
    ----------
    since, until
        Dates in the files' names between which they lie, both inclusive; a file without a date
        belongs to every range.

    Raises
    ------
    DataError
        No such file was read.
    """
    if source not in run.settings.sources:
        raise SettingsError("backfill", "no such source", found=f"'{source}'",
                            allowed=", ".join(run.settings.sources))
    prepare_state(run.engine)
    files = forget_files(run.engine, source, since, until,
                         lambda path: (run.project / path.split("!")[0]).is_file())
    if not files:
        raise DataError(f"sources.{source}", "no file of these days was read before and still lies "
                        "in landing/", found=f"{since or 'the first'} to {until or 'the last'}",
                        remedy="See the table `files` for what was read.")
    run.accept = (*run.accept, source)
    return files
