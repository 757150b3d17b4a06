"""A file that can be sliced like bytes."""

import os
from pathlib import Path
from types import TracebackType
from typing import Self


class FileBytes:
    """Reads what is asked for and keeps nothing: the pages of a mapped file would count as this process's memory."""

    def __init__(self, path: Path) -> None:
        self._file = path.open("rb")
        self._size = os.fstat(self._file.fileno()).st_size

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._file.close()

    def __len__(self) -> int:
        return self._size

    def __getitem__(self, part: slice) -> bytes:
        first, last, _ = part.indices(self._size)
        return os.pread(self._file.fileno(), max(last - first, 0), first)
