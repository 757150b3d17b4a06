"""The Parquet form of each reference table: its columns, and how it is written.

Codes only. A descriptor of CPT, HCPCS or ICD-10-CM is never kept. `valid_to` NULL means still in force.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import islice
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

ROWS_AT_ONCE = 200_000
_TEXT, _DAY, _FLAG, _SMALL = pa.string(), pa.date32(), pa.bool_(), pa.int16()
_DATES = [pa.field("valid_from", _DAY, nullable=False), pa.field("valid_to", _DAY)]


def _table(**columns: pa.DataType) -> pa.Schema:
    return pa.schema([*(pa.field(name, kind, nullable=False) for name, kind in columns.items()), *_DATES])


SCHEMAS: dict[str, pa.Schema] = {
    "icd10cm": _table(code=_TEXT),
    "icd10cm_header": _table(code=_TEXT),
    "diagnosis_flag": _table(code=_TEXT, manifestation=_FLAG, external_cause=_FLAG, age_low=_SMALL, age_high=_SMALL),
    "hcpcs": _table(code=_TEXT),
    "hcpcs_level_2": _table(code=_TEXT),
    "ptp": _table(column_1=_TEXT, column_2=_TEXT, indicator=_SMALL),
    "mue": _table(code=_TEXT, value=pa.int32(), mai=_SMALL),
    "addon": _table(addon=_TEXT, primary_code=_TEXT, type=_SMALL),
    "modifier": _table(modifier=_TEXT, ncci=_FLAG),
    "modifier_level_2": _table(modifier=_TEXT, ncci=_FLAG),
    "modifier_conflict": _table(modifier_1=_TEXT, modifier_2=_TEXT),
}


def write_rows(path: Path, source: str, rows: Iterable[Sequence[Any]]) -> int:
    """Write rows, in the order given, as the Parquet of `source`, and count them. The same rows give the same bytes."""
    schema = SCHEMAS[source]
    written = 0
    remaining = iter(rows)
    with pq.ParquetWriter(path, schema, compression="zstd", compression_level=9) as out:
        while batch := list(islice(remaining, ROWS_AT_ONCE)):
            out.write_table(pa.table([list(column) for column in zip(*batch, strict=True)], schema=schema))
            written += len(batch)
    return written


def write_table(path: Path, source: str, table: pa.Table) -> int:
    """Write an Arrow table whose columns are those of `source`. Returns the row count."""
    pq.write_table(table.cast(SCHEMAS[source]), path, compression="zstd", compression_level=9)
    return int(table.num_rows)
