"""TA1: the verdict on the envelope.

Note codes (TA105): 000 none, 001 control numbers of header and trailer differ, 017 version, 020 test indicator,
021 number of groups, 023 early end of file, 024 content, 025 the control number was seen before.
"""

from clearinghouse_simulator.interchange import Interchange, Segment, element
from clearinghouse_simulator.writing import Envelope, rendered

NO_ERROR = "000"


def fault_of_envelope(interchange: Interchange, *, seen_before: bool) -> str:
    """The note code that refuses the interchange, or `000`. Production is never taken: this is no real partner."""
    iea = interchange.iea
    checks = (
        ("020", interchange.usage != "T"),
        ("017", interchange.isa[12] != "00501"),
        ("023", not iea),
        ("001", element(iea, 2) != interchange.control),
        ("021", element(iea, 1) != str(len(interchange.groups))),
        ("024", not interchange.groups),
        ("025", seen_before),
    )
    return next((note for note, wrong in checks if wrong), NO_ERROR)


def ta1(interchange: Interchange, note: str) -> Segment:
    """The TA1 segment: accepted with note 000, else refused."""
    isa = interchange.isa
    return ["TA1", isa[13], isa[9], isa[10], "A" if note == NO_ERROR else "R", note]


def write_ta1(envelope: Envelope, note: str) -> bytes:
    """A TA1 alone in its interchange: no group, IEA01 = 0."""
    return envelope.interchange(rendered([ta1(envelope.answered, note)]), groups=0)
