"""The three balances of an 835, and what adds up to them.

Service: SVC02 - SVC03 = its CAS. Claim: CLP03 - CLP04 = its CAS and those of its services. Transaction: BPR02 = sum of
CLP04 - sum of PLB. A missing operand counts as zero here and is a problem of its own.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from revcycle.foundation.x12.remittance.places import Places
from revcycle.foundation.x12.remittance.problems import Report
from revcycle.foundation.x12.remittance.window import Window


@dataclass(frozen=True)
class Sums:
    """Cents of a window, each array beside the rows it belongs to; `adjusted_rows` has a row for each reason."""

    charge: np.ndarray
    paid: np.ndarray
    service_charge: np.ndarray
    service_paid: np.ndarray
    adjusted_rows: np.ndarray
    adjusted: np.ndarray
    of_patient: np.ndarray
    provider_rows: np.ndarray
    provider: np.ndarray

    def totals(self, places: Places) -> Iterator[tuple[str, np.ndarray, np.ndarray]]:
        """Name of a set's total, rows, and what each row adds to it."""
        clp, svc = places.rows["CLP"], places.rows["SVC"]
        yield "claims", clp, np.ones(len(clp), np.int64)
        yield "services", svc, np.ones(len(svc), np.int64)
        yield "paid_cents", clp, self.paid
        yield "adjusted_cents", self.adjusted_rows, np.where(self.of_patient, 0, self.adjusted)
        yield "patient_cents", self.adjusted_rows, np.where(self.of_patient, self.adjusted, 0)
        yield "provider_adjustment_cents", self.provider_rows, self.provider


def check_balances(window: Window, places: Places, sums: Sums, report: Report) -> None:
    """Tell every claim and service whose amounts do not add up, and claims that differ from the sum of their lines."""
    clp, svc = places.rows["CLP"], places.rows["SVC"]
    which = np.zeros((2, len(window)), np.int64)
    which[0, clp], which[1, svc] = np.arange(len(clp)), np.arange(len(svc))
    claim_of = np.maximum.accumulate(which[0]) if len(window) else which[0]
    service_of = np.maximum.accumulate(which[1]) if len(window) else which[1]
    of_claim, of_service = places.claim > 0, places.service > 0
    cas = sums.adjusted_rows
    in_claim, in_service = of_claim[cas], of_service[cas]
    per_claim = _summed(claim_of[cas[in_claim]], sums.adjusted[in_claim], len(clp))
    per_service = _summed(service_of[cas[in_service]], sums.adjusted[in_service], len(svc))
    for what, element, rows, charge, paid, adjusted in (
        ("claim", 4, clp, sums.charge, sums.paid, per_claim),
        ("service", 3, svc, sums.service_charge, sums.service_paid, per_service),
    ):
        for at in np.flatnonzero(charge - paid != adjusted).tolist():
            expected = f"charge {money(charge[at])} less adjustments {money(adjusted[at])}"
            reason, one = f"the {what} does not balance", rows[at : at + 1]
            report.tell(window, places.set, one, f"balance.{what}", reason, element=element, expected=expected)
    inside = of_claim[svc]
    lines = _summed(claim_of[svc[inside]], sums.service_charge[inside], len(clp))
    has_lines = _summed(claim_of[svc[inside]], np.ones(int(inside.sum()), np.int64), len(clp)) > 0
    reason = "CLP03 is not the sum of SVC02"
    unequal = clp[has_lines & (lines != sums.charge)]
    report.tell(window, places.set, unequal, "balance.lines", reason, fatal=False, element=3)


def _summed(owners: np.ndarray, cents: np.ndarray, size: int) -> np.ndarray:
    total = np.zeros(size, np.int64)
    np.add.at(total, owners, cents)
    return total


def money(cents: int) -> str:
    """Cents as text with two decimals."""
    sign, cents = ("-", -int(cents)) if cents < 0 else ("", int(cents))
    return f"{sign}{cents // 100}.{cents % 100:02}"
