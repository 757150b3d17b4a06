"""Read the charge lines of a CSV file: what can be read becomes relations, the rest a finding for each row.

The file is cut into values by Python's csv module, because rows are numbered and counted as it cuts them; everything
after that is done on whole columns.
"""

import csv
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from itertools import islice
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc

from revcycle.cycle.edits import read_sql
from revcycle.cycle.edits.read_sql import REQUIRED
from revcycle.cycle.edits.relations import connect
from revcycle.foundation.csv_header import check_names, read_names
from revcycle.foundation.errors import InputUnusable

OPTIONAL = (
    "birth_date",
    "sex",
    "payer",
    "rendering_npi",
    "taxonomy",
    "date_to",
    "modifiers",
    "diagnoses",
    "pointers",
    "prior_authorization",
)
UNUSED = ("taxonomy", "prior_authorization")
BATCH = 50_000
LONGEST_VALUE = 2**31 - 1


@dataclass(frozen=True)
class ClaimsFile:
    """A file as relations. `lines` and `diagnoses` are what `judge` takes.

    `claims[n - 1]` is the text of claim n. `unreadable`: row int64 (the header is 1), claim, lines list<int64>, reason.
    """

    lines: pa.Table
    diagnoses: pa.Table
    claims: pa.ChunkedArray
    unreadable: pa.Table


def read_claims(path: Path, *, today: date, spill: Path) -> ClaimsFile:
    """Read `path`, to be judged as of `today`.

    Raises: InputUnusable when the file cannot be opened, is not UTF-8, or its header lacks a required column, repeats
    one or has an unknown one.
    """
    rows = _text_columns(path)
    with connect(spill) as db:
        db.register("text_row", rows)
        for statement in read_sql.STATEMENTS:
            db.execute(statement)
        return ClaimsFile(
            lines=db.sql(read_sql.LINES, params=[today]).to_arrow_table(),
            diagnoses=db.sql(read_sql.DIAGNOSES).to_arrow_table(),
            claims=db.sql(read_sql.CLAIMS).to_arrow_table().column(0),
            unreadable=db.sql(read_sql.UNREADABLE).to_arrow_table(),
        )


def _text_columns(path: Path) -> pa.Table:
    """Every column of the file as trimmed text, with `row` and `surplus` (values above or below their number)."""
    try:
        with path.open(encoding="utf-8-sig", newline="") as stream, _long_values():
            reader = csv.reader(stream)
            header = _header(path, reader)
            batches = list(_batches(reader, header))
    except OSError as error:
        raise InputUnusable(f"{path}: cannot be read ({error.strerror}); give the path of a CSV file.") from None
    except UnicodeDecodeError:
        raise InputUnusable(_undecodable(path)) from None
    return pa.Table.from_batches(batches, schema=_schema())


def _schema() -> pa.Schema:
    names = [name for name in (*REQUIRED, *OPTIONAL) if name not in UNUSED]
    return pa.schema([*((name, pa.string()) for name in names), ("row", pa.int64()), ("surplus", pa.int64())])


def _header(path: Path, reader: Iterator[list[str]]) -> list[str]:
    names = read_names(path, reader)
    if not names:
        raise InputUnusable(f"{path}: is empty; its first row must name the columns {', '.join(REQUIRED)}.")
    check_names(path, names, known=(*REQUIRED, *OPTIONAL), required=REQUIRED, of="claims")
    return names


def _blank(row: list[str]) -> bool:
    return not row or (len(row) == 1 and not row[0].strip())


def _batches(reader: Iterator[list[str]], header: list[str]) -> Iterator[pa.RecordBatch]:
    """The rows below the header in batches of trimmed text; blank ones only count."""
    width = len(header)
    numbered = ((number, row) for number, row in enumerate(reader, 2) if not _blank(row))
    while batch := list(islice(numbered, BATCH)):
        columns = zip(*(row if len(row) == width else (row + [""] * width)[:width] for _, row in batch), strict=True)
        texts = {name: pa.array(values, pa.string()) for name, values in zip(header, columns, strict=True)}
        absent = pa.array([""] * len(batch), pa.string())
        yield pa.record_batch(
            [
                *(pc.utf8_trim_whitespace(texts.get(name, absent)) for name in _schema().names[:-2]),
                pa.array([number for number, _ in batch], pa.int64()),
                pa.array([len(row) - width for _, row in batch], pa.int64()),
            ],
            schema=_schema(),
        )


@contextmanager
def _long_values() -> Iterator[None]:
    """A quotation mark that is never closed makes one long value of the rest: a row to report, not the call's end."""
    before = csv.field_size_limit(LONGEST_VALUE)
    try:
        yield
    finally:
        csv.field_size_limit(before)


def _undecodable(path: Path) -> str:
    """Where the file stops being UTF-8, found line by line: the text reader only knows its own blocks."""
    offset = 0
    with path.open("rb") as stream:
        for number, line in enumerate(stream, 1):
            try:
                line.decode()
            except UnicodeDecodeError as error:
                return (
                    f"{path}: line {number}, byte {offset + error.start + 1} of the file is not UTF-8; "
                    "save the file as CSV in UTF-8."
                )
            offset += len(line)
    return f"{path}: is not UTF-8; save the file as CSV in UTF-8."
