"""Batches: who shares a file, what cannot be written, and that no number comes twice."""

import json
import re
from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import text

from revcycle.cycle.claims import closing
from revcycle.foundation.archive import Archive
from revcycle.foundation.register import Manifest, SendingRefused
from tests.cycle.claims.biller import CLAIMS_SETTINGS, PARTNER, Biller
from tests.cycle.claims.test_assemble import DEPENDENT, ready
from tests.oracles.x12_oracles import pyx12_errors, x12sdk_errors

FULL = {
    "referral_number": "R1",
    "clia_number": "33D0000001",
    "accident_cause": "AA",
    "accident_date": "2026-11-01",
    "accident_state": "ME",
    "onset_date": "2026-11-02",
    "admission_date": "2026-11-03",
    "note": "Café “note”",
    "prior_authorization": "PA1",
    "diagnoses": "I10;E119;M545",
    "pointers": "1;2;3",
    "referring_npi": "1000000111",
    "supervising_npi": "1000000111",
    "ordering_npi": "1000000111",
    "facility_npi": "1000000210",
    "place_of_service": "22",
}

WRITTEN = """\
SBR*P*18*G1**12****MB~
SBR*P***EXAMPLE WORKS*****CI~
NM1*IL*1*MULLER*EVA*
PAT*19~
NTE*ADD*CAFE "NOTE"~
REF*9F*R1~
REF*G1*PA1~
REF*X4*33D0000001~
DTP*439*D8*20261101~
**AA:::ME~
DTP*431*D8*20261102~
DTP*435*D8*20261103~
HI*ABK:I10*ABF:E119*ABF:M545~
NM1*DN*1*FIXTURE
NM1*82*1*FIXTURE
NM1*77*2*FIXTURE HOSPITAL
NM1*DQ*1*FIXTURE
NM1*DK*1*FIXTURE
LIN**N4*00074115278~CTP****2.5*ML~
*MJ*45***1:2:3~
RD8*20261119-20261120~
"""


def numbers(data: bytes) -> tuple[str, str, str, list[str], list[str]]:
    """ISA13, GS06, BHT03, every CLM01 and every REF*6R."""
    written = data.decode()
    isa, gs = written.split("~")[0].split("*"), written.split("~")[1].split("*")
    bht = re.search(r"~BHT\*0019\*00\*(\w+)\*", written)
    assert bht
    return isa[13], gs[6], bht[1], re.findall(r"~CLM\*(\w+)\*", written), re.findall(r"~REF\*6R\*(\w+)~", written)


def test_everything_the_files_of_a_practice_hold_is_written_and_valid(biller: Biller) -> None:
    biller.patient("P1", insurance_type="12", group_number="G1")
    biller.patient("P2", payer="LARKSPUR", group_name="Example Works", **DEPENDENT)
    drug = {"line": "2", "procedure": "J1885", "ndc": "00074115278", "ndc_units": "2.5", "ndc_unit": "ML"}
    surgery = {
        "line": "3",
        "procedure": "00400",
        "unit_basis": "MJ",
        "units": "45",
        "modifiers": "AA",
        "date_to": "2026-11-20",
    }
    biller.charges(FULL, FULL | drug, FULL | surgery, {"encounter_id": "E2", "patient_id": "P2"})
    biller.sweep()
    with biller.engine.begin() as connection:
        connection.execute(text("UPDATE finding SET state = 'fixed'"))
    biller.assemble()
    assert biller.batch().claims == 2
    (data,) = biller.files()
    assert pyx12_errors(data) == []
    assert x12sdk_errors(data) == []
    for part in WRITTEN.splitlines():
        assert part in data.decode()


def test_claims_of_several_payers_share_a_file_of_one_billing_provider(biller: Biller) -> None:
    biller.patient("P1")
    biller.patient("P2", payer="LARKSPUR")
    biller.charges({}, {"encounter_id": "E2", "patient_id": "P2"})
    biller.night()
    assert biller.rows("SELECT claims, amount_cents, usage, state FROM interchange") == [(2, 24000, "T", "prepared")]
    assert [state for *_, state in biller.claims()] == ["submitted", "submitted"]
    assert biller.rows("SELECT position FROM claim_submission ORDER BY id") == [(1,), (2,)]


def test_a_run_that_is_limited_to_payers_writes_only_their_claims(biller: Biller) -> None:
    biller.patient("P1")
    biller.patient("P2", payer="LARKSPUR")
    biller.charges({"encounter_id": "E1", "patient_id": "P1"}, {"encounter_id": "E2", "patient_id": "P2"})
    biller.sweep()
    biller.assemble()
    assert biller.batch(payers=["LARKSPUR"]).claims == 1
    assert [state for _, _, payer, state in biller.claims() if payer == "LARKSPUR"] == ["submitted"]
    assert biller.batch(payers=["TRICARE"]).claims == 0
    assert biller.batch().claims == 1


@pytest.mark.parametrize(
    ("partner", "payer", "sample", "usages"),
    [
        ("P", "P", False, ["P", "T"]),  # the other payer is still in test, and alone
        ("P", "T", False, ["T", "T"]),
        ("T", "P", False, ["T"]),
        ("P", "P", True, ["T"]),
    ],
)
def test_production_needs_partner_and_payer_and_no_sample(
    biller: Biller, partner: str, payer: str, sample: bool, usages: list[str]
) -> None:
    content = CLAIMS_SETTINGS.replace("payer_id: SMEDB,", f"payer_id: SMEDB, usage: {payer},")
    biller.settings(content.replace("    sender_id:", f"    usage: {partner}\n    sender_id:"))
    biller.patient("P1")
    biller.patient("P2", payer="LARKSPUR")
    biller.charges({}, {"encounter_id": "E2", "patient_id": "P2"})
    biller.sweep()
    biller.assemble()
    biller.batch(sample=sample)
    assert sorted(usage for (usage,) in biller.rows("SELECT usage FROM interchange")) == usages


def test_a_payer_may_want_its_files_for_itself_and_small(biller: Biller) -> None:
    biller.settings(CLAIMS_SETTINGS.replace("payer_id: LARKS,", "payer_id: LARKS, alone: true, most_claims: 2,"))
    for n in range(5):
        biller.patient(f"P{n}", payer="MEDICARE" if n < 2 else "LARKSPUR")
        biller.charges({"encounter_id": f"E{n}", "patient_id": f"P{n}"})
    biller.night()
    assert sorted(biller.rows("SELECT claims FROM interchange")) == [(1,), (2,), (2,)]


def test_no_number_ever_comes_twice(biller: Biller) -> None:
    biller.settings(CLAIMS_SETTINGS.replace("payer_id: SMEDB,", "payer_id: SMEDB, most_claims: 1,"))
    for n in range(4):
        biller.patient(f"P{n}")
        biller.charges({"encounter_id": f"E{n}", "patient_id": f"P{n}"})
    biller.night()
    biller.reject()
    for n in range(4):
        biller.charges({"encounter_id": f"E{n}", "patient_id": f"P{n}", "charge": "1.00"})
    biller.night()
    found = [numbers(data) for data in biller.files()]
    assert len(found) == 8
    for place in range(3):
        assert len({one[place] for one in found}) == 8
    for place in (3, 4):
        flat = [each for one in found for each in one[place]]
        assert len(flat) == len(set(flat)) == 8


def test_a_claim_that_cannot_be_written_is_held_by_field_and_the_others_go(biller: Biller) -> None:
    for n in range(3):
        biller.patient(f"P{n}", **({"member_id": "SYN*1"} if n == 1 else {}))
        biller.charges({"encounter_id": f"E{n}", "patient_id": f"P{n}"})
    counts = biller.night()
    assert (counts.claims, counts.unwritable) == (2, 1)
    assert (biller.holds(), biller.items()) == ([("E1", "content")], [("content", "biller")])
    ((detail,),) = biller.rows("SELECT detail FROM claim_hold")
    assert detail == {"segment": "NM1", "element": "09", "column": "member_id"}
    assert b"SYN*1" not in json.dumps(biller.rows("SELECT detail FROM work_item")).encode()
    (data,) = biller.files()
    assert (pyx12_errors(data), len(numbers(data)[3])) == ([], 2)
    assert biller.assemble().submissions == 0
    biller.patient("P1", member_id="SYN1")
    assert biller.night().claims == 1
    assert (biller.holds(), biller.items()) == ([], [])


def test_what_a_coder_wrote_goes_back_to_the_coder(biller: Biller) -> None:
    ready(biller, {"note": "x" * 81})
    biller.assemble()
    assert biller.batch().unwritable == 1
    assert biller.items() == [("content", "coder")]
    assert biller.rows("SELECT count(*) FROM interchange") == [(0,)]


def test_a_provider_that_is_not_listed_is_not_left_out_in_silence(biller: Biller) -> None:
    ready(biller, {"referring_npi": "1000000129", "facility_npi": "1000000129"})
    with biller.engine.begin() as connection:
        connection.execute(text("UPDATE finding SET state = 'fixed'"))
    biller.assemble()
    assert biller.batch().unwritable == 1
    ((detail,),) = biller.rows("SELECT detail FROM claim_hold WHERE cause = 'content'")
    assert detail["column"] in ("referring_last", "facility_name")


def test_two_batches_at_once_write_each_claim_once(biller: Biller) -> None:
    biller.settings(CLAIMS_SETTINGS.replace("payer_id: SMEDB,", "payer_id: SMEDB, most_claims: 2,"))
    for n in range(6):
        biller.patient(f"P{n}")
        biller.charges({"encounter_id": f"E{n}", "patient_id": f"P{n}"})
    biller.sweep()
    biller.assemble()
    with ThreadPoolExecutor(2) as pool:
        made = [future.result() for future in [pool.submit(biller.batch) for _ in range(2)]]
    assert sum(one.claims for one in made) == 6
    sent = [number for data in biller.files() for number in numbers(data)[3]]
    assert len(sent) == len(set(sent)) == 6


def test_what_dies_before_its_rows_leaves_gaps_and_nothing_else(
    biller: Biller, monkeypatch: pytest.MonkeyPatch
) -> None:
    ready(biller)
    biller.assemble()
    with monkeypatch.context() as patch:
        patch.setattr(closing, "close", lambda *_, **__: (_ for _ in ()).throw(KeyboardInterrupt))
        with pytest.raises(KeyboardInterrupt):
            biller.batch()
    assert biller.rows("SELECT count(*) FROM interchange") == [(0,)]
    assert biller.batch().claims == 1
    assert biller.rows("SELECT isa13, gs06, bht03 FROM interchange") == [(2, 2, "B0000000002")]


def test_a_manifest_stands_beside_each_file(biller: Biller) -> None:
    ready(biller)
    biller.assemble()
    biller.batch()
    (label, sha256), *more = biller.archive.labels("interchange").items()
    manifest = Manifest.decode(biller.archive.path(sha256).read_bytes())
    assert (label, more) == ("clearinghouse-000000001", [])
    assert biller.rows("SELECT sha256, manifest_sha256, remote_name, bytes FROM interchange") == [
        (manifest.sha256, sha256, manifest.remote_name, manifest.size)
    ]
    (claim,) = manifest.claims
    assert (claim.source_encounter_id, claim.version, claim.amount_cents, claim.position) == ("E1", 1, 12000, 1)
    assert [line.line_control_number for line in claim.lines] == numbers(biller.files()[0])[4]
    assert Manifest.decode(manifest.encode()) == manifest


def test_a_database_that_is_older_than_the_archive_sends_nothing(biller: Biller) -> None:
    ready(biller)
    biller.assemble()
    Archive(biller.desk.state.archive).label("interchange", "clearinghouse-000000005", "0" * 64)
    for step in (biller.batch, biller.assemble):
        with pytest.raises(SendingRefused, match="reconcile --apply"):
            step()
    with biller.engine.begin() as connection:
        connection.execute(
            text(
                "INSERT INTO control_number (partner, kind, last_value, run_id) VALUES ('clearinghouse', 'isa13', 5, 1)"
            )
        )
    assert biller.batch().claims == 1


SECOND = """  - npi: "1000000228"
    tax_id: "000000002"
    name: Second Group
    address: {line_1: 2 Example Square, city: Sampleton, state: ME, zip: "03991"}
    taxonomy: 193200000X
    phone: "2075550100"
providers:
"""
OTHER = PARTNER.split("trading_partners:\n")[1].replace("connection: clearinghouse", "connection: other")
TWO_GROUPS = CLAIMS_SETTINGS.replace("providers:\n  - {npi", SECOND + "  - {npi", 1)
TWO_PARTNERS = CLAIMS_SETTINGS.replace(PARTNER, PARTNER + OTHER).replace(
    "partner: clearinghouse, payer_id: LARKS", "partner: other, payer_id: LARKS"
)


FAULTS = {
    "billing provider gone": (TWO_GROUPS, CLAIMS_SETTINGS, "billing_name"),
    "billing provider": (TWO_GROUPS, TWO_GROUPS.replace("name: Second Group", "name: Second~Group"), "billing_name"),
    "partner": (TWO_PARTNERS, TWO_PARTNERS.replace(OTHER, OTHER.replace("Billing", "Bill~ing")), "contact_name"),
}


@pytest.mark.parametrize(("sound", "faulty", "column"), FAULTS.values(), ids=FAULTS)
def test_a_fault_of_one_billing_provider_or_partner_stops_its_own_claims_only(
    biller: Biller, sound: str, faulty: str, column: str
) -> None:
    biller.settings(sound)
    biller.patient("P1")
    biller.patient("P2", payer="LARKSPUR")
    second = {"billing_npi": "1000000228"} if sound == TWO_GROUPS else {}
    biller.charges({}, {"encounter_id": "E2", "patient_id": "P2"} | second)
    biller.sweep()
    biller.assemble()
    biller.settings(faulty)
    counts = biller.batch()
    assert (counts.claims, counts.unwritable) == (1, 1)
    assert (biller.holds(), biller.items()) == ([("E2", "content")], [("content", "biller")])
    assert biller.rows("SELECT detail->>'column' FROM claim_hold") == [(column,)]
    biller.settings(sound)
    assert biller.night().claims == 1
    assert (biller.holds(), biller.items()) == ([], [])


@pytest.mark.parametrize(("payer", "partner"), [("LARKSPUR", ""), ("LARKSPUR", "other"), ("", "other")])
def test_a_payer_that_is_paused_after_the_assembly_is_not_batched(
    biller: Biller, run_id: int, payer: str, partner: str
) -> None:
    biller.settings(TWO_PARTNERS)
    biller.patient("P1")
    biller.patient("P2", payer="LARKSPUR")
    biller.charges({}, {"encounter_id": "E2", "patient_id": "P2"})
    biller.sweep()
    biller.assemble()
    pause = "INSERT INTO outage (payer, partner, state, opened_at, run_id) VALUES (:payer, :partner, 'open', now(), :n)"
    with biller.engine.begin() as connection:
        connection.execute(text(pause), {"payer": payer, "partner": partner, "n": run_id})
    assert (biller.batch().claims, biller.batch().claims) == (1, 0)
    with biller.engine.begin() as connection:
        connection.execute(text("UPDATE outage SET state = 'closed', closed_at = now()"))
    assert biller.batch().claims == 1
