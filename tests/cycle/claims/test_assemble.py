"""Assembly: which encounters become claims, what holds them, and what happens when things change."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime

import pytest
from sqlalchemy import text

from revcycle.cycle.claims.notices import NO_ENTRY
from revcycle.foundation.store.digest import digest
from revcycle.foundation.work.decisions import decide
from revcycle.foundation.x12.claim_numbers import claim_number
from tests.cycle.claims.biller import CLAIMS_SETTINGS, Biller
from tests.deliveries import NOW

OPEN, SUBMITTED = "open", "submitted"
DEPENDENT = {
    "relationship": "child",
    "subscriber_last_name": "Müller",
    "subscriber_first_name": "Eva",
    "subscriber_birth_date": "1980-01-01",
    "subscriber_sex": "F",
    "subscriber_address_1": "1 A",
    "subscriber_city": "Sampleton",
    "subscriber_state": "ME",
    "subscriber_zip": "03991",
}
LINE = {"procedure": "80053", "charge": "10.00"}


def ready(biller: Biller, *lines: dict[str, str]) -> None:
    """One patient with these lines, swept."""
    biller.patient("P1")
    biller.charges(*(lines or ({},)))
    biller.sweep()


def test_a_clean_encounter_with_coverage_is_a_claim_with_a_submission(biller: Biller) -> None:
    ready(biller)
    counts = biller.assemble()
    assert (counts.claims, counts.submissions, counts.held) == (1, 1, 0)
    assert biller.claims() == [("E1", 1, "MEDICARE", OPEN)]
    assert biller.rows("SELECT frequency, amount_cents, ordinal, transport FROM claim_submission") == [
        ("1", 12000, 1, "electronic")
    ]
    again = biller.assemble()
    assert (again.claims, again.submissions) == (0, 0)


def test_what_is_not_swept_waits(biller: Biller) -> None:
    biller.patient("P1")
    biller.charges({})
    assert biller.assemble().claims == 0
    biller.sweep()
    assert biller.assemble().submissions == 1


def test_what_was_entered_later_waits(biller: Biller) -> None:
    ready(biller)
    assert biller.assemble(through=date(2026, 11, 19)).claims == 0


def test_without_coverage_on_the_date_there_is_no_claim(biller: Biller) -> None:
    biller.patient("P1", valid_from="2026-11-20")
    biller.charges({})
    biller.sweep()
    assert biller.assemble().claims == 0


def test_self_pay_is_no_claim(biller: Biller) -> None:
    biller.settings(CLAIMS_SETTINGS.replace("kind: medicare", "kind: self_pay"))
    ready(biller)
    assert biller.assemble().claims == 0


def test_more_than_fifty_lines_are_several_claims_in_order_of_lines(biller: Biller) -> None:
    ready(biller, *(LINE | {"line": str(n), "units": str(n)} for n in range(1, 102)))
    biller.assemble()
    assert [split for _, split, _, _ in biller.claims()] == [1, 2, 3]
    found = biller.rows("""SELECT c.split, count(*), min(l.charge_line), max(l.line), sum(l.charge_cents)::bigint
        FROM claim c JOIN claim_submission s ON s.claim_id = c.id JOIN submission_line l ON l.submission_id = s.id
        GROUP BY c.split ORDER BY 1""")
    assert found == [(1, 50, 1, 50, 50000), (2, 50, 51, 50, 50000), (3, 1, 101, 1, 1000)]


def test_a_claim_with_fewer_lines_than_before_voids_what_is_left_over(biller: Biller) -> None:
    ready(biller, *(LINE | {"line": str(n), "units": str(n)} for n in range(1, 52)))
    biller.assemble()
    biller.charges(LINE)
    biller.sweep()
    biller.assemble()
    assert [(split, state) for _, split, _, state in biller.claims()] == [(1, OPEN), (2, "void")]
    assert biller.rows("SELECT count(*) FROM claim_submission WHERE closed_at IS NULL") == [(1,)]


HOLDS = [
    ("finding", {"diagnoses": "I10X"}, {"diagnoses": "I10"}),
    ("finding", {"units": "0"}, {"units": "1"}),
]


@pytest.mark.parametrize(("cause", "bad", "good"), HOLDS)
def test_a_finding_that_blocks_holds_until_it_is_mended(
    biller: Biller, cause: str, bad: dict[str, str], good: dict[str, str]
) -> None:
    ready(biller, bad)
    assert (biller.assemble().submissions, biller.holds()) == (0, [("E1", cause)])
    biller.charges(good)
    biller.sweep()
    assert (biller.assemble().submissions, biller.holds()) == (1, [])


def test_a_review_finding_holds_only_where_the_payer_says_so(biller: Biller) -> None:
    double = ({}, {"line": "2"})
    ready(biller, *double)
    assert (biller.assemble().submissions, biller.holds()) == (1, [])
    biller.settings(CLAIMS_SETTINGS.replace("payer_id: SMEDB,", "payer_id: SMEDB, holds_for_review: [line.duplicate],"))
    biller.charges(*(line | {"encounter_id": "E2", "date_from": "2026-11-18"} for line in double))
    biller.sweep()
    assert (biller.assemble().submissions, biller.holds()) == (0, [("E1", "finding"), ("E2", "finding")])
    assert biller.batch().claims == 0


def test_a_payer_without_enrollment_holds_with_one_item_for_all(biller: Biller) -> None:
    for n in range(3):
        biller.patient(f"P{n}", payer="NOBODY")
        biller.charges({"encounter_id": f"E{n}", "patient_id": f"P{n}"})
    biller.sweep()
    biller.assemble()
    assert [cause for _, cause in biller.holds()] == ["enrollment"] * 3
    assert biller.items() == [("enrollment", "biller")]
    ((item, detail),) = biller.rows("SELECT id, detail FROM work_item WHERE closed_at IS NULL")
    assert detail == {"payer": "NOBODY", "claims": 3, "reason": NO_ENTRY}
    terms = "{valid_from: 2010-01-01, source: g, partner: clearinghouse, payer_id: NOBOD, filing_indicator: CI}"
    rule = f"    claims:\n      - {terms}\n"
    zone = "    name: Not enrolled\n    kind: commercial\n    time_zone: America/New_York\n"
    biller.settings(CLAIMS_SETTINGS.replace(zone, zone + rule.replace("CI}", "CI, enrolled: false}")))
    assert biller.assemble().submissions == 0
    assert biller.rows("SELECT id, detail FROM work_item") == [(item, {"payer": "NOBODY", "claims": 3})]
    biller.settings(CLAIMS_SETTINGS.replace(zone, zone + rule))
    assert biller.assemble().submissions == 3
    assert (biller.holds(), biller.items()) == ([], [])


def test_a_filing_limit_that_passes_before_sending_holds_with_an_item(biller: Biller) -> None:
    ready(biller, {"date_from": "2025-11-25", "entered_on": "2025-11-26"})
    late = datetime(2026, 11, 26, 12, tzinfo=UTC)
    assert (biller.assemble(now=late).submissions, biller.holds()) == (0, [("E1", "filing")])
    assert biller.items() == [("filing", "biller")]
    ((item,),) = biller.rows("SELECT id FROM work_item WHERE closed_at IS NULL")
    decide(biller.engine, item, kind="release", reason="exception", by="rob", now=NOW, step=biller.step("decide"))
    assert (biller.assemble(now=late).submissions, biller.holds(), biller.items()) == (1, [], [])
    assert biller.assemble(now=late).held == 0


@pytest.mark.parametrize(("whose", "held"), [("all", 0), ("its own", 0), ("another's", 1)])
def test_an_exception_to_the_filing_limit_lets_the_claim_go(biller: Biller, whose: str, held: int) -> None:
    ready(biller, {"date_from": "2025-11-25", "entered_on": "2025-11-26"})
    late = datetime(2026, 11, 26, 12, tzinfo=UTC)
    biller.assemble(now=late)
    ((own,),) = biller.rows("SELECT claim_number FROM claim")
    claim = {"all": "", "its own": own, "another's": claim_number(7)}[whose]
    more_time = f"""
    exceptions:
      - {{valid_from: 2025-01-01, claim: "{claim}", reason: waiver, until: 2027-01-31, source: letter, evidence: x}}
    claims:"""
    biller.settings(CLAIMS_SETTINGS.replace("\n    claims:", more_time, 1))
    assert (biller.assemble(now=late).submissions, len(biller.holds())) == (1 - held, held)


def test_the_last_day_of_the_limit_is_in_time(biller: Biller) -> None:
    ready(biller, {"date_from": "2025-11-25", "entered_on": "2025-11-26"})
    assert biller.assemble(now=datetime(2026, 11, 25, 23, tzinfo=UTC)).submissions == 1


def test_a_paused_payer_holds_its_claims_and_no_others(biller: Biller, run_id: int) -> None:
    biller.patient("P1")
    biller.patient("P2", payer="LARKSPUR")
    biller.charges({}, {"encounter_id": "E2", "patient_id": "P2"})
    biller.sweep()
    pause = "INSERT INTO outage (payer, state, opened_at, run_id) VALUES ('LARKSPUR', 'open', now(), :run)"
    with biller.engine.begin() as connection:
        connection.execute(text(pause), {"run": run_id})
    assert (biller.assemble().submissions, biller.holds()) == (1, [("E2", "outage")])
    with biller.engine.begin() as connection:
        connection.execute(text("UPDATE outage SET state = 'closed', closed_at = now()"))
    assert (biller.assemble().submissions, biller.holds()) == (1, [])


def test_a_newer_delivery_in_quarantine_holds_the_earlier_version(biller: Biller) -> None:
    ready(biller)
    biller.charges({"units": "many"})
    assert (biller.assemble().submissions, biller.holds()) == (0, [("E1", "manual")])
    biller.charges({"charge": "130.00"})
    biller.sweep()
    assert (biller.assemble().submissions, biller.holds()) == (1, [])


def test_a_change_before_the_batch_makes_the_submission_anew(biller: Biller) -> None:
    ready(biller)
    biller.assemble()
    biller.charges({"charge": "125.00"})
    biller.sweep()
    counts = biller.assemble()
    assert (counts.superseded, counts.submissions, counts.amended) == (1, 1, 0)
    assert biller.rows("SELECT ordinal, amount_cents, closed_because FROM claim_submission ORDER BY 1") == [
        (1, 12000, "superseded"),
        (2, 12500, ""),
    ]


def test_a_change_that_comes_between_assembly_and_batch_is_not_sent(biller: Biller) -> None:
    ready(biller)
    biller.assemble()
    biller.charges({"charge": "125.00"})
    assert biller.batch().claims == 0


def test_a_patient_who_moved_makes_the_submission_anew(biller: Biller) -> None:
    ready(biller)
    biller.assemble()
    biller.desk._load("patients.csv", [_patient(city="Elsewhere")])
    biller.sweep()
    assert biller.assemble().superseded == 1
    biller.batch()
    assert b"N4*ELSEWHERE*" in biller.files()[0]


def _patient(**changed: str) -> dict[str, str]:
    from tests.deliveries import PATIENT

    return PATIENT | changed


def test_a_change_after_sending_holds_for_amendment_once_for_each_version(biller: Biller) -> None:
    ready(biller)
    biller.assemble()
    biller.batch()
    biller.charges({"charge": "125.00"})
    biller.sweep()
    counts = biller.assemble()
    assert (counts.amended, biller.holds(), biller.items()) == (1, [("E1", "amendment")], [("amendment", "biller")])
    assert biller.assemble().amended == 0
    ((item,),) = biller.rows("SELECT id FROM work_item WHERE closed_at IS NULL")
    decide(biller.engine, item, kind="release", reason="a typo", by="rob", now=NOW, step=biller.step("decide"))
    assert (biller.assemble().amended, biller.holds(), biller.items()) == (0, [], [])
    biller.charges({"charge": "126.00"})
    assert biller.assemble().amended == 1


SPLIT = [LINE | {"line": str(n), "units": str(n)} for n in range(1, 52)]


def half_sent(biller: Biller) -> None:
    """Of an encounter of two claims the first is out, then the encounter changes so that the second could go."""
    ready(biller, *SPLIT)
    biller.assemble()
    assert biller.batch().claims == 2
    biller.reject(split=2)
    assert (biller.assemble().submissions, biller.holds()) == (0, [("E1", "rejection")])
    biller.charges(*SPLIT[:50], SPLIT[50] | {"charge": "11.00"})
    biller.sweep()


def test_no_other_claim_of_an_encounter_goes_once_one_was_sent_before_a_change(biller: Biller) -> None:
    half_sent(biller)
    assert biller.assemble().amended == 2
    assert biller.holds() == [("E1", "amendment")] * 2
    assert (biller.assemble().amended, biller.batch().claims) == (0, 0)
    with biller.engine.begin() as connection:
        connection.execute(text("UPDATE claim SET state = 'adjudicated' WHERE split = 1"))
    biller.assemble()
    assert (biller.holds(), biller.batch().claims) == ([("E1", "amendment")], 1)


def test_claims_of_an_encounter_are_let_go_together(biller: Biller) -> None:
    half_sent(biller)
    biller.assemble()
    item, _ = biller.rows("SELECT id FROM work_item WHERE closed_at IS NULL AND cause_kind = 'amendment' ORDER BY 1")
    decide(biller.engine, item[0], kind="release", reason="a note", by="rob", now=NOW, step=biller.step("decide"))
    assert (biller.assemble().submissions, biller.holds(), biller.items()) == (1, [], [])


def test_a_line_that_makes_another_claim_waits_where_the_first_was_sent(biller: Biller) -> None:
    ready(biller, *SPLIT[:50])
    biller.assemble()
    biller.batch()
    biller.charges(*SPLIT)
    biller.sweep()
    assert (biller.assemble().submissions, biller.holds()) == (0, [("E1", "amendment")] * 2)


def test_an_encounter_that_is_again_as_it_was_sent_needs_no_amendment(biller: Biller) -> None:
    ready(biller)
    biller.assemble()
    biller.batch()
    biller.charges({"charge": "125.00"})
    biller.sweep()
    assert biller.assemble().amended == 1
    biller.charges({})
    biller.sweep()
    assert (biller.assemble().amended, biller.holds(), biller.items()) == (0, [], [])
    assert biller.rows("SELECT current_version FROM encounter") == [(3,)]


def test_an_amended_claim_that_is_rejected_goes_again_in_its_newest_version(biller: Biller) -> None:
    ready(biller)
    biller.assemble()
    biller.batch()
    biller.charges({"charge": "125.00"})
    biller.sweep()
    biller.assemble()
    biller.reject()
    counts = biller.assemble()
    assert (counts.submissions, biller.holds(), biller.items()) == (1, [], [])
    assert biller.batch().claims == 1
    assert b"*125*" in biller.files()[1]


def test_a_rejected_claim_waits_for_its_correction_and_keeps_its_frequency(biller: Biller) -> None:
    ready(biller)
    biller.assemble()
    biller.batch()
    biller.reject()
    assert (biller.assemble().submissions, biller.holds()) == (0, [("E1", "rejection")])
    biller.charges({"diagnoses": "E119"})
    biller.sweep()
    assert biller.assemble().submissions == 1
    assert biller.rows("SELECT ordinal, frequency FROM claim_submission ORDER BY 1") == [(1, "1"), (2, "1")]
    assert biller.rows("SELECT count(DISTINCT claim_number) FROM claim") == [(1,)]


def test_a_cancelled_encounter_that_was_not_sent_is_void(biller: Biller) -> None:
    ready(biller)
    biller.assemble()
    biller.charges({"status": "cancelled"})
    assert (biller.assemble().void, biller.claims()) == (1, [("E1", 1, "MEDICARE", "void")])
    biller.charges({})
    biller.sweep()
    biller.assemble()
    assert [state for *_, state in biller.claims()] == ["void", OPEN]


def test_a_cancelled_encounter_that_was_sent_holds_for_amendment(biller: Biller) -> None:
    ready(biller)
    biller.assemble()
    biller.batch()
    biller.charges({"status": "cancelled"})
    assert (biller.assemble().void, biller.holds()) == (0, [("E1", "amendment")])
    biller.reject()
    assert (biller.assemble().void, biller.holds()) == (1, [])


def test_another_payer_before_sending_is_another_claim(biller: Biller) -> None:
    ready(biller)
    biller.assemble()
    biller.patient("P1", payer="LARKSPUR")
    biller.sweep()
    biller.assemble()
    assert biller.claims() == [("E1", 1, "MEDICARE", "void"), ("E1", 1, "LARKSPUR", OPEN)]


@pytest.mark.parametrize(("kind", "frequency"), [("correct", "7"), ("void", "8")])
def test_an_adjudicated_claim_is_corrected_with_the_payers_number(biller: Biller, kind: str, frequency: str) -> None:
    ready(biller)
    biller.assemble()
    biller.batch()
    with biller.engine.begin() as connection:
        connection.execute(text("UPDATE claim SET state = 'adjudicated'"))
        connection.execute(
            text("""
            INSERT INTO payer_opinion (submission_id, verdict, party, at, payer_claim_number, event_id, run_id)
            SELECT id, 'accepted', 'payer', now(), 'ICN77', 1, run_id FROM claim_submission""")
        )
        connection.execute(text("""
            WITH item AS (INSERT INTO work_item (cause_kind, cause_id, claim_id, queue, state, run_id)
                          SELECT 'denial', id, id, 'biller', 'resolved', run_id FROM claim RETURNING id, run_id)
            INSERT INTO action (item_id, ordinal, kind, who, reason, at, run_id)
            SELECT id, 1, :kind, 'rob', 'why', now(), run_id FROM item"""), {"kind": kind})  # fmt: skip
    assert (biller.assemble().decisions, biller.batch().claims) == (1, 1)
    assert f":B:{frequency}*".encode() in biller.files()[1]
    assert b"REF*F8*ICN77~" in biller.files()[1]


def test_a_scope_only_narrows(biller: Biller) -> None:
    biller.patient("P1")
    biller.patient("P2", payer="LARKSPUR")
    biller.charges({}, {"encounter_id": "E2", "patient_id": "P2"})
    biller.sweep()
    assert biller.assemble(payers=("LARKSPUR",)).submissions == 1
    assert biller.claims() == [("E2", 1, "LARKSPUR", OPEN)]
    assert biller.assemble().submissions == 1


def test_two_assemblies_at_once_make_one_set(biller: Biller) -> None:
    for n in range(6):
        biller.patient(f"P{n}")
        biller.charges({"encounter_id": f"E{n}", "patient_id": f"P{n}"})
    biller.sweep()
    with ThreadPoolExecutor(3) as pool:
        made = [future.result() for future in [pool.submit(biller.assemble) for _ in range(3)]]
    assert sum(one.claims for one in made) == sum(one.submissions for one in made) == 6
    assert biller.rows("SELECT count(*), count(DISTINCT encounter_id) FROM claim") == [(6, 6)]


def test_assembling_and_batching_again_leaves_the_digest(biller: Biller) -> None:
    ready(biller)
    biller.assemble()
    biller.batch()
    before_ = digest(biller.engine)
    biller.assemble()
    biller.batch()
    assert digest(biller.engine) == before_


def test_a_narrowed_run_sees_the_causes_of_every_claim(biller: Biller) -> None:
    """It makes fewer submissions; what holds the others stays, and so do their items."""
    biller.patient("P1")
    biller.patient("P2", payer="LARKSPUR")
    biller.charges(
        {"date_from": "2026-11-24", "date_to": "2026-11-27", "entered_on": ""},
        {"encounter_id": "E2", "patient_id": "P2", "entered_on": "2026-11-21"},
    )
    biller.sweep()
    with biller.engine.begin() as connection:
        connection.execute(text("UPDATE finding SET state = 'fixed'"))
    biller.assemble()
    waiting = (biller.holds(), biller.items())
    assert waiting == ([("E1", "filing")], [("filing", "biller")])
    biller.assemble(payers=("LARKSPUR",))
    assert (biller.holds(), biller.items()) == waiting
    biller.assemble(through=date(2026, 11, 21))
    assert (biller.holds(), biller.items()) == waiting


def test_a_claim_whose_coverage_went_has_an_item_until_it_is_mended(biller: Biller) -> None:
    ready(biller)
    biller.assemble()
    biller.patient("P1", valid_to="2020-01-01")
    biller.sweep()
    biller.assemble()
    assert (biller.holds(), biller.items()) == ([("E1", "coverage")], [("coverage", "biller")])
    biller.patient("P1")
    biller.sweep()
    assert (biller.assemble().submissions, biller.holds(), biller.items()) == (1, [], [])
