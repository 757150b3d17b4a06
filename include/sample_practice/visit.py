"""What a visit looks like on paper: its charge lines, its diagnoses, and whom it fits."""

import re
from dataclasses import dataclass
from datetime import date

FAMILY = "family_medicine"
ORTHOPEDICS = "orthopedic_surgery"
CARDIOLOGY = "cardiology"
SPECIALTIES = (FAMILY, ORTHOPEDICS, CARDIOLOGY)

NEW = "new"
CHILD = "child"
ADULT = "adult"
SENIOR = "senior"

OFFICE = "11"
OUTPATIENT_HOSPITAL = "22"
SURGERY_CENTER = "24"

_LINE = re.compile(r"(?P<procedure>\w+)(?P<modifiers>(-\w+)*)(\*(?P<units>-?\d+))?(@(?P<pointers>[\d,]*))?")


@dataclass(frozen=True)
class Line:
    """One charge line; `ends_after` is the days from the first to the last day of service, None if not given."""

    procedure: str
    modifiers: tuple[str, ...]
    units: int
    pointers: tuple[int, ...]
    ends_after: int | None = None


@dataclass(frozen=True)
class Visit:
    """One encounter without its patient and day. Each of `diagnoses` is a list the visit may have."""

    specialty: str
    lines: tuple[Line, ...]
    diagnoses: tuple[tuple[str, ...], ...]
    place: str = OFFICE
    audience: str = ADULT
    weight: float = 1.0
    referred: bool = False
    authorized: bool = False
    accident: bool = False
    rendering: str | None = None
    facility: str | None = None


@dataclass(frozen=True)
class Expected:
    """A finding that the sweep owes: its rule, its codes, and which visit of the case has it."""

    rule: str
    codes: tuple[str, ...]
    visit: int = 0


@dataclass(frozen=True)
class Case:
    """One visit, or two of one patient, provider and day, with what is wrong with it in a window of service dates."""

    visits: tuple[Visit, ...]
    expected: tuple[Expected, ...] = ()
    first: date = date.min
    last: date = date.max


def lines(text: str) -> tuple[Line, ...]:
    """Charge lines from `PROCEDURE[-MODIFIER...][*UNITS][@POINTER,...]`, parted by blanks.

    Left out, units are 1 and the pointer is 1; `@` alone is no pointer at all.
    """
    return tuple(_line(word) for word in text.split())


def _line(word: str) -> Line:
    found = _LINE.fullmatch(word)
    if found is None:
        raise ValueError(f"{word} is no charge line")
    pointers = "1" if found["pointers"] is None else found["pointers"]
    return Line(
        procedure=found["procedure"],
        modifiers=tuple(found["modifiers"].split("-")[1:]),
        units=int(found["units"] or 1),
        pointers=tuple(int(pointer) for pointer in pointers.split(",") if pointer),
    )


def choices(text: str) -> tuple[tuple[str, ...], ...]:
    """Diagnosis lists from text: codes joined by `+` stand in one list, lists are parted by blanks."""
    return tuple(tuple(word.split("+")) for word in text.split())
