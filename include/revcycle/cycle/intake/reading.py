"""From the bytes of a CSV file to typed columns and problems, cell by cell.

A value is judged once for each distinct text of its column.
"""

import string
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import BinaryIO

import pyarrow as pa
import pyarrow.compute as pc

from revcycle.cycle.intake.cells import LONGEST_ID, Remark, Value
from revcycle.cycle.intake.files import KINDS, Column, FileKind
from revcycle.cycle.intake.problems import Problem
from revcycle.cycle.intake.rows import Cutter, Row
from revcycle.foundation.csv_header import check_names, read_names
from revcycle.foundation.errors import InputUnusable

# Small batches: what is alive at once is what the garbage collector goes through again and again.
BATCH = 4_000
LONGEST_FOUND = 200
QUOTED = string.whitespace + '"'
_QUOTES = (
    "quotes",
    "a value with a quotation mark in it stands in quotation marks, and its own mark is doubled",
    "a quotation mark does not match; the line is taken for a row by itself",
)
_UNCUT = (
    "values",
    "line ends of Windows or Unix, and values of at most 128 KiB",
    "a carriage return stands in the row, or a value has no end",
)


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
        return _header(path, Cutter(_lines(path, stream)))[0]


def read(stored: Path, path: Path) -> Delivery:
    """Read the bytes at `stored`; messages name `path`.

    Raises: InputUnusable when it cannot be opened, is not UTF-8, holds NUL, or its header has a quotation mark that
    does not match, is of no kind, lacks a required column, repeats one or has an unknown one.
    """
    with _opened(stored) as stream:
        cutter = Cutter(_lines(path, stream))
        kind, names = _header(path, cutter)
        judges = [_Judge(column, names) for column in kind.columns]
        tables, problems, odd = [], list[Problem](), list[Row]()
        even = _set_apart(cutter.below(len(names)), len(names), odd)
        while batch := list(islice(even, BATCH)):
            tables.append(_batch(kind, judges, names, batch, problems))
    schema = pa.schema([*((c.name, c.kind.type) for c in kind.columns), ("row", pa.int64())])
    rows = pa.Table.from_batches(tables, schema=schema)
    # An id that cannot be read is blank here; its row has a problem under the id as given.
    delivery = Delivery(kind, rows.filter(pc.not_equal(rows[kind.subject], "")).combine_chunks())
    known = set(delivery.rows[kind.subject].unique().to_pylist()) | {problem.subject for problem in problems}
    problems += [_odd_row(number, row, names, kind.subject, known) for number, row in odd]
    for number, line in cutter.broken:
        problems += _broken_row(number, line, names, kind.subject, known)
    delivery.subjects = len(known | {problem.subject for problem in problems})
    delivery.refuse(problems)
    return delivery


def found(text: str) -> str:
    """A value as a problem shows it."""
    return text if len(text) <= LONGEST_FOUND else text[: LONGEST_FOUND - 1] + "…"


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
    rows: Sequence[Row],
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
    near = [values[place] for place in _places(names.index(subject), len(values), len(names))]
    meant = next((value for value in near if value in known), near[0] if near else "")
    reason = f"the row has {len(row)} values; look for a comma too many or a quotation mark that is missing"
    return Problem(number, subject, "values", f"{len(names)} values", "", reason, meant[:LONGEST_ID])


def _broken_row(number: int, line: str, names: Sequence[str], subject: str, known: set[str]) -> list[Problem]:
    """A line in which a quotation mark does not match: one problem for each id to which it may belong.

    An id left of the first mark is certain. Any other may have moved, because a comma that belongs to a value cannot
    be told from one that ends it, and the mark may stand in the id itself: each id that is known from another row is
    meant, as written or without marks, else the one in its place without them.
    """
    values = [value.strip(QUOTED) for value in line.split(",")]
    at = names.index(subject)
    places = [at] if at < line.partition('"')[0].count(",") else _places(at, len(values), len(names))
    written = [(place, form) for place in places for form in (values[place], values[place].replace('"', ""))]
    meant = [(place, form) for place, form in written if form in known] or written[1:2]
    code, expected, reason = _QUOTES if '"' in line else _UNCUT
    ids = {form[:LONGEST_ID]: names[min(place, len(names) - 1)] for place, form in reversed(meant)} or {"": subject}
    return [Problem(number, name, code, expected, "", reason, value) for value, name in ids.items()]


def _places(at: int, found: int, expected: int) -> list[int]:
    """Where a value of column `at` may stand in a row of `found` values instead of `expected`, nearest first."""
    step = 1 if found > expected else -1
    return [place for place in range(at, at + found - expected + step, step) if 0 <= place < found]


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


def _set_apart(rows: Iterator[Row], width: int, odd: list[Row]) -> Iterator[Row]:
    """The rows with as many values as the header; the others go into `odd`."""
    for row in rows:
        if len(row[1]) == width:
            yield row
        else:
            odd.append(row)


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
