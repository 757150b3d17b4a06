"""One 835 of a file: whose it is, what it pays, and what its body adds up to."""

from dataclasses import dataclass, field
from datetime import date


@dataclass
class RemittanceSet:
    """Complete once its last `Part` was read. Segments count from 1 at the first ISA of the file; money is in cents.

    `amount_cents` is negative where `credit_debit` is D. `adjusted_cents` sums all CAS but PR, `patient_cents` CAS PR,
    at claim and service level together; a positive provider adjustment lowers the payment. A set that is not `readable`
    is no 835 of a version we know: nothing of its body is read.
    """

    index: int
    isa13: str
    gs06: str
    gs02: str
    gs04_date: date | None
    version: str
    st02: str
    first: int
    last: int = 0
    readable: bool = True
    sound: bool = True
    handling: str = ""
    amount_cents: int | None = None
    credit_debit: str = ""
    method: str = ""
    payment_date: date | None = None
    trace: str = ""
    payer_id: str = ""
    trace_supplement: str = ""
    currency: str = ""
    production_date: date | None = None
    payer_name: str = ""
    payer_id_qualifier: str = ""
    payer_n104: str = ""
    payer_references: list[tuple[str, str]] = field(default_factory=list)
    payee_name: str = ""
    payee_qualifier: str = ""
    payee_n104: str = ""
    payee_references: list[tuple[str, str]] = field(default_factory=list)
    claims: int = 0
    services: int = 0
    paid_cents: int = 0
    adjusted_cents: int = 0
    patient_cents: int = 0
    provider_adjustment_cents: int = 0
    body_sha256: str = ""
