"""The loops of 005010X221A1 as data: their segments in order, which loop may follow which, and what may not be missing.

Severity follows danger: what is wrong with a segment of MONEY spoils its set, the rest is reported.
"""

import numpy as np

from revcycle.foundation.x12.remittance.window import code

LOOPS = {
    "ST": "ST BPR NTE TRN CUR REF DTM",
    "1000A": "N1 N3 N4 REF PER",
    "1000B": "N1 N3 N4 REF RDM",
    "2000": "LX TS3 TS2",
    "2100": "CLP CAS NM1 MIA MOA REF DTM PER AMT QTY",
    "2110": "SVC DTM CAS REF AMT QTY LQ",
    "PLB": "PLB",
    "SE": "SE",
}
"""Loop -> its segments in order; the first one opens it."""
FOLLOWS = {
    "ST": (*LOOPS, ""),
    "1000A": ("ST",),
    "1000B": ("1000A",),
    "2000": ("1000B", "2000", "2100", "2110"),
    "2100": ("2000", "2100", "2110"),
    "2110": ("2100", "2110"),
    "PLB": ("1000B", "2000", "2100", "2110", "PLB"),
    "SE": ("1000B", "2000", "2100", "2110", "PLB"),
}
"""Loop -> those that may stand right before it."""
NAMES = list(LOOPS)
OPENERS = {"ST": "ST", "LX": "2000", "CLP": "2100", "SVC": "2110", "PLB": "PLB", "SE": "SE"}
"""Segments that always open a loop; N1 does so by its qualifier."""
MONEY = ("BPR", "TRN", "CLP", "SVC", "CAS", "PLB")
IDS = sorted({segment for segments in LOOPS.values() for segment in segments.split()})
CODES = np.array(sorted(code(segment) for segment in IDS), np.uint32)
RANK = np.full((len(NAMES), len(CODES)), -1, np.int8)
for _place, _segments in enumerate(LOOPS.values()):
    for _rank, _segment in enumerate(_segments.split()):
        RANK[_place, np.searchsorted(CODES, code(_segment))] = _rank
MAY_FOLLOW = np.array([[before in FOLLOWS[name] for name in NAMES] for before in [*NAMES, ""]])
"""[loop before, or -1 for none][loop]."""
AMOUNTS = {"CLP": (3, 4), "SVC": (2, 3), "BPR": (2,)}
"""Elements that are money and may not be missing; CAS and PLB repeat theirs and are looked at by pairs and triples."""
REQUIRED = {
    "CLP": (1, 2, 7),
    "SVC": (1,),
    "CAS": (1,),
    "BPR": (3, 4),
    "TRN": (1, 2, 3),
    "PLB": (1, 2),
    "REF": (1, 2),
    "DTM": (1, 2),
    "AMT": (1, 2),
    "QTY": (1, 2),
    "LQ": (1, 2),
    "NM1": (1, 2),
}
"""Other elements that may not be missing."""
HANDLINGS = ("C", "I", "U", "X", "H")
"""BPR01 that can be posted; H only without money."""
AS_READ = ("ST", "BPR", "LX", "CLP", "SVC", "CAS", "PLB", "SE")
"""Segments that have tables or facts of their own; every other one is kept as it was read."""
