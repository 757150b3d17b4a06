"""Books kept by hand: encounters, claims and payments as rows, their money through the ledger's own verbs."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from itertools import count
from typing import Any

from sqlalchemy import Connection, Engine, text

from revcycle.foundation.ledger import Proof, record, reverse, stage, verify
from revcycle.foundation.store.runs import Step, begin
from revcycle.foundation.work.causes import Cause, close_items, open_items

DAY = date(2026, 11, 20)
NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)
UNBILLED, INSURANCE, PATIENT = "receivable.unbilled", "receivable.insurance", "receivable.patient"
CLEARING, EXPECTED, CONTRACTUAL = "remittance_clearing", "payment_expected", "adjustment.contractual"
STAGE = """
INSERT INTO staged_transfer VALUES (CAST(:kind AS entry_kind), CAST(:source_kind AS entry_source), :source_id,
    :entry_ordinal, open_day(CAST(:day AS date)), :day, :ordinal, CAST(:debit AS account), CAST(:credit AS account),
    :cents, :encounter, :debit_claim, :credit_claim, :submission, NULL, :remittance, NULL, NULL)
"""
FOLLOW = "SELECT claim_id, open_cents FROM claim_balance ORDER BY claim_id"


@dataclass(frozen=True)
class Move:
    """One transfer; a negative amount goes the other way."""

    debit: str
    credit: str
    cents: int
    encounter: int | None = None
    debit_claim: int | None = None
    credit_claim: int | None = None
    submission: int | None = None
    remittance: int | None = None


@dataclass(frozen=True)
class Pays:
    """What a payment says of one claim: paid, written off, and the patient's share, which may go to a next claim."""

    claim: int
    paid: int
    adjusted: int = 0
    share: int = 0
    onward: int | None = None


@dataclass
class Books:
    """The books of one practice."""

    engine: Engine
    day: date = DAY
    _numbers: Any = field(default_factory=lambda: count(1))

    def __post_init__(self) -> None:
        with self.engine.begin() as connection:
            self.run_id = begin(connection, Step("test", "books", "books"))
            self._say(connection, "INSERT INTO archive_object (sha256, bytes, run_id) VALUES ('a', 1, :run)")
            self.file = self._made(
                connection,
                "INSERT INTO received_file (partner, sha256, kind, first_name, run_id)"
                " VALUES ('p', 'a', '835', 'f', :run)",
            )
            self.patient = self._made(connection, "INSERT INTO patient_identity (run_id) VALUES (:run)")

    def _say(self, connection: Connection, statement: str, **asked: Any) -> Any:
        return connection.execute(text(statement), {"run": self.run_id} | asked)

    def _made(self, connection: Connection, statement: str, **asked: Any) -> int:
        return int(self._say(connection, f"{statement} RETURNING id", **asked).scalar_one())

    def change(self, *statements: str) -> None:
        """Rows changed behind the ledger's back, past every trigger and foreign key."""
        with self.engine.begin() as connection:
            for table in ("journal_entry", "transfer"):
                connection.execute(text(f"ALTER TABLE {table} DISABLE TRIGGER USER"))
            for statement in statements:
                connection.execute(text(statement))
            for table in ("journal_entry", "transfer"):
                connection.execute(text(f"ALTER TABLE {table} ENABLE TRIGGER USER"))

    def value(self, query: str) -> Any:
        with self.engine.connect() as connection:
            return connection.execute(text(query)).scalar_one()

    def move(self, kind: str, source_kind: str, source: int, moves: Sequence[Move], ordinal: int = 1) -> int:
        """Record one entry; returns how many were written."""
        with self.engine.begin() as connection:
            stage(connection)
            for place, one in enumerate(moves, start=1):
                key = {"kind": kind, "source_kind": source_kind, "source_id": source, "entry_ordinal": ordinal}
                connection.execute(text(STAGE), vars(one) | key | {"ordinal": place, "day": self.day})
            written = record(connection, run_id=self.run_id)
            self._overpaid(connection)
        return written

    def _overpaid(self, connection: Connection) -> None:
        rows = connection.execute(text(FOLLOW)).all()
        over = [Cause("overpayment", row.claim_id, "biller", amount_cents=-row.open_cents) for row in rows]
        open_items(connection, [one for one in over if one.amount_cents > 0], now=NOW, run_id=self.run_id)
        settled = [row.claim_id for row in rows if row.open_cents >= 0]
        close_items(connection, "overpayment", settled, now=NOW, run_id=self.run_id, why="settled")

    def encounter(self, cents: int = 120_00) -> int:
        """An encounter with its charge booked."""
        with self.engine.begin() as connection:
            number = next(self._numbers)
            one = self._made(
                connection,
                "INSERT INTO encounter (source_system, source_encounter_id, current_version, run_id)"
                " VALUES ('csv', :n, 0, :run)",
                n=f"E{number}",
            )
        self.version(one, cents)
        return one

    def version(self, encounter: int, cents: int) -> None:
        """A further version of an encounter: the charge that stood is reversed, and the new one booked."""
        with self.engine.begin() as connection:
            asked = {"e": encounter, "cents": cents, "p": self.patient, "day": self.day}
            version = self._say(
                connection,
                "UPDATE encounter SET current_version = current_version + 1 WHERE id = :e RETURNING current_version",
                **asked,
            ).scalar_one()
            self._say(
                connection,
                """INSERT INTO encounter_version (encounter_id, version, content_sha256, patient_id, billing_npi,
                status, entered_on, charge_cents, run_id) VALUES (:e, :v, :v, :p, '1', '', :day, :cents, :run)""",
                v=version,
                **asked,
            )
            self._say(
                connection,
                """INSERT INTO charge_line (encounter_id, version, line, patient_id, date_from, place_of_service,
                procedure, units, charge_cents, run_id) VALUES (:e, :v, 1, :p, :day, '11', '99213', 1, :cents, :run)""",
                v=version,
                **asked,
            )
        self.reverse("kind = 'charge' AND source_id = " + str(encounter))
        moves = [Move(UNBILLED, "revenue", cents, encounter)]
        self.move("charge", "encounter", encounter, moves, ordinal=version)

    def claim(self, encounter: int, cents: int, prior: int | None = None, split: int = 1) -> int:
        """A claim with one submission; the first payer's is assigned its part of the charge."""
        with self.engine.begin() as connection:
            asked = {"n": f"C{next(self._numbers):09}", "e": encounter, "prior": prior, "cents": cents, "split": split}
            claim = self._made(
                connection,
                """INSERT INTO claim (claim_number, encounter_id, responsibility, split, payer, state, prior_claim,
                run_id) VALUES (:n, :e, CASE WHEN CAST(:prior AS bigint) IS NULL THEN 'P' ELSE 'S' END, :split,
                'MEDICARE', 'submitted', :prior, :run)""",
                **asked,
            )
            self._submission(connection, claim, 1, cents)
        if prior is None:
            self.assign(claim)
        return claim

    def _submission(self, connection: Connection, claim: int, ordinal: int, cents: int) -> None:
        self._say(
            connection,
            "UPDATE claim_submission SET closed_at = now() WHERE claim_id = :c AND closed_at IS NULL",
            c=claim,
        )
        self._say(
            connection,
            """INSERT INTO claim_submission (claim_id, ordinal, encounter_id, version, patient_row, coverage_row,
            patient_control_number, frequency, amount_cents, run_id) SELECT id, :o, encounter_id, 1, 1, 1,
            claim_number || :o, '1', :cents, :run FROM claim WHERE id = :c""",
            c=claim,
            o=ordinal,
            cents=cents,
        )

    def assign(self, claim: int, cents: int | None = None) -> None:
        """Book the claim's last submission; `cents` makes a further one first, and takes back what stood."""
        last = f"(SELECT max(ordinal) FROM claim_submission WHERE claim_id = {claim})"
        if cents is not None:
            with self.engine.begin() as connection:
                self._submission(connection, claim, connection.execute(text(f"SELECT {last}")).scalar_one() + 1, cents)
            self.reverse(f"kind = 'assignment' AND source_kind = 'claim' AND source_id = {claim}")
        with self.engine.connect() as connection:
            row = connection.execute(
                text(f"SELECT * FROM claim_submission WHERE claim_id = {claim} AND ordinal = {last}")
            ).one()
        one = Move(INSURANCE, UNBILLED, row.amount_cents, row.encounter_id, debit_claim=claim, submission=row.id)
        self.move("assignment", "claim", claim, [one], ordinal=row.ordinal)

    def pay(self, *said: Pays, unmatched: int = 0, withheld: int = 0) -> int:
        """Post a payment about these claims, with money for a claim nobody knows and a provider adjustment."""
        amount = sum(one.paid for one in said) + unmatched - withheld
        with self.engine.begin() as connection:
            remittance = self._made(
                connection,
                """INSERT INTO remittance (payer_trn03, trn02, amount_cents, payee, discriminator, state, posting,
                effective_date, claims, services, paid_cents, adjusted_cents, patient_cents, provider_adjustment_cents,
                file_id, st_index, body_sha256, run_id) VALUES ('1', :trace, :amount, '1',
                CASE WHEN :amount = 0 THEN :trace ELSE '' END, 'posted', 1, :day, 1, 0, 0, 0, 0, 0, :file, 1, 'b',
                :run)""",
                trace=f"T{next(self._numbers)}",
                amount=amount,
                day=self.day,
                file=self.file,
            )
        if amount:
            self.move("remittance_cash", "remittance", remittance, [Move(EXPECTED, CLEARING, amount, None, None, None,
                None, remittance)])  # fmt: skip
        if withheld:
            self._provider_adjustment(remittance, withheld)
        if unmatched:
            clp = self._clp(remittance, 99, unmatched, 0, 0)
            moves = [Move(CLEARING, "unapplied.insurance", unmatched, remittance=remittance)]
            self.move("unapplied", "remittance_claim", clp, moves)
        for position, one in enumerate(said, start=1):
            self._pay_claim(remittance, position, one)
        return remittance

    def _provider_adjustment(self, remittance: int, cents: int) -> None:
        with self.engine.begin() as connection:
            self._say(
                connection,
                "INSERT INTO provider_adjustment (remittance_id, ordinal, segment, reason, amount_cents, run_id)"
                " VALUES (:r, 1, 1, 'WO', :cents, :run)",
                r=remittance,
                cents=cents,
            )
        moves = [Move("payer_recoupment", CLEARING, cents, remittance=remittance)]
        self.move("provider_adjustment", "remittance", remittance, moves)

    def _clp(self, remittance: int, position: int, paid: int, adjusted: int, share: int) -> int:
        with self.engine.begin() as connection:
            clp = self._made(
                connection,
                """INSERT INTO remittance_claim (remittance_id, position, segment, patient_control_number, status,
                charge_cents, paid_cents, run_id) VALUES (:r, :at, 1, 'n', '1', 0, :paid, :run)""",
                r=remittance,
                at=position,
                paid=paid,
            )
            for ordinal, (group, reason, cents) in enumerate((("CO", "45", adjusted), ("PR", "1", share)), start=1):
                self._say(
                    connection,
                    """INSERT INTO remittance_adjustment (remittance_id, claim_position, service_position, ordinal,
                    segment, group_code, reason, amount_cents, treatment, run_id)
                    VALUES (:r, :at, 0, :o, 1, :group, :reason, :cents, 'posted', :run)""",
                    r=remittance,
                    at=position,
                    o=ordinal,
                    group=group,
                    reason=reason,
                    cents=cents,
                )
        return clp

    def _pay_claim(self, remittance: int, position: int, one: Pays) -> None:
        clp = self._clp(remittance, position, one.paid, one.adjusted, one.share)
        encounter = self.value(f"SELECT encounter_id FROM claim WHERE id = {one.claim}")

        def to_claim(debit: str, cents: int, onward: int | None = None) -> list[Move]:
            return [Move(debit, INSURANCE, cents, encounter, onward, one.claim, None, remittance)]

        self.move("claim_payment", "remittance_claim", clp, to_claim(CLEARING, one.paid))
        self.move("adjustment", "remittance_claim", clp, to_claim(CONTRACTUAL, one.adjusted))
        debtor = INSURANCE if one.onward else PATIENT
        self.move("responsibility", "remittance_claim", clp, to_claim(debtor, one.share, one.onward))

    def undo(self, remittance: int) -> None:
        """Reverse all that a payment moved."""
        of_claims = f"(SELECT id FROM remittance_claim WHERE remittance_id = {remittance})"
        self.change(f"UPDATE remittance SET state = 'reversed' WHERE id = {remittance}")
        self.reverse(
            f"source_kind = 'remittance' AND source_id = {remittance}"
            f" OR source_kind = 'remittance_claim' AND source_id IN {of_claims}"
        )

    def reverse(self, which: str) -> int:
        """Reverse the entries that meet a condition; returns how many."""
        with self.engine.begin() as connection:
            connection.execute(
                text(f"""CREATE TEMP TABLE entry_to_reverse ON COMMIT DROP AS
                SELECT id AS entry_id FROM journal_entry WHERE {which}""")
            )
            reversed_ = reverse(connection, day=self.day, run_id=self.run_id)
            self._overpaid(connection)
        return reversed_

    def proofs(self) -> dict[str, Proof]:
        with self.engine.connect() as connection:
            return {proof.name: proof for proof in verify(connection)}

    def broken(self) -> set[str]:
        """The invariants that do not hold."""
        return {name for name, proof in self.proofs().items() if not proof.holds}
