"""Plain lines for the person at the terminal; imports nothing that takes time."""

import sys
from collections.abc import Sequence


def say(line: str) -> None:
    """One line on stderr."""
    print(line, file=sys.stderr, flush=True)


def print_table(rows: Sequence[Sequence[str]]) -> None:
    """Rows of equal length on stdout, the first being the header, in columns as wide as need be."""
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    for row in rows:
        print("  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip())


def printable(given: str) -> str:
    """What somebody else has named, with every sign that a terminal might obey written as its number."""
    return "".join(sign if sign.isprintable() else f"\\x{ord(sign):02x}" for sign in given)
