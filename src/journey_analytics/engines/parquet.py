"""Tables as Parquet in a folder or an object store, and the pointer file that publishes them.

Every build writes into a folder of its own; ``current.json`` names the one that counts. Whoever
reads follows the pointer, so tables of two builds are never mixed, and a build that dies is never
seen.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import pyarrow as pa
from pyarrow import fs

from ..errors import DataError

if TYPE_CHECKING:  # it brings pandas with it: imported when tables are written or read
    from pyarrow.dataset import Dataset

POINTER = "current.json"
#: Folders of this name are ours to remove; whatever else lies there is not.
_BUILD = "build_"
#: Rows of one file: enough to be worth a task, small enough to be many tasks.
_ROWS = 2_000_000


class ParquetTables:
    """The tables of one build.

    Parameters
    ----------
    url
        Where builds lie: a path, or the address of a bucket as Spark writes it (``s3a://…``).
    name
        What tells this build from others: when it began.

    Attributes
    ----------
    meanings
        What published tables are, under an empty name, and what their columns mean.
    """

    def __init__(self, url: str, name: str) -> None:
        self.url, self.build = url.rstrip("/"), f"{_BUILD}{name}"
        self.meanings: dict[str, dict[str, str]] = {}
        try:
            self._files, self._root = fs.FileSystem.from_uri(self.url.replace("s3a://", "s3://", 1))
        except (pa.ArrowInvalid, OSError) as error:
            raise DataError(url, "no place for tables", found=str(error),
                            allowed="an absolute path, file://, s3a://, gs:// or hdfs://") from None

    def place(self, table: str) -> str:
        """Return where a table of this build lies, as Spark writes it."""
        return f"{self.url}/{self.build}/{table}"

    def _folder(self, table: str) -> str:
        return f"{self._root}/{self.build}/{table}"

    def write(self, table: str, rows: pa.Table | pa.RecordBatchReader) -> None:
        """Write rows as a table of this build."""
        from pyarrow.dataset import write_dataset
        from pyarrow.parquet import write_table

        folder, schema = self._folder(table), rows.schema
        self._files.create_dir(folder)
        write_dataset(rows, folder, format="parquet", filesystem=self._files,
                      max_rows_per_file=_ROWS, max_rows_per_group=_ROWS // 10,
                      existing_data_behavior="overwrite_or_ignore")
        if not self._files.get_file_info(fs.FileSelector(folder)):  # no rows, but columns
            write_table(schema.empty_table(), f"{folder}/part-0.parquet", filesystem=self._files)

    def read(self, table: str) -> Dataset:
        """Return a table of this build: its rows are read when they are asked for."""
        from pyarrow.dataset import dataset

        return dataset(self._folder(table), format="parquet", filesystem=self._files)

    def publish(self, facts: Mapping[str, Any]) -> None:
        """Make this build the one that counts, and remove all others and its working tables.

        Parameters
        ----------
        facts
            What else the pointer says of the build.
        """
        tables = {table: {"rows": self.read(table).count_rows(), "meaning": columns[""],
                          "columns": {c: m for c, m in columns.items() if c}}
                  for table, columns in sorted(self.meanings.items())}
        pointer = json.dumps({"build": self.build, **facts, "tables": tables}, indent=1)
        # An object is replaced as a whole; a file is written aside and moved over the old one.
        is_local = isinstance(self._files, fs.LocalFileSystem)
        target = f"{self._root}/{POINTER}"
        with self._files.open_output_stream(f"{target}.next" if is_local else target) as file:
            file.write(pointer.encode())
        if is_local:
            self._files.move(f"{target}.next", target)
        self._prune(self.build)
        for folder in self._folders(f"{self._root}/{self.build}"):
            if folder.base_name not in self.meanings:
                self._files.delete_dir(folder.path)

    def clear(self) -> None:
        """Remove what builds left behind that died."""
        pointer = f"{self._root}/{POINTER}"
        if self._files.get_file_info(pointer).type == fs.FileType.File:
            with self._files.open_input_stream(pointer) as file:
                self._prune(json.loads(file.read())["build"])
        else:
            self._prune("")

    def _prune(self, kept: str) -> None:
        for found in self._folders(self._root):
            if found.base_name.startswith(_BUILD) and found.base_name != kept:
                self._files.delete_dir(found.path)

    def _folders(self, path: str) -> list[fs.FileInfo]:
        listed = self._files.get_file_info(fs.FileSelector(path, allow_not_found=True))
        return [f for f in listed if f.type == fs.FileType.Directory]
