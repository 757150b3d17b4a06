"""What makes a whole file unusable, and the many ways in which a file may be written."""

from pathlib import Path

import pytest

from revcycle.cycle.intake.reading import Delivery, kind_of, read
from revcycle.foundation.errors import InputUnusable
from tests.cycle.intake.delivery import Desk, a_coverage, a_line, a_patient, as_csv


def refusal(tmp_path: Path, content: bytes) -> str:
    path = tmp_path / "handed.csv"
    path.write_bytes(content)
    with pytest.raises(InputUnusable) as caught:
        read(path, path)
    return str(caught.value)


def reading_of(tmp_path: Path, content: bytes) -> Delivery:
    path = tmp_path / "handed.csv"
    path.write_bytes(content)
    return read(path, path)


@pytest.mark.parametrize(
    ("kind", "row"),
    [("patients", a_patient()), ("coverage", a_coverage()), ("charges", a_line())],
    ids=lambda v: str(v)[:8],
)
def test_the_header_says_which_file_it_is(tmp_path: Path, kind: str, row: dict[str, str]) -> None:
    path = tmp_path / "export.csv"
    path.write_text(as_csv([row]))
    assert kind_of(path).name == kind


def test_an_unknown_column_is_refused_by_name(tmp_path: Path) -> None:
    said = refusal(tmp_path, as_csv([a_line() | {"colour": "vermilion"}]).encode())
    assert "handed.csv: row 1 has unknown column 'colour'" in said
    assert "vermilion" not in said


def test_a_missing_column_is_refused_by_name(tmp_path: Path) -> None:
    row = a_line()
    del row["units"]
    assert "missing column 'units'" in refusal(tmp_path, as_csv([row]).encode())


def test_a_repeated_column_is_refused_by_name(tmp_path: Path) -> None:
    header, line, *_ = as_csv([a_line()]).splitlines()
    assert "repeated column 'units'" in refusal(tmp_path, f"{header},units\n{line},2\n".encode())


@pytest.mark.parametrize("content", [b"", b"\n\n", b"a,b\n1,2\n"])
def test_a_file_of_no_kind_is_refused(tmp_path: Path, content: bytes) -> None:
    assert "names no column of patients, coverage or charges" in refusal(tmp_path, content)


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(InputUnusable, match=r"absent\.csv: cannot be read \(No such file or directory\)"):
        kind_of(tmp_path / "absent.csv")


def test_bytes_that_are_no_utf_8_are_named_by_their_row(tmp_path: Path) -> None:
    content = as_csv([a_patient("P1"), a_patient("P2", last_name="Zoë")]).encode("latin-1")
    said = refusal(tmp_path, content)
    assert "row 3 is not UTF-8" in said
    assert "Zo" not in said


def test_a_nul_is_named_by_its_row(tmp_path: Path) -> None:
    assert "row 2 holds a NUL" in refusal(tmp_path, as_csv([a_patient(last_name="a\0b")]).encode())


def test_a_header_whose_quotation_mark_does_not_match_makes_the_file_unusable(tmp_path: Path) -> None:
    header, line, *_ = as_csv([a_line()]).splitlines()
    said = refusal(tmp_path, f"{header}\n{line}\n".replace(",pointers", ',"pointers').encode())
    assert "row 1 does not end where its line ends" in said


def test_a_file_without_rows_holds_nothing(tmp_path: Path) -> None:
    delivery = reading_of(tmp_path, as_csv([a_line()]).splitlines()[0].encode())
    assert (delivery.rows.num_rows, delivery.subjects, delivery.problems) == (0, 0, [])


def test_order_of_columns_marks_and_line_ends_do_not_matter(tmp_path: Path) -> None:
    rows = [a_line("É1", note='say "no", twice', modifiers=""), a_line("E2", note="", modifiers="25")]
    plain = reading_of(tmp_path, as_csv(rows).encode())
    turned = as_csv([dict(reversed(row.items())) for row in rows])
    spaced = turned.replace("\r\n", "\n\n").replace("25,", " 25\t,").replace("units", " units ")
    other = reading_of(tmp_path, b"\xef\xbb\xbf\n" + spaced.encode())
    assert other.rows.drop_columns(["row"]).equals(plain.rows.drop_columns(["row"]))
    assert plain.rows["row"].to_pylist() == [2, 3]
    assert other.rows["row"].to_pylist() == [3, 5]


def test_when_one_file_cannot_be_used_nothing_of_any_is_loaded(desk: Desk) -> None:
    before = desk.counts()
    with pytest.raises(InputUnusable):
        desk.hand_in([a_patient()], b"encounter_id,line\nE1,1\n")
    assert desk.counts() == before


def test_a_source_is_a_plain_name(desk: Desk) -> None:
    with pytest.raises(InputUnusable, match="source: a name"):
        desk.hand_in([a_patient()], source="../elsewhere")
