"""What single answers do to claims, holds, items, interchanges and the answers that are owed."""

from datetime import timedelta

import pytest
from sqlalchemy import event, text

from revcycle.cycle.claims import assemble
from revcycle.foundation.work.decisions import decide
from tests.answer_files import HEAD, NOW, PARTS, Sent, ack, claim_ack, ta1
from tests.cycle.answers.ending import applied, claims, deliver, held, items, owed, receive
from tests.sent_claims import STEP, Office

ALL_OWED = [("277CA", "clearinghouse"), ("277CA", "payer"), ("835", "payer"), ("999", "clearinghouse")]


def state(office: Office, sent: Sent) -> tuple[object, ...]:
    return office.all("SELECT state, answered FROM interchange WHERE id = :id", id=sent.id)[0]


def reopened(office: Office) -> int:
    """Claims that assemble may send again: open, no live submission, no hold."""
    return int(
        str(
            office.one("""
        SELECT count(*) FROM claim c WHERE state = 'open'
        AND NOT EXISTS (SELECT 1 FROM claim_submission s WHERE s.claim_id = c.id AND s.closed_at IS NULL)
        AND NOT EXISTS (SELECT 1 FROM claim_hold h WHERE h.claim_id = c.id AND h.released_at IS NULL)""")
        )
    )


def test_a_ta1_is_evidence_of_every_claim_and_meets_its_row_alone(office: Office) -> None:
    sent = office.send(2)
    receive(office, ta1(sent, "A"))
    assert set(claims(office).values()) == {("submitted", "", "received", "clearinghouse")}
    assert (state(office, sent), owed(office)) == (("published", "acknowledged"), ALL_OWED)


def test_a_999_meets_the_ta1_and_a_277ca_both(office: Office) -> None:
    one, other = office.send(), office.send()
    receive(office, ack(one))
    assert office.all("SELECT kind FROM expected_answer WHERE subject_kind = 'interchange' AND met_by IS NULL") == [
        ("TA1",),
        ("999",),
    ]
    receive(office, claim_ack(other, [(other.pcns[0], ["A1:19"])]))
    assert office.all("SELECT kind FROM expected_answer WHERE subject_kind = 'interchange' AND met_by IS NULL") == []
    assert state(office, other) == ("published", "")


def test_what_another_partner_says_of_our_claims_closes_none(office: Office) -> None:
    sent = office.send()
    office.receive(claim_ack(sent, [(sent.pcns[0], ["A7:562:82"])], payer=True), "277CA", partner="otherhouse")
    assert applied(office).unmatched == 1
    assert claims(office) == {sent.pcns[0]: ("submitted", "", None, None)}
    assert held(office) == []


def test_a_ta1_before_the_group_of_its_999_is_read_from_the_same_file(office: Office) -> None:
    sent = office.send()
    receive(office, ack(sent, before=ta1(sent, "A").split("~")[1]))
    kinds = office.all("SELECT kind, level, st_index FROM answer ORDER BY position")
    assert kinds == [("TA1", "interchange", 0), ("999", "set", 1), ("999", "group", 1)]
    assert office.one("SELECT count(*) FROM received_transaction") == 2


@pytest.mark.parametrize(("interchange", "group", "answered"), [("A", "R", "rejected"), ("R", "A", "acknowledged")])
def test_a_999_outranks_a_ta1(office: Office, interchange: str, group: str, answered: str) -> None:
    sent = office.send()
    receive(office, ta1(sent, interchange), ack(sent, group))
    assert state(office, sent) == ("published", answered)


@pytest.mark.parametrize("code", ["R", "M", "W", "X"])
def test_a_refused_interchange_that_names_no_claim_is_held_by_one_item_and_one_cause(office: Office, code: str) -> None:
    sent = office.send(3)
    receive(office, ack(sent, code))
    assert (len(held(office)), items(office)) == (3, [("set_rejection", None)])
    assert set(claims(office).values()) == {("open", "rejected", "rejected", "clearinghouse")}
    assert owed(office) == []


def test_a_ta1_rejection_holds_the_whole_interchange(office: Office) -> None:
    sent = office.send(3)
    receive(office, ta1(sent, "R", "023"))
    assert (len(held(office)), items(office)) == (3, [("set_rejection", None)])
    assert owed(office) == []
    (detail,) = office.all("SELECT detail FROM work_item")[0]
    assert detail == {
        "party": "clearinghouse",
        "kind": "TA1",
        "partner": "clearinghouse",
        "interchange": 1,
        "codes": ["R 023"],
        "claims": 3,
    }


def test_a_refused_group_without_sets_refuses_all_of_it(office: Office) -> None:
    sent = office.send(2)
    receive(office, ack(sent, "R", sets=False))
    assert (len(held(office)), state(office, sent)[1]) == (2, "rejected")


def test_a_group_accepted_in_part_without_saying_which_raises_one_item_and_closes_nothing(office: Office) -> None:
    sent = office.send(2)
    receive(office, ack(sent, "P", sets=False))
    assert (held(office), items(office)) == ([], [("set_rejection", None)])
    assert state(office, sent) == ("published", "partly rejected")
    assert {row[0] for row in claims(office).values()} == {"submitted"}


def test_a_group_accepted_in_part_follows_its_sets(office: Office) -> None:
    one, other = office.send(), office.send()
    receive(office, ack(one, "A", group="P"), ack(other, "R", group="P", isa13=921))
    assert (state(office, one)[1], state(office, other)[1]) == ("acknowledged", "rejected")


def test_a_set_accepted_with_errors_is_accepted_and_the_errors_are_kept(office: Office) -> None:
    sent = office.send(2)
    receive(office, ack(sent, "E", errors=[f"IK3*HI*{sent.position(2) + 1}*2300*8", "IK4*1:2*1271*7*BADVALUE"]))
    assert (state(office, sent)[1], held(office), items(office)) == ("acknowledged", [], [])
    assert office.all("SELECT code, detail->>'element' FROM answer WHERE level = 'claim'") == [("E", "HI01-2")]


@pytest.mark.parametrize("by", ["context", "position"])
def test_a_refused_set_of_200_claims_holds_the_one_it_names_and_lets_199_go_again(office: Office, by: str) -> None:
    sent = office.send(200)
    error = [f"IK3*NM1*{sent.position(117) + 3}*2310B*8"] if by == "position" else ["IK3*NM1*9*2310B*8"]
    error += [f"CTX*CLM01:{sent.pcns[116]}"] if by == "context" else []
    receive(office, ack(sent, "R", errors=[*error, "IK4*9*67*7*BADVALUE"]))
    number = sent.pcns[116][:-2]
    assert (held(office), items(office)) == ([number], [("rejection", number)])
    assert (reopened(office), owed(office)) == (199, [])
    (detail,) = office.all("SELECT detail FROM work_item")[0]
    assert (detail["loop"], detail["segment"], detail["element"]) == ("2310B", "NM1", "NM109")
    assert detail["edit"] == "npi.check_digit"
    assert "BADVALUE" not in str(office.all("SELECT detail FROM answer"))


def test_a_fault_outside_every_claim_holds_those_that_the_refused_set_does_not_name(office: Office) -> None:
    sent = office.send(3)
    receive(office, ack(sent, "R", errors=["IK3*BHT*2**8", f"IK3*HI*{sent.position(1) + 1}*2300*8"]))
    assert items(office) == [("rejection", sent.pcns[0][:-2]), ("set_rejection", None)]
    assert (len(held(office)), reopened(office)) == (3, 0)
    query = "SELECT detail->>'segment', detail->>'position' FROM work_item ORDER BY cause_kind DESC"
    assert office.all(query) == [("BHT", "2"), ("HI", str(sent.position(1) + 1))]


def test_the_first_and_the_last_segment_of_a_claim_are_the_claims(office: Office) -> None:
    sent = office.send(3)
    first, last = HEAD + PARTS + 1, HEAD + 2 * PARTS
    receive(office, ack(sent, "R", errors=[f"IK3*HL*{first}*2000B*8", f"IK3*REF*{last}*2400*8"]))
    assert held(office) == [sent.pcns[1][:-2]]


def test_a_ta1_025_of_what_was_sent_once_raises_an_item_and_closes_nothing(office: Office) -> None:
    sent = office.send()
    receive(office, ta1(sent, "R", "025"))
    assert (items(office), held(office), state(office, sent)) == ([("duplicate_number", None)], [], ("published", ""))
    assert claims(office)[sent.pcns[0]] == ("submitted", "", None, None)
    receive(office, ack(sent))
    assert items(office) == []


def test_a_ta1_025_after_a_second_sending_proves_the_first(office: Office) -> None:
    sent = office.send(state="in_doubt", attempts=2)
    assert receive(office, ta1(sent, "R", "025")).doubts_ended == 1
    assert (items(office), state(office, sent)) == ([], ("published", ""))
    assert ("TA1", "clearinghouse") not in owed(office)


@pytest.mark.parametrize("kind", ["TA1", "999", "277CA", "277CA of the batch"])
def test_any_answer_ends_a_doubt(office: Office, kind: str) -> None:
    sent = office.send(state="in_doubt")
    other = office.send(state="in_doubt")
    answers = {"TA1": ta1(sent, "A"), "999": ack(sent), "277CA of the batch": claim_ack(sent)}
    claim_level = claim_ack(sent, [(sent.pcns[0], ["A1:19"])], bht03="UNKNOWN")
    receive(office, answers.get(kind, claim_level))
    assert (state(office, sent)[0], state(office, other)[0]) == ("published", "in_doubt")


def test_a_doubt_that_began_after_its_answer_ends_at_the_next_run(office: Office) -> None:
    sent = office.send()
    receive(office, ta1(sent, "A"))
    with office.engine.begin() as connection:
        connection.execute(text("UPDATE interchange SET state = 'in_doubt'"))
    assert applied(office).doubts_ended == 1
    assert state(office, sent)[0] == "published"


@pytest.mark.parametrize("code", ["A3", "A6", "A7", "A8"])
def test_rejecting_categories_reject_whatever_the_action_code_says(office: Office, code: str) -> None:
    sent = office.send()
    content = claim_ack(sent, [(sent.pcns[0], [f"{code}:254"])]).replace("*U*", "*WQ*")
    receive(office, content)
    number = sent.pcns[0][:-2]
    assert (held(office), items(office)) == ([number], [("rejection", number)])


@pytest.mark.parametrize(("code", "verdict"), [("A0", "received"), ("A1", "received"), ("A2", "accepted")])
def test_accepting_categories_accept_whatever_the_action_code_says(office: Office, code: str, verdict: str) -> None:
    sent = office.send()
    receive(office, claim_ack(sent, [(sent.pcns[0], [f"{code}:19"])]).replace("*WQ*", "*U*"))
    assert claims(office)[sent.pcns[0]] == ("submitted", "", verdict, "clearinghouse")


def test_a_rejection_tells_codes_place_edit_and_who_mends_it(office: Office) -> None:
    sent = office.send(2)
    receive(office, claim_ack(sent, [(sent.pcns[0], ["A7:254", "A7:188"]), (sent.pcns[1], ["A7:164:IL"])], payer=True))
    query = "SELECT queue, owner, credential, detail FROM work_item ORDER BY id"
    coder, biller = office.all(query)
    assert coder[:3] == ("coder", "lee", "CRC")
    assert coder[3] == {
        "party": "payer",
        "kind": "277CA",
        "partner": "clearinghouse",
        "interchange": 1,
        "codes": ["A7:188", "A7:254"],
        "segment": "HI",
        "element": "HI01-2",
        "edit": "icd10.unknown",
    }
    assert (biller[0], biller[3]["loop"], biller[3]["element"]) == ("biller", "2010BA", "NM109")  # type: ignore[index]


def test_a_rejected_line_rejects_its_claim(office: Office) -> None:
    sent = office.send()
    line = ["SVC*HC:99213*120", "STC*A7:454*20261124*U", f"REF*FJ*{sent.pcns[0]}L01"]
    receive(office, claim_ack(sent, [(sent.pcns[0], ["A7:21"])], lines=line))
    (detail,) = office.all("SELECT detail FROM work_item")[0]
    assert (detail["codes"], detail["edit"]) == (["A7:21", "A7:454"], "procedure.unknown")
    assert detail["line"] == f"{sent.pcns[0]}L01"


@pytest.mark.parametrize("level", ["batch", "provider"])
def test_a_refused_batch_or_provider_refuses_all_claims_of_the_interchange(office: Office, level: str) -> None:
    sent = office.send(3)
    receive(office, claim_ack(sent, **{level: "A3:24:41"}))  # type: ignore[arg-type]
    assert (len(held(office)), items(office)) == (3, [("set_rejection", None)])


@pytest.mark.parametrize("level", ["batch", "provider"])
def test_an_accepted_batch_decides_nothing_of_its_claims(office: Office, level: str) -> None:
    sent = office.send()
    receive(office, claim_ack(sent, **{level: "A2:20"}))  # type: ignore[arg-type]
    assert claims(office)[sent.pcns[0]] == ("submitted", "", None, None)
    assert ("277CA", "clearinghouse") in owed(office)


def test_a_payer_that_refuses_a_batch_refuses_its_own_claims_alone(office: Office) -> None:
    one, other = office.send(2), office.send(1, payer="SILENT")
    with office.engine.begin() as connection:  # one interchange with claims of two payers
        connection.execute(
            text("UPDATE claim_submission SET interchange_id = :one, position = 3 WHERE interchange_id = :other"),
            {"one": one.id, "other": other.id},
        )
    receive(office, claim_ack(one, payer=True, batch="A3:24:41"))
    assert held(office) == [pcn[:-2] for pcn in one.pcns]
    receive(office, claim_ack(one, payer=True, batch="A3:24:41", payer_id="NOBODY", isa13=930))
    assert held(office) == [pcn[:-2] for pcn in one.pcns]
    assert items(office) == [("set_rejection", None), ("unmatched_answer", None)]


def test_an_answer_for_an_unknown_number_is_kept_and_raises_one_item_a_set(office: Office) -> None:
    sent = office.send()
    unknown = Sent(0, 77, 77, "B77", ())
    receive(office, ta1(unknown, "A"), ack(unknown))
    statuses = [("999999999901", ["A1:19"]), ("999999999902", ["A7:21"]), (sent.pcns[0], ["A2:20"])]
    assert receive(office, claim_ack(sent, statuses)).unmatched == 1
    assert items(office) == [("unmatched_answer", None)] * 3
    assert office.one("SELECT count(*) FROM answer WHERE interchange_id IS NULL") == 5
    assert claims(office)[sent.pcns[0]][2] == "accepted"


def test_a_payer_that_names_the_batch_by_anothers_number_is_no_news(office: Office) -> None:
    sent = office.send()
    receive(office, claim_ack(sent, [(sent.pcns[0], ["A2:20"])], payer=True, bht03="THEIRS"))
    assert items(office) == []


def test_a_claim_that_a_999_names_must_stand_in_the_group_it_answers(office: Office) -> None:
    one, other = office.send(), office.send()
    receive(office, ack(one, "R", errors=["IK3*NM1*2*1000A*8", f"CTX*CLM01:{other.pcns[0]}"]))
    assert held(office) == [one.pcns[0][:-2]]
    assert items(office) == [("set_rejection", None)]


def test_a_lifted_rejection_reopens_the_submission_and_closes_the_unbatched_one(office: Office) -> None:
    sent = office.send()
    pcn = sent.pcns[0]
    before = owed(office)
    receive(office, claim_ack(sent, [(pcn, ["A7:21"])]))
    with office.engine.begin() as connection:
        connection.execute(text("UPDATE claim_hold SET released_at = now(), released_by = 'bo'"))
    again = office.resubmit(pcn, batched=False)
    assert receive(office, claim_ack(sent, [(pcn, ["A2:20"])], payer=True)).lifted == 1
    assert (claims(office)[pcn][:2], claims(office)[again][:2]) == (("submitted", ""), ("submitted", "lifted"))
    assert (held(office), items(office)) == ([], [])
    assert owed(office) == [one for one in before if one[0] == "835"]


def test_a_rejection_lifted_after_the_claim_went_again_is_a_possible_duplicate(office: Office) -> None:
    sent = office.send()
    pcn = sent.pcns[0]
    receive(office, claim_ack(sent, [(pcn, ["A7:21"])]))
    with office.engine.begin() as connection:
        connection.execute(text("UPDATE claim_hold SET released_at = now(), released_by = 'bo'"))
        connection.execute(text("UPDATE work_item SET state = 'closed', closed_at = now()"))
    again = office.resubmit(pcn, batched=True)
    receive(office, claim_ack(sent, [(pcn, ["A2:20"])], payer=True))
    assert items(office) == [("possible_duplicate", pcn[:-2])]
    assert (claims(office)[pcn][:2], claims(office)[again][:2]) == (("submitted", "rejected"), ("submitted", ""))


def test_a_rejection_after_acceptance_reopens_the_claim(office: Office) -> None:
    sent = office.send()
    statuses = [(sent.pcns[0], ["A2:20"])], [(sent.pcns[0], ["A7:21"])]
    receive(office, claim_ack(sent, statuses[0], payer=True))
    receive(office, claim_ack(sent, statuses[1], payer=True, at=NOW + timedelta(days=9), isa13=940))
    assert (held(office), owed(office)) == ([sent.pcns[0][:-2]], [])


def test_a_hold_that_a_person_released_is_not_set_again(office: Office) -> None:
    sent = office.send()
    receive(office, claim_ack(sent, [(sent.pcns[0], ["A7:21"])]))
    with office.engine.begin() as connection:
        connection.execute(text("UPDATE claim_hold SET released_at = now(), released_by = 'bo'"))
        connection.execute(text("UPDATE work_item SET state = 'closed', closed_at = now()"))
    receive(office, claim_ack(sent, [(sent.pcns[0], ["A3:21"])], payer=True))
    assert (held(office), items(office)) == ([], [])


def test_a_refused_set_that_went_again_keeps_its_claims_when_the_refusal_is_repeated(office: Office) -> None:
    sent = office.send(2)
    errors = [f"IK3*NM1*{sent.position(1)}*2310B*8"]
    receive(office, ack(sent, "R", errors=errors))
    again = office.resubmit(sent.pcns[1], batched=True)
    receive(office, ack(sent, "R", errors=errors, at=NOW + timedelta(hours=1), isa13=945))
    assert claims(office)[again][:2] == ("submitted", "")
    assert held(office) == [sent.pcns[0][:-2]]


def test_an_adjudicated_claim_is_left_alone(office: Office) -> None:
    sent = office.send()
    with office.engine.begin() as connection:
        connection.execute(text("UPDATE claim SET state = 'adjudicated'"))
    receive(office, ack(sent, "R"))
    assert claims(office)[sent.pcns[0]][:2] == ("adjudicated", "")
    assert (held(office), items(office)) == ([], [])


def test_the_payers_receipt_is_kept_as_proof_of_filing(office: Office) -> None:
    one, other, third = office.send(), office.send(payer="SILENT"), office.send()
    receive(office, claim_ack(one, [(one.pcns[0], ["A2:20"])]))
    receive(office, claim_ack(other, [(other.pcns[0], ["A2:20"])]))
    receive(office, claim_ack(third, [(third.pcns[0], ["A1:19"])], payer=True, numbers="ICN77"))
    rows = office.all("SELECT payer_claim_number, received_on::date::text FROM payer_opinion ORDER BY submission_id")
    assert rows == [("", None), ("", "2026-11-24"), ("ICN77", "2026-11-24")]


def test_the_number_of_statements_does_not_grow_with_the_claims(office: Office) -> None:
    counts = []
    for size in (3, 60):
        sent = office.send(size)
        statuses = [(pcn, ["A7:21"] if place % 2 else ["A2:20"]) for place, pcn in enumerate(sent.pcns)]
        deliver(office, [claim_ack(sent, statuses)])
        seen: list[str] = []
        event.listen(office.engine, "before_cursor_execute", lambda *args, seen=seen: seen.append(args[2]))
        applied(office)
        counts.append(len(seen))
    assert counts[1] <= counts[0] + 1


def test_the_item_of_a_file_accepted_in_part_stays_until_a_person_or_an_answer_ends_it(office: Office) -> None:
    one, other = office.send(2), office.send(2)
    receive(office, ack(one, "P", sets=False), ack(other, "P", sets=False, isa13=902))
    assert assembled(office) == 0
    assert items(office) == [("set_rejection", None)] * 2
    receive(office, ack(one, "A", at=NOW + timedelta(hours=1), isa13=903))
    assert items(office) == [("set_rejection", None)]
    item = int(str(office.one("SELECT id FROM work_item WHERE closed_at IS NULL")))
    decide(office.engine, item, kind="release", reason="all there", by="bo", now=NOW, step=STEP)
    assert assembled(office) == 1
    assert office.all("SELECT state FROM action") == [("done",)]
    receive(office, ta1(other, "A", at=NOW + timedelta(hours=2)))
    assert items(office) == []


def assembled(office: Office) -> int:
    """The decisions that an assembly carries out."""
    day = NOW.date()
    return assemble(office.engine, office.archive, through=day, now=NOW, step=STEP).decisions
