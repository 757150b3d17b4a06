"""From the bytes of a CSV file to typed columns and problems, cell by cell.

The file is cut into values by Python's csv module, because rows are counted as it cuts them; a value is judged once
for each distinct text of its column. A quotation mark that does not match makes the whole file unusable: it swallows
rows, and what is swallowed would be neither loaded nor quarantined.
"""

import csv
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import BinaryIO, Protocol

import pyarrow as pa
import pyarrow.compute as pc

from revcycle.cycle.intake.cells import LONGEST_ID, Remark, Value
from revcycle.cycle.intake.files import KINDS, Column, FileKind
from revcycle.cycle.intake.problems import Problem
from revcycle.foundation.csv_header import check_names, read_names
from revcycle.foundation.errors import InputUnusable

# Small batches: what is alive at once is what the garbage collector goes through again and again.
BATCH = 4_000
LONGEST_FOUND = 200

_Row = tuple[int, list[str]]


@dataclass
class Delivery:
    """A file as read. `rows`: the columns of its kind and `row` (the header is 1), without the rows of failed subjects.

    `subjects` are all ids of the file, failed ones too: each is loaded or quarantined.
    """

    kind: FileKind
    rows: pa.Table
    problems: list[Problem] = field(default_factory=list)
    subjects: int = 0

    def refuse(self, problems: Sequence[Problem]) -> None:
        """Add the problems and take the rows of every subject that fails out."""
        self.problems.extend(problems)
        failed = list({problem.subject for problem in problems if not problem.mended})
        if failed:
            fails = pc.is_in(self.rows[self.kind.subject], value_set=pa.array(failed, pa.string()))
            self.rows = self.rows.filter(pc.invert(fails)).combine_chunks()

    def failed(self) -> set[str]:
        """The subjects to quarantine."""
        return {problem.subject for problem in self.problems if not problem.mended}


def kind_of(path: Path) -> FileKind:
    """Which kind of file this is, told by its header. Raises: InputUnusable as `read` does for a header."""
    with _opened(path) as stream:
        return _header(path, csv.reader(_lines(path, stream), strict=True))[0]


def read(stored: Path, path: Path) -> Delivery:
    """Read the bytes at `stored`; messages name `path`.

    Raises: InputUnusable when it cannot be opened, is not UTF-8, holds NUL, has a quotation mark that does not match,
    or its header is of no kind, lacks a required column, repeats one or has an unknown one.
    """
    with _opened(stored) as stream:
        reader = csv.reader(_lines(path, stream), strict=True)
        kind, names = _header(path, reader)
        judges = [_Judge(column, names) for column in kind.columns]
        tables, problems, odd = [], list[Problem](), list[_Row]()
        even = _set_apart(_rows(path, reader, len(names)), len(names), odd)
        while batch := list(islice(even, BATCH)):
            tables.append(_batch(kind, judges, names, batch, problems))
    schema = pa.schema([*((c.name, c.kind.type) for c in kind.columns), ("row", pa.int64())])
    rows = pa.Table.from_batches(tables, schema=schema)
    # An id that cannot be read is blank here; its row has a problem under the id as given.
    delivery = Delivery(kind, rows.filter(pc.not_equal(rows[kind.subject], "")).combine_chunks())
    known = set(delivery.rows[kind.subject].unique().to_pylist()) | {problem.subject for problem in problems}
    problems += [_odd_row(number, row, names, kind.subject, known) for number, row in odd]
    delivery.subjects = len(known | {problem.subject for problem in problems})
    delivery.refuse(problems)
    return delivery


def found(text: str) -> str:
    """A value as a problem shows it."""
    return text if len(text) <= LONGEST_FOUND else text[: LONGEST_FOUND - 1] + "…"


class _Cutter(Iterator[list[str]], Protocol):
    """A reader of the csv module."""

    line_num: int


class _Judge(dict[str, Value]):
    """What each text of one column is taken as, judged when it first occurs."""

    def __init__(self, column: Column, names: Sequence[str]) -> None:
        self.column = column
        self.at = names.index(column.name) if column.name in names else None
        self.remarks: dict[str, Remark] = {}

    def __missing__(self, text: str) -> Value:
        outcome = self._judge(text.strip())
        if isinstance(outcome, Remark):
            self.remarks[text] = outcome
            outcome = outcome.value
        self[text] = outcome
        return outcome

    def _judge(self, text: str) -> Value | Remark:
        if text:
            return self.column.kind.read(text)
        if self.column.required:
            return Remark("empty", "a value", f"{self.column.name} must not be empty", self.column.kind.blank)
        return self.column.kind.blank


def _batch(
    kind: FileKind,
    judges: Sequence[_Judge],
    names: Sequence[str],
    rows: Sequence[_Row],
    problems: list[Problem],
) -> pa.RecordBatch:
    numbers = [number for number, _ in rows]
    texts = list(zip(*(row for _, row in rows), strict=True))
    subjects = texts[names.index(kind.subject)]
    arrays = []
    for judge in judges:
        if judge.at is None:
            arrays.append(pa.array([judge[""]] * len(rows), judge.column.kind.type))
            continue
        column = texts[judge.at]
        arrays.append(pa.array([judge[text] for text in column], judge.column.kind.type))
        if judge.remarks:
            problems += [
                _problem(numbers[at], judge.column.name, judge.remarks[text], text, subjects[at])
                for at, text in enumerate(column)
                if text in judge.remarks
            ]
    return pa.record_batch([*arrays, pa.array(numbers, pa.int64())], names=[*kind.names, "row"])


def _problem(row: int, name: str, remark: Remark, text: str, subject: str) -> Problem:
    return Problem(
        row,
        name,
        remark.code,
        remark.expected,
        found(text.strip()),
        remark.reason,
        subject.strip()[:LONGEST_ID],
        remark.mended,
    )


def _odd_row(number: int, row: list[str], names: Sequence[str], subject: str, known: set[str]) -> Problem:
    """A row with too many or too few values: the id it belongs to may have moved by as many columns."""
    values = [value.strip() for value in row]
    at = names.index(subject)
    moved = len(row) - len(names)
    step = 1 if moved > 0 else -1
    near = [values[place] for place in range(at, at + moved + step, step) if 0 <= place < len(values)]
    meant = next((value for value in near if value in known), near[0] if near else "")
    reason = f"the row has {len(row)} values; look for a comma too many or a quotation mark that is missing"
    return Problem(number, subject, "values", f"{len(names)} values", "", reason, meant[:LONGEST_ID])


def _opened(path: Path) -> BinaryIO:
    try:
        return path.open("rb")
    except OSError as error:
        raise InputUnusable(f"{path}: cannot be read ({error.strerror}); give the path of a CSV file.") from None


def _lines(path: Path, stream: BinaryIO) -> Iterator[str]:
    """The lines as text, so that a byte that is no UTF-8 can be named by its line."""
    for number, line in enumerate(stream, 1):
        try:
            text = line.decode("utf-8-sig" if number == 1 else "utf-8")
        except UnicodeDecodeError:
            raise InputUnusable(f"{path}: row {number} is not UTF-8; save the file as CSV in UTF-8.") from None
        if "\0" in text:
            raise InputUnusable(f"{path}: row {number} holds a NUL character; export the file again as CSV in UTF-8.")
        yield text


def _rows(path: Path, reader: _Cutter, width: int) -> Iterator[_Row]:
    """The rows below the header with their numbers; those without any value only count."""
    number, before = 1, reader.line_num
    try:
        for number, row in enumerate(reader, 2):
            if reader.line_num - before > 1 and any("\n" in value and value.count(",") >= width - 1 for value in row):
                raise InputUnusable(_quoting(path, number, "a value holds whole rows"))
            before = reader.line_num
            if any(map(str.strip, row)):
                yield number, row
    except csv.Error as error:
        raise InputUnusable(_quoting(path, number + 1, str(error))) from None


def _set_apart(rows: Iterator[_Row], width: int, odd: list[_Row]) -> Iterator[_Row]:
    """The rows with as many values as the header; the others go into `odd`."""
    for row in rows:
        if len(row[1]) == width:
            yield row
        else:
            odd.append(row)


def _quoting(path: Path, row: int, said: str) -> str:
    return f"{path}: row {row}: a quotation mark does not match ({said}); nothing of the file can be trusted."


def _header(path: Path, reader: Iterator[list[str]]) -> tuple[FileKind, list[str]]:
    names = read_names(path, reader)
    kind = max(KINDS, key=lambda kind: len(set(kind.names) & set(names)))
    if not set(kind.names) & set(names):
        raise InputUnusable(
            f"{path}: row 1 names no column of patients, coverage or charges; it must hold the names in docs/intake.md."
        )
    required = [column.name for column in kind.columns if column.required]
    check_names(path, names, known=kind.names, required=required, of=kind.name)
    return kind, names
