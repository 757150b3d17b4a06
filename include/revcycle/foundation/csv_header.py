"""The header of a CSV file that a practice hands in: its columns are told by name and may stand in any order."""

import csv
from collections.abc import Iterator, Sequence
from pathlib import Path

from revcycle.foundation.errors import InputUnusable

OTHER_SEPARATORS = {";": "';'", "\t": "tabs", "|": "'|'"}


def read_names(path: Path, reader: Iterator[list[str]]) -> list[str]:
    """The trimmed names of the first row that is not blank, none where there is no such row.

    `reader` is one of the csv module; it is left at the row below. Messages name `path`.
    Raises: InputUnusable when columns are separated by something else than commas, or a name has no end.
    """
    try:
        row = next((row for row in reader if any(map(str.strip, row))), [])
    except csv.Error:
        row = ["\n"]
    names = [name.strip() for name in row]
    if any("\n" in name or "\r" in name for name in row):
        raise InputUnusable(
            f"{path}: row 1 does not end where its line ends; look for a quotation mark that does not match, "
            "and save the file with line ends of Windows or Unix."
        )
    for separator, said in OTHER_SEPARATORS.items():
        if len(names) == 1 and separator in names[0]:
            raise InputUnusable(
                f"{path}: row 1: the columns are separated by {said}, expected ','; save the file as CSV with commas."
            )
    return names


def check_names(path: Path, names: Sequence[str], *, known: Sequence[str], required: Sequence[str], of: str) -> None:
    """Every name is known and stands once, and what is required is there; `of` says whose columns they are.

    Raises: InputUnusable with the names that are wrong and those that are known.
    """
    for wrong, what in (
        ([name for name in names if name not in known], "unknown column"),
        (sorted({name for name in names if names.count(name) > 1}), "repeated column"),
        ([name for name in required if name not in names], "missing column"),
    ):
        if wrong:
            listed = ", ".join(repr(name) for name in wrong)
            raise InputUnusable(f"{path}: row 1 has {what} {listed}; the columns of {of} are {', '.join(known)}.")
