"""A practice whose payers deny, whose coders answer, and whose billers finish what is denied."""

from datetime import date
from typing import Any

from revcycle.cycle.remittance.decisions import DecisionCounts, carry_out
from revcycle.foundation.ledger import verify
from revcycle.foundation.work.decisions import decide
from tests.cycle.remittance.cashier import SETTINGS, Cashier, visit
from tests.deliveries import NOW, TODAY, Desk
from tests.payments import Claim, Payment, reversed_of

APPEALS = """    appeal_limits: [{valid_from: 2010-01-01, limit: {days: 120}, presumed_receipt_days: 5, source: rule}]
"""
STAFF = """  - {username: ann, roles: [biller], credentials: [], specialties: [], approval_limit: "1000.00"}
  - {username: bo, roles: [biller], credentials: [], specialties: [], approval_limit: "50.00"}
"""
DENYING = SETTINGS.replace("    remittances:\n", APPEALS + "    remittances:\n", 1).replace(
    "  - {username: rob, roles: [biller], credentials: [], specialties: []}\n", STAFF
)
assert "ann" in DENYING
BUNDLED, LATE = ("CO", "97", 120_00), ("CO", "29", 120_00)
APPEAL_BY = date(2027, 3, 25)


class Denied(Cashier):
    """One claim of 120.00 at its payer (E0), and what everybody does about its denial."""

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk)
        self.biller.settings(DENYING)
        (self.number,) = self.claims({})

    def deny(self, *cas: tuple[str, str, int], trace: str = "T1") -> None:
        """The payer pays the rest of the line, and refuses this."""
        self.pay(Payment([self.refused(*cas)], trace=trace))

    def refused(self, *cas: tuple[str, str, int]) -> Claim:
        cas = cas or (BUNDLED,)
        return Claim(self.number, [visit(120_00 - sum(cents for _, _, cents in cas), *cas)])

    def take_back(self, *cas: tuple[str, str, int], trace: str = "T2") -> None:
        """The payer reverses what it said."""
        self.pay(Payment([reversed_of(self.refused(*cas))], trace=trace))

    def correct_codes(self, **line: str) -> None:
        """The coder's new version of the encounter, brought in and swept; the claims are looked at."""
        self.biller.charges({"encounter_id": "E0", "patient_id": "P0"} | (line or {"procedure": "99214"}))
        self.biller.sweep()
        self.biller.assemble()

    def item(self, kind: str = "denial") -> int:
        """The only open item of this kind."""
        ((item,),) = self.rows(f"SELECT id FROM work_item WHERE cause_kind = '{kind}' AND closed_at IS NULL")
        return int(item)

    def resolve(self, how: str, kind: str = "denial", *, by: str = "ann", reason: str = "a note") -> None:
        """A decision on the only open item of this kind."""
        step = self.biller.step("resolve")
        decide(self.engine, self.item(kind), kind=how, reason=reason, by=by, now=NOW, step=step)

    def carried_out(self) -> DecisionCounts:
        """What a posting run makes of the decisions about money, run twice."""
        done = carry_out(self.engine, self.archive, day=TODAY, now=NOW, step=self.biller.step("decide"))
        assert carry_out(self.engine, self.archive, day=TODAY, now=NOW, step=self.biller.step("decide")).done == 0
        return done

    def work(self) -> list[tuple[Any, ...]]:
        """Kind, queue, cents and last day of every open item."""
        return self.rows("""SELECT cause_kind, queue, amount_cents, due_on FROM work_item WHERE closed_at IS NULL
            ORDER BY cause_kind, id""")

    def outcomes(self) -> list[str]:
        return [outcome for (outcome,) in self.rows("SELECT outcome FROM denial ORDER BY id")]

    def proven(self) -> None:
        with self.engine.connect() as connection:
            assert [(proof.name, proof.rows) for proof in verify(connection) if not proof.holds] == []
