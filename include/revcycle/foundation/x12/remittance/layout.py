"""The 835 as data: its loops, the order inside them, and what must not be missing (005010X221A1, in our own words).

A set is refused for what touches money, identity or completeness; everything else is kept and reported.
"""

from enum import IntEnum

VERSIONS = ("005010X221A1", "005010X221")


class Loop(IntEnum):
    """Where a segment stands. PAYER is loop 1000A, PAYEE 1000B, HEADING 2000, CLAIM 2100, SERVICE 2110."""

    HEADER = 0
    PAYER = 1
    PAYEE = 2
    HEADING = 3
    CLAIM = 4
    SERVICE = 5
    PROVIDER = 6
    TRAILER = 7


SEGMENTS: dict[Loop, tuple[str, ...]] = {
    Loop.HEADER: ("ST", "BPR", "NTE", "TRN", "CUR", "REF", "DTM"),
    Loop.PAYER: ("N1", "N3", "N4", "REF", "PER"),
    Loop.PAYEE: ("N1", "N3", "N4", "REF", "RDM"),
    Loop.HEADING: ("LX", "TS3", "TS2"),
    Loop.CLAIM: ("CLP", "CAS", "NM1", "MIA", "MOA", "REF", "DTM", "PER", "AMT", "QTY"),
    Loop.SERVICE: ("SVC", "DTM", "CAS", "REF", "AMT", "QTY", "LQ"),
    Loop.PROVIDER: ("PLB",),
    Loop.TRAILER: ("SE",),
}
# N1 opens the payer's and the payee's loop by its qualifier, in the header only.
OPENERS = {
    "ST": Loop.HEADER,
    "LX": Loop.HEADING,
    "CLP": Loop.CLAIM,
    "SVC": Loop.SERVICE,
    "PLB": Loop.PROVIDER,
    "SE": Loop.TRAILER,
}
MONEY = ("BPR", "TRN", "CLP", "SVC", "CAS", "PLB")
# Elements that must not be empty; amounts and dates are looked at where they are read.
REQUIRED: dict[str, tuple[int, ...]] = {
    "BPR": (1, 3, 4),
    "TRN": (1, 2, 3),
    "CLP": (1, 2, 7),
    "SVC": (1,),
    "CAS": (1, 2),
    "PLB": (1, 3),
    "AMT": (1,),
    "LX": (1,),
    "N1": (1,),
    "NM1": (1, 2),
    "REF": (1, 2),
    "DTM": (1,),
    "QTY": (1, 2),
    "LQ": (1, 2),
}
# Elements that a segment has: what stands behind them is read by nobody.
LAST_ELEMENT = {"BPR": 21, "TRN": 4, "CLP": 14, "SVC": 7, "CAS": 19, "PLB": 14}
HANDLING = ("C", "H", "I", "U", "X")
