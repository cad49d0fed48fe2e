"""What can go wrong, said so that the reader can act on it.

Every message reads ``<where>: <what is wrong>, found X, allowed Y. <what to do>``.
"""

from __future__ import annotations

import errno
from difflib import get_close_matches


class JourneyError(Exception):
    """An error whose message is meant for the person who runs the program.

    Parameters
    ----------
    where
        File and line, setting, source or table at fault.
    what
        What is wrong there.
    found, allowed
        The value at fault and what would have been right; left out of the message when empty.
        What was delivered, and what the database says of it, stands in ``found`` alone.
    hint
        Advice that quotes what was delivered: as private as ``found``.
    remedy
        What to do next.

    Attributes
    ----------
    public
        The message without ``found`` and ``hint``: this much may be published.
    """

    exit_code = 2

    def __init__(
        self, where: str, what: str, *, found: object = "", allowed: object = "", hint: str = "",
        remedy: str = "",
    ) -> None:
        super().__init__(_message(where, what, found, allowed, f"{hint} {remedy}"))
        self.public = _message(where, what, "", allowed, remedy)


def _message(where: str, what: str, found: object, allowed: object, advice: str) -> str:
    parts = [f"{where}: {what}"]
    if found != "":
        parts.append(f"found {found}")
    if allowed != "":
        parts.append(f"allowed {allowed}")
    return f"{', '.join(parts)}. {advice.strip()}".strip()


class SettingsError(JourneyError):
    """The project's settings, an adapter or a model is not usable (exit code 2)."""


class DataError(JourneyError):
    """Delivered data is not usable (exit code 3)."""

    exit_code = 3


def of_system(error: OSError) -> DataError:
    """Return what the operating system refused, as a message with a remedy."""
    where = str(error.filename or "file system")
    if error.errno in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG):
        return DataError(where, "the disk is full", remedy="Free some space and run again; what "
                         "was published before still stands.")
    if error.errno in (errno.EACCES, errno.EPERM, errno.EROFS):
        return DataError(where, "may not be read or written",
                         remedy="Give it to the user of the run, and run again.")
    return DataError(where, f"the system refused it ({error.strerror or error})",
                     remedy="Run again when it is there; what was published before still stands.")


class AuditError(JourneyError):
    """A promise of the warehouse does not hold; nothing was published (exit code 1)."""

    exit_code = 1


class ManyErrors(JourneyError):
    """Several errors told at once; the exit code is that of the first."""

    def __init__(self, errors: list[JourneyError]) -> None:
        Exception.__init__(self, "\n".join(str(e) for e in errors))
        self.errors = errors
        self.public = "\n".join(e.public for e in errors)
        self.exit_code = errors[0].exit_code


def raise_all(errors: list[JourneyError]) -> None:
    """Raise nothing, the one error, or all of them together."""
    if len(errors) == 1:
        raise errors[0]
    if errors:
        raise ManyErrors(errors)


def did_you_mean(word: str, allowed: list[str]) -> str:
    """Return ``Did you mean 'x'?`` for the nearest allowed word, else an empty string."""
    near = get_close_matches(word, allowed, n=1)
    return f"Did you mean '{near[0]}'?" if near else ""
