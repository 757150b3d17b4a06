"""An 835 read the slow, plain way: segment by segment, with Decimal. It shares no code with the product.

It looks at money, counts and control numbers only. A number that cannot be read is an error, and a balance is judged
when all of its operands are known.
"""

from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation


@dataclass
class PlainSet:
    """Amounts in cents; `errors` empty: the set adds up."""

    control: str
    trace: str = ""
    amount: int | None = None
    claims: int = 0
    services: int = 0
    paid: int = 0
    adjusted: int = 0
    patient: int = 0
    provider_adjustments: int = 0
    segments: int = 0
    errors: list[str] = field(default_factory=list)

    def figures(self) -> tuple[object, ...]:
        return (
            self.trace,
            self.amount,
            self.claims,
            self.services,
            self.paid,
            self.adjusted,
            self.patient,
            self.provider_adjustments,
        )


@dataclass
class Balance:
    """A claim or a service that is open: charge and payment, and what was adjusted so far."""

    charge: int | None
    paid: int | None
    adjusted: int | None = 0

    def add(self, cents: int | None) -> None:
        self.adjusted = None if cents is None or self.adjusted is None else self.adjusted + cents

    def holds(self) -> bool:
        if self.charge is None or self.paid is None or self.adjusted is None:
            return True
        return self.charge - self.paid == self.adjusted


def read_plainly(data: bytes) -> list[PlainSet]:
    """Every transaction set of a file, in order."""
    reader = _Reader()
    data = data.removeprefix(b"\xef\xbb\xbf").lstrip(b"\r\n ")
    while data[:3] == b"ISA":
        element, end = data[3:4].decode("latin-1"), data[105:106]
        for piece in data.split(end)[:-1]:
            data = data[len(piece) + 1 :]
            parts = piece.lstrip(b"\r\n ").decode("latin-1").split(element)
            reader.read(parts + [""] * 30)
            if parts[0] == "IEA":
                break
        data = data.lstrip(b"\r\n ")
    reader.end("the file ends")
    return reader.sets


class _Reader:
    def __init__(self) -> None:
        self.sets: list[PlainSet] = []
        self.st: PlainSet | None = None
        self.claim: Balance | None = None
        self.service: Balance | None = None

    def read(self, e: list[str]) -> None:
        if e[0] == "ST":
            self.end("ST follows")
            self.st = PlainSet(e[2])
            self.sets.append(self.st)
        elif e[0] in ("ISA", "GS", "GE", "IEA"):
            self.end(f"{e[0]} follows")
        if self.st is not None:
            self.st.segments += 1
            step = getattr(self, f"_{e[0].lower()}", None) if e[0].isalnum() and e[0].isupper() else None
            if step:
                step(self.st, e)

    def end(self, why: str) -> None:
        if self.st is not None:
            self.st.errors.append(f"no SE: {why}")
        self._close()
        self.st = None

    def _close(self) -> None:
        for what in (self.service, self.claim):
            if what and not what.holds() and self.st is not None:
                self.st.errors.append("out of balance")
        self.service = self.claim = None

    def _money(self, st: PlainSet, text: str) -> int | None:
        try:
            cents = Decimal(text) * 100
            if not cents.is_finite() or cents != int(cents) or not set(text) <= set("-.0123456789"):
                raise InvalidOperation
            return int(cents)
        except InvalidOperation:
            st.errors.append("an amount cannot be read")
            return None

    def _bpr(self, st: PlainSet, e: list[str]) -> None:
        cents = self._money(st, e[2])
        st.amount = -cents if cents and cents > 0 and e[3] == "D" else cents

    def _trn(self, st: PlainSet, e: list[str]) -> None:
        st.trace = e[2]

    def _clp(self, st: PlainSet, e: list[str]) -> None:
        self._close()
        self.claim = Balance(self._money(st, e[3]), self._money(st, e[4]))
        st.claims += 1
        st.paid += self.claim.paid or 0

    def _svc(self, st: PlainSet, e: list[str]) -> None:
        if self.service and not self.service.holds():
            st.errors.append("a service is out of balance")
        if self.claim is None:
            st.errors.append("SVC outside a claim")
        self.service = Balance(self._money(st, e[2]), self._money(st, e[3]))
        st.services += 1

    def _cas(self, st: PlainSet, e: list[str]) -> None:
        if self.claim is None:
            st.errors.append("CAS outside a claim")
        for place in range(2, 20, 3):
            if not (e[place] or e[place + 1]):
                continue
            cents = self._money(st, e[place + 1])
            for balance in (self.claim, self.service):
                if balance:
                    balance.add(cents)
            if e[1] == "PR":
                st.patient += cents or 0
            else:
                st.adjusted += cents or 0

    def _plb(self, st: PlainSet, e: list[str]) -> None:
        self._close()
        for place in range(3, 15, 2):
            if e[place] or e[place + 1]:
                st.provider_adjustments += self._money(st, e[place + 1]) or 0

    def _se(self, st: PlainSet, e: list[str]) -> None:
        self._close()
        if e[1].lstrip("0") != str(st.segments) or e[2] != st.control:
            st.errors.append("SE does not fit")
        if st.amount != st.paid - st.provider_adjustments:
            st.errors.append("the payment is out of balance")
        if not st.trace:
            st.errors.append("no trace")
        self.st = None
