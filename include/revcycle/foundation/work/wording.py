"""What an item is about, in a few words, from its kind and its detail (codes, numbers and names of fields)."""

from collections.abc import Mapping
from typing import Any

WHAT = {
    "rejection": "rejected",
    "amendment": "changed after it was sent",
    "content": "cannot be written as X12",
    "filing": "cannot be filed now",
    "coverage": "no coverage on the first date of service",
    "reopening": "payer takes no corrected claims, ask it to reopen this one",
    "enrollment": "payer takes no electronic claims of ours",
    "doubt": "not known whether it arrived",
    "overdue": "answer overdue",
    "possible_duplicate": "may be twice at the payer",
    "duplicate_number": "partner says its number came before, though it was sent once",
    "unmatched_answer": "answer to nothing of ours",
    "set_rejection": "file rejected, no claim named",
    "quarantined_file": "received file cannot be read",
    "deadline": "last day",
    "denial": "denied",
    "sent_on": "sent on by the payer, no claim of ours is there",
    "further_payer": "for a further payer, sent by hand",
    "billed_twice": "sent by us, and forwarded by the payer before",
}
TOLD = {
    "deadline": "{}",
    "party": "{}",
    "kind": "{}",
    "codes": "{}",
    "payer": "{}",
    "partner": "{}",
    "interchange": "interchange {}",
    "loop": "{}",
    "segment": "{}",
    "element": "{}",
    "column": "{}",
    "category": "{}",
    "reason": "{}",
    "denied": "denied {}",
    "version": "now version {}",
    "of": "{}",
    "claims": "{} claims",
    "stage": "{}",
    "edit": "(edit {})",
}
"""What of the detail the worklist tells, in this order, and how; `edit` is the rule that should have caught it.

`of` are the reasons of adjustments, or the payer that a claim was sent on to.
"""
DO = {
    "rejection": "Correct the encounter, patient or coverage in its own system and bring the correction in; "
    "`--as release` then lets the claim go again.",
    "set_rejection": "Mend what the partner names; `--as release` lets the claims of the file go again.",
    "amendment": "The claim was sent as it was before: `--as correct` sends it again as it is now, `--as void` takes "
    "it back, `--as release` leaves it as the payer has it.",
    "content": "Correct the field named here in its own system; the claim goes again with the correction.",
    "filing": "Wait for the date of service, or let the claim go though it is late: `--as release`.",
    "coverage": "Correct the patient's coverage in its own system and bring it in; the claim goes by itself then.",
    "reopening": "Ask the payer to reopen the claim with what has changed; `--as release` once that is done.",
    "enrollment": "Where the payer's `claims` in practice.yaml have no entry for today, write it (docs/exchange.md); "
    "else enroll with the payer, then set `enrolled: true` there.",
    "doubt": "Ask the partner whether the file arrived: `--as delivered` or `--as resend`.",
    "overdue": "Ask the partner or payer for the answer; the item closes by itself when it comes.",
    "possible_duplicate": "Ask the payer which of the claim's submissions it has; `--as release` when that is clear.",
    "duplicate_number": "Ask the partner which file it holds under this number; `--as release` when that is clear.",
    "unmatched_answer": "Find out whose claims they are; after `./revcycle reconcile` give `./revcycle reapply FILE`.",
    "deadline": "Send it before that day, or put an exception with its evidence into practice.yaml; the item closes by "
    "itself when the payer has it; `--as release` where nothing is to be sent.",
    "denial": "Appeal by the last day and note it here (the payer's new decision closes the item), or `--as correct` "
    "sends the claim again as it is now, `--as void` takes it back, `--as write_off` gives the amount up.",
    "adjustment_waiting": "Ask the payer, or `--as write_off` gives the amount up; `--as release` once it is settled "
    "otherwise.",
    "quarantined_file": "Ask the partner for the file again; `./revcycle reapply FILE` reads this one once more.",
    "sent_on": "Ask the patient for the coverage that is missing and bring it in; `--as release` when that is clear.",
    "further_payer": "Send it by hand with the payment of the payer before; the item closes when its payer has "
    "decided, or the payer before says that it forwarded the claim.",
    "billed_twice": "Ask the payer to leave out one of the two; `--as release` when that is clear.",
}
DO_BY_QUEUE = {
    (
        "coder",
        "denial",
    ): "Correct the codes in their own system and bring the encounter in: once it has passed the sweep the "
    "biller gets it by itself. Where the codes stand, say why: `--as release`.",
    (
        "biller",
        "quarantined_file",
    ): "Ask the partner for the file again, mended; `--as release` once that one is posted.",
}
"""Where it depends on whose the item is: a remittance is not applied again, and a coder has the codes to correct."""


def sentence(kind: str, detail: Mapping[str, Any]) -> str:
    """Such as `rejected: payer 277CA A7:562:82 interchange 1 2310B NM1 NM109 (edit npi.check_digit)`."""
    told = " ".join(shape.format(_words(detail[name])) for name, shape in TOLD.items() if detail.get(name))
    what = WHAT.get(kind, kind)
    return f"{what}: {told}" if told else what


def advice(kind: str, queue: str) -> str:
    """What a person can do about it; empty for the coders' edits, whose findings say it themselves."""
    return DO_BY_QUEUE.get((queue, kind), DO.get(kind, ""))


def _words(value: Any) -> str:
    return " ".join(str(one) for one in value) if isinstance(value, list) else str(value)
