"""Reading the I/OCE tables from an LMDB file of the wheel's layout."""

import marshal
from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Any

import lmdb
import pytest

from revcycle.foundation.reference.outpatient_tables import OutpatientTables, joined, open_outpatient_tables

Q1, Q2, Q3 = (100, 20250701, 20250930), (101, 20251001, 20251231), (102, 20260101, 20361231)
SPAN = {"lo_version": 100, "hi_version": 102}


def write_tables(path: Path, tables: Mapping[str, Mapping[str, Any]]) -> None:
    """An LMDB file with the three quarters above and `tables`: name -> key -> value."""
    quarters = {
        str(number): {"version": number, "date_started": first, "date_ended": last}
        for number, first, last in (Q1, Q2, Q3)
    }
    with lmdb.open(str(path), subdir=False, lock=False, max_dbs=64, map_size=1 << 24) as environment:
        for name, records in {"version_range": quarters, **tables}.items():
            database = environment.open_db(name.encode())
            with environment.begin(database, write=True) as transaction:
                for key, value in records.items():
                    transaction.put(key.encode(), marshal.dumps(value))


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "tables.mdb"


def rows(path: Path, method: str) -> list[tuple[Any, ...]]:
    with open_outpatient_tables(path) as tables:
        assert isinstance(tables, OutpatientTables)
        return list(getattr(tables, method)())


def test_a_row_of_the_newest_quarter_is_still_in_force_whatever_filler_ends_the_quarter(path: Path) -> None:
    conflicts = {"AA|BB|100|101": {"lo_version": 100, "hi_version": 101}, "AA|CC|101|102": {**SPAN, "lo_version": 101}}
    write_tables(path, {"map_modifier_conflict": conflicts})

    assert rows(path, "modifier_conflict") == [
        ("AA", "BB", date(2025, 7, 1), date(2025, 12, 31)),
        ("AA", "CC", date(2025, 10, 1), None),
    ]


def test_flags_and_ages_stored_as_booleans_are_what_they_mean(path: Path) -> None:
    newborn = {
        **SPAN,
        "manifestation": False,
        "external_cause": True,
        "lo_age": False,
        "hi_age": True,
        "description": "x",
    }
    write_tables(path, {"data_dx10": {"Q1234|100|102": newborn}})

    assert rows(path, "diagnosis_flag") == [("Q1234", False, True, 0, 1, date(2025, 7, 1), None)]


def test_ranges_of_a_code_that_touch_are_one_and_a_gap_stays(path: Path) -> None:
    def version(first: int, last: int) -> dict[str, int]:
        return {"lo_version": first, "hi_version": last}

    codes = {
        "A0001|100|100": version(100, 100),
        "A0001|101|102": version(101, 102),
        "A0002|100|100": version(100, 100),
        "A0002|102|102": version(102, 102),
    }
    write_tables(path, {"data_hcpcs": codes})

    assert rows(path, "hcpcs") == [
        ("A0001", date(2025, 7, 1), None),
        ("A0002", date(2025, 7, 1), date(2025, 9, 30)),
        ("A0002", date(2026, 1, 1), None),
    ]


def test_pairs_are_unpacked_twice_and_come_in_order(path: Path) -> None:
    def pair(indicator: bool, first: int, last: int) -> bytes:
        return marshal.dumps({"mod_indicator": indicator, "lo_version": first, "hi_version": last})

    pairs = [(b"20002", pair(True, 101, 102)), (b"20001", pair(False, 100, 102)), (b"20002", pair(False, 100, 100))]
    write_tables(path, {"map_ncci": {"10001": pairs}})

    assert rows(path, "ptp") == [
        ("10001", "20001", 0, date(2025, 7, 1), None),
        ("10001", "20002", 0, date(2025, 7, 1), date(2025, 9, 30)),
        ("10001", "20002", 1, date(2025, 10, 1), None),
    ]


def test_an_add_on_of_type_2_has_no_primary(path: Path) -> None:
    write_tables(
        path,
        {
            "map_addon_type1": {"10001|20001|100|102": SPAN},
            "map_addon_type2": {"10002": SPAN},
            "map_addon_type3": {"10003|20003|100|102": SPAN},
        },
    )

    assert [row[:3] for row in rows(path, "addon")] == [("10001", "20001", 1), ("10002", "", 2), ("10003", "20003", 3)]


def test_a_modifier_says_whether_it_bypasses_an_edit(path: Path) -> None:
    write_tables(path, {"data_modifier": {"59|100|102": {**SPAN, "ncci": True}, "LT|100|102": {**SPAN, "ncci": False}}})

    assert [row[:2] for row in rows(path, "modifier")] == [("59", True), ("LT", False)]


def test_an_open_range_is_not_joined_with_what_follows() -> None:
    ranges = [("A", date(2025, 1, 1), None), ("A", date(2026, 1, 1), None)]

    assert list(joined(ranges)) == ranges
