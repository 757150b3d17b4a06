"""Reading ICD-10-CM by date, and the headers above the codes."""

import struct
from datetime import date, timedelta
from pathlib import Path

import lmdb
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from revcycle.foundation.reference.diagnosis_codes import headers_of, read_diagnosis_codes
from revcycle.foundation.reference.parquet import SCHEMAS

OPEN = 20991231
START = date(2020, 1, 1)


def write_table(path: Path, records: list[tuple[str, int, int]], magic: bytes = b"DECM") -> None:
    head = 20
    tail = head + 24 * len(records)
    packed = struct.pack("<4sIIII", magic, len(records), head, tail, OPEN)
    packed += b"".join(struct.pack("<8sIIII", code.encode(), first, last, 0, 0) for code, first, last in records)
    with (
        lmdb.open(str(path), subdir=False, lock=False, map_size=1 << 20) as environment,
        environment.begin(write=True) as transaction,
    ):
        transaction.put(b"mce_i10dx_master", packed)


def headers(*codes: tuple[str, date, date | None]) -> list[tuple[str, date, date | None]]:
    columns = [list(column) for column in zip(*codes, strict=True)] or [[], [], []]
    found = headers_of(pa.table(columns, schema=SCHEMAS["icd10cm"])).to_pydict()
    return list(zip(found["code"], found["valid_from"], found["valid_to"], strict=True))


def test_a_code_split_by_a_change_of_flags_has_one_range(tmp_path: Path) -> None:
    path = tmp_path / "codes.mdb"
    write_table(path, [("M5450", 20251001, OPEN), ("M545", 20151001, 20200930), ("M545", 20201001, 20210930)])

    assert read_diagnosis_codes(path) == [
        ("M545", date(2015, 10, 1), date(2021, 9, 30)),
        ("M5450", date(2025, 10, 1), None),
    ]


def test_another_layout_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "codes.mdb"
    write_table(path, [("M5450", 20251001, OPEN)], magic=b"DECX")

    with pytest.raises(ValueError, match="mce_i10dx_master"):
        read_diagnosis_codes(path)


def test_every_beginning_of_three_characters_or_more_is_a_header_and_the_code_itself_is_none() -> None:
    assert headers(("S72001A", date(2020, 10, 1), None), ("I10", date(2015, 10, 1), None)) == [
        (beginning, date(2020, 10, 1), None) for beginning in ("S72", "S720", "S7200", "S72001")
    ]


def test_a_header_holds_while_any_longer_code_is_billable() -> None:
    codes = [
        ("M5450", date(2020, 1, 1), date(2020, 6, 30)),
        ("M5451", date(2020, 3, 1), date(2020, 4, 30)),
        ("M5452", date(2020, 7, 1), date(2020, 12, 31)),
        ("M5453", date(2022, 1, 1), None),
    ]

    assert headers(*codes) == [
        (beginning, first, last)
        for beginning in ("M54", "M545")
        for first, last in ((date(2020, 1, 1), date(2020, 12, 31)), (date(2022, 1, 1), None))
    ]


days = st.integers(0, 40)
drawn_codes = st.lists(
    st.tuples(st.sampled_from(["A00", "A000", "A001", "A0001", "B10", "B101X"]), days, st.none() | days), max_size=8
)


@settings(max_examples=40, deadline=None)
@given(drawn_codes)
def test_a_header_is_valid_on_exactly_the_days_of_its_longer_codes(drawn: list[tuple[str, int, int | None]]) -> None:
    codes = [
        (code, START + timedelta(first), None if size is None else START + timedelta(first + size))
        for code, first, size in drawn
    ]
    found = headers(*codes)

    def holds(ranges: list[tuple[str, date, date | None]], day: date) -> set[str]:
        return {code for code, first, last in ranges if first <= day and (last is None or day <= last)}

    for day in (START + timedelta(number) for number in range(-1, 90)):
        longer = {code[:size] for code in holds(codes, day) for size in range(3, len(code))}
        assert holds(found, day) == longer
