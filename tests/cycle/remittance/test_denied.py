"""What is denied is one person's question at a time, and ends: corrected, taken back, or written off."""

from itertools import permutations
from typing import Any

import pytest

from revcycle.cli.main import main
from revcycle.cycle.remittance import claims
from revcycle.foundation import work
from revcycle.foundation.errors import InputUnusable
from tests.cycle.remittance.cashier import visit
from tests.cycle.remittance.denied import APPEAL_BY, DENYING, LATE, Denied
from tests.deliveries import NOW, Desk
from tests.payments import Claim, Payment, reversed_of

CODERS = ("denial", "coder", 120_00, APPEAL_BY)
BILLERS = ("denial", "biller", 120_00, APPEAL_BY)
AMENDED = ("amendment", "biller", 120_00, APPEAL_BY)
NO_CORRECTIONS = DENYING.replace("filing_indicator: MB}", "filing_indicator: MB, takes_corrections: false}")


@pytest.fixture
def denied(desk: Desk) -> Denied:
    return Denied(desk)


def had_the_findings(denied: Denied, username: str) -> None:
    """A coder had the encounter's findings, and settled them."""
    with denied.engine.begin() as connection:
        connection.exec_driver_sql(
            "INSERT INTO work_item (cause_kind, cause_id, queue, owner, state, encounter_id, closed_at, run_id) "
            f"SELECT 'edits', id, 'coder', '{username}', 'closed', id, now(), run_id FROM encounter"
        )


@pytest.mark.parametrize("coder", ["kim", "lee"])
def test_a_coding_denial_goes_to_the_coder_who_had_the_findings_of_the_encounter(denied: Denied, coder: str) -> None:
    had_the_findings(denied, coder)
    denied.deny()
    owner = "SELECT owner, detail->>'edit' FROM work_item WHERE cause_kind = 'denial'"
    assert (denied.rows(owner), denied.work()) == ([(coder, "none")], [CODERS])


@pytest.mark.parametrize("worked", ["", "gone"])
def test_an_encounter_without_findings_goes_to_who_would_have_had_them(denied: Denied, worked: str) -> None:
    """By credential and specialty: an office visit in family medicine is kim's."""
    had_the_findings(denied, worked)
    denied.deny()
    assert denied.rows("SELECT owner, credential, specialty FROM work_item WHERE cause_kind = 'denial'") == [
        ("kim", "CPC", "family_medicine")
    ]


def test_the_codes_stand_and_the_biller_gets_the_denial_with_the_reason(denied: Denied) -> None:
    denied.deny()
    denied.resolve("release", by="kim", reason="another body region")
    assert denied.work() == [BILLERS]
    shown = work.show(denied.engine, denied.item(), now=NOW, who="ann")
    assert [(event["who"], event["what"], event["why"]) for event in shown["events"]][1:] == [
        ("kim", "the codes stand", "another body region")
    ]
    assert shown["owner"] in ("ann", "bo")
    assert denied.rows("SELECT previous_item IS NOT NULL FROM work_item WHERE closed_at IS NULL") == [(True,)]
    denied.biller.assemble()
    assert (denied.work(), denied.outcomes()) == ([BILLERS], [""])
    denied.proven()


def test_the_coder_answers_once_and_the_biller_cannot_answer_for_the_coder(denied: Denied) -> None:
    denied.deny()
    first = denied.item()
    denied.resolve("release", by="kim")
    with pytest.raises(InputUnusable, match="is closed"):
        work.decide(
            denied.engine, first, kind="release", reason="again", by="kim", now=NOW, step=denied.biller.step("again")
        )
    with pytest.raises(InputUnusable, match="does not fit"):
        denied.resolve("release")
    assert denied.work() == [BILLERS]


def test_what_a_coder_and_a_biller_can_decide_is_shown(denied: Denied) -> None:
    assert work.decisions_for("denial", "coder") == ("release", "undo", "correct", "void", "write_off")
    assert work.decisions_for("denial", "biller") == ("undo", "correct", "void", "write_off")
    assert "sweep" in work.advice("denial", "coder")
    assert "write_off" in work.advice("denial", "biller")


def test_a_reversal_before_the_answer_leaves_nothing_to_answer(denied: Denied) -> None:
    denied.deny()
    item = denied.item()
    denied.take_back()
    assert (denied.work(), denied.outcomes()) == ([], ["taken back by the payer"])
    with pytest.raises(InputUnusable, match="is closed"):
        work.decide(denied.engine, item, kind="release", reason="r", by="kim", now=NOW, step=denied.biller.step("late"))


def test_a_reversal_after_the_answer_closes_the_billers_item(denied: Denied) -> None:
    denied.deny()
    denied.resolve("release", by="kim")
    denied.take_back()
    assert (denied.work(), denied.outcomes()) == ([], ["taken back by the payer"])
    denied.proven()


def test_corrected_codes_are_one_item_of_the_biller_that_names_the_version(denied: Denied) -> None:
    denied.deny()
    denied.correct_codes()
    assert denied.work() == [AMENDED]
    (detail,) = denied.rows("SELECT detail->>'denied', detail->>'version' FROM work_item WHERE closed_at IS NULL")
    assert detail == ("CO-97", "2")
    (row,) = work.worklist(denied.engine, now=NOW, who="test")
    assert row["what"].endswith("denied CO-97 now version 2")
    denied.biller.assemble()
    assert denied.work() == [AMENDED]


def test_a_version_that_has_findings_leaves_the_question_with_the_coder(denied: Denied) -> None:
    denied.deny()
    denied.correct_codes(diagnoses="I10X")
    assert [row[:2] for row in denied.work()] == [("amendment", "biller"), ("denial", "coder")]
    denied.correct_codes(diagnoses="I10", procedure="99214")
    assert denied.work() == [AMENDED]


def test_codes_corrected_after_they_were_said_to_stand_are_one_item_too(denied: Denied) -> None:
    denied.deny()
    denied.resolve("release", by="kim")
    denied.correct_codes()
    assert denied.work() == [AMENDED]


def test_a_denial_of_codes_that_are_corrected_already_is_no_question_for_the_coder(denied: Denied) -> None:
    denied.correct_codes()
    assert [row[:2] for row in denied.work()] == [("amendment", "biller")]
    denied.deny()
    assert [row[:2] for row in denied.work()] == [("amendment", "biller")]
    denied.biller.assemble()
    assert denied.work() == [AMENDED]


@pytest.mark.parametrize("steps", list(permutations(["deny", "correct_codes", "assemble"])))
def test_denial_and_new_version_come_to_the_same_in_any_order(denied: Denied, steps: tuple[str, ...]) -> None:
    for step in steps:
        {"deny": denied.deny, "correct_codes": denied.correct_codes, "assemble": denied.biller.assemble}[step]()
    denied.biller.assemble()
    assert denied.work() == [AMENDED]
    denied.proven()


def test_a_correction_that_the_payer_need_not_have_leaves_the_denial_with_the_biller(denied: Denied) -> None:
    denied.deny()
    denied.correct_codes()
    denied.resolve("release", "amendment")
    denied.biller.assemble()
    assert denied.work() == [BILLERS]


def test_the_corrected_claim_ends_its_denials_and_a_new_one_is_a_new_question(denied: Denied) -> None:
    denied.deny(("CO", "97", 60_00), ("CO", "29", 60_00))
    denied.correct_codes()
    denied.resolve("correct", "amendment")
    denied.biller.night()
    assert denied.biller.submissions()[-1] == (1, "7", 120_00, True, "")
    assert (denied.outcomes(), denied.work()) == (["claim corrected", "claim corrected"], [])
    denied.proven()
    again = denied.refused(("CO", "97", 60_00), ("CO", "29", 60_00))
    denied.pay(Payment([reversed_of(again), Claim(denied.numbers()[-1], again.services)], trace="T2"))
    assert denied.outcomes() == ["claim corrected", "claim corrected", "", ""]
    assert [row[:3] for row in denied.work()] == [("denial", "coder", 60_00), ("denial", "biller", 60_00)]
    denied.proven()


def test_a_payer_that_takes_no_correction_is_asked_to_reopen_and_the_denial_waits_for_it(denied: Denied) -> None:
    denied.biller.settings(NO_CORRECTIONS)
    denied.deny()
    denied.correct_codes()
    denied.resolve("correct", "amendment")
    denied.biller.assemble()
    assert (denied.work(), denied.outcomes()) == ([("reopening", "biller", 120_00, APPEAL_BY)], [""])
    denied.resolve("release", "reopening")
    denied.biller.assemble()
    assert denied.work() == [BILLERS]


def test_a_correction_that_is_not_taken_after_all_brings_its_denials_back(denied: Denied) -> None:
    denied.deny()
    denied.correct_codes()
    denied.resolve("correct", "amendment")
    denied.biller.assemble()
    assert denied.outcomes() == ["claim corrected"]
    denied.biller.settings(NO_CORRECTIONS)
    denied.biller.assemble()
    assert denied.outcomes() == [""]
    assert ("reopening", "biller", 120_00, APPEAL_BY) in denied.work()
    assert "denial" not in [row[0] for row in denied.work()]
    denied.proven()


def test_an_appeal_given_up_is_written_off_and_settles_the_claim(denied: Denied) -> None:
    denied.deny(LATE)
    denied.resolve("write_off")
    assert denied.carried_out().done == 1
    assert (denied.outcomes(), denied.work(), denied.states()) == (["written off"], [], ["closed"])
    assert denied.moved() == {"adjustment.other": 120_00, "receivable.insurance": -120_00}
    assert denied.rows("SELECT DISTINCT segment IS NULL FROM transfer WHERE remittance_id > 0") == [(False,)]
    denied.proven()


@pytest.mark.parametrize("by", ["bo", "kim"])
def test_above_somebodys_limit_a_second_person_decides(denied: Denied, by: str) -> None:
    denied.deny(LATE)
    with pytest.raises(InputUnusable, match=r"120\.00, above the approval limit of .* give it to ann"):
        denied.resolve("write_off", by=by)
    assert denied.carried_out().done == 0
    denied.resolve("write_off", by="ann")
    assert denied.carried_out().done == 1


def test_within_the_limit_and_above_everybodys(denied: Denied) -> None:
    denied.biller.settings(DENYING.replace('"1000.00"', '"20.00"'))
    denied.deny(("CO", "16", 60_00), ("CO", "96", 50_00))
    for_fifty, for_sixty = (
        item for (item,) in denied.rows("SELECT id FROM work_item WHERE closed_at IS NULL ORDER BY amount_cents")
    )
    step = denied.biller.step("resolve")
    work.decide(denied.engine, for_fifty, kind="write_off", reason="small", by="bo", now=NOW, step=step)
    with pytest.raises(InputUnusable, match="nobody's limit is so high"):
        work.decide(denied.engine, for_sixty, kind="write_off", reason="small", by="bo", now=NOW, step=step)
    assert denied.carried_out().done == 1
    assert (denied.outcomes(), denied.states()) == (["", "written off"], ["adjudicated"])
    denied.proven()


def test_what_was_written_off_comes_back_with_the_payers_reversal(denied: Denied) -> None:
    denied.deny(LATE)
    denied.resolve("write_off")
    denied.carried_out()
    denied.take_back(LATE)
    assert (denied.outcomes(), denied.work(), denied.states()) == (["taken back by the payer"], [], ["submitted"])
    assert denied.moved() == {}
    denied.proven()
    denied.pay(Payment([Claim(denied.number, [visit(120_00)])], trace="T3"))
    assert (denied.states(), denied.claim_moves()) == (["closed"], [(120_00, 0, 0)])
    denied.proven()


def test_a_write_off_that_waits_is_refused_once_the_payer_took_its_decision_back(denied: Denied) -> None:
    denied.deny(LATE)
    denied.resolve("write_off")
    denied.take_back(LATE)
    counts = denied.carried_out()
    assert (counts.done, counts.refused, denied.moved(), denied.work()) == (0, 1, {}, [])
    denied.proven()


def test_more_than_is_open_is_not_written_off(denied: Denied) -> None:
    denied.deny(LATE)
    denied.pay(Payment([Claim(denied.number, [visit(20_00, ("CO", "45", 100_00))])], trace="T2"))
    denied.resolve("write_off")
    assert denied.carried_out().refused == 1
    assert denied.work() == [BILLERS]
    why = "SELECT why FROM work_event WHERE what = 'decision refused'"
    assert denied.rows(why) == [("it no longer fits what has happened meanwhile",)]
    denied.proven()


def test_what_was_written_off_is_undone_with_its_posting(denied: Denied) -> None:
    denied.deny(("CO", "29", 60_00), ("CO", "18", 60_00))
    first, _ = (item for (item,) in denied.rows("SELECT id FROM work_item WHERE closed_at IS NULL ORDER BY id"))
    step = denied.biller.step("resolve")
    work.decide(denied.engine, first, kind="write_off", reason="r", by="ann", now=NOW, step=step)
    denied.carried_out()
    denied.resolve("undo")
    assert denied.carried_out().done == 1
    assert (denied.outcomes(), denied.moved()) == (["posting undone"] * 2, {})
    denied.proven()


@pytest.mark.parametrize("kind", ["correct", "void"])
def test_what_was_written_off_is_asked_for_again_with_a_correction(denied: Denied, kind: str) -> None:
    denied.deny(LATE)
    denied.resolve("write_off")
    denied.carried_out()
    denied.correct_codes()
    denied.resolve(kind, "amendment")
    denied.biller.night()
    assert denied.outcomes() == [{"correct": "claim corrected", "void": "claim voided"}[kind]]
    assert denied.claim_moves() == [(0, 0, 0)]
    denied.proven()
    denied.take_back(LATE)
    denied.biller.night()
    denied.proven()


def test_an_adjustment_that_waits_is_written_off_too(denied: Denied) -> None:
    denied.deny(("PR", "204", 20_00))
    denied.resolve("write_off", "adjustment_waiting", by="bo")
    assert denied.carried_out().done == 1
    assert (denied.claim_moves(), denied.states(), denied.work()) == ([(100_00, 20_00, 0)], ["closed"], [])
    denied.proven()
    denied.take_back(("PR", "204", 20_00))
    assert (denied.claim_moves(), denied.states()) == ([(0, 0, 0)], ["submitted"])
    denied.proven()


def test_an_increase_that_waits_is_nothing_to_write_off(denied: Denied) -> None:
    denied.pay(Payment([Claim(denied.number, [visit(130_00, ("CO", "96", -10_00))])]))
    denied.resolve("write_off", "adjustment_waiting")
    assert denied.carried_out().refused == 1
    denied.proven()


@pytest.mark.parametrize("order", list(permutations(range(3))))
def test_an_adjustment_of_a_decision_that_was_taken_back_waits_no_longer(
    denied: Denied, order: tuple[int, ...]
) -> None:
    first = denied.refused(("PR", "204", 20_00))
    files = [
        Payment([first], trace="T1"),
        Payment([reversed_of(first)], trace="T2"),
        Payment([Claim(denied.number, [visit(120_00)])], trace="T3"),
    ]
    for place in order:
        denied.pay(files[place])
    assert [row for row in denied.work() if row[0] == "adjustment_waiting"] == []
    denied.proven()


def test_a_reversal_of_something_else_asks_the_biller_about_the_written_off_denial_again(denied: Denied) -> None:
    """The payer takes its decision back in other words: nobody knows what it will say of this amount."""
    denied.deny(LATE)
    denied.resolve("write_off")
    denied.carried_out()
    denied.take_back(("CO", "18", 120_00))
    assert (denied.outcomes(), denied.work()[0]) == ([""], BILLERS)
    assert denied.moved() == {}
    denied.proven()


def test_a_fall_while_writing_off_leaves_nothing_half_done(denied: Denied, monkeypatch: pytest.MonkeyPatch) -> None:
    denied.deny(LATE)
    denied.resolve("write_off")

    def fall(*_: Any, **__: Any) -> None:
        raise RuntimeError

    with monkeypatch.context() as patched:
        patched.setattr(claims, "settle", fall)
        with pytest.raises(RuntimeError):
            denied.carried_out()
    assert (denied.moved(), denied.outcomes()) == ({}, [""])
    assert denied.carried_out().done == 1
    denied.proven()


def test_the_shell_takes_the_answers_and_says_why_not(
    denied: Denied, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("revcycle.cli.work.existing_practice", lambda _: denied.engine)
    denied.deny()
    given = ["--reason", "it stands", "--state", str(denied.biller.desk.state.root)]

    def resolve(decision: str, by: str) -> int:
        return main(["work", "resolve", str(denied.item()), "--as", decision, "--by", by, *given])

    assert resolve("release", "kim") == 0
    assert main(["work", "show", str(denied.item()), "--state", given[-1]]) == 0
    shown = capsys.readouterr().out
    assert "kim: the codes stand: it stands" in shown
    assert "--as undo|correct|void|write_off" in shown
    assert resolve("write_off", "bo") == 2
    assert "above the approval limit of bo (50.00)" in capsys.readouterr().err
    assert resolve("write_off", "ann") == 0


def test_a_reversal_that_is_undone_took_nothing_back(denied: Denied) -> None:
    denied.deny()
    denied.pay(Payment([reversed_of(denied.refused())], trace="T2", plb=[("CS", "X", 5_00)]))
    assert denied.outcomes() == ["taken back by the payer"]
    denied.resolve("undo", "provider_adjustment")
    assert denied.carried_out().done == 1
    assert (denied.outcomes(), denied.states()) == ([""], ["adjudicated"])
    assert [row for row in denied.work() if row[0] == "denial"] == [BILLERS]
    denied.proven()
