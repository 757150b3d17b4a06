"""numpy into Arrow and numbers into text, whole columns at once."""

from functools import cache

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from revcycle.foundation.x12.map_format import Kind

_TEXT = (pa.types.is_string, pa.types.is_large_string)
_EXPECTED: dict[Kind, str] = {
    "text": "string",
    "cents": "int64 (cents)",
    "signed cents": "int64 (cents)",
    "thousandths": "int64 (thousandths)",
    "date": "date32",
}


def ints(values: np.ndarray, valid: np.ndarray | None = None) -> pa.Array:
    """An int64 column. `pa.array()` would import pandas at its first call (1 s, 100 MB) where that is installed."""
    values = np.ascontiguousarray(values, np.int64)
    mask = None if valid is None else pa.py_buffer(np.packbits(valid, bitorder="little").tobytes())
    return pa.Array.from_buffers(pa.int64(), len(values), [mask, pa.py_buffer(values)])


def decimal_text(values: pa.Array, scale: int) -> pa.Array:
    """Fixed-point integers (scale 100: cents, 1000: thousandths) as X12 writes them: without idle zeros and points."""
    numbers = values.fill_null(0).to_numpy(zero_copy_only=False)
    whole, rest = np.divmod(np.abs(numbers), scale)
    sign = pa.array(["", "-"]).take(ints((numbers < 0).astype(np.int64)))
    decimals = _decimals(scale).take(ints(rest))
    joined = pc.binary_join_element_wise(sign, pc.cast(ints(whole), pa.string()), decimals, "")
    return pc.if_else(values.is_valid(), joined, None)


@cache
def _decimals(scale: int) -> pa.Array:
    """What stands for each rest of a whole: made when first asked for, see `ints`."""
    digits = len(str(scale)) - 1
    return pa.array(["", *(f".{rest:0{digits}}".rstrip("0") for rest in range(1, scale))])


def date_text(values: pa.Array) -> pa.Array:
    """Dates as CCYYMMDD."""
    return pc.replace_substring(pc.cast(values, pa.string()), "-", "")


def as_text(values: pa.Array, kind: Kind, what: str) -> pa.Array:
    """A column as X12 writes its kind. Raises: TypeError, naming `what`, where another type stands in its place.

    Nothing is guessed: a decimal or a float may be dollars.
    """
    if pa.types.is_null(values.type):
        return values.cast(pa.string())
    if kind == "text":
        expected = any(is_text(values.type) for is_text in _TEXT)
    elif kind == "date":
        expected = pa.types.is_date32(values.type)
    else:
        expected = pa.types.is_int64(values.type)
    if not expected:
        raise TypeError(f"{what} is {values.type}; {_EXPECTED[kind]} is expected")
    if kind == "text":
        return values.cast(pa.string())
    return date_text(values) if kind == "date" else decimal_text(values, 1000 if kind == "thousandths" else 100)


def whole(column: pa.ChunkedArray) -> pa.Array:
    """A column in one piece."""
    return column.chunk(0) if column.num_chunks == 1 else column.combine_chunks()


def characters(text: pa.Array) -> np.ndarray:
    """The bytes of all texts of a column, one after another."""
    ends = np.frombuffer(text.buffers()[1], np.int32, len(text) + 1, text.offset * 4)
    return np.frombuffer(text.buffers()[2] or b"", np.uint8)[ends[0] : ends[-1]]


def present(column: pa.ChunkedArray) -> np.ndarray:
    """Where a column has a value."""
    valid: np.ndarray = whole(column).is_valid().to_numpy(zero_copy_only=False)
    return valid
