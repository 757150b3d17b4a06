"""One 835 transaction set: its header, its totals, and whether it is sound."""

import hashlib
from dataclasses import dataclass, field
from datetime import date

from revcycle.foundation.x12.remittance.window import Separators

_ENDS = b"\r\n"


def read_date(text: str) -> date | None:
    """CCYYMMDD as a date; None where it is none."""
    try:
        return date(int(text[:4]), int(text[4:6]), int(text[6:])) if len(text) == 8 and text.isdecimal() else None
    except ValueError:
        return None


@dataclass
class RemittanceSet:
    """Facts of one ST, `index` from 1 in its file; money in cents, `amount_cents` negative for a debit (BPR03 = D).

    `adjusted_cents` is the sum of all CAS but group PR, `patient_cents` of PR; `provider_adjustment_cents` of PLB,
    positive lowering the payment. `body_sha256` is equal for equal contents, whatever the envelope and delimiters.
    """

    index: int
    isa13: str
    gs06: str
    st02: str
    first: int
    last: int = 0
    gs02: str = ""
    gs04_date: date | None = None
    version: str = ""
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
    sound: bool = True


class Body:
    """The digest of a set's contents as they come, window by window."""

    def __init__(self) -> None:
        self._digest = hashlib.sha256()

    def add(self, data: bytes, separators: Separators) -> None:
        """More of the set: bytes after ST, up to SE."""
        table = bytearray(range(256))
        for byte, mark in zip(vars(separators).values(), (0x1D, 0x1E, 0x1F, 0x1C), strict=True):
            if byte >= 0:
                table[byte] = mark
        ends = bytes(byte for byte in _ENDS if byte != separators.segment)
        plain = data.translate(bytes(table), ends)
        while b"\x1c " in plain:
            plain = plain.replace(b"\x1c ", b"\x1c")
        self._digest.update(plain.lstrip(b" "))

    def sha256(self) -> str:
        """Of all that was added."""
        return self._digest.hexdigest()
