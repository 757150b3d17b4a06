"""What stands before the claims of a set: the payment, its trace, who pays and who is paid."""

from collections.abc import Callable
from dataclasses import dataclass

from revcycle.foundation.x12.remittance.envelope import day_of
from revcycle.foundation.x12.remittance.layout import HANDLING, Loop
from revcycle.foundation.x12.remittance.problem_log import ProblemLog
from revcycle.foundation.x12.remittance.transaction_set import RemittanceSet

_ORDER = "structure.order"


@dataclass
class Header:
    """What was met of the header of one set."""

    st: RemittanceSet
    log: ProblemLog
    payment: int = 0
    traced: bool = False
    payer: bool = False
    payee: bool = False

    def read(self, number: int, loop: int, e: list[str]) -> None:
        """One segment of the header, or an N1 of payer or payee wherever it stands."""
        steps: dict[str, Callable[[int, list[str]], None]] = {
            "BPR": self._payment,
            "TRN": self._trace,
            "N1": self._party,
        }
        if step := steps.get(e[0]):
            step(number, e)
        elif e[0] == "CUR":
            self.st.currency = self.st.currency or e[2]
        elif e[0] == "DTM" and e[1] == "405":
            self.st.production_date = self.st.production_date or day_of(e[2])
        elif e[0] == "REF" and loop == Loop.PAYER:
            self.st.payer_references.append((e[1], e[2]))
        elif e[0] == "REF" and loop == Loop.PAYEE:
            self.st.payee_references.append((e[1], e[2]))

    def _payment(self, number: int, e: list[str]) -> None:
        if self.payment:
            self._say(number, _ORDER, "a second BPR stands in the transaction set")
            return
        st, self.payment = self.st, number
        st.handling, st.credit_debit, st.method = e[1], e[3], e[4]
        st.payment_date = day_of(e[16])
        if st.handling not in HANDLING:
            expected = ", ".join(HANDLING)
            self._say(number, "handling.unsupported", "BPR01 asks for what is not done", expected, st.handling)
        if st.credit_debit and st.credit_debit not in ("C", "D"):
            self._say(number, "amount.unreadable", "BPR03 is neither credit nor debit", "C or D", st.credit_debit)
        if not e[16]:
            self._say(number, "date.unreadable", "BPR16 is missing", "CCYYMMDD", fatal=False)
        elif not st.payment_date:
            self._say(number, "date.unreadable", "BPR16 is not a date", "CCYYMMDD", e[16])

    def pay(self, cents: int) -> None:
        """BPR02 as read; a debit is negative."""
        st = self.st
        st.amount_cents = -cents if st.credit_debit == "D" and cents > 0 else cents
        if st.handling == "H" and cents:
            reason = "BPR01 is H, a notice, and BPR02 is money"
            self._say(self.payment, "handling.unsupported", reason, "0")

    def _trace(self, number: int, e: list[str]) -> None:
        if self.traced:
            self._say(number, _ORDER, "a second TRN stands in the transaction set")
            return
        self.traced = True
        self.st.trace, self.st.payer_id, self.st.trace_supplement = e[2], e[3], e[4]

    def _party(self, number: int, e: list[str]) -> None:
        if e[1] == "PR" and not self.payer:
            self.payer = True
            self.st.payer_name, self.st.payer_id_qualifier, self.st.payer_n104 = e[2], e[3], e[4]
        elif e[1] == "PE" and not self.payee:
            self.payee = True
            self.st.payee_name, self.st.payee_qualifier, self.st.payee_n104 = e[2], e[3], e[4]

    def close(self) -> None:
        """The set ends: what must have stood in its header."""
        for there, name in (
            (self.payment, "BPR"),
            (self.traced, "TRN"),
            (self.payer, "N1*PR"),
            (self.payee, "N1*PE"),
        ):
            if not there:
                self._say(self.st.first, _ORDER, f"the transaction set has no {name}", name)

    def _say(
        self, number: int, code: str, reason: str, expected: str = "", found: str = "", *, fatal: bool = True
    ) -> None:
        self.log.say(self.st, number, code, reason, expected=expected, found=found, fatal=fatal)
