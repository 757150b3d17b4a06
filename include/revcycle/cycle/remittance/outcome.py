"""What became of one transaction set, or of a file, as `post` reports it."""

from dataclasses import dataclass, field

from revcycle.foundation.x12.fixed_point import decimal
from revcycle.foundation.x12.remittance import RemittanceSet
from revcycle.foundation.x12.segments import Problem

READY, NOTIFICATION, QUARANTINED, FILE = "ready", "notification", "quarantined", "file"
NEEDS_A_PERSON = frozenset({QUARANTINED, FILE, "conflict", "partly_matched"})


@dataclass(frozen=True)
class Outcome:
    """`st` is None where a whole file is meant; `matched` counts the claims found, None where none is looked for.

    `found` in a problem is a value of the file and may be PHI: for the user's own terminal and the quarantine only.
    """

    file: str
    sha256: str
    status: str
    st: RemittanceSet | None = None
    matched: int | None = None
    problems: list[Problem] = field(default_factory=list)

    @property
    def needs_a_person(self) -> bool:
        """Whether somebody must look at it."""
        return self.status in NEEDS_A_PERSON

    def as_json(self) -> dict[str, object]:
        """The object of the command line; money is text with two decimals."""
        return {
            "file": self.file,
            "sha256": self.sha256,
            **self._identity(),
            "status": self.status,
            **self._figures(),
            "matched": self.matched,
            "problems": [_problem(problem) for problem in self.problems],
        }

    def _identity(self) -> dict[str, object]:
        st = self.st
        return {
            "interchange": st and st.isa13,
            "group": st and st.gs06,
            "transaction_set": st and st.st02,
            "trace": st and (st.trace or None),
            "payer": st and (st.payer_id or None),
            "amount": None if st is None or st.amount_cents is None else decimal(st.amount_cents),
            "payment_date": None if st is None or st.payment_date is None else st.payment_date.isoformat(),
        }

    def _figures(self) -> dict[str, object]:
        st = self.st if self.st and self.st.readable else None
        return {
            "claims": st and st.claims,
            "services": st and st.services,
            "paid": st and decimal(st.paid_cents),
            "adjusted": st and decimal(st.adjusted_cents),
            "patient": st and decimal(st.patient_cents),
            "provider_adjustments": st and decimal(st.provider_adjustment_cents),
        }


def _problem(problem: Problem) -> dict[str, object]:
    return {
        "code": problem.code,
        "segment": problem.segment or None,
        "expected": problem.expected or None,
        "found": problem.found or None,
        "reason": problem.reason,
    }
