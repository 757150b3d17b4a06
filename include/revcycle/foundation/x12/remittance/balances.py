"""The sums an 835 must agree with: each service, each claim, and the lines of a claim.

SVC02 - SVC03 = CAS of the line; CLP03 - CLP04 = CAS of the claim and of its lines (835 guide, front matter on
balancing). CLP03 = sum of SVC02 where there are lines: reported, the set stands.
"""

import numpy as np

from revcycle.foundation.x12.remittance.adjustments import AdjustmentRows
from revcycle.foundation.x12.remittance.amounts import total
from revcycle.foundation.x12.remittance.complaints import Complaints
from revcycle.foundation.x12.remittance.money_rows import MoneyRows


def check_balances(complaints: Complaints, claims: MoneyRows, services: MoneyRows, adjustments: AdjustmentRows) -> None:
    """An operand that could not be read counts as 0 here: it has its own problem."""
    places = complaints.places
    for found, owner, code, paid in (
        (services, places.service, "balance.service", "SVC03"),
        (claims, places.claim, "balance.claim", "CLP04"),
    ):
        adjusted = total(owner[adjustments.rows], adjustments.cents, len(found.rows))
        expected = found.charge - adjusted
        wrong = np.flatnonzero(expected != found.paid)
        reason = f"{paid} is not the charge less the adjustments"
        complaints.differences(
            found.rows[wrong], expected[wrong].tolist(), found.paid[wrong].tolist(), code, reason, fatal=True
        )
    _check_lines(complaints, claims, services)


def _check_lines(complaints: Complaints, claims: MoneyRows, services: MoneyRows) -> None:
    owner = complaints.places.claim[services.rows]
    lines = total(owner, np.ones(len(owner), np.int64), len(claims.rows))
    charged = total(owner, services.charge, len(claims.rows))
    wrong = np.flatnonzero((lines > 0) & (charged != claims.charge))
    reason = "CLP03 is not the sum of the charges of its lines"
    complaints.differences(
        claims.rows[wrong],
        charged[wrong].tolist(),
        claims.charge[wrong].tolist(),
        "balance.lines",
        reason,
        fatal=False,
    )
