"""A sound 835 is read to the cent, whatever its envelope and however it is cut into windows."""

import hashlib
from datetime import date

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from revcycle.foundation.x12.remittance import RemittanceReader, RemittanceSet
from tests.oracles.plain_835 import read_plainly
from tests.oracles.x12_oracles import pyx12_errors
from tests.remittance_files import RemittanceFile, known_file, sound_file

SEEDS = st.integers(0, 2**32)
Tables = dict[tuple[int, str], list[dict[str, object]]]


def read(data: bytes, window: int = 4 << 20) -> tuple[RemittanceReader, Tables]:
    """The reader at its end, and the rows of each table of each set."""
    reader, rows = RemittanceReader(data, window), {}
    for part in reader:
        for name, table in part.tables.items():
            assert table.num_rows
            rows.setdefault((part.st.index, name), []).extend(table.to_pylist())
    return reader, rows


def figures(one: RemittanceSet) -> tuple[object, ...]:
    return (
        one.trace,
        one.amount_cents,
        one.claims,
        one.services,
        one.paid_cents,
        one.adjusted_cents,
        one.patient_cents,
        one.provider_adjustment_cents,
    )


@given(seed=SEEDS, claims=st.integers(0, 8))
@settings(max_examples=60, deadline=None)
def test_every_figure_agrees_with_a_plain_reading(seed: int, claims: int) -> None:
    data = sound_file(seed, claims=claims).data()
    reader, _ = read(data)
    plain = read_plainly(data)
    assert reader.problems == []
    assert [one.errors for one in plain] == [[], [], []]
    assert [figures(one) for one in reader.sets] == [one.figures() for one in plain]


@pytest.mark.parametrize("seed", range(6))
def test_our_files_are_valid_to_a_reader_of_others(seed: int) -> None:
    file = sound_file(seed, sets=2)
    several_plb = "pyx12 refuses the file"  # it allows one PLB in a set; the guide does not limit them
    assert set(pyx12_errors(file.data())) <= {several_plb}
    assert pyx12_errors(known_file(sets=2).data()) == []


@given(seed=SEEDS)
@settings(max_examples=30, deadline=None)
def test_every_segment_stands_in_exactly_one_place(seed: int) -> None:
    file = sound_file(seed)
    reader, rows = read(file.data())
    for one in reader.sets:
        seen = [
            number
            for (index, _), table in rows.items()
            if index == one.index
            for number in {row["segment"] for row in table}
        ]
        told = {"ST", "BPR", "LX", "SE"}
        numbers = range(one.first, one.last + 1)
        expected = [number for number in numbers if file.segments[number - 1].split("*")[0] not in told]
        assert sorted(seen) == expected


@given(seed=SEEDS, window=st.sampled_from([4 << 10, 64 << 10, 256 << 10, 1 << 20]))
@settings(max_examples=20, deadline=None)
def test_the_window_changes_nothing(seed: int, window: int) -> None:
    data = sound_file(seed, sets=2, claims=40).data()
    reader, rows = read(data)
    other, other_rows = read(data, window)
    assert other_rows == rows
    assert other.problems == reader.problems
    assert other.sets == reader.sets


@pytest.mark.parametrize("delimiters", ["|>^~", "*:^\n", "*:^\r", "+;^'", "\x1d\x1f^\x1c", "*<U~"])
@pytest.mark.parametrize("between", ["", "\n", "\r\n", " \r\n"])
def test_delimiters_and_line_ends_change_nothing_not_even_the_digest(delimiters: str, between: str) -> None:
    file = sound_file(5)
    plain, plain_rows = read(file.data())
    other, other_rows = read(file.data(delimiters, between))
    assert other.problems == []
    assert other.sets == plain.sets
    assert other_rows == plain_rows


@pytest.mark.parametrize("before", [b"\xef\xbb\xbf", b"\r\n", b"  \n", b"\xef\xbb\xbf\r\n"])
def test_a_byte_order_mark_and_blanks_before_isa_are_accepted(before: bytes) -> None:
    data = sound_file(6).data()
    assert read(before + data)[0].sets == read(data)[0].sets
    assert read(before + data)[0].problems == []


def test_separators_at_the_end_of_segments_change_nothing() -> None:
    file = sound_file(9)
    plain, plain_rows = read(file.data())
    file.segments[1:] = [segment + "***" for segment in file.segments[1:]]
    reader, rows = read(file.data())
    assert reader.problems == []
    assert [figures(one) for one in reader.sets] == [figures(one) for one in plain.sets]
    assert rows[1, "remittance_adjustment"] == plain_rows[1, "remittance_adjustment"]


def test_the_digest_of_the_body_does_not_depend_on_the_envelope_and_changes_with_any_segment() -> None:
    file, other = sound_file(7, isa13=1), sound_file(7, isa13=2)
    for name in ("ST", "SE"):
        other.put(other.at(1, name), 2, "0099")
    digests = [one.body_sha256 for one in read(file.data())[0].sets]
    assert [one.body_sha256 for one in read(other.data("|>^~", "\n"))[0].sets] == digests
    assert len(set(digests)) == 3
    file.put(file.at(2, "REF"), 2, "OTHER")
    changed = [one.body_sha256 for one in read(file.data())[0].sets]
    assert [one == before for one, before in zip(changed, digests, strict=True)] == [True, False, True]


def test_the_digest_is_that_of_the_segments_between_st_and_se() -> None:
    file = sound_file(8, sets=1)
    first, last = file.at(1, "ST"), file.at(1, "SE")
    body = "".join(segment + "~" for segment in file.segments[first + 1 : last])
    expected = hashlib.sha256(body.translate(str.maketrans("*:^~", "\x1d\x1f\x1e\x1c")).encode()).hexdigest()
    assert read(file.data())[0].sets[0].body_sha256 == expected


def test_several_interchanges_with_delimiters_of_their_own_stand_in_one_file() -> None:
    one, two, three = (sound_file(seed, sets=2, isa13=seed) for seed in (1, 2, 3))
    data = one.data() + b"\r\n" + two.data("|>^\n") + b"\xef\xbb\xbf" + three.data("+;^'", "\n")
    reader, _ = read(data)
    assert reader.problems == []
    assert [one.isa13 for one in reader.sets] == ["000000001"] * 2 + ["000000002"] * 2 + ["000000003"] * 2
    assert reader.sets[2].first == len(one.segments) + 3
    plain = [found.figures() for file in (one, two, three) for found in read_plainly(file.data())]
    assert [figures(one) for one in reader.sets] == plain


@pytest.fixture
def small() -> RemittanceFile:
    """One set with one claim of two lines and provider adjustments."""
    return known_file(sets=1)


def test_the_tables_hold_what_was_read(small: RemittanceFile) -> None:
    reader, rows = read(small.data())
    assert reader.problems == []
    claim = rows[1, "remittance_claim"][0]
    assert claim == {
        "position": 1,
        "segment": small.at(1, "CLP") + 1,
        "patient_control_number": "C1",
        "status": "1",
        "charge_cents": 15000,
        "paid_cents": 10050,
        "patient_cents": 2000,
        "filing_indicator": "12",
        "payer_claim_number": "P1",
        "facility_type": "11",
        "frequency": "1",
        "drg": "470",
        "drg_weight": "1.25",
        "discharge_fraction": "0.5",
        "member_id": "W1",
        "statement_from": date(2026, 1, 5),
        "statement_to": None,
        "received_on": None,
    }
    one, two = rows[1, "remittance_service"]
    assert (one["claim_position"], one["position"], one["procedure"], one["modifiers"]) == (1, 1, "99213", "25;59")
    assert (one["charge_cents"], one["paid_cents"], one["revenue_code"]) == (10000, 8050, "0510")
    assert (one["units_thousandths"], one["submitted_units_thousandths"]) == (2000, 3000)
    assert (one["line_control_number"], one["date_from"], one["date_to"]) == (
        "L1",
        date(2026, 1, 5),
        date(2026, 1, 6),
    )
    assert (two["position"], two["submitted_procedure"], two["submitted_modifiers"]) == (2, "A0426", "QN")
    assert (two["units_thousandths"], two["line_control_number"]) == (None, "")
    assert (two["date_from"], two["date_to"]) == (date(2026, 1, 7), date(2026, 1, 7))
    adjustments = [
        (row["service_position"], row["ordinal"], row["group_code"], row["reason"], row["amount_cents"])
        for row in rows[1, "remittance_adjustment"]
    ]
    assert adjustments == [
        (1, 1, "CO", "45", 1000),
        (1, 2, "CO", "97", 450),
        (1, 3, "PR", "1", 500),
        (2, 1, "CO", "45", 3000),
    ]
    assert [row["quantity_thousandths"] for row in rows[1, "remittance_adjustment"]] == [None, 1000, None, None]
    assert [(row["ordinal"], row["reason"], row["reference"], row["amount_cents"]) for row in plb(rows)] == [
        (1, "WO", "C0", -125),
        (2, "72", "", 275),
    ]
    assert plb(rows)[0]["fiscal_period_end"] == date(2026, 12, 31)
    details = {(row["claim_position"], row["segment_id"], row["elements"]) for row in rows[1, "remittance_detail"]}
    assert {(0, "N3", "1 MAIN ST"), (1, "LQ", "HE\tN130"), (1, "NM1", "QC\t1\tDOE\tANN\t\t\t\tMI\tW1")} <= details


def plb(rows: Tables) -> list[dict[str, object]]:
    return rows[1, "provider_adjustment"]


def test_the_head_of_a_set_says_whose_payment_it_is(small: RemittanceFile) -> None:
    one = read(small.data())[0].sets[0]
    assert (one.isa13, one.gs06, one.gs02, one.gs04_date, one.version, one.st02) == (
        "000000917",
        "917",
        "PAYERX",
        date(2026, 3, 1),
        "005010X221A1",
        "0001",
    )
    assert (one.handling, one.amount_cents, one.credit_debit, one.payment_date) == ("I", 9900, "C", date(2026, 3, 1))
    assert (one.trace, one.payer_id, one.production_date) == ("EFT0000001", "1512345670", date(2026, 3, 1))
    assert (one.payer_name, one.payer_id_qualifier, one.payer_n104) == ("EXAMPLE HEALTH PLAN", "XV", "PLAN7")
    assert (one.payee_name, one.payee_qualifier, one.payee_n104) == ("EXAMPLE CLINIC", "XX", "1234567893")
    assert (one.payer_references, one.payee_references) == ([("2U", "90001")], [("TJ", "123456789")])


def test_the_insured_goes_before_the_patient_and_an_empty_modifier_leaves_no_gap(small: RemittanceFile) -> None:
    small.segments.insert(small.at(1, "NM1") + 1, "NM1*IL*1*DOE*BOB****MI*W9")
    small.put(small.at(1, "SVC"), 1, "HC:99213::59:")
    small.recount()
    _, rows = read(small.data())
    assert rows[1, "remittance_claim"][0]["member_id"] == "W9"
    assert rows[1, "remittance_service"][0]["modifiers"] == "59"


def test_rows_of_a_table_have_one_schema_in_every_part() -> None:
    schemas: dict[str, set[str]] = {}
    for part in RemittanceReader(sound_file(3, sets=3, claims=40).data(), 8 << 10):
        for name, table in part.tables.items():
            assert isinstance(table, pa.Table)
            schemas.setdefault(name, set()).add(table.schema.to_string())
    assert set(schemas) == {
        "remittance_claim",
        "remittance_service",
        "remittance_adjustment",
        "remittance_detail",
        "provider_adjustment",
    }
    assert {len(found) for found in schemas.values()} == {1}


def test_the_last_part_of_a_set_comes_with_its_verdict() -> None:
    for part in RemittanceReader(sound_file(3, sets=2, claims=60).data(), 8 << 10):
        assert bool(part.st.body_sha256) == part.last


@pytest.mark.parametrize(("largest", "cents"), [("999999999999999.99", 10**17 - 1), ("9999999999999999", 10**18 - 100)])
def test_sums_are_exact_however_large_the_amounts(small: RemittanceFile, largest: str, cents: int) -> None:
    claims = [f"CLP*C{place}*1*{largest}*{largest}**12*P1" for place in range(60)]
    first, last = small.at(1, "LX"), small.at(1, "SE")
    small.segments[first + 1 : last] = [*claims, *["PLB*1234567893*20261231*WO*" + largest] * 59]
    small.put(small.at(1, "BPR"), 2, largest)
    small.recount()
    one = read(small.data())[0].sets[0]
    assert (one.paid_cents, one.provider_adjustment_cents, one.amount_cents) == (60 * cents, 59 * cents, cents)
    assert one.sound
