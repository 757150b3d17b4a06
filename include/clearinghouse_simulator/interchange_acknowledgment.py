"""TA1: the verdict on the envelope.

Note codes (TA105): 000 none, 001 control numbers of header and trailer differ, 017 version, 020 test indicator,
021 number of groups, 023 early end of file, 025 the control number was seen before.
"""

from clearinghouse_simulator.interchange import Interchange, Segment, element
from clearinghouse_simulator.writing import Envelope, rendered

NO_ERROR = "000"


def fault_of_envelope(interchange: Interchange, *, seen_before: bool) -> str:
    """The note code that refuses the interchange, or `000`. Production is never taken: this is no real partner."""
    if interchange.usage != "T":
        return "020"
    if interchange.isa[12] != "00501":
        return "017"
    if not interchange.iea:
        return "023"
    if element(interchange.iea, 2) != interchange.control:
        return "001"
    if element(interchange.iea, 1) != str(len(interchange.groups)):
        return "021"
    return "025" if seen_before else NO_ERROR


def ta1(interchange: Interchange, note: str) -> Segment:
    """The TA1 segment: accepted with note 000, else refused."""
    isa = interchange.isa
    return ["TA1", isa[13], isa[9], isa[10], "A" if note == NO_ERROR else "R", note]


def write_ta1(envelope: Envelope, note: str) -> bytes:
    """A TA1 alone in its interchange: no group, IEA01 = 0."""
    return envelope.interchange(rendered([ta1(envelope.answered, note)]), groups=0)
