"""Turns a delivered file into plain content in the run's own scratch folder.

Everything behind reads these copies: compression, encodings and byte order marks are dealt with
here, in constant memory, and no path of a user reaches SQL. Text is not changed otherwise.
"""

from __future__ import annotations

import codecs
import gzip
import hashlib
import struct
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import IO

import pyarrow as pa
from charset_normalizer import from_bytes

from ..errors import DataError

CHUNK = 1 << 22
_BOMS = (
    (codecs.BOM_UTF8, "utf-8"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"),
)
_DAMAGE = (EOFError, zlib.error, gzip.BadGzipFile, zipfile.BadZipFile)


@dataclass(frozen=True, slots=True)
class Prepared:
    """A file ready to be read: its copy, and the SHA-256 of its content after decompression."""

    path: Path
    content_hash: str


def members(path: Path) -> list[str]:
    """Return the members of a zip archive that are files, or one empty name for other files.

    A damaged or empty archive gives one empty name too: opening it tells what is wrong.
    """
    names: list[str] = []
    if path.suffix.lower() == ".zip":
        with suppress(zipfile.BadZipFile, OSError), zipfile.ZipFile(path) as archive:
            names = sorted(i.filename for i in archive.infolist()
                           if not i.is_dir() and not i.filename.startswith("__MACOSX/"))
    return names or [""]


def data_suffix(path: Path, member: str = "") -> str:
    """Return the suffix that tells the format, compression aside: ``.csv`` of ``a.csv.gz``."""
    if member:
        return Path(member).suffix.lower()
    name = Path(path.name)
    while name.suffix.lower() in (".gz", ".zst"):
        name = name.with_suffix("")
    return name.suffix.lower()


@contextmanager
def opened(path: Path, member: str, where: str) -> Iterator[IO[bytes]]:
    """Open a file for reading its content, decompressed. Damage becomes a DataError."""
    try:
        if path.suffix.lower() == ".zip":
            with zipfile.ZipFile(path) as archive:
                if not member:
                    raise DataError(where, "the archive holds no file", remedy="Deliver it again.")
                with archive.open(member) as part:
                    yield part
        elif path.suffix.lower() == ".gz":
            with gzip.open(path, "rb") as part:
                yield part  # type: ignore[misc]
        elif path.suffix.lower() == ".zst":
            # Unlike the zstandard package's reader it notices a stream that ends too early.
            with pa.CompressedInputStream(str(path), "zstd") as part:
                yield part
        else:
            with path.open("rb") as part:
                yield part
    except _DAMAGE as error:
        raise _damaged(where, error) from None
    except (RuntimeError, NotImplementedError) as error:
        raise DataError(where, f"the archive cannot be opened ({error})",
                        remedy="Deliver it without a password, packed the common way.") from None
    except PermissionError:
        raise DataError(where, "the file may not be read",
                        remedy="Let the user of the run read it.") from None
    except FileNotFoundError:
        raise DataError(where, "the file has disappeared", remedy="Deliver it again.") from None
    except OSError as error:
        if error.errno is None:  # from the zstd stream; a full disk has a number
            raise _damaged(where, error) from None
        raise


def _damaged(where: str, error: Exception) -> DataError:
    return DataError(where, f"the compressed file is truncated or damaged ({error})",
                     remedy="Deliver it again; nothing of it was taken.")


def copy_binary(path: Path, member: str, target: Path, where: str) -> Prepared:
    """Copy a binary format (Parquet, XLSX) as it is, hashing it on the way."""
    digest = hashlib.sha256()
    with opened(path, member, where) as source, target.open("wb") as out:
        chunk = _first_chunk(source, where)
        while chunk:
            digest.update(chunk)
            out.write(chunk)
            chunk = source.read(CHUNK)
    return Prepared(target, digest.hexdigest())


def copy_text(
    path: Path, member: str, target: Path, encoding: str | None, where: str
) -> Prepared:
    """Copy a text format as UTF-8 without byte order mark; line ends stay as they are.

    A NUL becomes U+FFFD: no export means it, and readers may use it as a mark of their own.

    Parameters
    ----------
    encoding
        Declared encoding; None: byte order mark, else strict UTF-8, never a guess.
    """
    digest = hashlib.sha256()
    lines = 1
    with opened(path, member, where) as source, target.open("wb") as out:
        chunk = _first_chunk(source, where)
        name = encoding or _by_mark(chunk, where)
        plain = codecs.lookup(name).name == "utf-8"
        decoder = codecs.getincrementaldecoder(name)()
        mark = True
        while chunk:
            digest.update(chunk)
            following = source.read(CHUNK)
            if plain and not mark and not decoder.getstate()[0] and _is_plain(chunk):
                out.write(chunk)  # already what is wanted: nothing is decoded
                lines += max(chunk.count(b"\n"), chunk.count(b"\r"))
                chunk = following
                continue
            try:
                text = decoder.decode(chunk, not following)
            except UnicodeDecodeError as error:
                raise _wrong_encoding(where, lines, error, encoding) from None
            except UnicodeError as error:  # a mark that this encoding starts with is not there
                raise DataError(where, f"the text is not {encoding}", found=error,
                                remedy="Correct 'encoding' in the source's settings.") from None
            text = text.removeprefix("\ufeff") if mark else text
            out.write(text.replace("\x00", "\ufffd").encode())
            lines += max(text.count("\n"), text.count("\r"))
            chunk, mark = following, False
    return Prepared(target, digest.hexdigest())


def _is_plain(chunk: bytes) -> bool:
    """Tell whether bytes are whole UTF-8 characters and no NUL."""
    text = pa.Array.from_buffers(pa.large_string(), 1, [
        None, pa.py_buffer(struct.pack("=2q", 0, len(chunk))), pa.py_buffer(chunk)])
    try:
        text.validate(full=True)
    except pa.ArrowInvalid:
        return False
    return b"\0" not in chunk


def _first_chunk(source: IO[bytes], where: str) -> bytes:
    chunk = source.read(CHUNK)
    if not chunk:
        raise DataError(where, "the file is empty", remedy="Deliver it again.")
    return chunk


def _by_mark(first: bytes, where: str) -> str:
    name = next((name for mark, name in _BOMS if first.startswith(mark)), "utf-8")
    if name == "utf-8" and first.count(0) > len(first) // 4:
        guess = "utf-16-le" if first[1:2] == b"\0" else "utf-16-be"
        raise DataError(f"{where}:1", "the text is not UTF-8", found="many zero bytes",
                        allowed="UTF-8", remedy=f'Set encoding = "{guess}" (a guess) in the '
                        "source's settings, or export as UTF-8.")
    return name


def _wrong_encoding(
    where: str, lines_before: int, error: UnicodeDecodeError, declared: str | None
) -> DataError:
    before = error.object[: error.start]
    around = error.object[max(0, error.start - 20_000) : error.start + 20_000]
    best = from_bytes(around).best()
    guess = best.encoding if best else "latin_1"
    return DataError(
        f"{where}:{lines_before + max(before.count(10), before.count(13))}",
        f"the text is not {declared or 'UTF-8'}",
        found=f"byte 0x{error.object[error.start]:02x}", allowed=declared or "UTF-8",
        remedy=f'Set encoding = "{guess}" (a guess) in the source\'s settings, or export as UTF-8.',
    )
