"""BPR, TRN, CUR, DTM*405 and the two parties of each set: few segments, read one by one."""

from collections.abc import Callable

import numpy as np

from revcycle.foundation.x12.remittance.balances import money
from revcycle.foundation.x12.remittance.loops import HANDLINGS, NAMES
from revcycle.foundation.x12.remittance.places import Places
from revcycle.foundation.x12.remittance.problems import Report
from revcycle.foundation.x12.remittance.transaction_set import RemittanceSet, read_date
from revcycle.foundation.x12.remittance.window import Window

ST, PAYER, PAYEE = (NAMES.index(name) for name in ("ST", "1000A", "1000B"))


class Header:
    """Fills in the sets' header facts as their segments come; `close` judges them once a set is complete."""

    def __init__(self, sets: list[RemittanceSet], report: Report) -> None:
        self._sets, self._report = sets, report
        self._payments: dict[int, int] = {}
        self._traces: dict[int, int] = {}

    def read(self, window: Window, places: Places) -> None:
        """Take what this window has of headers."""
        steps: tuple[tuple[str, Callable[[RemittanceSet, list[str], int], None]], ...] = (
            ("BPR", self._payment),
            ("TRN", self._trace),
            ("CUR", self._currency),
            ("DTM", self._production_date),
            ("N1", self._party),
            ("REF", self._reference),
        )
        amounts = places.rows["BPR"]
        value, present, unreadable = window.number(amounts, 2)
        self._cents = dict(zip((amounts + window.base).tolist(), value.tolist(), strict=True))
        tell, reason = self._report.tell, "not a number: minus, digits, one point, two decimals"
        tell(window, places.set, amounts[unreadable], "amount.unreadable", reason, element=2)
        tell(window, places.set, amounts[~present & ~unreadable], "amount.missing", "BPR02 is missing")
        for segment, step in steps:
            rows = places.rows[segment]
            for row in rows[np.isin(places.loop[rows], (ST, PAYER, PAYEE))].tolist():
                self._loop = int(places.loop[row])
                step(self._sets[int(places.set[row]) - 1], window.elements(row), window.base + row)
        for row in amounts[~present].tolist():
            self._sets[int(places.set[row]) - 1].amount_cents = None

    def close(self, one: RemittanceSet) -> None:
        """Judge the header of a set that was read whole: is there a payment, a trace, and do they add up."""
        payment, trace = self._payments.pop(one.index, 0), self._traces.pop(one.index, 0)
        if not payment or not trace:
            missing = "BPR" if not payment else "TRN"
            self._report.of_set(one, one.first, "structure.order", f"the set has no {missing}", expected=missing)
        if not payment:
            self._report.of_set(one, one.first, "amount.missing", "the set has no BPR", expected="BPR")
            return
        due = one.paid_cents - one.provider_adjustment_cents
        if one.amount_cents is None or one.amount_cents != due:
            found = "" if one.amount_cents is None else money(one.amount_cents)
            reason = "BPR02 is not the sum of CLP04 less the sum of PLB"
            told = {"expected": money(due), "found": found}
            self._report.of_set(one, payment, "balance.transaction", reason, **told)
        if one.handling not in HANDLINGS or (one.handling == "H" and one.amount_cents):
            reason = "BPR01 is a handling that is not posted"
            self._report.of_set(one, payment, "handling.unsupported", reason, found=one.handling)

    def _payment(self, one: RemittanceSet, e: list[str], number: int) -> None:
        if one.index in self._payments:
            self._report.of_set(one, number, "structure.order", "a second BPR in one set")
            return
        self._payments[one.index] = number
        one.handling, one.credit_debit, one.method = e[1], e[3], e[4]
        cents = self._cents[number]
        one.amount_cents = -cents if e[3] == "D" and cents > 0 else cents
        if e[3] not in ("C", "D", ""):
            self._report.of_set(one, number, "structure.order", "BPR03 is neither C nor D", found=e[3])
        one.payment_date = read_date(e[16])
        if one.payment_date is None:
            reason = "BPR16 is not a date: CCYYMMDD" if e[16] else "BPR16 is missing"
            told: dict[str, str | bool] = {"found": e[16], "fatal": bool(e[16])}
            self._report.of_set(one, number, "date.unreadable", reason, **told)

    def _trace(self, one: RemittanceSet, e: list[str], number: int) -> None:
        if one.index in self._traces:
            self._report.of_set(one, number, "structure.order", "a second TRN in one set")
            return
        self._traces[one.index] = number
        one.trace, one.payer_id, one.trace_supplement = e[2], e[3], e[4]

    def _currency(self, one: RemittanceSet, e: list[str], _: int) -> None:
        one.currency = e[2]

    def _production_date(self, one: RemittanceSet, e: list[str], number: int) -> None:
        if e[1] == "405":
            one.production_date = read_date(e[2])
            if e[2] and one.production_date is None:
                reason = "not a date: CCYYMMDD"
                self._report.of_set(one, number, "date.unreadable", reason, found=e[2], fatal=False)

    def _party(self, one: RemittanceSet, e: list[str], _: int) -> None:
        if e[1] == "PR" and self._loop == PAYER:
            one.payer_name, one.payer_id_qualifier, one.payer_n104 = e[2], e[3], e[4]
        elif e[1] == "PE" and self._loop == PAYEE:
            one.payee_name, one.payee_qualifier, one.payee_n104 = e[2], e[3], e[4]

    def _reference(self, one: RemittanceSet, e: list[str], _: int) -> None:
        if self._loop == PAYER:
            one.payer_references.append((e[1], e[2]))
        elif self._loop == PAYEE:
            one.payee_references.append((e[1], e[2]))
