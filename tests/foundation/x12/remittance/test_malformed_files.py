"""What comes in place of an 835: no crash, the right word for it, and little memory."""

import io
import random
import tracemalloc
import zipfile
from pathlib import Path

import pytest

from revcycle.foundation.x12.file_bytes import FileBytes
from revcycle.foundation.x12.remittance import RemittanceReader
from revcycle.foundation.x12.segments import UnreadableFile
from tests.remittance_files import known_file

FILE = known_file(sets=1)
SOUND = FILE.data()
ISA = SOUND[:106]
MEGABYTE = 1 << 20


def zipped() -> bytes:
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w") as made:
        made.writestr("remittance.835", SOUND)
    return archive.getvalue()


UNREADABLE = {
    "nothing": (b"", "structure.empty"),
    "blanks": (b" " * 500, "structure.empty"),
    "line ends": (b"\r\n\r\n", "structure.empty"),
    "a byte order mark": (b"\xef\xbb\xbf", "structure.empty"),
    "HTML": (b"<html><body>503 Service Unavailable</body></html>", "structure.not_x12"),
    "JSON": (b'{"error": "not found"}', "structure.not_x12"),
    "CSV": (b"claim,paid\r\n1,2.00\r\n", "structure.not_x12"),
    "PDF": (b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n", "structure.not_x12"),
    "a zip": (zipped(), "structure.not_x12"),
    "gzip": (b"\x1f\x8b\x08\x00" + b"\x00" * 50, "structure.not_x12"),
    "random bytes": (random.Random(1).randbytes(4096), "structure.not_x12"),
    "NULs": (b"\x00" * 4096, "structure.not_x12"),
    "lower case": (SOUND.lower(), "structure.not_x12"),
    "UTF-16": (SOUND.decode("ascii").encode("utf-16"), "structure.not_x12"),
    "UTF-16 without a mark": (SOUND.decode("ascii").encode("utf-16-le"), "structure.not_x12"),
    "EBCDIC": (SOUND.decode("ascii").encode("cp037"), "structure.not_x12"),
    "no ISA": (SOUND[106:], "structure.not_x12"),
    "something before ISA": (b"A" + SOUND, "structure.not_x12"),
    "the three letters": (b"ISA", "structure.not_x12"),
    "a cut ISA": (ISA[:60], "structure.not_x12"),
    "an ISA without its end": (ISA[:105], "structure.not_x12"),
    "one sign for two delimiters": (ISA[:-2] + b"~~", "structure.not_x12"),
    "a letter as delimiter": (ISA.replace(b"*", b"A"), "structure.not_x12"),
    "a blank as terminator": (ISA[:-1] + b" ", "structure.not_x12"),
    "a NUL as terminator": (ISA[:-1] + b"\x00", "structure.not_x12"),
    "a byte above ASCII as terminator": (ISA[:-1] + b"\xa7", "structure.not_x12"),
    "an EDIFACT interchange": (b"UNB+UNOA:1+A+B+260301:1200+1'", "structure.not_x12"),
}


@pytest.mark.parametrize("kind", UNREADABLE)
def test_what_is_no_interchange_is_refused_with_its_code(kind: str) -> None:
    data, code = UNREADABLE[kind]
    with pytest.raises(UnreadableFile) as refused:
        list(RemittanceReader(data))
    assert refused.value.code == code


def segments(*parts: str) -> bytes:
    return ISA + "".join(part + "~" for part in parts).encode()


GS, GE, IEA = FILE.segments[1], FILE.segments[-2], FILE.segments[-1]
BODY = FILE.segments[2:-2]
WITHOUT_SETS = {
    "ISA alone": (ISA, {"structure.truncated", "structure.envelope", "structure.empty"}),
    "an envelope alone": (segments(GS, "GE*0*917", IEA), {"structure.empty"}),
    "ISA and IEA": (segments("IEA*0*000000917"), {"structure.empty"}),
    "TA1 alone": (segments("TA1*000000001*260301*1200*A*000", "IEA*0*000000917"), {"structure.empty"}),
    "IEA twice": (segments(GS, "GE*0*917", IEA, IEA), {"structure.empty", "structure.envelope"}),
    "SE without ST": (segments(GS, "SE*2*0001", "GE*0*917", IEA), {"structure.empty", "structure.order"}),
    "GE without GS": (segments("GE*0*917", "IEA*0*000000917"), {"structure.empty", "structure.envelope"}),
    "a body without ST": (segments(GS, *BODY[1:-1], "GE*0*917", IEA), {"structure.empty", "structure.order"}),
    "a truncated group": (segments("GS*HP"), {"structure.empty", "structure.envelope", "structure.truncated"}),
    "binary behind ISA": (ISA + bytes(range(256)).replace(b"~", b"") * 40, {"structure.empty", "structure.truncated"}),
}


@pytest.mark.parametrize("kind", WITHOUT_SETS)
def test_an_interchange_without_a_set_is_reported(kind: str) -> None:
    data, codes = WITHOUT_SETS[kind]
    reader = RemittanceReader(data)
    assert list(reader) == []
    told = {found.code for found in reader.problems}
    assert told - {"structure.envelope"} == codes - {"structure.envelope"}
    assert {found.st_index for found in reader.problems} == {0}


SPOILED = {
    "ST outside of everything": (segments(*BODY, IEA), "structure.order"),
    "ST outside of its group": (segments(*BODY, GS, "GE*0*917", IEA), "structure.order"),
    "a 999": (
        segments(
            "GS*FA*A*B*20260301*1200*1*X*005010X231A1",
            "ST*999*0001*005010X231A1",
            "AK1*HC*1",
            "AK9*A*1*1*1",
            "SE*4*0001",
            "GE*1*1",
            IEA,
        ),
        "structure.version",
    ),
    "an 837": (
        segments(
            "GS*HC*A*B*20260301*1200*1*X*005010X222A2",
            "ST*837*0001*005010X222A2",
            "BHT*0019*00*1*20260301*1200*CH",
            "SE*3*0001",
            "GE*1*1",
            IEA,
        ),
        "structure.version",
    ),
    "an ST alone": (segments(GS, "ST*835*0001"), "structure.truncated"),
    "ST and SE alone": (segments(GS, "ST*835*0001", "SE*2*0001", GE, IEA), "structure.order"),
    "an ST without numbers": (segments(GS, "ST", "SE*2", GE, IEA), "structure.version"),
    "lower case ids": (
        segments(GS, BODY[0], *[part[:3].lower() + part[3:] for part in BODY[1:-1]], BODY[-1], GE, IEA),
        "structure.order",
    ),
    "lines of 80 signs": (b"\n".join(SOUND[at : at + 80] for at in range(0, len(SOUND), 80)), "structure.order"),
}


@pytest.mark.parametrize("kind", SPOILED)
def test_a_set_that_is_none_is_quarantined_with_its_code(kind: str) -> None:
    data, code = SPOILED[kind]
    reader = RemittanceReader(data)
    list(reader)
    assert [one.sound for one in reader.sets] == [False]
    assert code in {found.code for found in reader.problems if found.st_index == 1}


def test_a_hundred_thousand_empty_segments_are_counted() -> None:
    file = known_file(sets=3)
    at = file.at(2, "LX")
    file.segments[at:at] = [""] * 100_000
    reader = RemittanceReader(file.data())
    list(reader)
    assert len(reader.problems) < 110
    assert ("structure.count", file.at(2, "SE") + 1) in {(found.code, found.segment) for found in reader.problems}
    assert [one.sound for one in reader.sets] == [True, False, True]


@pytest.mark.parametrize("window", [4 << 20, 64 << 10])
def test_a_segment_of_fifty_megabytes_spoils_its_set_alone(tmp_path: Path, window: int) -> None:
    file = known_file(sets=3)
    at = file.at(2, "REF")
    data = file.data()
    place = data.index(file.segments[at].encode(), len("".join(file.segments[:at])))
    path = tmp_path / "long.835"
    path.write_bytes(data[:place] + b"REF*6R*" + b"A" * (50 * MEGABYTE) + data[place:])
    reader = read_in_little_memory(path, window)
    assert [one.sound for one in reader.sets] == [True, False, True]
    assert ("structure.truncated", at + 1) in {(found.code, found.segment) for found in reader.problems}
    assert {found.st_index for found in reader.problems} == {2}


@pytest.mark.parametrize("between", ["", "\r\n", "\n\n"])
def test_a_segment_too_long_is_counted_where_segments_end_with_the_line(between: str) -> None:
    file = known_file(sets=3)
    at = file.at(2, "REF")
    file.put(at, 2, "A" * 70_000)
    for window in (4 << 20, 2 << 10):
        reader = RemittanceReader(file.data("*:^\n", between), window)
        list(reader)
        assert [one.sound for one in reader.sets] == [True, False, True]
        assert [(found.code, found.segment) for found in reader.problems] == [("structure.truncated", at + 1)]


@pytest.mark.parametrize("blanks", [1_000, 200_000])
def test_any_number_of_blanks_between_segments_is_accepted(blanks: int) -> None:
    data = SOUND.replace(b"~CLP", b"~" + b" " * blanks + b"CLP").replace(b"~IEA", b"~" + b"\r\n" * blanks + b"IEA")
    for window in (4 << 20, 32 << 10):
        reader = RemittanceReader(data, window)
        list(reader)
        assert reader.problems == []
        assert [one.sound for one in reader.sets] == [True]


def test_fifty_megabytes_without_a_terminator_cut_the_file(tmp_path: Path) -> None:
    file = known_file(sets=3)
    place = file.data().index(b"ST*835*0003")
    path = tmp_path / "endless.835"
    path.write_bytes(file.data()[: place + 200] + b"A" * (50 * MEGABYTE))
    reader = read_in_little_memory(path)
    assert [one.sound for one in reader.sets] == [True, True, False]
    assert {found.st_index for found in reader.problems} == {3}
    assert "structure.truncated" in {found.code for found in reader.problems}


@pytest.mark.parametrize(
    ("segment", "before", "megabytes", "fatal"),
    [
        ("", "LX", 4, set()),
        ("LX*1", "LX", 4, set()),
        ("PLB*1*20261231*72*0", "PLB", 4, set()),
        ("REF*6R*1", "NM1", 4, set()),
        ("REF*6R*1", "NM1", 18, {"structure.truncated", "balance.claim"}),
    ],
)
def test_megabytes_of_one_segment_take_little_memory(
    tmp_path: Path, segment: str, before: str, megabytes: int, fatal: set[str]
) -> None:
    file = known_file(sets=1)
    at = file.at(1, before)
    file.segments[at:at] = [segment] * (megabytes * MEGABYTE // (len(segment) + 1))
    file.recount()
    path = tmp_path / "same.835"
    path.write_bytes(file.data())
    reader = read_in_little_memory(path, limit=300)
    assert {found.code for found in reader.problems if found.fatal} == fatal


def test_a_large_file_takes_no_more_memory_than_its_window(tmp_path: Path) -> None:
    file = known_file(sets=1)
    first, last = file.at(1, "CLP"), file.at(1, "PLB")
    file.segments[first:last] = file.segments[first:last] * 40_000
    file.put(file.at(1, "BPR"), 2, f"{40_000 * 100.5 - 1.5:.2f}")
    file.recount()
    path = tmp_path / "large.835"
    path.write_bytes(file.data())
    reader = read_in_little_memory(path, window=MEGABYTE, limit=60)
    assert [(one.claims, one.sound) for one in reader.sets] == [(40_000, True)]


def read_in_little_memory(path: Path, window: int = 4 << 20, limit: int = 100) -> RemittanceReader:
    """Read to the end with no more than `limit` MB."""
    with FileBytes(path) as data:
        reader = RemittanceReader(data, window)
        tracemalloc.start()
        for _ in reader:
            pass
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
    assert peak < limit * MEGABYTE
    return reader
