"""Loading files as CMS publishes them."""

from datetime import date
from pathlib import Path

import duckdb
import pyarrow.parquet as pq
import pytest

from revcycle.foundation.archive import Archive
from revcycle.foundation.errors import InputUnusable
from revcycle.foundation.reference import Release, ReleaseSet, attach, load, read_projection
from revcycle.foundation.reference.projection import write_projection
from revcycle.foundation.state import State
from tests.foundation.reference.conftest import MakeRelease

PREAMBLE = [
    "A notice about CPT.\t\t\t\t\t\t",
    "Column1/Column2 Edits\t\t\t\t\t\t",
    "Column 1\tColumn 2\t*=in existence\tEffective\tDeletion\tModifier\tPTP Edit Rationale",
    "\t\tprior to 1996\tDate\tDate\t0=not allowed\t",
]
PAIRS = [
    "10001\t20001\t*\t19960101\t*\t0\tStandards of practice",
    '10001\t20002\t\t20260701\t20260930\t1\tMisuse \xa7 of a "code"',
    "10002\t20001\t\t20220101\t20220101\t9\tMutually exclusive",
]
PAIR_NAME = "ccipra-v322r0-f1.TXT"
NOTICE = '"A notice of several lines,\n\nwith ""quotes"" and\ncommas"\n'
MUE_HEADER = '"HCPCS/\nCPT Code",Practitioner Services MUE Values,MUE Adjudication Indicator,MUE Rationale\n'
MUE_ROWS = "99213,2,2 Date of Service Edit: Policy,Nature\nA0001,0,1 Line Edit,Nature\n"
MUE_NAME = "MCR_MUE_PractitionerServices_Eff_10-01-2026.csv"
ORDER = [
    "00001 A00     0 Cholera                                                      Cholera",
    "00002 A000    1 Cholera one                                                  Cholera one",
    "00003 S72001A 1 A text of sixty characters that touches the following columns Another",
]
ORDER_NAME = "icd10cm_order_2028.txt"
ANWEB_HEADER = "HCPC,SEQNUM,RECID,LONG DESCRIPTION,ADD DT,ACT EFF DT,TERM DT,ACTION CD\n"
ANWEB_ROWS = (
    '   LT,0010,7,"Left, ""side""",19840101,20010101,,N\n'
    "A0001,0010,3,A thing of\xe9,20030101,20260101,20261231,N\n"
    "A0001,0020,4,continued,,,,\n"
    "A0002,0010,3,Another,20261001,20261001,,A\n"
)
ANWEB_NAME = "HCPC2026_OCT_ANWEB_v2.csv"


@pytest.fixture
def published(tmp_path: Path) -> "Published":
    return Published(tmp_path)


class Published:
    """Writes files as CMS does: Latin-1, CRLF where it uses that."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def file(self, name: str, content: str) -> Path:
        path = self.folder / name
        path.write_bytes(content.encode("latin-1"))
        return path

    def pairs(self, rows: list[str] = PAIRS, name: str = PAIR_NAME) -> Path:
        return self.file(name, "\r\n".join([*PREAMBLE, *rows]) + "\r\n")

    def mue(self, rows: str = MUE_ROWS, name: str = MUE_NAME, header: str = MUE_HEADER) -> Path:
        return self.file(name, NOTICE + header + rows)

    def order(self, lines: list[str] = ORDER, name: str = ORDER_NAME) -> Path:
        return self.file(name, "\n".join(lines) + "\n")

    def level_two(self, rows: str = ANWEB_ROWS, name: str = ANWEB_NAME) -> Path:
        return self.file(name, ANWEB_HEADER + rows)


def rows_of(state: State, release: Release) -> list[tuple[object, ...]]:
    columns = pq.read_table(Archive(state.archive).path(release.sha256)).to_pydict()
    return list(zip(*columns.values(), strict=True))


def test_procedure_pairs_are_loaded_with_their_dates(state: State, published: Published) -> None:
    (loaded,) = load(state, [published.pairs()])

    release = loaded.release
    assert (release.source, release.setting, release.version) == ("ptp", "professional", "2026Q3-f1")
    assert (release.valid_from, release.valid_to) == (date(1996, 1, 1), date(2026, 9, 30))
    assert rows_of(state, release) == [
        ("10001", "20001", 0, date(1996, 1, 1), None),
        ("10001", "20002", 1, date(2026, 7, 1), date(2026, 9, 30)),
        ("10002", "20001", 9, date(2022, 1, 1), date(2022, 1, 1)),
    ]


@pytest.mark.parametrize(
    ("name", "setting", "version"),
    [
        ("ccipra-v321r0-f4.txt", "professional", "2026Q3-f4"),  # a pair of 2026-07-01 is no pair of 2026Q2
        ("ccipra-v323r1-f2.txt", "professional", "2026Q4r1-f2"),
        ("ccipra-v324r0-f2.txt", "professional", "2026Q3-f2"),
        ("ccioph-v330r0-f1.txt", "outpatient_hospital", "2027Q1-f1"),
        ("practitioner pairs.txt", "professional", "2026Q3"),
    ],
)
def test_the_name_of_a_pair_file_tells_setting_quarter_revision_and_part(
    state: State, published: Published, name: str, setting: str, version: str
) -> None:
    (loaded,) = load(state, [published.pairs(name=name)])

    assert (loaded.release.setting, loaded.release.version) == (setting, version)


@pytest.mark.parametrize(
    ("row", "said"),
    [
        ("10001\t2000\t\t20260701\t*\t0\tx", r"row 6, column_2: found '2000', expected a code of five"),
        ("10001\t20001\t\t20260732\t*\t0\tx", r"row 6, effective: found '20260732', expected YYYYMMDD"),
        ("10001\t20001\t\t20260701\t\t0\tx", r"row 6, deletion: found '', expected YYYYMMDD or \*"),
        ("10001\t20001\t\t20260701\t*\t2\tx", r"row 6, indicator: found '2', expected 0, 1 or 9"),
        ("10001\t20001\t\t20260701", r"row 6, row: found '4 fields', expected 7 fields"),
    ],
)
def test_a_row_of_a_pair_file_that_is_wrong_is_named_and_nothing_is_loaded(
    state: State, published: Published, row: str, said: str
) -> None:
    with pytest.raises(InputUnusable, match=said):
        load(state, [published.mue(), published.pairs([PAIRS[0], row, PAIRS[1]])])

    assert not state.reference_json.exists()


def test_a_pair_file_must_keep_the_name_that_tells_its_table(state: State, published: Published) -> None:
    with pytest.raises(InputUnusable, match="its name must tell which table"):
        load(state, [published.pairs(name="edits.txt")])


def test_a_pair_file_without_pairs_is_refused(state: State, published: Published) -> None:
    with pytest.raises(InputUnusable, match="none of its first"):
        load(state, [published.pairs([])])


def test_unit_limits_are_loaded_for_the_quarter_of_the_name(state: State, published: Published) -> None:
    (loaded,) = load(state, [published.mue()])

    release = loaded.release
    assert (release.source, release.setting, release.version) == ("mue", "professional", "2026Q4")
    assert (release.valid_from, release.valid_to) == (date(2026, 10, 1), date(2026, 12, 31))
    assert rows_of(state, release) == [
        ("99213", 2, 2, date(2026, 10, 1), None),
        ("A0001", 0, 1, date(2026, 10, 1), None),
    ]


@pytest.mark.parametrize(
    ("rows", "said"),
    [
        ("9921,2,2 Date,x\n", "code: found '9921'"),
        ("99213,two,2 Date,x\n", "MUE value: found 'two', expected a whole number"),
        ("99213,2,4 Date,x\n", "adjudication indicator: found '4 Date'"),
        ("99213\n", "MUE value: found ''"),
        ("", "holds no code"),
    ],
)
def test_a_row_of_an_mue_file_that_is_wrong_is_named(state: State, published: Published, rows: str, said: str) -> None:
    with pytest.raises(InputUnusable, match=said):
        load(state, [published.mue(rows)])


@pytest.mark.parametrize("name", ["mue.csv", "MCR_MUE_PractitionerServices_Eff_13-01-2026.csv"])
def test_an_mue_file_must_keep_the_quarter_in_its_name(state: State, published: Published, name: str) -> None:
    with pytest.raises(InputUnusable, match="Eff_MM-DD-YYYY"):
        load(state, [published.mue(name=name)])


def test_the_hospitals_unit_limits_are_not_taken_for_the_practitioners(state: State, published: Published) -> None:
    with pytest.raises(InputUnusable, match="Outpatient Hospital Services"):
        load(state, [published.mue(header=MUE_HEADER.replace("Practitioner", "Outpatient Hospital"))])


def test_a_fiscal_year_of_diagnoses_is_loaded_with_the_headers_above_its_codes(
    state: State, published: Published
) -> None:
    codes, headers = (loaded.release for loaded in load(state, [published.order()]))

    assert [codes.source, headers.source] == ["icd10cm", "icd10cm_header"]
    assert {codes.version, headers.version} == {"FY2028"}
    assert (codes.valid_from, codes.valid_to) == (date(2027, 10, 1), date(2028, 9, 30))
    assert rows_of(state, codes) == [(code, date(2027, 10, 1), None) for code in ("A000", "S72001A")]
    assert [row[0] for row in rows_of(state, headers)] == ["A00", "S72", "S720", "S7200", "S72001"]


def test_the_update_of_april_covers_the_rest_of_its_year(state: State, published: Published) -> None:
    codes, _ = load(state, [published.order(name="icd10cm_order_2028_april.txt")])

    assert (codes.release.version, codes.release.valid_from) == ("FY2028-April", date(2028, 4, 1))


@pytest.mark.parametrize(
    ("lines", "name", "said"),
    [
        ([*ORDER, "00004 A001    2 x"], ORDER_NAME, "row 4, columns 1 to 15"),
        (ORDER[:1], ORDER_NAME, "no billable code"),
        (ORDER, "codes.txt", "icd10cm_order_YYYY"),
    ],
)
def test_an_order_file_that_is_wrong_is_refused(
    state: State, published: Published, lines: list[str], name: str, said: str
) -> None:
    with pytest.raises(InputUnusable, match=said):
        load(state, [published.order(lines, name)])


def test_level_two_codes_and_modifiers_are_loaded_apart(state: State, published: Published) -> None:
    codes, modifiers = (loaded.release for loaded in load(state, [published.level_two()]))

    assert [codes.source, modifiers.source] == ["hcpcs_level_2", "modifier_level_2"]
    assert (codes.version, codes.valid_from, codes.valid_to) == ("2026Q4", date(2026, 10, 1), date(2026, 12, 31))
    assert rows_of(state, codes) == [
        ("A0001", date(2003, 1, 1), date(2026, 12, 31)),
        ("A0002", date(2026, 10, 1), None),
    ]
    assert rows_of(state, modifiers) == [("LT", False, date(1984, 1, 1), None)]


@pytest.mark.parametrize(
    ("rows", "name", "said"),
    [
        ("A001,0010,3,x,20030101,20030101,,N\n", ANWEB_NAME, "row 2, HCPC: found 'A001'"),
        ("A0001,0010,3,x,,20030101,,N\n", ANWEB_NAME, "row 2, ADD DT: found ''"),
        ("A0001,0010,3,x,20030101,20030101,never,N\n", ANWEB_NAME, "row 2, TERM DT: found 'never'"),
        ("A0001,0020,4,x,,,,\n", ANWEB_NAME, "no row of a procedure"),
        (ANWEB_ROWS, "hcpcs.csv", "HCPC2026_OCT_ANWEB"),
    ],
)
def test_a_level_two_file_that_is_wrong_is_refused(
    state: State, published: Published, rows: str, name: str, said: str
) -> None:
    with pytest.raises(InputUnusable, match=said):
        load(state, [published.level_two(rows, name)])


def test_no_description_of_a_code_is_kept(state: State, published: Published) -> None:
    for loaded in load(state, [published.pairs(), published.mue(), published.order(), published.level_two()]):
        names = pq.read_schema(Archive(state.archive).path(loaded.release.sha256)).names
        assert not {name for name in names if "desc" in name or "rationale" in name}


def test_a_loaded_release_is_kept_with_the_others(
    state: State, published: Published, make_release: MakeRelease
) -> None:
    began = date(2019, 7, 1)
    starter = make_release("hcpcs", [("99213", began, None)], began, date(2026, 6, 30), version="2026Q2")
    write_projection(state, ReleaseSet((starter,)))

    load(state, [published.level_two()])

    with duckdb.connect() as db:
        attach(db, read_projection(state), Archive(state.archive))
        assert db.execute("SELECT code FROM hcpcs ORDER BY ALL").fetchall() == [("99213",), ("A0001",), ("A0002",)]


def test_the_same_bytes_again_change_nothing(state: State, published: Published) -> None:
    files = [published.pairs(), published.mue(), published.order(), published.level_two()]
    first = load(state, files)
    written = state.reference_json.stat()
    objects = sorted(Archive(state.archive).names())

    again = load(state, files)

    assert [loaded.release for loaded in again] == [loaded.release for loaded in first]
    assert {loaded.changed for loaded in first} == {True}
    assert {loaded.changed for loaded in again} == {False}
    assert state.reference_json.stat().st_mtime_ns == written.st_mtime_ns
    assert sorted(Archive(state.archive).names()) == objects


def test_a_corrected_file_of_the_same_quarter_replaces_the_first(state: State, published: Published) -> None:
    load(state, [published.mue()])
    (corrected,) = load(state, [published.mue("99213,7,2 Date,x\n")])

    assert read_projection(state).of("mue") == (corrected.release,)
    assert corrected.changed


@pytest.mark.parametrize("content", ["", "code,value\n1,2\n", "Hello\n", "\x00\x01\x02"])
def test_a_file_of_no_known_form_is_refused_naming_what_was_looked_for(
    state: State, published: Published, content: str
) -> None:
    with pytest.raises(InputUnusable, match=r"Looked for: NCCI.*Medically Unlikely.*ICD-10-CM order.*HCPCS level II"):
        load(state, [published.file("unknown.txt", content)])


def test_a_zip_file_or_workbook_is_to_be_unpacked_first(state: State, published: Published) -> None:
    with pytest.raises(InputUnusable, match="unpack it"):
        load(state, [published.file("ccipra-v322r0-f1.zip", "PK\x03\x04rest")])


def test_a_path_that_does_not_exist_is_named(state: State, tmp_path: Path) -> None:
    with pytest.raises(InputUnusable, match=r"absent\.txt: cannot be read"):
        load(state, [tmp_path / "absent.txt"])
