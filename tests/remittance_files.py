"""835 files of our own making: sound ones with random claims, as a list of segments that a test can then break."""

import random
from dataclasses import dataclass

DELIMITERS = "*:^~"
NPI, PROVIDER_NPI = "1234567893", "1245319599"


@dataclass
class RemittanceFile:
    """The segments of one interchange, written with `*` and `:` and without terminators; segment 1 is ISA."""

    segments: list[str]

    def at(self, st: int, name: str, nth: int = 1) -> int:
        """Where the nth segment whose text begins with `name` stands in set number `st`; all from 1 but the place."""
        first = [place for place, segment in enumerate(self.segments) if segment.startswith("ST*")][st - 1]
        found = [place for place in range(first, len(self.segments)) if _begins(self.segments[place], name)]
        return found[nth - 1]

    def put(self, place: int, element: int, value: str) -> None:
        """Another value for an element; elements that were not there are made."""
        parts = self.segments[place].split("*")
        parts += [""] * (element + 1 - len(parts))
        parts[element] = value
        self.segments[place] = "*".join(parts)

    def element(self, place: int, element: int) -> str:
        return self.segments[place].split("*")[element]

    def recount(self) -> None:
        """Make every SE01 right again."""
        first = 0
        for place, segment in enumerate(self.segments):
            if segment.startswith("ST*"):
                first = place
            elif segment.startswith("SE*"):
                self.put(place, 1, str(place - first + 1))

    def data(self, delimiters: str = DELIMITERS, between: str = "") -> bytes:
        """The bytes, with other delimiters in the order of `DELIMITERS`, and what stands between segments."""
        text = "".join(segment + "~" + between for segment in self.segments)
        return text.translate(str.maketrans(DELIMITERS, delimiters)).encode("latin-1")


def _begins(segment: str, name: str) -> bool:
    return segment == name or segment.startswith(name + "*")


def sound_file(seed: int, *, sets: int = 3, claims: int = 4, isa13: int = 917) -> RemittanceFile:
    """An interchange with one group of sound sets."""
    rng = random.Random(seed)
    segments = [isa(isa13), f"GS*HP*PAYERX*CLINICX*20260301*1200*{isa13}*X*005010X221A1"]
    for number in range(1, sets + 1):
        segments += sound_set(rng, number, claims)
    return RemittanceFile([*segments, f"GE*{sets}*{isa13}", f"IEA*1*{isa13:09}"])


KNOWN_CLAIM = [
    "CLP*C1*1*150*100.5*20*12*P1*11*1**470*1.25*0.5",
    "NM1*QC*1*DOE*ANN****MI*W1",
    "DTM*232*20260105",
    "SVC*HC:99213:25:59*100*80.5*0510*2**3",
    "DTM*150*20260105",
    "DTM*151*20260106",
    "CAS*CO*45*10**97*4.5*1",
    "CAS*PR*1*5",
    "REF*6R*L1",
    "AMT*B6*90",
    "SVC*HC:A0428*50*20***HC:A0426:QN",
    "DTM*472*20260107",
    "CAS*CO*45*30",
    "LQ*HE*N130",
]


def known_file(*, sets: int) -> RemittanceFile:
    """Sound sets that hold the same: one claim of two lines and two provider adjustments."""
    file = sound_file(0, sets=sets, claims=0)
    for st in range(1, sets + 1):
        first, last = file.at(st, "LX"), file.at(st, "SE")
        file.segments[first + 1 : last] = [*KNOWN_CLAIM, f"PLB*{NPI}*20261231*WO:C0*-1.25*72*2.75"]
        file.put(file.at(st, "BPR"), 1, "I")
        file.put(file.at(st, "BPR"), 2, "99")
    file.recount()
    return file


def isa(isa13: int) -> str:
    return f"ISA*00*{'':10}*00*{'':10}*ZZ*{'PAYERX':15}*ZZ*{'CLINICX':15}*260301*1200*^*00501*{isa13:09}*0*T*:"


def sound_set(rng: random.Random, number: int, claims: int) -> list[str]:
    """ST to SE; what the provider adjustments take is never more than what the claims pay."""
    body, paid = ["LX*1"], 0
    for place in range(1, claims + 1):
        segments, cents = _claim(rng, f"A{number:03}{place:04}")
        if rng.random() < 0.1 and place > 1:
            body += [f"LX*{place}", "TS3*1245319599*11*20261231*1*100"]
        body, paid = body + segments, paid + cents
    adjustments, taken = _provider_adjustments(rng, paid)
    amount = paid - taken
    method = "ACH" if amount else "NON"
    head = [
        f"ST*835*{number:04}",
        f"BPR*{'I' if amount else 'H'}*{money(amount)}*C*{method}*CCP*01*999999992*DA*123456*1512345678"
        "**01*999988880*DA*98765*20260301",
        f"TRN*1*EFT{number:07}*1512345670",
        "REF*EV*CLINICX",
        "DTM*405*20260301",
        "N1*PR*EXAMPLE HEALTH PLAN*XV*PLAN7",
        "N3*1 MAIN ST",
        "N4*ALBANY*NY*12207",
        "REF*2U*90001",
        "PER*BL*EDI DESK*TE*8005551234",
        f"N1*PE*EXAMPLE CLINIC*XX*{NPI}",
        "REF*TJ*123456789",
    ]
    segments = head + body + adjustments
    return [*segments, f"SE*{len(segments) + 1}*{number:04}"]


def money(cents: int) -> str:
    """As payers write it: without idle zeros and points."""
    text = f"{'-' if cents < 0 else ''}{abs(cents) // 100}.{abs(cents) % 100:02}"
    return text.rstrip("0").rstrip(".") if text.endswith("0") and "." in text else text


def _claim(rng: random.Random, control: str) -> tuple[list[str], int]:
    """A claim with its lines, and what it pays."""
    kind = rng.choice([_lines, _lines, _lines, _lines, _no_lines])
    under, charge, paid = kind(rng)
    status, sign = rng.choice(["1", "1", "1", "2", "19", "4", "22"]), 1
    if status == "22":
        under, sign = _reversed(under), -1
    patient = rng.choice(["", "7.5"])
    first = next((place for place, segment in enumerate(under) if segment.startswith("SVC*")), len(under))
    head = [
        f"CLP*{control}*{status}*{money(sign * charge)}*{money(sign * paid)}*{patient}*12*P{control}*11*1",
        *under[:first],
        "NM1*QC*1*SAMPLE*PAT****MI*W1001",
        *rng.choice([[], ["NM1*IL*1*SAMPLE*SAM****MI*W2002"]]),
        f"NM1*82*1*EXAMPLE*DOC****XX*{PROVIDER_NPI}",
        *rng.choice([[], ["MOA***MA01"]]),
        "REF*1L*GRP7",
        "DTM*232*20260105",
        "DTM*233*20260107",
        "DTM*050*20260110",
        *rng.choice([[], ["AMT*I*1.5"]]),
        f"AMT*AU*{money(charge)}",
    ]
    return head + under[first:], sign * paid


def _no_lines(rng: random.Random) -> tuple[list[str], int, int]:
    charge = rng.randint(1, 900_000)
    cas, adjusted = _adjustments(rng, charge)
    return cas, charge, charge - adjusted


def _lines(rng: random.Random) -> tuple[list[str], int, int]:
    """One to four services; at times an adjustment of the whole claim beside those of its lines."""
    segments: list[str] = []
    charge = paid = 0
    for line in range(1, rng.randint(2, 5)):
        cents = rng.randint(100, 90_000)
        cas, adjusted = _adjustments(rng, cents)
        service = rng.choice(["99213", "99214:25", "97110:GP:59", "93000"])
        segments += [
            f"SVC*HC:{service}*{money(cents)}*{money(cents - adjusted)}**{rng.choice(['1', '2', '1.5'])}",
            *rng.choice([["DTM*472*20260105"], ["DTM*150*20260105", "DTM*151*20260107"]]),
            *cas,
            f"REF*6R*L{line}",
            f"AMT*B6*{money(cents)}",
            *rng.choice([[], ["LQ*HE*N130"]]),
        ]
        charge, paid = charge + cents, paid + cents - adjusted
    cas, adjusted = rng.choice([([], 0), ([], 0), _adjustments(rng, paid)])
    return cas + segments, charge, paid - adjusted


def _adjustments(rng: random.Random, charge: int) -> tuple[list[str], int]:
    """CAS segments, some with several adjustments and some with a group that comes back, and their sum."""
    segments, left, total = [], charge, 0
    for group in rng.choice([[], ["CO"], ["CO", "PR"], ["PR", "CO", "CO"], ["OA", "CO", "PR", "PR"]]):
        triples = []
        for reason in rng.sample(["45", "1", "2", "3", "253", "97", "23"], rng.choice([1, 1, 2, 6])):
            cents = rng.randint(0, left)
            left, total = left - cents, total + cents
            triples.append(f"{reason}*{money(cents)}*{rng.choice(['', '', '1'])}")
        segments.append(f"CAS*{group}*{'*'.join(triples)}".rstrip("*"))
    return segments, total


def _provider_adjustments(rng: random.Random, paid: int) -> tuple[list[str], int]:
    """PLB segments and their sum; a positive amount lowers the payment."""
    if paid <= 0:
        return [f"PLB*{NPI}*20261231*FB:CARRIED*{money(paid)}"], paid
    taken, lent = rng.randint(0, paid), rng.randint(0, 5_000)
    return rng.choice(
        [
            ([], 0),
            ([f"PLB*{NPI}*20261231*WO:A0010001*{money(taken)}*L6*{money(-lent)}"], taken - lent),
            ([f"PLB*{NPI}*20261231*CS:X1*{money(taken)}", f"PLB*{NPI}*20261231*72*{money(-lent)}"], taken - lent),
        ]
    )


def _reversed(segments: list[str]) -> list[str]:
    """Every amount negated."""
    negated = []
    for segment in segments:
        parts = segment.split("*")
        places = {"SVC": (2, 3), "CAS": range(3, len(parts), 3)}.get(parts[0], ())
        for place in places:
            parts[place] = parts[place].removeprefix("-") if parts[place].startswith("-") else "-" + parts[place]
        negated.append("*".join(parts))
    return negated
