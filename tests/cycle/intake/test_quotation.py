"""A quotation mark that does not match takes one row, and no row is swallowed by the one before it."""

import csv
import io
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from revcycle.cycle.intake.reading import Delivery, read
from tests.cycle.intake.delivery import Desk, a_line, a_patient, as_csv

HEADER, *SOUND = as_csv([a_line(f"E{n}", note="x") for n in range(4)]).splitlines()
WIDTH = HEADER.count(",") + 1


def reading_of(tmp_path: Path, *lines: str, header: str = HEADER) -> Delivery:
    path = tmp_path / "handed.csv"
    path.write_bytes("\n".join([header, *lines, ""]).encode())
    return read(path, path)


def loaded(delivery: Delivery) -> list[str]:
    return sorted(delivery.rows["encounter_id"].to_pylist())


def problems(delivery: Delivery) -> list[tuple[int, str, str]]:
    return [(problem.row, problem.code, problem.subject) for problem in delivery.problems]


def note(line: str, text: str) -> str:
    """The line with another last value, written as it stands."""
    return line.removesuffix("x") + text


@pytest.mark.parametrize(
    "text",
    ['"x', '"', '"x" y', 'x"', "5'10\"", ' "x"', '"a""', '"""', '"x\ry', "x\ry", "x" * 140_000],
    ids=lambda text: repr(text[:8]),
)
def test_a_row_with_a_stray_mark_takes_its_encounter_alone(tmp_path: Path, text: str) -> None:
    delivery = reading_of(tmp_path, SOUND[0], note(SOUND[1], text), *SOUND[2:])
    assert (loaded(delivery), problems(delivery)) == (
        ["E0", "E2", "E3"],
        [(3, "quotes" if '"' in text else "values", "E1")],
    )


@pytest.mark.parametrize("text", ['"x"', '""', '"5\'10"""', '"a, b"', '"a\nb"', '"\n, ""\n"""', '"a\r\nb"'])
def test_a_value_in_quotation_marks_may_hold_anything(tmp_path: Path, text: str) -> None:
    delivery = reading_of(tmp_path, SOUND[0], note(SOUND[1], text), *SOUND[2:])
    assert (loaded(delivery), problems(delivery)) == (["E0", "E1", "E2", "E3"], [])
    assert delivery.rows["note"].to_pylist()[1] == next(csv.reader(io.StringIO(text, newline="")))[0].strip()


def test_a_row_of_many_lines_that_has_a_value_too_many_is_taken_line_by_line(tmp_path: Path) -> None:
    """Its first mark may be a stray one that joins two rows as well."""
    delivery = reading_of(tmp_path, note(SOUND[0], 'x,"a'), note(SOUND[1], 'y"'), *SOUND[2:])
    assert (loaded(delivery), problems(delivery)) == (["E2", "E3"], [(2, "quotes", "E0"), (3, "quotes", "E1")])


def test_two_strays_that_would_join_rows_take_their_own_encounters_and_none_between(tmp_path: Path) -> None:
    """Rows 2 to 4 would be one row with the right number of values."""
    delivery = reading_of(tmp_path, note(SOUND[0], '"x'), SOUND[1], note(SOUND[2], 'x"'), SOUND[3])
    assert (loaded(delivery), problems(delivery)) == (["E1", "E3"], [(2, "quotes", "E0"), (4, "quotes", "E2")])


def test_a_stray_before_a_row_with_sound_marks_leaves_that_row_whole(tmp_path: Path) -> None:
    after = [note(SOUND[1], '",x"'), note(SOUND[2], '"\nlong ""note"""'), note(SOUND[3], '""')]
    delivery = reading_of(tmp_path, note(SOUND[0], '"x'), *after)
    assert (loaded(delivery), problems(delivery)) == (["E1", "E2", "E3"], [(2, "quotes", "E0")])
    assert delivery.rows["note"].to_pylist() == [",x", 'long "note"', ""]


def test_a_stray_that_a_value_of_several_lines_would_close_leaves_that_row_whole(tmp_path: Path) -> None:
    rows = [a_line(name, note="x", referral_number="y") for name in ("E0", "E1", "E2")]
    header, first, second, third = as_csv(rows).splitlines()
    turned = [first[:-1] + '"y', second.replace(",x,", ',"\nlong",'), third]
    delivery = reading_of(tmp_path, *turned, header=header)
    assert (loaded(delivery), problems(delivery)) == (["E1", "E2"], [(2, "quotes", "E0")])


def test_an_encounter_is_never_loaded_without_its_broken_line(tmp_path: Path) -> None:
    delivery = reading_of(tmp_path, SOUND[0], SOUND[1].replace("E1,1", "E0,2").replace(",x", ',"x'), SOUND[2])
    assert (loaded(delivery), problems(delivery)) == (["E2"], [(3, "quotes", "E0")])


def test_an_id_behind_the_mark_is_every_known_one_that_may_have_moved_there(tmp_path: Path) -> None:
    """The note of row 3 holds one or two commas; its id is the second, the third or the fourth value."""
    rows = [a_line(name) for name in ("E0", "E1", "E2", "E3")]
    turned = as_csv([{"note": "x"} | row for row in rows]).splitlines()
    broken = turned[2].replace("x,E1,1,", '"a"b,E0,E2,1,')
    delivery = reading_of(tmp_path, turned[1], broken, *turned[3:], header=turned[0])
    assert loaded(delivery) == ["E3"]
    assert {problem.subject for problem in delivery.problems} == {"E0", "E2"}
    assert len({(problem.row, problem.code, problem.field) for problem in delivery.problems}) == 2


def test_an_id_behind_the_mark_that_no_other_row_knows_is_the_one_in_its_place(tmp_path: Path) -> None:
    turned = as_csv([{"note": "x"} | a_line(name) for name in ("E0", "E1")]).splitlines()
    delivery = reading_of(tmp_path, turned[1], turned[2].replace("x,", '"x"y,'), header=turned[0])
    assert (loaded(delivery), problems(delivery)) == (["E0"], [(3, "quotes", "E1")])


def test_a_line_of_which_nothing_can_be_told_is_reported_and_holds_nothing(desk: Desk) -> None:
    counts = desk.hand_in([a_patient()], "\n".join([HEADER, SOUND[0], '"', SOUND[1]]))
    assert desk.problems() == {(3, "encounter_id", "quotes")}
    assert (desk.encounters(), desk.quarantined(), counts.quarantined) == ({"E0", "E1"}, set(), 1)


def test_many_strays_are_read_in_little_time(tmp_path: Path) -> None:
    """Each looks no further ahead than the next mark, or one value of the greatest length."""
    lines = [note(SOUND[0].replace("E0", f"E{n}"), '"x' if n % 2 else '""') for n in range(4_000)]
    delivery = reading_of(tmp_path, *lines)
    assert (len(loaded(delivery)), len(delivery.problems)) == (2_000, 2_000)


FEW = settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
TEXTS = st.sampled_from(
    ["", "x", "a, b", 'say "no"', "first\nsecond", ",", '"', "\n", "\nx", ",\nx", '",x', "a,b\nc,d"]
)


@st.composite
def files(draw: st.DrawFn) -> tuple[list[tuple[str, str]], set[str]]:
    """Records (encounter, text) of a well written file, some with a mark put in behind the id, and the latter's ids."""
    records, hurt = [], set()
    for number in range(draw(st.integers(1, 6))):
        name = f"E{number // 2}"
        row = a_line(name, 1 + number % 2, note=draw(TEXTS), referral_number=draw(TEXTS))
        out = io.StringIO(newline="")
        csv.writer(out, quoting=draw(st.sampled_from([csv.QUOTE_MINIMAL, csv.QUOTE_ALL]))).writerow(row.values())
        line = out.getvalue()
        if draw(st.integers(0, 2)) == 0:
            at = draw(st.integers(line.index(",") + 1, len(line) - 2))
            line = line[:at] + '"' + line[at:]
            hurt.add(name)
        records.append((name, line))
    return records, hurt


@FEW
@given(files())
def test_every_encounter_is_loaded_or_quarantined_and_every_sound_one_is_loaded_whole(
    tmp_path: Path, file: tuple[list[tuple[str, str]], set[str]]
) -> None:
    records, hurt = file
    header = as_csv([a_line(note="", referral_number="")]).splitlines()[0]
    delivery = reading_of(tmp_path, "".join(line for _, line in records), header=header)
    every = {name for name, _ in records}
    inside, outside = set(loaded(delivery)), delivery.failed()
    assert inside | (outside & every) == every
    assert not inside & outside
    assert every - hurt <= inside
    whole = reading_of(tmp_path, "".join(line for name, line in records if name not in hurt), header=header)
    kept = [row for row in delivery.rows.drop_columns(["row"]).to_pylist() if row["encounter_id"] not in hurt]
    assert kept == whole.rows.drop_columns(["row"]).to_pylist()


@pytest.mark.parametrize("stray", ['E"1', 'E""1', 'E1"'])
def test_a_mark_in_the_id_itself_holds_the_encounter_it_would_be_without(tmp_path: Path, stray: str) -> None:
    second = SOUND[1].replace("E1", stray, 1)
    delivery = reading_of(tmp_path, *SOUND, second)
    assert stray in second
    assert {subject for _, _, subject in problems(delivery)} == {"E1"}
    assert loaded(delivery) == ["E0", "E2", "E3"]
