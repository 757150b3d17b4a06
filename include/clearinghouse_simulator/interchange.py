"""An inbound 837 taken apart as far as its answers need: envelope, transaction sets, and where each claim stands.

Positions count segments from ST = 1, as a 999 does. Loops: 005010X222A1 and 005010X223A2, 2000A to 2400.
"""

from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation

ISA_LENGTH = 106

Segment = list[str]


class NoInterchange(Exception):
    """The bytes do not begin with an ISA segment that can be read: nobody can be answered."""


@dataclass
class Line:
    """One LX with its SV1 or SV2: parts of the procedure joined by `:`, without a description.

    `prior` are the SVD and CAS of payers who decided it before.
    """

    control: str = ""
    procedure: str = ""
    revenue: str = ""
    charge: Decimal = Decimal(0)
    units: str = ""
    days: list[str] = field(default_factory=list)
    prior: list[Segment] = field(default_factory=list)


@dataclass
class Claim:
    """One CLM with what stands above and below it."""

    number: str
    charge: Decimal
    frequency: str
    payer_id: str
    payer_name: str
    provider: int
    patient: Segment
    member_id: str
    first: int
    clm: int
    insured: Segment = field(default_factory=list)
    responsibility: str = "P"
    filing: str = ""
    facility: str = ""
    original: str = ""
    days: list[str] = field(default_factory=list)
    lines: list[Line] = field(default_factory=list)


@dataclass
class TransactionSet:
    """ST to SE. `providers` are the NM1*85 segments in order; a claim's `provider` counts into them.

    `addresses` are N3, N4 and REF of each provider.
    """

    control: str
    version: str
    batch_id: str = ""
    submitter: Segment = field(default_factory=list)
    providers: list[Segment] = field(default_factory=list)
    addresses: list[list[Segment]] = field(default_factory=list)
    claims: list[Claim] = field(default_factory=list)

    def claim_at(self, position: int) -> Claim | None:
        """The claim whose loops (its own HL included) hold the segment of that position."""
        return next((claim for claim in reversed(self.claims) if claim.first <= position), None)


@dataclass
class Group:
    """GS to GE."""

    gs: Segment
    sets: list[TransactionSet] = field(default_factory=list)

    code = property(lambda self: element(self.gs, 1))
    control = property(lambda self: element(self.gs, 6))
    version = property(lambda self: element(self.gs, 8))


@dataclass
class Interchange:
    """ISA to IEA; `iea` is empty where the file ends before it."""

    isa: Segment
    groups: list[Group] = field(default_factory=list)
    iea: Segment = field(default_factory=list)

    control = property(lambda self: self.isa[13])
    sender = property(lambda self: self.isa[6].strip())
    usage = property(lambda self: self.isa[15])
    claims = property(lambda self: [claim for group in self.groups for st in group.sets for claim in st.claims])


def element(segment: Segment, number: int) -> str:
    """An element by its number, empty where the segment is shorter."""
    return segment[number] if number < len(segment) else ""


def read(data: bytes) -> Interchange:
    """Take the first interchange of a file apart. Nothing is judged here.

    Raises: NoInterchange.
    """
    text = data.decode("latin-1")
    if not text.startswith("ISA") or len(text) < ISA_LENGTH:
        raise NoInterchange
    separator, component, terminator = text[3], text[104], text[105]
    isa = text[: ISA_LENGTH - 1].split(separator)
    if len(isa) != 17 or len({separator, component, terminator}) < 3:
        raise NoInterchange
    interchange = Interchange(isa)
    reader: _SetReader | None = None
    for one in text[ISA_LENGTH:].split(terminator):
        segment = one.strip("\r\n").split(separator)
        match segment[0]:
            case "IEA":
                interchange.iea = segment
                break
            case "GS":
                interchange.groups.append(Group(segment))
                reader = None
            case "ST" if interchange.groups:
                found = TransactionSet(element(segment, 2), element(segment, 3))
                interchange.groups[-1].sets.append(found)
                reader = _SetReader(found, component)
            case "SE" | "GE":
                reader = None
            case _ if reader:
                reader.take(segment)
    return interchange


class _SetReader:
    """Follows the HL levels: 20 billing provider, 22 subscriber, 23 dependent; a CLM belongs to the last one."""

    def __init__(self, found: TransactionSet, component: str) -> None:
        self._set = found
        self._component = component
        self._position = 1
        self._level = ""
        self._first = 0
        self._inside: _ClaimReader | None = None
        self._named = ""
        self._coverage: Segment = []
        self._insured: Segment = []
        self._patient: Segment = []
        self._payer: Segment = []

    def take(self, segment: Segment) -> None:
        self._position += 1
        match segment[0]:
            case "HL":
                self._open_level(element(segment, 3))
            case "CLM":
                self._open_claim(segment)
            case _ if self._inside:
                self._inside.take(segment)
            case "BHT":
                self._set.batch_id = element(segment, 3)
            case "NM1":
                self._take_name(segment)
            case "SBR":
                self._coverage = segment
            case "N3" | "N4" | "REF" if self._named == "85":
                self._set.addresses[-1].append(segment)

    def _open_level(self, level: str) -> None:
        # A dependent's claim begins with its subscriber's HL, unless another dependent stood between.
        if not (level == "23" and self._level == "22"):
            self._first = self._position
        if level != "23":
            self._coverage, self._insured, self._payer = [], [], []
        self._patient, self._level, self._inside, self._named = [], level, None, ""

    def _take_name(self, segment: Segment) -> None:
        self._named = element(segment, 1)
        match self._named:
            case "41":
                self._set.submitter = segment
            case "85":
                self._set.providers.append(segment)
                self._set.addresses.append([])
            case "IL":
                self._insured = segment
            case "PR":
                self._payer = segment
            case "QC":
                self._patient = segment

    def _open_claim(self, segment: Segment) -> None:
        place = element(segment, 5).split(self._component)
        claim = Claim(
            number=element(segment, 1),
            charge=_amount(element(segment, 2)),
            frequency=element(place, 2),
            payer_id=element(self._payer, 9),
            payer_name=element(self._payer, 3),
            provider=len(self._set.providers) - 1,
            patient=self._patient or self._insured,
            member_id=element(self._insured, 9),
            first=self._position if self._inside else self._first,
            clm=self._position,
            insured=self._insured,
            responsibility=element(self._coverage, 1),
            filing=element(self._coverage, 9),
            facility=element(place, 0),
        )
        self._set.claims.append(claim)
        self._inside = _ClaimReader(claim, self._component)


class _ClaimReader:
    """What stands below a CLM: the claim itself (2300), payers before this one (2320), the lines (2400, 2430)."""

    def __init__(self, claim: Claim, component: str) -> None:
        self._claim = claim
        self._component = component
        self._other_payer = False

    def take(self, segment: Segment) -> None:
        if segment[0] == "LX":
            self._claim.lines.append(Line())
        elif segment[0] == "DTP" and element(segment, 1) in ("472", "434"):
            self._take_days(element(segment, 3).split("-"))
        elif self._claim.lines:
            self._take_in_line(self._claim.lines[-1], segment)
        else:
            self._take_in_claim(segment)

    def _take_days(self, days: list[str]) -> None:
        self._claim.days += days
        if self._claim.lines:
            self._claim.lines[-1].days += days

    def _take_in_claim(self, segment: Segment) -> None:
        if segment[0] == "SBR":
            self._other_payer = True
        elif segment[0] == "REF" and element(segment, 1) == "F8" and not self._other_payer:
            self._claim.original = element(segment, 2)

    def _take_in_line(self, line: Line, segment: Segment) -> None:
        match segment[0]:
            case "SV1":
                line.procedure, line.charge = self._procedure(segment, 1), _amount(element(segment, 2))
                line.units = element(segment, 4)
            case "SV2":
                line.revenue, line.procedure = element(segment, 1), self._procedure(segment, 2)
                line.charge, line.units = _amount(element(segment, 3)), element(segment, 5)
            case "REF" if element(segment, 1) == "6R":
                line.control = element(segment, 2)
            case "SVD" | "CAS":
                line.prior.append(segment)

    def _procedure(self, segment: Segment, number: int) -> str:
        return ":".join(element(segment, number).split(self._component)[:6]).rstrip(":")


def _amount(text: str) -> Decimal:
    try:
        return Decimal(text)
    except InvalidOperation:
        return Decimal(0)  # the validation refuses the set; here it only must not stop the reading
