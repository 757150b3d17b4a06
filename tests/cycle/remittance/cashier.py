"""A practice with claims at a payer, and a cashier who takes in and posts remittance files."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from sqlalchemy import text
from sqlalchemy.dialects.postgresql import insert

from revcycle.cycle.remittance.decisions import carry_out
from revcycle.cycle.remittance.judge import SetResult
from revcycle.cycle.remittance.post import post
from revcycle.foundation.ledger import conservation, verify
from revcycle.foundation.store.tables import archive_object, received_file
from revcycle.foundation.work.decisions import decide
from tests.cycle.claims.biller import CLAIMS_SETTINGS, Biller
from tests.deliveries import COVERAGE, NOW, TODAY, Desk
from tests.payments import PAYER_TRN03, Payment, Service, remittance_file

PAYS = f"""
    remittances:
      - {{valid_from: 2010-01-01, source: guide, partner: clearinghouse, trn03: ["{PAYER_TRN03}"]}}
"""
OTHER_TRN03 = "1999888666"
OTHER_PAYS = f"""
    remittances:
      - {{valid_from: 2010-01-01, source: guide, partner: clearinghouse, trn03: ["{OTHER_TRN03}"]}}
"""
SETTINGS = CLAIMS_SETTINGS.replace(
    "payer_id: SMEDB, filing_indicator: MB}\n", "payer_id: SMEDB, filing_indicator: MB}" + PAYS
).replace("payer_id: LARKS, filing_indicator: CI}\n", "payer_id: LARKS, filing_indicator: CI}" + OTHER_PAYS)
PAYEE = "1000000012"
OWED = """
INSERT INTO expected_answer (subject_kind, subject_id, kind, party, due_at, run_id)
SELECT 'submission', id, '835', 'payer', :due, run_id FROM claim_submission ON CONFLICT DO NOTHING
"""


class Cashier:
    """Claims of one practice, sent; and what payers send back for them."""

    def __init__(self, desk: Desk) -> None:
        self.biller = Biller(desk)
        self.biller.settings(SETTINGS)
        self.engine, self.archive, self.rows = self.biller.engine, self.biller.archive, self.biller.rows

    def claims(self, *charges: Mapping[str, str]) -> list[str]:
        """Send an encounter for each, one line of 120.00 unless it says otherwise; returns the control numbers."""
        lines = [{"encounter_id": f"E{n}", "patient_id": f"P{n}"} | one for n, one in enumerate(charges)]
        self.biller.desk.patients(*sorted({line["patient_id"] for line in lines}))
        self.biller.charges(*lines)
        self.biller.night()
        with self.engine.begin() as connection:
            connection.execute(text(OWED), {"due": NOW})
        return self.numbers()

    def owed(self) -> int:
        """How many 835s are still expected."""
        return int(self.rows("SELECT count(*) FROM expected_answer WHERE kind = '835' AND met_by IS NULL")[0][0])

    def numbers(self) -> list[str]:
        """The patient control numbers of all that was sent, in order of the encounters."""
        found = self.rows("""SELECT s.patient_control_number FROM claim_submission s
            JOIN encounter e ON e.id = s.encounter_id
            ORDER BY length(e.source_encounter_id), e.source_encounter_id, s.id""")
        return [number for (number,) in found]

    def take_in(self, data: bytes, name: str = "remit.835") -> int:
        """The file as collected: in the archive and registered."""
        sha256 = self.archive.put(data)
        with self.engine.begin() as connection:
            run = connection.execute(text("SELECT min(id) FROM run")).scalar_one()
            connection.execute(
                insert(archive_object).values(sha256=sha256, bytes=len(data), run_id=run).on_conflict_do_nothing()
            )
            row = {"partner": "clearinghouse", "sha256": sha256, "kind": "835", "first_name": name, "run_id": run}
            connection.execute(insert(received_file).values(row | {"state": "registered"}).on_conflict_do_nothing())
            found = connection.execute(text("SELECT id FROM received_file WHERE sha256 = :sha"), {"sha": sha256})
            return int(found.scalar_one())

    def post(self, data: bytes, day: date = TODAY, now: datetime = NOW) -> list[SetResult]:
        """Take a file in and post it."""
        return post(self.engine, self.archive, self.take_in(data), day=day, now=now, step=self.biller.step("post"))

    def pay(self, *payments: Payment, **more: Any) -> list[str]:
        """Post a file with these payments; returns the status of each."""
        for payment in payments:
            payment.payee = PAYEE
        return [result.status for result in self.post(remittance_file(*payments), **more)]

    payee = PAYEE

    def cover(self, patient_id: str, *others: Mapping[str, str], **coverage: str) -> None:
        """Further coverage of a patient, beside the primary one: a delivery has all that a patient has."""
        of_patient = COVERAGE | {"patient_id": patient_id}
        self.biller.desk._load("coverage.csv", [of_patient, *(of_patient | one for one in (coverage, *others))])

    def moved(self) -> dict[str, int]:
        """What remittances moved in each account, debits above zero."""
        return dict(
            self.rows("""SELECT account, sum(cents)::bigint FROM (
                SELECT debit_account::text AS account, amount_cents AS cents FROM transfer WHERE remittance_id > 0
                UNION ALL SELECT credit_account::text, -amount_cents FROM transfer WHERE remittance_id > 0) moved
                GROUP BY account HAVING sum(cents) <> 0 ORDER BY account""")
        )

    def claim_moves(self) -> list[tuple[Any, ...]]:
        """Paid, adjusted and moved on of every claim."""
        return self.rows("SELECT paid_cents, adjusted_cents, moved_cents FROM claim_balance ORDER BY claim_id")

    def states(self) -> list[str]:
        return [state for (state,) in self.rows("SELECT state FROM claim ORDER BY id")]


def visit(paid: int, *cas: tuple[str, str, int], number: str = "") -> Service:
    """The line of 120.00 as a payer pays it."""
    return Service(paid, cas, number=number, day="20261119")


def proven(cashier: Cashier) -> dict[str, int]:
    """Every invariant holds; returns the places where encounters are."""
    with cashier.engine.connect() as connection:
        assert [(proof.name, proof.rows) for proof in verify(connection) if not proof.holds] == []
        return {place: count for place, count in conservation(connection).items() if count}


def decided(cashier: Cashier, cause: str, kind: str, argument: str = "") -> int:
    """A biller decides on the item of this cause; returns how many decisions were carried out."""
    (item,) = cashier.rows(f"SELECT id FROM work_item WHERE cause_kind = '{cause}' AND closed_at IS NULL")[0]
    step = cashier.biller.step(kind)
    decide(cashier.engine, item, kind=kind, argument=argument, reason="a note", by="rob", now=NOW, step=step)
    return carry_out(cashier.engine, cashier.archive, day=TODAY, now=NOW, step=step).done
