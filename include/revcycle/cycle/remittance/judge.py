"""One transaction set judged: quarantined, known already, in conflict, or posted. Nothing is ever forced to fit."""

from dataclasses import dataclass, field, replace

from sqlalchemy import Connection, func, text

from revcycle.cycle.remittance import (
    booking,
    claims,
    denials,
    facts,
    matching,
    onward,
    register,
    staging,
    to_do,
)
from revcycle.cycle.remittance.desk import Desk
from revcycle.cycle.remittance.identity import (
    Identity,
    Known,
    Party,
    identity,
    known,
    payee_of,
    payer_of,
    unknown_party,
)
from revcycle.foundation.practice.remittance_rule import safe_reasons
from revcycle.foundation.store.temporary import analyze
from revcycle.foundation.work.causes import close_items
from revcycle.foundation.x12.remittance import RemittanceSet
from revcycle.foundation.x12.segments import Problem

SUMMARY = """
SELECT count(claim_id) AS matched,
       count(*) FILTER (WHERE claim_id IS NULL AND r.status NOT IN ('23', '25')) AS unmatched
FROM matched m JOIN read_remittance_claim r ON r.position = m.position
"""
UNKNOWN_SERVICES = """
SELECT s.segment FROM read_remittance_service s JOIN matched m ON m.position = s.claim_position
WHERE m.claim_id IS NOT NULL AND NOT EXISTS (
    SELECT FROM matched_service d WHERE d.claim_position = s.claim_position AND d.position = s.position)
ORDER BY s.segment LIMIT 100
"""
UNKNOWN_CLAIMS = """
SELECT r.segment, r.status FROM read_remittance_claim r JOIN matched m ON m.position = r.position
WHERE m.claim_id IS NULL AND r.status NOT IN ('23', '25') ORDER BY r.segment LIMIT 100
"""
MATCHED = """
SELECT count(DISTINCT claim_position) FROM remittance_match WHERE remittance_id = :remittance AND claim_id IS NOT NULL
"""


@dataclass
class SetResult:
    """What became of one transaction set; without `one` it stands for the file. `status` is one of `post`'s.

    `registered`: a quarantined set has an identity, and an item of its own.
    """

    status: str
    one: RemittanceSet | None = None
    matched: int = 0
    problems: list[Problem] = field(default_factory=list)
    registered: bool = False


@dataclass(frozen=True)
class Posting:
    """The file whose sets are posted, from whom, and whether it was begun before and not read to its end."""

    desk: Desk
    file: int
    partner: str
    resumed: bool


@dataclass(frozen=True)
class Case:
    """A set whose tables are staged, with what is wrong in it so far; `number` is the id that it may get."""

    connection: Connection
    posting: Posting
    columns: dict[str, str]
    number: int
    one: RemittanceSet
    problems: list[Problem]
    run_id: int

    def result(self, status: str, matched: int = 0) -> SetResult:
        """What is told of the set."""
        return SetResult(status, self.one, matched, self.problems)

    def add(self, code: str, reason: str) -> None:
        """Say something of the set as a whole."""
        self.problems.append(Problem(self.one.index, self.one.first, code, reason))


def judge(case: Case) -> SetResult:
    """Decide about the set and carry it out, within the transaction that staged it."""
    one, connection = case.one, case.connection
    payee = payee_of(connection, one)
    party = Party(payer_of(connection, one, case.posting.partner), *(payee or ("", "")))
    key = identity(one, party.tax_id)
    case.problems.extend(unknown_party(one, party))
    before = known(connection, key) if key else None
    settled = before is not None and before.state != "quarantined"
    if key is None or not one.sound or not (party.tax_id and party.payer):
        return _quarantine(case, None if settled else key, party)
    if before is not None and settled:
        return _seen_before(case, before, party)
    if before is not None:
        register.set_state(connection, before.id, "superseded")
        why = "a sound delivery of the payment was posted"
        now, run_id = case.posting.desk.now, case.run_id
        close_items(connection, "quarantined_remittance", [before.id], now=now, run_id=run_id, why=why)
    return _post(case, key, party)


def _seen_before(case: Case, before: Known, party: Party) -> SetResult:
    """The same payment again: nothing moves. With another body a person has to take one of the two."""
    connection, posting, one = case.connection, case.posting, case.one
    staging.forget_details(connection, case.number)
    if posting.resumed and register.seen_in(connection, posting.file, one) == before.id:
        matched = connection.execute(text(MATCHED), {"remittance": before.id}).scalar_one()
        return case.result(before.state, int(matched))
    same = before.body_sha256 == one.body_sha256
    verdict: register.Verdict = "duplicate" if same else "conflict"
    register.sight(connection, posting.file, one, before.id, verdict, run_id=case.run_id)
    if same:
        return case.result("duplicate")
    case.add("payment.conflict", "this payment was seen before with other contents; take one with `work resolve`")
    to_do.conflict(connection, before.id, one, party, now=posting.desk.now, run_id=case.run_id)
    return case.result("conflict")


def _quarantine(case: Case, key: Identity | None, party: Party) -> SetResult:
    """Nothing of the set moves; it is registered under its identity where that can be read, and a biller is told."""
    staging.forget_details(case.connection, case.number)
    if key is None:
        return case.result("quarantined")
    connection, file, one = case.connection, case.posting.file, case.one
    before = known(connection, key)
    number = before.id if before else case.number
    if before is None:
        register.enter(connection, file, one, key, party, number=number, state="quarantined", run_id=case.run_id)
    register.sight(connection, file, one, number, "duplicate" if before else "first", run_id=case.run_id)
    codes = sorted({problem.code for problem in case.problems if problem.fatal})
    to_do.quarantined(connection, number, one, party, codes=codes, now=case.posting.desk.now, run_id=case.run_id)
    return replace(case.result("quarantined"), registered=True)


def _post(case: Case, key: Identity, party: Party) -> SetResult:
    """Match, write the facts, book, and bring claims, denials and work in line."""
    connection, posting, one, run_id = case.connection, case.posting, case.one, case.run_id
    engine, day, now, step = posting.desk.engine, posting.desk.day, posting.desk.now, posting.desk.step
    number = case.number
    register.enter(connection, posting.file, one, key, party, number=number, state="received", run_id=run_id)
    register.sight(connection, posting.file, one, number, "first", run_id=run_id)
    analyze(connection, "read_remittance_claim", "read_remittance_service", "read_remittance_adjustment")
    matching.match(connection, remittance=number, payer=party.payer)
    if onward.make_early(connection, engine, payer=party.payer, now=now, step=step, run_id=run_id):
        matching.match_anew(connection, remittance=number, payer=party.payer)
    matching.match_services(connection)
    onward.make(connection, engine, remittance=number, step=step, run_id=run_id)
    safe = safe_reasons(connection, party.payer, day)
    facts.write(connection, case.columns, remittance=number, safe=safe, run_id=run_id)
    booking.book(connection, remittance=number, day=day, run_id=run_id)
    found = connection.execute(text(SUMMARY)).one()
    status = "partly_matched" if found.unmatched else "posted" if one.amount_cents else "notification"
    register.set_state(connection, number, status, accounting_date=func.open_day(day))
    denials.deny(connection, remittance=number, day=day, now=now, run_id=run_id)
    onward.submit_or_hold(connection, remittance=number, now=now, run_id=run_id)
    claims.follow(connection, remittance=number, now=now, run_id=run_id)
    to_do.raise_work(connection, number, one, party, now=now, run_id=run_id)
    _tell_unmatched(case)
    return case.result(status, found.matched)


def _tell_unmatched(case: Case) -> None:
    """What of a posted set was not found among our claims and lines."""
    for row in case.connection.execute(text(UNKNOWN_CLAIMS)):
        code = "reversal.unmatched" if row.status == "22" else "claim.unmatched"
        reason = "no claim of ours agrees with it; its payment waits in suspense"
        case.problems.append(Problem(case.one.index, row.segment, code, reason, fatal=False))
    for row in case.connection.execute(text(UNKNOWN_SERVICES)):
        reason = "no line of the claim agrees with it; its amounts are booked to the claim"
        case.problems.append(Problem(case.one.index, row.segment, "service.unmatched", reason, fatal=False))
