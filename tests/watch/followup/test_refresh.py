"""Deadlines follow claims, denials, proofs and dated rules, explain themselves, and never go back."""

from datetime import UTC, date, datetime

import pytest

from revcycle.foundation.store.digest import digest
from revcycle.watch.followup import RefreshCounts
from tests.answer_files import claim_ack
from tests.cycle.answers.ending import receive
from tests.watch.followup.followed import TODAY, Followed

LATE = date(2027, 11, 20)


def test_a_claim_without_proof_has_a_deadline_that_explains_itself(office: Followed) -> None:
    office.send()
    assert office.refreshed() == RefreshCounts(written=1, ended=0, open=1, past_due=0, late=0)
    assert office.deadlines("rule_kind, starts_on, due_on, rule, state, sentence") == [
        (
            "filing",
            date(2026, 11, 19),
            date(2027, 11, 19),
            "42 CFR 424.44, in force since 2010-01-01",
            "open",
            "MEDICARE must have the claim by 2027-11-19: 1 year from the date of service 2026-11-19 (42 CFR 424.44, "
            "in force since 2010-01-01); it counts until 18:00 of the payer's time (First Coast).",
        )
    ]


def test_an_open_claim_has_one_before_it_was_ever_sent(office: Followed) -> None:
    office.send()
    office.change("DELETE FROM submission_line")
    office.change("DELETE FROM claim_submission")
    office.change("UPDATE claim SET state = 'open'")
    assert office.refreshed().open == 1


def test_the_earliest_service_of_a_claim_counts(office: Followed) -> None:
    office.send()
    office.change("""INSERT INTO charge_line (encounter_id, version, line, patient_id, date_from, place_of_service,
        procedure, units, charge_cents, run_id) SELECT encounter_id, version, 2, patient_id, '2026-11-17', '11',
        '99213', 1, 100, run_id FROM charge_line""")
    office.refreshed()
    assert office.deadlines("starts_on, due_on") == [(date(2026, 11, 17), date(2027, 11, 17))]


def test_a_last_day_without_business_rolls_and_says_so(office: Followed) -> None:
    office.send()
    office.change("UPDATE charge_line SET date_from = '2025-11-22'")
    office.refreshed()
    (row,) = office.deadlines("due_on, sentence")
    assert row[0] == date(2026, 11, 23)
    assert "and 2026-11-22 is no business day" in str(row[1])


def test_where_it_does_not_roll_the_last_day_of_receipt_is_the_last_day(office: Followed) -> None:
    office.change_rules("source: 42 CFR 424.44, rolls: true", "source: 42 CFR 424.44")
    office.send()
    office.change("UPDATE charge_line SET date_from = '2025-11-22'")
    office.refreshed()
    (row,) = office.deadlines("due_on, sentence")
    assert row[0] == date(2026, 11, 20)
    assert "what arrives on 2026-11-22 counts as the next business day" in str(row[1])


@pytest.mark.parametrize("payer", ["MEDICARE", "SILENT"])
def test_proof_of_filing_meets_it(office: Followed, payer: str) -> None:
    """SILENT sends no 277CA of its own: there the clearinghouse's acceptance is the proof."""
    sent = office.send(payer=payer)
    office.refreshed()
    receive(office, claim_ack(sent, [(sent.pcns[0], ["A2:20"])], payer=payer == "MEDICARE"))
    assert office.refreshed() == RefreshCounts(written=1, ended=0, open=0, past_due=0, late=0)
    assert office.deadlines("state, filed_on") == [("filed", date(2026, 11, 24))]


def test_a_clearinghouses_acceptance_does_not_meet_it_where_the_payer_answers(office: Followed) -> None:
    sent = office.send()
    receive(office, claim_ack(sent, [(sent.pcns[0], ["A2:20"])]))
    assert office.refreshed().open == 1


def test_a_rejected_and_resent_claim_keeps_the_clock_of_its_service(office: Followed) -> None:
    sent = office.send()
    office.prove(sent)
    office.refreshed()
    receive(
        office,
        claim_ack(sent, [(sent.pcns[0], ["A7:21"])], payer=True, at=datetime(2026, 11, 25, tzinfo=UTC), isa13=950),
    )
    office.refreshed()
    assert office.deadlines("due_on, state, filed_on") == [(date(2027, 11, 19), "open", None)]
    office.resubmit(sent.pcns[0], batched=True)
    office.refreshed(date(2027, 6, 1))
    assert office.deadlines("due_on, state") == [(date(2027, 11, 19), "open")]


@pytest.mark.parametrize(
    ("received", "counts_as", "ending"),
    [
        ("2027-11-19 17:59", date(2027, 11, 19), "filed"),
        ("2027-11-19 18:00", date(2027, 11, 22), "late"),
        ("2027-11-20 09:00", date(2027, 11, 22), "late"),
    ],
)
def test_receipt_counts_by_the_payers_hour_and_days(
    office: Followed, received: str, counts_as: date, ending: str
) -> None:
    office.prove(office.send())
    office.change(f"UPDATE payer_opinion SET received_on = '{received}+00'")
    office.refreshed(LATE)
    assert office.deadlines("filed_on, state") == [(counts_as, ending)]


def test_a_late_run_for_an_older_date_changes_nothing_but_takes_what_is_new(office: Followed) -> None:
    office.send()
    assert office.refreshed(LATE).past_due == 1
    before = office.deadlines("*")
    assert office.refreshed() == RefreshCounts(written=0, ended=0, open=1, past_due=1, late=0)
    assert office.deadlines("*") == before
    office.send()
    assert office.refreshed().past_due == 2
    assert office.deadlines("evaluated_as_of") == [(LATE,), (LATE,)]


def test_runs_of_any_order_and_number_end_alike(office: Followed) -> None:
    office.send(2)
    for as_of in (TODAY, LATE):
        office.followed(as_of)
    ordered = digest(office.engine)
    office.change("DELETE FROM work_event")
    office.change("DELETE FROM work_item")
    office.change("DELETE FROM deadline")
    for as_of in (LATE, TODAY, LATE):
        office.followed(as_of)
    assert digest(office.engine) == ordered


def test_another_rule_moves_the_day_and_a_rule_that_is_gone_ends_it(office: Followed) -> None:
    office.send()
    office.refreshed()
    office.change_rules(
        "limit: {years: 1}, source: 42 CFR 424.44, rolls: true", "limit: {days: 30}, source: new contract"
    )
    office.refreshed()
    assert office.deadlines("due_on, rule") == [(date(2026, 12, 18), "new contract, in force since 2010-01-01")]
    office.change_rules("valid_from: 2010-01-01, limit: {days: 30}", "valid_from: 2027-01-01, limit: {days: 30}")
    assert office.refreshed().ended == 1
    assert office.deadlines("state, ended_because") == [("ended", "the payer has decided, or has no such limit")]


def test_what_is_decided_or_void_has_no_filing_deadline_any_more(office: Followed) -> None:
    sent = office.send(2)
    office.refreshed()
    office.deny(sent.pcns[0])
    office.change("UPDATE claim SET state = 'void' WHERE id = 2")
    office.refreshed()
    assert office.deadlines("rule_kind, state, ended_because") == [
        ("correction", "open", ""),
        ("filing", "ended", "the payer has decided, or has no such limit"),
        ("filing", "ended", "the claim is void"),
        ("appeal", "open", ""),
    ]


def test_a_denial_may_be_appealed_and_corrected_until_it_is_closed(office: Followed) -> None:
    denial = office.deny(office.send().pcns[0])
    office.refreshed()
    assert office.deadlines("subject_kind, rule_kind, starts_on, due_on") == [
        ("claim", "correction", TODAY, date(2027, 2, 22)),
        ("denial", "appeal", TODAY, date(2027, 3, 29)),
    ]
    (sentence,) = office.all("SELECT sentence FROM deadline WHERE rule_kind = 'appeal'")[0]
    assert "120 days from the remittance of 2026-11-24, whose receipt is presumed after 5 days" in str(sentence)
    office.change("UPDATE denial SET outcome = 'paid', closed_at = now() WHERE id = :id", id=denial)
    assert office.refreshed().ended == 2


def test_late_filing_gives_no_right_of_appeal_and_a_named_day_goes_before_the_rule(office: Followed) -> None:
    sent = office.send(2)
    office.deny(sent.pcns[0], "29")
    office.deny(sent.pcns[1], appeal_by=date(2027, 1, 4))
    office.refreshed()
    assert office.all("SELECT due_on, rule FROM deadline WHERE rule_kind = 'appeal'") == [
        (date(2027, 1, 4), "the denial's own last day")
    ]


def test_a_correction_is_filed_by_the_receipt_of_the_corrected_claim(office: Followed) -> None:
    sent = office.send()
    office.prove(sent)
    office.deny(sent.pcns[0])
    office.change("UPDATE claim_submission SET closed_at = now(), closed_because = 'corrected'")
    office.change("UPDATE claim SET state = 'open', next_frequency = '7', payer_claim_number = 'ICN'")
    office.change("UPDATE denial SET outcome = 'corrected', closed_at = now()")
    office.refreshed()
    assert office.deadlines("rule_kind, state") == [("correction", "open")]
    number = office.resubmit(sent.pcns[0], batched=True)
    office.change(
        "UPDATE claim_submission SET frequency = '7', payer_claim_number = 'ICN' WHERE ordinal = 2 AND claim_id = 1"
    )
    at = datetime(2026, 12, 1, 15, tzinfo=UTC)
    receive(office, claim_ack(sent, [(number, ["A2:20"])], payer=True, at=at, isa13=950, bht03="B0000000002"))
    office.refreshed()
    assert office.deadlines("rule_kind, state, filed_on") == [("correction", "filed", date(2026, 12, 1))]


def test_a_payer_that_takes_no_corrections_has_no_limit_for_them(office: Followed) -> None:
    office.change_rules(
        "payer_id: SMEDB, filing_indicator: MB", "payer_id: SMEDB, filing_indicator: MB, takes_corrections: false"
    )
    office.deny(office.send().pcns[0])
    office.refreshed()
    assert office.deadlines("rule_kind") == [("appeal",)]


@pytest.mark.parametrize(
    ("payer", "due"),
    [
        ("SILENT", date(2027, 4, 2)),  # 60 days from the primary's remittance, later than 90 from the service
        ("MEDICARE", date(2027, 11, 19)),  # a payer before Medicare extends nothing
    ],
)
def test_another_payers_decision_extends_only_where_the_rules_say_so(office: Followed, payer: str, due: date) -> None:
    first = office.send(payer="MEDICARE")
    second = office.send(payer=payer)
    office.change("UPDATE claim SET responsibility = 'S', prior_claim = 1 WHERE id = 2")
    office.deny(first.pcns[0], on=date(2027, 2, 1))
    office.refreshed()
    assert second.pcns
    assert office.all("SELECT due_on FROM deadline WHERE subject_id = 2 AND rule_kind = 'filing'") == [(due,)]


@pytest.mark.parametrize(("claim", "extended"), [("0001000001", 1), ("", 2)])
def test_an_exception_gives_one_claim_or_all_more_time(office: Followed, claim: str, extended: int) -> None:
    office.change_rules(
        "    appeal_limits:",
        f"""    exceptions:
      - {{valid_from: 2026-01-01, valid_to: 2026-12-31, claim: "{claim}", reason: retroactive_entitlement,
         notified_on: 2027-08-09, limit: {{months: 6}}, source: 42 CFR 424.44(b)(2), evidence: notice in the file}}
    appeal_limits:""",
    )
    office.send(2)
    office.refreshed()
    moved = office.all("SELECT rule, sentence FROM deadline WHERE due_on = '2028-02-29'")
    assert len(moved) == extended
    assert moved[0][0] == "42 CFR 424.44(b)(2), in force since 2026-01-01"
    assert "an exception, instead of 2027-11-19" in str(moved[0][1])
    assert office.one("SELECT evidence FROM payer_rule WHERE kind = 'exception'") == "notice in the file"


def test_no_sentence_holds_a_patients_data(office: Followed) -> None:
    office.deny(office.send(2).pcns[0])
    office.refreshed()
    said = str(office.deadlines("rule, sentence"))
    assert not any(words in said for words in ("QUILLFEATHER", "Quillfeather", "Ada", "SYN0042", "1961"))
