"""A practice whose payers' rules about time are known, claims it sent, and what payers refused of them."""

from datetime import UTC, date, datetime
from typing import Any

from sqlalchemy import insert, text

from revcycle.foundation import practice
from revcycle.foundation.state import State
from revcycle.foundation.store import tables as t
from revcycle.foundation.work.denials import raise_denials
from revcycle.watch.followup import RefreshCounts, RemindCounts, refresh, remind
from tests.answer_files import claim_ack
from tests.cycle.answers.ending import receive
from tests.sent_claims import STEP, Office

NOW = datetime(2026, 11, 24, 5, tzinfo=UTC)
TODAY = date(2026, 11, 24)
RULES = """\
    filing_limits:
      - {valid_from: 2010-01-01, limit: {years: 1}, source: 42 CFR 424.44, rolls: true}
    appeal_limits:
      - {valid_from: 2010-01-01, limit: {days: 120}, presumed_receipt_days: 5, source: 42 CFR 405.942, not_for: ["29"]}
    correction_limits:
      - {valid_from: 2010-01-01, limit: {days: 90}, source: handbook}
    receipt:
      - {valid_from: 2010-01-01, cut_off_hour: 18, business_days_only: true, source: First Coast}
    warnings:
      - {valid_from: 2010-01-01, days_before: [30, 14, 3], escalates_to: rob, source: ours}
"""
PLAIN = """\
    filing_limits:
      - {valid_from: 2010-01-01, limit: {years: 1}, source: 42 CFR 424.44}
"""
SILENT = "  - code: SILENT\n    name: Silent Health Plan\n    kind: commercial\n    time_zone: America/New_York\n"
SILENT_RULES = """\
    filing_limits:
      - {valid_from: 2010-01-01, limit: {days: 90}, source: contract}
    secondary_limits:
      - {valid_from: 2010-01-01, limit: {days: 60}, source: contract}
"""


class Followed(Office):
    """The office with these rules, looked at as of any day."""

    def __init__(self, engine: Any, state: State) -> None:
        super().__init__(engine, state)
        self.state = state
        content = state.practice_yaml.read_text()
        assert PLAIN in content and SILENT in content
        self.rules(content.replace(PLAIN, RULES).replace(SILENT, SILENT + SILENT_RULES))

    def rules(self, content: str) -> None:
        """Another practice.yaml."""
        self.state.practice_yaml.write_text(content)
        with self.engine.begin() as connection:
            practice.load(connection, practice.read(self.state.practice_yaml), run_id=self.run_id, now=NOW)

    def change_rules(self, old: str, new: str) -> None:
        """practice.yaml with one text replaced."""
        content = self.state.practice_yaml.read_text()
        assert old in content
        self.rules(content.replace(old, new))

    def change(self, statement: str, **asked: object) -> None:
        with self.engine.begin() as connection:
            assert connection.execute(text(statement), asked).rowcount > 0

    def refreshed(self, as_of: date = TODAY) -> RefreshCounts:
        return refresh(self.engine, as_of=as_of, now=NOW, step=STEP)

    def followed(self, as_of: date = TODAY) -> RemindCounts:
        """Refreshed, and people reminded."""
        self.refreshed(as_of)
        return remind(self.engine, now=NOW, step=STEP)

    def raised_denials(self) -> None:
        """The items of the denials, as a posting opens them."""
        with self.engine.begin() as connection:
            raise_denials(connection, now=NOW, run_id=self.run_id)

    def deadlines(self, columns: str = "rule_kind, due_on, state") -> list[tuple[object, ...]]:
        return self.all(f"SELECT {columns} FROM deadline ORDER BY subject_kind, subject_id, rule_kind")

    def items(self) -> list[tuple[object, ...]]:
        """What each open item says, who has it, and how far it is."""
        return self.all("""SELECT detail->>'deadline', detail->>'stage', owner, (priority_terms->>'warning')::int
            FROM work_item WHERE closed_at IS NULL AND cause_kind = 'deadline' ORDER BY id""")

    def prove(self, sent: Any, at: datetime = NOW) -> None:
        """The payer's own 277CA for every claim of an interchange."""
        receive(self, claim_ack(sent, [(pcn, ["A2:20"]) for pcn in sent.pcns], payer=True, at=at))

    def deny(self, pcn: str, reason: str = "50", *, on: date = TODAY, status: str = "1", appeal_by: Any = None) -> int:
        """A remittance that refuses 40.00 of a claim; the claim is adjudicated. Returns the denial's id."""
        sha256 = self.receive(f"835 {pcn} {reason}", "835")
        with self.engine.begin() as connection:
            claim, submission = connection.execute(
                text("SELECT claim_id, id FROM claim_submission WHERE patient_control_number = :pcn"), {"pcn": pcn}
            ).one()
            file = connection.scalar(text("SELECT id FROM received_file WHERE sha256 = :sha"), {"sha": sha256})
            money = {"paid_cents": 8000, "adjusted_cents": 4000, "patient_cents": 0, "provider_adjustment_cents": 0}
            row = {"payer_trn03": "1", "trn02": sha256[:12], "amount_cents": 8000, "payment_date": on, "payee": "1"}
            row |= {"state": "posted", "effective_date": on, "claims": 1, "services": 1, "file_id": file, "st_index": 1}
            remittance = self._add(connection, t.remittance, row | money | {"body_sha256": "x", "run_id": self.run_id})
            place = {"remittance_id": remittance, "run_id": self.run_id}
            clp = {"position": 1, "segment": 1, "patient_control_number": pcn, "status": status, "charge_cents": 12000}
            connection.execute(insert(t.remittance_claim), place | clp | {"paid_cents": 8000})
            match = {"claim_position": 1, "ordinal": 1, "claim_id": claim, "submission_id": submission, "method": "pcn"}
            connection.execute(insert(t.remittance_match), place | match)
            connection.execute(text("UPDATE claim SET state = 'adjudicated' WHERE id = :claim"), {"claim": claim})
            row = {"claim_position": 1, "service_position": 1, "ordinal": 1, "claim_id": claim, "group_code": "CO"}
            row |= {"reason": reason, "category": "c", "owner": "biller", "amount_cents": 4000, "appeal_by": appeal_by}
            return self._add(connection, t.denial, place | row)
