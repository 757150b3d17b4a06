"""Ways to break an 835, each with what must be said of it: which set, which code, at which segment, and the verdict."""

from collections.abc import Callable
from dataclasses import dataclass

import pytest

from revcycle.foundation.x12.remittance import RemittanceReader
from tests.remittance_files import RemittanceFile, known_file

QUARANTINED, REPORTED, ENVELOPE = "quarantined", "reported", "envelope"
BROKEN = 2


@dataclass
class Way:
    """`breaks` spoils set 2 of a file and returns the place of the segment at which that shows."""

    name: str
    code: str
    breaks: Callable[[RemittanceFile], int]
    verdict: str = QUARANTINED


def element(name: str, place: int, value: str, nth: int = 1) -> Callable[[RemittanceFile], int]:
    """Another value for one element of set 2."""

    def breaks(file: RemittanceFile) -> int:
        at = file.at(BROKEN, name, nth)
        file.put(at, place, value)
        return at

    return breaks


def cent(
    name: str, place: int, nth: int = 1, *, shows: str = "", shows_nth: int = 1
) -> Callable[[RemittanceFile], int]:
    """One cent more."""

    def breaks(file: RemittanceFile) -> int:
        at = file.at(BROKEN, name, nth)
        file.put(at, place, f"{float(file.element(at, place)) + 0.01:.2f}")
        return file.at(BROKEN, shows or name, shows_nth if shows else nth)

    return breaks


def without(name: str, shows: str, nth: int = 1, shows_nth: int = 1) -> Callable[[RemittanceFile], int]:
    """A segment left out, all counts right again."""

    def breaks(file: RemittanceFile) -> int:
        del file.segments[file.at(BROKEN, name, nth)]
        file.recount()
        return file.at(BROKEN, shows, shows_nth)

    return breaks


def twice(name: str) -> Callable[[RemittanceFile], int]:
    """A segment repeated, all counts right again."""

    def breaks(file: RemittanceFile) -> int:
        at = file.at(BROKEN, name)
        file.segments.insert(at, file.segments[at])
        file.recount()
        return at + 1

    return breaks


def added(segment: str, before: str, nth: int = 1) -> Callable[[RemittanceFile], int]:
    """A segment put in, all counts right again."""

    def breaks(file: RemittanceFile) -> int:
        at = file.at(BROKEN, before, nth)
        file.segments.insert(at, segment)
        file.recount()
        return at

    return breaks


def moved(name: str, before: str, nth: int = 1) -> Callable[[RemittanceFile], int]:
    """A segment put elsewhere, all counts right again."""

    def breaks(file: RemittanceFile) -> int:
        segment = file.segments.pop(file.at(BROKEN, name, nth))
        at = file.at(BROKEN, before)
        file.segments.insert(at, segment)
        file.recount()
        return at

    return breaks


def envelope(name: str, place: int, value: str) -> Callable[[RemittanceFile], int]:
    """Another value for one element of ISA, GS, GE or IEA."""

    def breaks(file: RemittanceFile) -> int:
        at = next(at for at, segment in enumerate(file.segments) if segment.startswith(name + "*"))
        file.put(at, place, value)
        trailer = {"GS": "GE", "ISA": "IEA"}.get(name, name)
        return next(at for at, segment in enumerate(file.segments) if segment.startswith(trailer + "*"))

    return breaks


def no_trailer_of_set(file: RemittanceFile) -> int:
    at = file.at(BROKEN, "SE")
    del file.segments[at]
    return at - 1


def no_trailer_of_group(file: RemittanceFile) -> int:
    at = file.at(BROKEN, "GE")
    del file.segments[at]
    return at


def no_trailer_of_interchange(file: RemittanceFile) -> int:
    file.segments.pop()
    return len(file.segments) - 1


def group_ends_early(file: RemittanceFile) -> int:
    """Set 2 stands behind the GE of its group, set 3 in a group of its own."""
    gs = "GS*HP*PAYERX*CLINICX*20260301*1200*918*X*005010X221A1"
    file.segments[file.at(BROKEN, "GE")] = "GE*1*918"
    file.segments.insert(file.at(3, "ST"), gs)
    file.segments.insert(file.at(BROKEN, "ST"), "GE*1*917")
    file.segments[-1] = "IEA*2*000000917"
    return file.at(BROKEN, "ST")


def claim_without_heading(file: RemittanceFile) -> int:
    del file.segments[file.at(BROKEN, "LX")]
    file.recount()
    return file.at(BROKEN, "CLP")


def provider_adjustments_first(file: RemittanceFile) -> int:
    segment = file.segments.pop(file.at(BROKEN, "PLB"))
    at = file.at(BROKEN, "LX")
    file.segments.insert(at, segment)
    return at


def one_line_more(file: RemittanceFile) -> int:
    added("SVC*HC:99213*10*10", "PLB")(file)
    return file.at(BROKEN, "CLP")


def behind_the_trailer(segment: str) -> Callable[[RemittanceFile], int]:
    def breaks(file: RemittanceFile) -> int:
        at = file.at(BROKEN, "SE") + 1
        file.segments.insert(at, segment)
        return at

    return breaks


UNREADABLE = {
    "exponent": "1e2",
    "capital exponent": "1E2",
    "NaN": "NaN",
    "infinity": "inf",
    "comma": "1,000.00",
    "decimal comma": "100,50",
    "plus": "+100.5",
    "three decimals": "100.501",
    "19 digits": "1000000000000000005",
    "two points": "100.5.0",
    "two signs": "--100.5",
    "sign behind": "100.5-",
    "blank before": " 100.5",
    "blank behind": "100.5 ",
    "a sign alone": "-",
    "a point alone": ".",
    "hexadecimal": "0x64",
    "currency": "$100.50",
    "letter O": "1OO.5",
    "brackets": "(100.50)",
}
AMOUNTS = [
    ("BPR", 2),
    ("CLP", 3),
    ("CLP", 5),
    ("SVC", 2),
    ("SVC", 3),
    ("CAS", 3),
    ("CAS", 6),
    ("PLB", 4),
    ("PLB", 6),
    ("AMT", 2),
]
MUST_BE_THERE = [
    ("BPR", 2),
    ("CLP", 3),
    ("CLP", 4),
    ("SVC", 2),
    ("SVC", 3),
    ("CAS", 3),
    ("CAS", 6),
    ("PLB", 4),
    ("PLB", 6),
    ("AMT", 2),
]
NAMES = [("BPR", 1), ("BPR", 3), ("BPR", 4), ("TRN", 1), ("TRN", 2), ("TRN", 3), ("CLP", 1), ("CLP", 2), ("CLP", 7)]
NAMES += [("SVC", 1), ("CAS", 1), ("CAS", 2), ("CAS", 5), ("PLB", 1), ("PLB", 3), ("PLB", 5)]

WAYS = [
    Way("CLP03 by a cent", "balance.claim", cent("CLP", 3)),
    Way("CLP04 by a cent", "balance.claim", cent("CLP", 4)),
    Way("CLP04 by a cent, in the payment", "balance.transaction", cent("CLP", 4, shows="BPR")),
    Way("SVC02 by a cent", "balance.service", cent("SVC", 2)),
    Way("SVC03 by a cent", "balance.service", cent("SVC", 3, nth=2)),
    Way("CAS03 by a cent, in the service", "balance.service", cent("CAS", 3, shows="SVC")),
    Way("CAS03 by a cent, in the claim", "balance.claim", cent("CAS", 3, shows="CLP")),
    Way("CAS06 by a cent", "balance.service", cent("CAS", 6, shows="SVC")),
    Way("CAS of the second line by a cent", "balance.service", cent("CAS", 3, nth=3, shows="SVC", shows_nth=2)),
    Way("PLB04 by a cent", "balance.transaction", cent("PLB", 4, shows="BPR")),
    Way("PLB06 by a cent", "balance.transaction", cent("PLB", 6, shows="BPR")),
    Way("BPR02 by a cent", "balance.transaction", cent("BPR", 2)),
    Way("a credit made a debit", "balance.transaction", element("BPR", 3, "D")),
    Way("CLP03 not the sum of its lines", "balance.lines", one_line_more, REPORTED),
    *(Way(f"CLP04 with {name}", "amount.unreadable", element("CLP", 4, text)) for name, text in UNREADABLE.items()),
    *(Way(f"{name}{at:02} unreadable", "amount.unreadable", element(name, at, "12,5")) for name, at in AMOUNTS),
    Way("SVC05 unreadable", "amount.unreadable", element("SVC", 5, "two")),
    Way("CAS07 unreadable", "amount.unreadable", element("CAS", 7, "1e1")),
    Way("SVC05 with a fourth decimal", "amount.unreadable", element("SVC", 5, "0.3333"), REPORTED),
    *(Way(f"{name}{at:02} missing", "amount.missing", element(name, at, "")) for name, at in MUST_BE_THERE),
    *(Way(f"{name}{at:02} missing", "structure.order", element(name, at, "")) for name, at in NAMES),
    Way("PLB02 missing", "date.unreadable", element("PLB", 2, "")),
    Way("PLB02 no date", "date.unreadable", element("PLB", 2, "20261301"), REPORTED),
    Way("BPR16 no date", "date.unreadable", element("BPR", 16, "20260230")),
    Way("BPR16 with six digits", "date.unreadable", element("BPR", 16, "260301")),
    Way("BPR16 missing", "date.unreadable", element("BPR", 16, ""), REPORTED),
    Way("DTM02 no date", "date.unreadable", element("DTM", 2, "2026010A", nth=3), REPORTED),
    Way("DTM02 missing", "date.unreadable", element("DTM", 2, ""), REPORTED),
    Way("REF02 missing", "structure.order", element("REF", 2, ""), REPORTED),
    Way("NM102 missing", "structure.order", element("NM1", 2, ""), REPORTED),
    Way("BPR01 is D", "handling.unsupported", element("BPR", 1, "D")),
    Way("BPR01 is P", "handling.unsupported", element("BPR", 1, "P")),
    Way("BPR01 unknown", "handling.unsupported", element("BPR", 1, "Z")),
    Way("BPR01 missing", "handling.unsupported", element("BPR", 1, "")),
    Way("a notice with money", "handling.unsupported", element("BPR", 1, "H")),
    Way("BPR03 unknown", "amount.unreadable", element("BPR", 3, "X")),
    Way("SE01 wrong", "structure.count", element("SE", 1, "99")),
    Way("SE01 missing", "structure.count", element("SE", 1, "")),
    Way("SE01 no number", "structure.count", element("SE", 1, "3x")),
    Way("SE02 wrong", "structure.envelope", element("SE", 2, "0009")),
    Way("SE02 missing", "structure.envelope", element("SE", 2, "")),
    Way("ST01 of another set", "structure.version", element("ST", 1, "999")),
    Way("ST03 of another version", "structure.version", element("ST", 3, "005010X231A1")),
    Way("no BPR", "structure.order", without("BPR", "ST")),
    Way("no TRN", "structure.order", without("TRN", "ST")),
    Way("no N1 of the payer", "structure.order", without("N1*PR", "ST")),
    Way("no N1 of the payee", "structure.order", without("N1*PE", "ST")),
    Way("no CLP", "structure.order", without("CLP", "SVC")),
    Way("no SE", "structure.truncated", no_trailer_of_set),
    Way("no CAS, in the service", "balance.service", without("CAS", "SVC")),
    Way("no CAS, in the claim", "balance.claim", without("CAS", "CLP")),
    Way("no PLB", "balance.transaction", without("PLB", "BPR")),
    Way("no SVC", "balance.lines", without("SVC", "CLP"), REPORTED),
    Way("no LX", "structure.order", claim_without_heading, REPORTED),
    Way(
        "a segment lost without a word",
        "structure.count",
        lambda file: file.segments.pop(file.at(2, "N3")) and file.at(2, "SE"),
    ),
    Way("two BPR", "structure.order", twice("BPR")),
    Way("two TRN", "structure.order", twice("TRN")),
    Way("a CLP twice", "balance.claim", lambda file: twice("CLP")(file) - 1),
    Way("a CAS twice", "balance.service", lambda file: twice("CAS")(file) and file.at(2, "SVC")),
    Way("a PLB twice", "balance.transaction", lambda file: twice("PLB")(file) and file.at(2, "BPR")),
    Way("a service before its claim", "structure.order", moved("SVC", "CLP")),
    Way("an adjustment before the claims", "structure.order", moved("CAS", "LX")),
    Way("a claim behind PLB", "structure.order", lambda file: provider_adjustments_first(file) + 2),
    Way("PLB before a claim", "structure.order", provider_adjustments_first),
    Way("PLB before the payee", "structure.order", moved("PLB", "N1*PE")),
    Way("BPR behind the payer", "structure.order", moved("BPR", "N1*PE")),
    Way("TRN in a claim", "structure.order", moved("TRN", "NM1")),
    Way("an LX between claim and service", "structure.order", lambda file: added("LX*2", "SVC")(file) + 1),
    Way("an id in lower case", "structure.order", element("CLP", 0, "clp")),
    Way("an id with a blank", "structure.order", element("SVC", 0, "SVC ")),
    Way("a CAS of seven", "structure.order", element("CAS", 20, "45")),
    Way("a segment too long", "structure.truncated", element("REF", 2, "A" * 70_000)),
    Way("an unknown segment", "structure.order", added("ZZZ*1", "NM1"), REPORTED),
    Way("an empty segment", "structure.order", added("", "NM1"), REPORTED),
    Way("N1 of the payee in a claim", "structure.order", added("N1*PE*OTHER*XX*1", "NM1"), REPORTED),
    Way("a segment out of its loop", "structure.order", added("LQ*HE*N1", "NM1"), REPORTED),
    Way("a segment out of order", "structure.order", added("NM1*82*1*DOE", "SVC"), REPORTED),
    Way("more elements than SVC has", "structure.order", element("SVC", 8, "X"), REPORTED),
    Way("a NUL", "structure.characters", element("NM1", 3, "D\x00OE"), REPORTED),
    Way("a letter outside ASCII", "structure.characters", element("NM1", 3, "DOÉ"), REPORTED),
    Way("a set outside its group", "structure.order", group_ends_early),
    Way("GE01 wrong", "structure.count", envelope("GE", 1, "4"), ENVELOPE),
    Way("GE01 missing", "structure.count", envelope("GE", 1, ""), ENVELOPE),
    Way("GE02 wrong", "structure.envelope", envelope("GE", 2, "918"), ENVELOPE),
    Way("GS06 wrong", "structure.envelope", envelope("GS", 6, "918"), ENVELOPE),
    Way("IEA01 wrong", "structure.count", envelope("IEA", 1, "2"), ENVELOPE),
    Way("IEA02 wrong", "structure.envelope", envelope("IEA", 2, "000000918"), ENVELOPE),
    Way("ISA13 wrong", "structure.envelope", envelope("ISA", 13, "000000918"), ENVELOPE),
    Way(
        "a NUL in the group's head",
        "structure.characters",
        lambda file: envelope("GS", 2, "PAY\0X")(file) and 1,
        ENVELOPE,
    ),
    Way("no GE", "structure.envelope", no_trailer_of_group, ENVELOPE),
    Way("no IEA", "structure.truncated", no_trailer_of_interchange, ENVELOPE),
    Way("a claim behind SE", "structure.order", behind_the_trailer("CLP*C9*1*0*0**12*P9"), ENVELOPE),
    Way("SE twice", "structure.order", behind_the_trailer("SE*28*0002"), ENVELOPE),
]


@pytest.mark.parametrize("window", [4 << 20, 1 << 10])
@pytest.mark.parametrize("way", WAYS, ids=lambda way: way.name)
def test_each_way_is_found_in_its_set_at_its_segment_and_spoils_no_other(way: Way, window: int) -> None:
    file = known_file(sets=3)
    place = way.breaks(file)
    reader = RemittanceReader(file.data(), window)
    list(reader)
    told = {(problem.code, problem.segment) for problem in reader.problems}
    assert (way.code, place + 1) in told
    assert {problem.st_index for problem in reader.problems} == {0 if way.verdict == ENVELOPE else BROKEN}
    assert [one.sound for one in reader.sets] == [True, way.verdict != QUARANTINED, True]


def test_a_pair_of_control_numbers_that_both_changed_is_no_fault() -> None:
    file = known_file(sets=3)
    for name in ("ST", "SE"):
        file.put(file.at(BROKEN, name), 2, "0001")
    reader = RemittanceReader(file.data())
    list(reader)
    assert reader.problems == []
    assert [one.st02 for one in reader.sets] == ["0001", "0001", "0003"]


def test_a_group_of_another_version_spoils_its_own_sets_only() -> None:
    file = known_file(sets=3)
    at = file.at(BROKEN, "ST")
    file.segments[at:at] = ["GE*1*917", "GS*HP*PAYERX*CLINICX*20260301*1200*918*X*004010X091A1"]
    file.put(file.at(3, "GE"), 1, "2")
    file.put(file.at(3, "GE"), 2, "918")
    file.segments[-1] = "IEA*2*000000917"
    reader = RemittanceReader(file.data())
    list(reader)
    assert [(found.st_index, found.code, found.segment) for found in reader.problems] == [
        (2, "structure.version", at + 2),
        (3, "structure.version", at + 2),
    ]
    assert [one.sound for one in reader.sets] == [True, False, False]


def test_a_file_cut_anywhere_keeps_the_sets_before_the_cut() -> None:
    file = known_file(sets=3)
    data = file.data()
    ends = [place for place, byte in enumerate(data) if byte == ord("~")]
    trailers = [ends[file.at(st, "SE")] for st in (1, 2, 3)]
    for cut in range(200, len(data) - 1, 7):
        reader = RemittanceReader(data[:cut])
        list(reader)
        whole = sum(end < cut for end in trailers)
        assert [one.sound for one in reader.sets[:whole]] == [True] * whole
        cut_codes = {(found.st_index, found.code) for found in reader.problems if found.code == "structure.truncated"}
        opened = len(reader.sets)
        assert not any(one.sound for one in reader.sets[whole:])
        assert cut_codes == {(opened if opened > whole else 0, "structure.truncated")}


@pytest.mark.parametrize(
    "behind", [b"\x1a", b"\x00\x00", b"<html>", b"GARBAGE~", b"GS*HP~", b"isa*00*", b"\n\x1a\n", b"ISA*00*   ~"]
)
def test_what_follows_the_last_trailer_is_reported_and_spoils_nothing(behind: bytes) -> None:
    reader = RemittanceReader(known_file(sets=3).data() + behind)
    list(reader)
    assert {found.st_index for found in reader.problems} == {0}
    assert [one.sound for one in reader.sets] == [True] * 3


def test_an_interchange_behind_something_else_is_read() -> None:
    one, two = known_file(sets=1), known_file(sets=2)
    reader = RemittanceReader(one.data() + b"\x1a\x1a" + two.data())
    list(reader)
    assert [(found.st_index, found.code) for found in reader.problems] == [(0, "structure.envelope")]
    assert [one.sound for one in reader.sets] == [True] * 3
    assert reader.sets[1].first == len(one.segments) + 3


def test_an_interchange_without_its_trailer_does_not_swallow_the_next() -> None:
    one, two = known_file(sets=1), known_file(sets=2)
    one.segments.pop()
    reader = RemittanceReader(one.data() + two.data("|>^\n"))
    list(reader)
    assert [(found.st_index, found.code) for found in reader.problems] == [(0, "structure.envelope")]
    assert [one.sound for one in reader.sets] == [True] * 3


def test_sets_between_two_interchanges_are_not_lost() -> None:
    one, two = known_file(sets=1), known_file(sets=2)
    reader = RemittanceReader(one.data() + "~".join([*two.segments[1:], ""]).encode())
    list(reader)
    assert [one.sound for one in reader.sets] == [True, False, False]
    assert {found.code for found in reader.problems if found.st_index == 2} == {"structure.envelope"}


def test_faults_without_number_are_counted_and_not_listed() -> None:
    file = known_file(sets=1)
    at = file.at(1, "NM1")
    file.segments[at:at] = ["ZZZ*1"] * 5_000
    file.recount()
    for window in (4 << 20, 4 << 10):
        reader = RemittanceReader(file.data(), window)
        list(reader)
        assert [found.segment for found in reader.problems] == list(range(at + 1, at + 102))
        assert "4900 such segments" in reader.problems[-1].reason
        assert reader.sets[0].sound
