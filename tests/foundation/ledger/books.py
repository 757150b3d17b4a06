"""A small ledger: encounters with a claim each, charges, assignments, payments and reversals, by the ledger's verbs."""

from datetime import date
from typing import Any

from sqlalchemy import Connection, text

from revcycle.foundation import ledger

DAY = date(2026, 10, 20)
CHARGE = 12000
FILL = (
    "INSERT INTO patient_identity (run_id) VALUES (:run) RETURNING id",
    """INSERT INTO encounter (source_system, source_encounter_id, current_version, run_id)
    SELECT 'csv', 'E' || :n, 1, :run RETURNING id""",
    """INSERT INTO encounter_version (encounter_id, version, content_sha256, patient_id, billing_npi, status,
        entered_on, charge_cents, run_id)
    VALUES (:encounter, 1, 'x', :patient, '1000000012', '', :day, :cents, :run)""",
    """INSERT INTO charge_line (encounter_id, version, line, patient_id, date_from, place_of_service, procedure, units,
        charge_cents, run_id) VALUES (:encounter, 1, 1, :patient, :day, '11', '99213', 1, :cents, :run)""",
    """INSERT INTO claim (claim_number, encounter_id, responsibility, payer, state, run_id)
    VALUES ('C' || :n, :encounter, 'P', 'MEDICARE', 'submitted', :run) RETURNING id""",
)
SECONDARY = """
INSERT INTO claim (claim_number, encounter_id, responsibility, payer, state, prior_claim, run_id)
SELECT claim_number || 'S', encounter_id, 'S', 'LARKSPUR', 'open', id, run_id FROM claim WHERE id = :claim RETURNING id
"""
FILE = (
    "INSERT INTO archive_object (sha256, bytes, run_id) VALUES ('f', 1, :run) ON CONFLICT DO NOTHING",
    """INSERT INTO received_file (partner, sha256, kind, first_name, run_id) VALUES ('house', 'f', '835', 'f', :run)
    ON CONFLICT (partner, sha256) DO UPDATE SET kind = excluded.kind RETURNING id""",
)
REMITTANCE = """
INSERT INTO remittance (payer_trn03, trn02, amount_cents, discriminator, payee, state, effective_date, claims, services,
    paid_cents, adjusted_cents, patient_cents, provider_adjustment_cents, file_id, st_index, body_sha256, run_id)
SELECT '1', trace, :cents, CASE :cents WHEN 0 THEN trace ELSE '' END, '1', 'posted', :day, 1, 0, 0, 0, 0, 0, :file, 1,
    'b', :run FROM (SELECT 'T' || count(*) AS trace FROM remittance) numbered RETURNING id
"""
REMITTANCE_CLAIM = """
INSERT INTO remittance_claim (remittance_id, position, segment, patient_control_number, status, charge_cents,
    paid_cents, run_id) VALUES (:remittance, 1, 1, 'C', '1', 0, 0, :run) RETURNING id
"""
STAGED = """
INSERT INTO staged_transfer (kind, source_kind, source_id, entry_ordinal, accounting_date, effective_date, ordinal,
    debit_account, credit_account, amount_cents, encounter_id, debit_claim, credit_claim, remittance_id, patient_id)
SELECT CAST(:kind AS entry_kind), CAST(:source_kind AS entry_source), :source, :ordinal, open_day(:day), :day, 1,
       CAST(:debit AS account), CAST(:credit AS account), :cents, c.encounter_id, :debit_claim, :credit_claim,
       :remittance, v.patient_id
FROM (SELECT CAST(:claim AS bigint) AS id) asked LEFT JOIN claim c USING (id)
LEFT JOIN encounter_version v ON v.encounter_id = c.encounter_id AND v.version = 1
"""
UNBILLED, INSURANCE, PATIENT = "receivable.unbilled", "receivable.insurance", "receivable.patient"
CLEARING, EXPECTED, CONTRACTUAL = "remittance_clearing", "payment_expected", "adjustment.contractual"


class Books:
    """Writes into one connection, and commits nothing."""

    def __init__(self, connection: Connection, run_id: int) -> None:
        self.connection, self.run_id = connection, run_id
        self._count = 0

    def run(self, statement: str, **asked: Any) -> Any:
        """The first value of the first row, of a statement that returns one."""
        result = self.connection.execute(text(statement), {"run": self.run_id, "day": DAY} | asked)
        return result.scalar() if result.returns_rows else None

    def claim(self, cents: int = CHARGE) -> int:
        """A submitted claim of an encounter of its own; nothing is booked."""
        self._count += 1
        asked: dict[str, Any] = {"n": self._count, "cents": cents}
        for name, statement in zip(("patient", "encounter", "", "", "claim"), FILL, strict=True):
            asked[name] = self.run(statement, **asked)
        return int(asked["claim"])

    def secondary(self, claim: int) -> int:
        """The claim of the payer after this one's."""
        return int(self.run(SECONDARY, claim=claim))

    def move(self, kind: str, source: tuple[str, int], sides: tuple[str, str], cents: int, **more: Any) -> int:
        """One entry of one transfer, debit before credit; returns how many were written."""
        ledger.stage(self.connection)
        asked = {"claim": None, "debit_claim": None, "credit_claim": None, "remittance": None, "ordinal": 1} | more
        asked |= {"kind": kind, "source_kind": source[0], "source": source[1], "debit": sides[0], "credit": sides[1]}
        self.run(STAGED, cents=cents, **asked)
        return ledger.record(self.connection, run_id=self.run_id)

    def charge(self, claim: int, cents: int = CHARGE, **more: Any) -> int:
        """What the encounter of a claim earns."""
        encounter = self.run("SELECT encounter_id FROM claim WHERE id = :claim", claim=claim)
        return self.move("charge", ("encounter", encounter), (UNBILLED, "revenue"), cents, claim=claim, **more)

    def assign(self, claim: int, cents: int = CHARGE, ordinal: int = 1) -> int:
        """What a claim asks its payer for."""
        return self.move(
            "assignment",
            ("claim", claim),
            (INSURANCE, UNBILLED),
            cents,
            claim=claim,
            debit_claim=claim,
            ordinal=ordinal,
        )

    def pay(self, claim: int, paid: int, adjusted: int = 0, patient: int = 0, to: int | None = None) -> int:
        """A remittance of one claim; what is the patient's goes to the claim `to` where there is one. Its id."""
        self.run(FILE[0])
        remittance = int(self.run(REMITTANCE, cents=paid, file=self.run(FILE[1])))
        said = ("remittance_claim", int(self.run(REMITTANCE_CLAIM, remittance=remittance)))
        of: dict[str, Any] = {"claim": claim, "credit_claim": claim, "remittance": remittance}
        self.move("remittance_cash", ("remittance", remittance), (EXPECTED, CLEARING), paid, remittance=remittance)
        self.move("claim_payment", said, (CLEARING, INSURANCE), paid, **of)
        self.move("adjustment", said, (CONTRACTUAL, INSURANCE), adjusted, **of)
        account = INSURANCE if to else PATIENT
        self.move("responsibility", said, (account, INSURANCE), patient, debit_claim=to, **of)
        return remittance

    def reverse(self, where: str, **asked: Any) -> int:
        """Take back the standing entries `e` for which a condition holds."""
        self.run(
            f"CREATE TEMP TABLE entry_to_reverse AS SELECT id AS entry_id FROM journal_entry e WHERE {where}", **asked
        )
        reversed_ = ledger.reverse(self.connection, day=DAY, run_id=self.run_id)
        self.run("DROP TABLE entry_to_reverse")
        return reversed_

    def take_back(self, remittance: int) -> None:
        """Undo the posting of a remittance."""
        of_it = "SELECT entry_id FROM transfer WHERE remittance_id = :remittance"
        self.reverse(f"kind <> 'reversal' AND id IN ({of_it})", remittance=remittance)
        self.run("UPDATE remittance SET state = 'reversed' WHERE id = :remittance", remittance=remittance)

    def balance(self, claim: int) -> tuple[int, ...]:
        """Assigned, paid, adjusted, moved on, open."""
        query = "SELECT assigned_cents, paid_cents, adjusted_cents, moved_cents, open_cents FROM claim_balance"
        row = self.connection.execute(text(f"{query} WHERE claim_id = :claim"), {"claim": claim}).one_or_none()
        return tuple(row) if row else (0, 0, 0, 0, 0)
