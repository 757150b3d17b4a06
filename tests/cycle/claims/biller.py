"""A practice whose claims can be made: partner, claim rules, patients; and the steps of its night."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from sqlalchemy import text

from revcycle.cycle.claims import AssembleCounts, BatchCounts, assemble, batch
from revcycle.cycle.edits.retire import retire
from revcycle.cycle.edits.sweep import Chunk, sweep
from revcycle.foundation import practice
from revcycle.foundation.archive import Archive
from revcycle.foundation.store.runs import Step, begin
from revcycle.foundation.work.decisions import decide
from tests.deliveries import COVERAGE, NOW, PATIENT, SETTINGS, TODAY, Desk

RULE = """
    claims:
      - {valid_from: 2010-01-01, source: guide, partner: clearinghouse, payer_id: SMEDB, filing_indicator: MB}
  - code: LARKSPUR
    name: Larkspur Mutual
    kind: commercial
    time_zone: America/New_York
    claims:
      - {valid_from: 2010-01-01, source: guide, partner: clearinghouse, payer_id: LARKS, filing_indicator: CI}
  - code: NOBODY
    name: Not enrolled
    kind: commercial
    time_zone: America/New_York
"""
PARTNER = """
trading_partners:
  - connection: clearinghouse
    name: Fixture Clearinghouse
    sender_id: FIXTURE01
    receiver_id: CLEARING1
    submitter_name: Fixture Group
    submitter_id: FIX001
    contact_name: Billing
    contact_phone: "2075550100"
    receiver_name: Fixture Clearinghouse
"""
FACILITY = """
facilities:
  - npi: "1000000210"
    name: Fixture Hospital
    address: {line_1: 200 Example Parkway, city: Sampleton, state: ME, zip: "03991"}
    place_of_service: "22"
"""
CLAIMS_SETTINGS = SETTINGS.replace("staff:\n", RULE.lstrip("\n") + "staff:\n") + PARTNER + FACILITY


class Biller:
    """Drives one practice through deliveries, sweeps, assemblies and batches."""

    def __init__(self, desk: Desk) -> None:
        self.desk, self.engine, self.archive = desk, desk.engine, Archive(desk.state.archive)
        self._turn = 0
        self.settings(CLAIMS_SETTINGS)

    def settings(self, content: str, now: datetime = NOW) -> None:
        """practice.yaml with other content."""
        self.desk.state.practice_yaml.write_text(content)
        with self.engine.begin() as connection:
            run_id = begin(connection, Step("test", "test", "settings"))
            practice.load(connection, practice.read(self.desk.state.practice_yaml), run_id=run_id, now=now)

    def patient(self, patient_id: str, **coverage: str) -> None:
        """A patient with a primary coverage."""
        self.desk._load("patients.csv", [PATIENT | {"patient_id": patient_id}])
        self.desk._load("coverage.csv", [COVERAGE | {"patient_id": patient_id} | coverage])

    def charges(self, *lines: Mapping[str, str]) -> None:
        self.desk.charges(*lines)

    def step(self, name: str) -> Step:
        self._turn += 1
        return Step("test", f"turn {self._turn}", name, business_date=TODAY)

    def sweep(self) -> None:
        sweep(self.engine, chunk=Chunk(0, 1), through=TODAY, state=self.desk.state, step=self.step("sweep"))

    def assemble(self, now: datetime = NOW, through: date = TODAY, **more: Any) -> AssembleCounts:
        retire(self.engine, through=through, state=self.desk.state)
        return assemble(self.engine, self.archive, through=through, now=now, step=self.step("assemble"), **more)

    def batch(self, now: datetime = NOW, sample: bool = False, **more: Any) -> BatchCounts:
        return batch(self.engine, self.archive, now=now, step=self.step("batch"), state_holds_sample=sample, **more)

    def night(self, now: datetime = NOW) -> BatchCounts:
        """Sweep, assemble, batch."""
        self.sweep()
        self.assemble(now)
        return self.batch(now)

    def rows(self, query: str, **asked: Any) -> list[tuple[Any, ...]]:
        with self.engine.connect() as connection:
            return [tuple(row) for row in connection.execute(text(query), asked)]

    def holds(self) -> list[tuple[str, str]]:
        """Encounter and cause of every open hold."""
        return self.rows("""SELECT e.source_encounter_id, h.cause FROM claim_hold h JOIN claim c ON c.id = h.claim_id
            JOIN encounter e ON e.id = c.encounter_id WHERE h.released_at IS NULL ORDER BY 1, 2""")

    def claims(self) -> list[tuple[Any, ...]]:
        """Encounter, split, payer and state of every claim, in order."""
        return self.rows("""SELECT e.source_encounter_id, c.split, c.payer, c.state FROM claim c
            JOIN encounter e ON e.id = c.encounter_id ORDER BY 1, 2, c.id""")

    def files(self) -> list[bytes]:
        """The 837s of every interchange, in order of their number."""
        return [
            self.archive.path(sha).read_bytes() for (sha,) in self.rows("SELECT sha256 FROM interchange ORDER BY isa13")
        ]

    def items(self) -> list[tuple[str, str]]:
        return self.rows("SELECT cause_kind, queue FROM work_item WHERE closed_at IS NULL ORDER BY 1, 2")

    def adjudicate(self, number: str = "ICN77") -> None:
        """Every submitted claim is decided on by its payer, which gives it a number, as a posted 835 writes it."""
        statement = "UPDATE claim SET state = 'adjudicated', payer_claim_number = :number WHERE state = 'submitted'"
        with self.engine.begin() as connection:
            connection.execute(text(statement), {"number": number})

    def decide(self, kind: str, cause: str) -> None:
        """A decision on every open item of a cause."""
        for (item,) in self.rows("SELECT id FROM work_item WHERE cause_kind = :c AND closed_at IS NULL", c=cause):
            decide(self.engine, item, kind=kind, reason="why", by="rob", now=NOW, step=self.step("decide"))

    def submissions(self) -> list[tuple[Any, ...]]:
        """Split, frequency, cents, whether it was sent, and why it was closed, of every submission in order."""
        return self.rows("""SELECT c.split, s.frequency, s.amount_cents, s.interchange_id IS NOT NULL, s.closed_because
            FROM claim_submission s JOIN claim c ON c.id = s.claim_id ORDER BY c.split, c.id, s.ordinal""")

    def reject(self, split: int = 0) -> None:
        """Every submitted claim is rejected, as the answers write it; of a split only, where one is given."""
        live = """closed_at IS NULL AND interchange_id IS NOT NULL
            AND claim_id IN (SELECT id FROM claim WHERE :split IN (0, split))"""
        for statement in (
            "UPDATE claim SET state = 'open' WHERE state = 'submitted' AND :split IN (0, split)",
            f"""INSERT INTO claim_hold (claim_id, cause, cause_id, run_id)
                SELECT claim_id, 'rejection', id, run_id FROM claim_submission WHERE {live}""",
            f"UPDATE claim_submission SET closed_at = now(), closed_because = 'rejected' WHERE {live}",
        ):
            with self.engine.begin() as connection:
                connection.execute(text(statement), {"split": split})
