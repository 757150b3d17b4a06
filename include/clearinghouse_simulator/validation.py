"""What pyx12 says about an 837: its own 999 read back, set by set. The envelope it writes is not used."""

import io
import logging
from collections.abc import Iterable
from dataclasses import dataclass, field

import pyx12.params
import pyx12.x12n_document

from clearinghouse_simulator.interchange import Segment, element

VERSIONS = ("005010X222A1", "005010X223A2")
"""GS08 of the groups that are taken: professional and institutional claims."""

# pyx12 logs what it finds wrong, with the value: never into our log.
logging.getLogger("pyx12").addHandler(logging.NullHandler())
logging.getLogger("pyx12").propagate = False


@dataclass
class SegmentError:
    """IK3 and the IK4 below it."""

    ik3: Segment
    ik4: list[Segment] = field(default_factory=list)

    @property
    def position(self) -> int:
        return int(element(self.ik3, 2))


@dataclass
class SetReport:
    """AK2 to IK5 of one transaction set; `codes` are IK502 and following."""

    control: str
    status: str = "R"
    codes: list[str] = field(default_factory=list)
    errors: list[SegmentError] = field(default_factory=list)


@dataclass
class GroupReport:
    """AK1 to AK9 of one group; `codes` are AK905 and following."""

    control: str
    codes: list[str] = field(default_factory=list)
    sets: list[SetReport] = field(default_factory=list)


def validate(data: bytes) -> list[GroupReport] | None:
    """The reports of all groups in the order of the file; None where pyx12 cannot read it to its end."""
    out = io.StringIO()
    try:
        # A text stream, because pyx12 opens a path as ASCII and stops at the first other byte.
        pyx12.x12n_document.x12n_document(pyx12.params.params(), io.StringIO(data.decode("latin-1")), out, None)
        return _reports(line.rstrip("~\n").split("*") for line in out.getvalue().splitlines())
    except Exception:  # pyx12 raises whatever it stumbles over in a broken file
        return None


def _reports(segments: Iterable[Segment]) -> list[GroupReport]:
    groups: list[GroupReport] = []
    for segment in segments:
        match segment[0]:
            case "AK1":
                groups.append(GroupReport(element(segment, 2)))
            case "AK2":
                groups[-1].sets.append(SetReport(element(segment, 2)))
            case "IK3":
                groups[-1].sets[-1].errors.append(SegmentError(segment))
            case "IK4":
                groups[-1].sets[-1].errors[-1].ik4.append(segment)
            case "IK5":
                groups[-1].sets[-1].status, groups[-1].sets[-1].codes = segment[1], segment[2:]
            case "AK9":
                groups[-1].codes = segment[5:]
    return groups
