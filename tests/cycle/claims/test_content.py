"""What stands at the claim and what at a line of an 837, and which file takes which claims."""

import json

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import text

from revcycle.cycle.claims.columns import split_up, words
from revcycle.foundation.register import Manifest
from revcycle.foundation.x12.characters import x12_text
from tests.cycle.claims.biller import CLAIMS_SETTINGS, Biller
from tests.cycle.claims.test_assemble import DEPENDENT
from tests.deliveries import BILLING, RENDERING
from tests.oracles.x12_oracles import pyx12_errors, x12sdk_errors

HOSPITAL, SECOND, AT_HOME = "1000000210", "1000000228", "1000000236"
MORE = f"""\
  - npi: "{AT_HOME}"
    name: Fixture Group Annex
    address: {{line_1: 1 Example Square, city: Sampleton, state: ME, zip: "03991"}}
"""
OTHER_PROVIDER = f"""\
  - {{npi: "{SECOND}", last_name: Second, first_name: Bo, taxonomy: 208D00000X}}
payers:
"""


def written(biller: Biller, *lines: dict[str, str], member: dict[str, str] | None = None) -> list[str]:
    """The segments of the one file these lines of one encounter become; it is valid."""
    biller.settings(CLAIMS_SETTINGS.replace("payers:\n", OTHER_PROVIDER, 1) + MORE)
    biller.patient("P1", **(member or {}))
    biller.charges(*({"line": str(n)} | line for n, line in enumerate(lines, 1)))
    biller.sweep()
    with biller.engine.begin() as connection:
        connection.execute(text("UPDATE finding SET state = 'fixed'"))
    biller.assemble()
    assert biller.batch().unwritable == 0
    (data,) = biller.files()
    assert (pyx12_errors(data), x12sdk_errors(data)) == ([], [])
    return data.decode().split("~")


def named(segments: list[str], *starts: str) -> list[str]:
    """LX and the segments that begin so, in order."""
    return [one for one in segments if one.startswith(("LX*", *starts))]


def test_a_line_says_only_what_the_claim_does_not(biller: Biller) -> None:
    first = {"note": "one", "prior_authorization": "A1", "place_of_service": "11"}
    same, other = first, {"note": "one", "prior_authorization": "A2", "place_of_service": "22"}
    segments = written(biller, first, same | {"procedure": "93000"}, other | {"procedure": "36415"})
    assert named(segments, "NTE", "REF*G1") == [
        "REF*G1*A1",
        "NTE*ADD*ONE",
        "LX*1",
        "LX*2",
        "LX*3",
        "REF*G1*A2",
    ]
    assert [one.split("*")[5] for one in named(segments, "SV1") if one.startswith("SV1")] == ["", "", "22"]


def test_who_renders_is_named_at_the_claim_and_again_where_it_is_another(biller: Biller) -> None:
    lines = ({}, {"procedure": "93000", "rendering_npi": SECOND}, {"procedure": "36415", "rendering_npi": ""})
    segments = written(biller, *lines)
    assert named(segments, "NM1*82", "PRV*PE") == [
        f"NM1*82*1*FIXTURE*ADA****XX*{RENDERING}",
        "PRV*PE*PXC*207Q00000X",
        "LX*1",
        "LX*2",
        f"NM1*82*1*SECOND*BO****XX*{SECOND}",
        "PRV*PE*PXC*208D00000X",
        "LX*3",
    ]


def test_the_billing_provider_is_not_named_again_as_who_renders(biller: Biller) -> None:
    lines = ({"rendering_npi": BILLING}, {"procedure": "93000", "rendering_npi": BILLING})
    assert named(written(biller, *lines), "NM1*82", "PRV*PE") == ["LX*1", "LX*2"]


def test_a_taxonomy_of_the_encounter_goes_before_that_of_the_provider(biller: Biller) -> None:
    assert "PRV*PE*PXC*207R00000X" in written(biller, {"taxonomy": "207R00000X"})


@pytest.mark.parametrize("npi", [BILLING, AT_HOME])
def test_no_facility_is_named_at_the_billing_address(biller: Biller, npi: str) -> None:
    assert named(written(biller, {"facility_npi": npi}), "NM1*77") == ["LX*1"]


def test_a_line_at_the_billing_address_says_so_where_the_claim_is_elsewhere(biller: Biller) -> None:
    lines = (
        {"facility_npi": HOSPITAL, "place_of_service": "22"},
        {"procedure": "93000", "facility_npi": AT_HOME, "place_of_service": "11"},
    )
    assert [one.split("*")[3] for one in named(written(biller, *lines), "NM1*77") if one.startswith("NM1")] == [
        "FIXTURE HOSPITAL",
        "FIXTURE GROUP ANNEX",
    ]


def test_an_unlisted_facility_holds_its_claim(biller: Biller) -> None:
    biller.patient("P1")
    biller.charges({"facility_npi": "1000000129"})
    biller.sweep()
    with biller.engine.begin() as connection:
        connection.execute(text("UPDATE finding SET state = 'fixed'"))
    biller.assemble()
    assert (biller.batch().unwritable, biller.files()) == (1, [])
    assert biller.rows("SELECT detail->>'column' FROM claim_hold WHERE cause = 'content'") == [("facility_name",)]


def test_a_subscriber_who_is_not_the_patient_is_sent_by_name_only(biller: Biller) -> None:
    segments = written(biller, {}, member=DEPENDENT | {"payer": "LARKSPUR"})
    place = next(n for n, one in enumerate(segments) if one.startswith("NM1*IL"))
    assert segments[place : place + 2] == [
        "NM1*IL*1*MULLER*EVA****MI*SYN0042",
        "NM1*PR*2*LARKSPUR MUTUAL*****PI*LARKS",
    ]
    assert segments[place + 3 : place + 8] == [
        "PAT*19",
        "NM1*QC*1*QUILLFEATHER*ADA",
        "N3*1 ELM",
        "N4*SAMPLETON*ME*03991",
        "DMG*D8*19610304*F",
    ]


def test_a_group_is_named_only_where_it_has_no_number(biller: Biller) -> None:
    segments = written(biller, {}, member={"group_number": "G1", "group_name": "Example Works"})
    assert "SBR*P*18*G1******MB" in segments


def test_a_payer_that_wants_small_files_does_not_cut_those_of_others(biller: Biller) -> None:
    biller.settings(CLAIMS_SETTINGS.replace("payer_id: LARKS,", "payer_id: LARKS, most_claims: 1,"))
    for n in range(5):
        biller.patient(f"P{n}", payer="MEDICARE" if n < 3 else "LARKSPUR")
        biller.charges({"encounter_id": f"E{n}", "patient_id": f"P{n}"})
    biller.night()
    assert sorted(biller.rows("SELECT claims FROM interchange")) == [(1,), (1,), (3,)]


def test_a_manifest_holds_any_id_of_a_source_system(biller: Biller) -> None:
    strange = '7"\\\\é'
    biller.patient("P1")
    biller.charges({"encounter_id": strange}, {"encounter_id": strange, "line": "2", "procedure": "93000"})
    biller.night()
    ((sha256),) = biller.archive.labels("interchange").values()
    manifest = Manifest.decode(biller.archive.path(sha256).read_bytes())
    (claim,) = manifest.claims
    assert claim.source_encounter_id == strange
    assert [(line.line, line.charge_line, line.procedure, line.charge_cents) for line in claim.lines] == [
        (1, 1, "99213", 12000),
        (2, 2, "93000", 12000),
    ]
    assert json.loads(manifest.encode())["claims"][0]["lines"][0]["units"] == "1.000"


SURPLUS = [
    ({"diagnoses": ";".join(["I10", "E119", *(f"Z{n}" for n in range(120, 131))])}, "HI", "12-2", "diagnosis_13"),
    ({"pointers": "1;1;1;1;1"}, "SV1", "07-4", "pointer_5"),
]


@pytest.mark.parametrize(("more", "segment", "element", "column"), SURPLUS)
def test_nothing_that_has_no_place_in_the_file_is_left_out_in_silence(
    biller: Biller, more: dict[str, str], segment: str, element: str, column: str
) -> None:
    """The sweep finds it; where a person overrides that, the claim is held and the others go."""
    biller.patient("P1")
    biller.charges(more, {"encounter_id": "E2", "date_from": "2026-11-18"})
    biller.sweep()
    with biller.engine.begin() as connection:
        connection.execute(text("UPDATE finding SET state = 'fixed'"))
    biller.assemble()
    counts = biller.batch()
    assert (counts.claims, counts.unwritable, biller.holds()) == (1, 1, [("E1", "content")])
    assert biller.items() == [("content", "coder")]
    ((detail,),) = biller.rows("SELECT detail FROM claim_hold WHERE released_at IS NULL")
    assert detail == {"segment": segment, "element": element, "column": column}


PRINTED = st.text(st.characters(exclude_categories=["Cc", "Cs"]))


@given(st.lists(st.one_of(st.none(), PRINTED, st.sampled_from(["", " ", "a  b", "É`", " x ", "\t"]))))
def test_plain_text_comes_out_as_the_slow_way_writes_it(values: list[str | None]) -> None:
    column = pa.array(values, pa.string())
    assert words(column).to_pylist() == x12_text(column).to_pylist()


@given(st.lists(st.lists(st.sampled_from(["25", "59", "AA"]), max_size=4)))
def test_a_list_in_text_comes_apart_in_order(lists: list[list[str]]) -> None:
    columns = split_up(pa.array([";".join(one) for one in lists], pa.string()), "modifier", 4)
    assert list(columns) == ["modifier_1", "modifier_2", "modifier_3", "modifier_4"]
    assert [tuple(row) for row in zip(*(one.to_pylist() for one in columns.values()), strict=True)] == [
        tuple(one + [None] * (4 - len(one))) for one in lists
    ]
