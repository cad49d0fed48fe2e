"""Turns a delivered file into plain UTF-8 with line feeds in the run's own scratch folder.

DuckDB only ever opens these copies: compression, encodings, byte order marks, line ends and
over-long lines are dealt with here, in constant memory, and no path of a user reaches SQL.
"""

from __future__ import annotations

import codecs
import gzip
import hashlib
import re
import zipfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO

import zstandard
from charset_normalizer import from_bytes

from ..errors import DataError

CHUNK = 1 << 23
#: Longest line taken: DuckDB drops longer ones without a word, so they are set aside here.
MAX_LINE = 4 << 20
#: Stands for a bare carriage return inside a line of a file with line feeds (DuckDB refuses the
#: file); turned back after reading. A private-use character.
CARRIAGE_RETURN = "\ue00d"
_BOMS = (
    (codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"),
)


@dataclass(slots=True)
class Prepared:
    """A file ready to be read.

    Attributes
    ----------
    content_hash
        SHA-256 of the delivered content, after decompression.
    lines
        Number of line ends plus an unfinished last line; blank lines counted apart.
    has_quotes
        Without any quote character a line is a record, which makes counting independent.
    long_lines
        (line number, first characters) of lines above :data:`MAX_LINE`, left out of the copy.
    """

    path: Path
    content_hash: str = ""
    bytes: int = 0
    lines: int = 0
    blank_lines: int = 0
    has_quotes: bool = False
    has_carriage_returns: bool = False
    long_lines: list[tuple[int, str]] = field(default_factory=list)


def members(path: Path) -> list[str]:
    """Return the members of a zip archive that are files, or one empty name for other files."""
    if path.suffix.lower() != ".zip":
        return [""]
    try:
        with zipfile.ZipFile(path) as archive:
            return sorted(i.filename for i in archive.infolist() if not i.is_dir())
    except zipfile.BadZipFile as error:
        raise DataError(str(path), f"the zip archive is damaged ({error})",
                        remedy="Deliver it again.") from None


def data_suffix(path: Path, member: str = "") -> str:
    """Return the suffix that tells the format, compression aside: ``.csv`` of ``a.csv.gz``."""
    name = Path(member or path.name)
    while name.suffix.lower() in (".gz", ".zst", ".zip"):
        name = name.with_suffix("")
    return name.suffix.lower()


@contextmanager
def opened(path: Path, member: str = "") -> Iterator[IO[bytes]]:
    """Open a file for reading its content, decompressed. Damage becomes a DataError."""
    where = f"{path}!{member}" if member else str(path)
    try:
        if member:
            with zipfile.ZipFile(path) as archive, archive.open(member) as part:
                yield part
        elif path.suffix.lower() == ".gz":
            with gzip.open(path, "rb") as part:
                yield part  # type: ignore[misc]
        elif path.suffix.lower() == ".zst":
            with path.open("rb") as raw:
                reader = zstandard.ZstdDecompressor().stream_reader(raw, read_across_frames=True)
                yield reader  # type: ignore[misc]
        else:
            with path.open("rb") as part:
                yield part
    except (EOFError, zlib.error, gzip.BadGzipFile, zstandard.ZstdError, zipfile.BadZipFile) as e:
        raise DataError(where, f"the compressed file is truncated or damaged ({e})",
                        remedy="Deliver it again; nothing of it was taken.") from None
    except PermissionError:
        raise DataError(where, "the file may not be read",
                        remedy="Let the user of the run read it.") from None
    except FileNotFoundError:
        raise DataError(where, "the file has disappeared", remedy="Deliver it again.") from None


def copy_binary(path: Path, member: str, target: Path) -> Prepared:
    """Copy a binary format (Parquet, XLSX) as it is, hashing it on the way."""
    prepared = Prepared(target)
    digest = hashlib.sha256()
    with opened(path, member) as source, target.open("wb") as out:
        while chunk := source.read(CHUNK):
            digest.update(chunk)
            prepared.bytes += len(chunk)
            out.write(chunk)
    prepared.content_hash = digest.hexdigest()
    return prepared


def copy_text(
    path: Path, member: str, target: Path, encoding: str | None, lines: bool = True
) -> Prepared:
    """Copy a text format as UTF-8 with line feeds.

    Parameters
    ----------
    encoding
        Declared encoding; None: byte order mark, else strict UTF-8, never a guess.
    lines
        Whether a line is a record (CSV, NDJSON); over-long lines are then left out.
    """
    prepared = Prepared(target)
    digest = hashlib.sha256()
    where = f"{path}!{member}" if member else str(path)
    with opened(path, member) as source, target.open("w", encoding="utf-8", newline="") as out:
        first = source.read(CHUNK)
        if not first:
            raise DataError(where, "the file is empty", remedy="Deliver it again.")
        write = _LineFilter(prepared, out.write) if lines else out.write
        decode = codecs.getincrementaldecoder(encoding or _encoding(first))().decode
        unify = _line_ends(first, prepared)
        chunk = first
        while chunk:
            digest.update(chunk)
            prepared.bytes += len(chunk)
            following = source.read(CHUNK)
            try:
                text = decode(chunk, not following)
            except UnicodeDecodeError as error:
                raise _wrong_encoding(where, chunk, error, encoding, prepared.lines) from None
            write(unify(text, not following))
            chunk = following
        if isinstance(write, _LineFilter):
            write.finish()
    prepared.content_hash = digest.hexdigest()
    return prepared


def _encoding(first: bytes) -> str:
    return next((name for bom, name in _BOMS if first.startswith(bom)), "utf-8")


def _line_ends(first: bytes, prepared: Prepared) -> Callable[[str, bool], str]:
    """Return a function that unifies line ends chunk by chunk."""
    only_carriage_returns = b"\r" in first and b"\n" not in first
    held = ""

    def unify(text: str, last: bool) -> str:
        nonlocal held
        text, held = held + text, ""
        if text.endswith("\r") and not last:
            text, held = text[:-1], "\r"  # may be the first half of CR LF
        if '"' in text:
            prepared.has_quotes = True
        if "\x00" in text:
            text = text.replace("\x00", "\ufffd")
        if "\r" in text:
            text = text.replace("\r\n", "\n")
            if only_carriage_returns:
                text = text.replace("\r", "\n")
            elif "\r" in text:
                prepared.has_carriage_returns = True
                text = text.replace("\r", CARRIAGE_RETURN)
        return text

    return unify


class _LineFilter:
    """Passes text on line by line as far as needed, setting aside lines that are too long."""

    def __init__(self, prepared: Prepared, write: Callable[[str], object]) -> None:
        self.prepared, self.write = prepared, write
        self.pending = ""
        self.skipping = False

    def __call__(self, text: str) -> None:
        if self.skipping:
            end = text.find("\n")
            if end < 0:
                return
            self.skipping = False
            text = text[end + 1 :]
        text = self.pending + text
        end = text.rfind("\n") + 1
        whole, self.pending = text[:end], text[end:]
        self._pass_on(whole)
        if len(self.pending) > MAX_LINE:
            self._set_aside(self.pending)
            self.pending, self.skipping = "", True

    def finish(self) -> None:
        """Write the last line, which may lack its line end."""
        if self.pending:
            self._pass_on(self.pending + "\n")
            self.pending = ""

    def _pass_on(self, text: str) -> None:
        start = 0
        while start < len(text):
            # Look only for the last line end within reach: one step per MAX_LINE characters.
            end = text.rfind("\n", start, start + MAX_LINE) + 1
            if end == 0:
                end = text.index("\n", start) + 1
                self._set_aside(text[start:end])
            else:
                part = text[start:end]
                self.prepared.lines += part.count("\n")
                if part.startswith("\n") or "\n\n" in part:
                    self.prepared.blank_lines += len(re.findall(r"(?:^|(?<=\n))\n", part))
                self.write(part)
            start = end

    def _set_aside(self, line: str) -> None:
        self.prepared.lines += 1
        self.prepared.long_lines.append((self.prepared.lines, line[:200]))


def _wrong_encoding(
    where: str, chunk: bytes, error: UnicodeDecodeError, declared: str | None, lines_before: int
) -> DataError:
    line = lines_before + chunk.count(b"\n", 0, error.start) + 1
    around = chunk[max(0, error.start - 20_000) : error.start + 20_000]
    best = from_bytes(around).best()
    guess = best.encoding if best else "latin_1"
    return DataError(
        f"{where}:{line}", f"the text is not {declared or 'UTF-8'}",
        found=f"byte 0x{chunk[error.start]:02x}", allowed=declared or "UTF-8",
        remedy=f'Set encoding = "{guess}" (a guess) in the source\'s settings, or export as UTF-8.',
    )
