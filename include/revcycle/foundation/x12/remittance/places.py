"""Where every segment of a window stands: its set, its loop, its claim and its service, for all rows at once."""

from dataclasses import dataclass, field

import numpy as np

from revcycle.foundation.x12.remittance.envelope import Span
from revcycle.foundation.x12.remittance.layout import OPENERS, Loop
from revcycle.foundation.x12.remittance.transaction_set import RemittanceSet
from revcycle.foundation.x12.segment_window import SegmentWindow, id_code

_NOWHERE = -1


@dataclass
class Places:
    """One value a row of the window. Positions are those of the tables; `claim` and `service` are indexes into the
    window's own CLP and SVC rows, -1 where there is none.

    `loop` holds a `Loop`, `before` the one that was open before the row; `opener` the row that opened the loop, -1
    where that was in an earlier window.
    """

    window: SegmentWindow
    spans: list[Span]
    read: np.ndarray
    set_index: np.ndarray
    loop: np.ndarray
    before: np.ndarray
    opener: np.ndarray
    claim: np.ndarray
    service: np.ndarray
    claim_position: np.ndarray
    service_position: np.ndarray
    _rows: dict[str, np.ndarray] = field(default_factory=dict)
    _qualifiers: dict[str, np.ndarray] = field(default_factory=dict)

    def rows(self, name: str) -> np.ndarray:
        """The rows of a segment, in sets that can be read."""
        if name not in self._rows:
            self._rows[name] = np.flatnonzero((self.window.ids == id_code(name)) & self.read)
        return self._rows[name]

    def qualified(self, name: str, *qualifiers: str) -> np.ndarray:
        """Which of the rows of a segment have one of the qualifiers, of up to three signs, as their first element."""
        if name not in self._qualifiers:
            self._qualifiers[name] = self.window.codes(self.rows(name), 1)
        found = np.zeros(len(self.rows(name)), bool)
        for qualifier in qualifiers:
            found |= self._qualifiers[name] == id_code(qualifier)
        return found


def place(window: SegmentWindow, spans: list[Span], carried: int) -> Places:
    """`carried` is the loop that was open at the end of the window before, of a set that goes on in this one."""
    count = len(window)
    read, set_index, begin = np.zeros(count, bool), np.zeros(count, np.int64), np.zeros(count, np.int64)
    for span in spans:
        read[span.begin : span.end] = span.st.readable
        set_index[span.begin : span.end] = span.st.index
        begin[span.begin : span.end] = span.begin
    loop, before, opener = _loops(window, read, carried)
    is_claim, is_service = ((window.ids == id_code(name)) & read for name in ("CLP", "SVC"))
    in_claim = read & ((loop == Loop.CLAIM) | (loop == Loop.SERVICE))
    in_service = in_claim & (loop == Loop.SERVICE)
    claims, services = np.cumsum(is_claim), np.cumsum(is_service)
    last_claim = _last(is_claim)
    claim = np.where(in_claim & (last_claim >= begin), claims - 1, -1)
    service = np.where(in_service & (_last(is_service) >= begin), services - 1, -1)
    so_far = _spread(spans, count, [span.st.claims - _before(claims, span.begin) for span in spans])
    before_claim = np.where(last_claim >= begin, services[last_claim], _before_rows(services, begin))
    return Places(
        window,
        spans,
        read,
        set_index,
        loop,
        before,
        opener,
        claim,
        service,
        claim_position=np.where(in_claim, claims + so_far, 0),
        service_position=np.where(in_service, services - before_claim, 0),
    )


def _loops(window: SegmentWindow, read: np.ndarray, carried: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """The loop of each row, the one before it, and the row that opened it."""
    mark = np.full(len(window), _NOWHERE, np.int8)
    for name, opened in OPENERS.items():
        mark[(window.ids == id_code(name)) & read] = opened
    in_header = _fill(mark, carried)[0] <= Loop.PAYEE
    n1 = np.flatnonzero((window.ids == id_code("N1")) & read & in_header)
    party = window.codes(n1, 1)
    mark[n1[party == id_code("PR")]] = Loop.PAYER
    mark[n1[party == id_code("PE")]] = Loop.PAYEE
    loop, opener = _fill(mark, carried)
    return loop, np.concatenate(([carried], loop[:-1])), opener


def _fill(mark: np.ndarray, carried: int) -> tuple[np.ndarray, np.ndarray]:
    """Each row's last mark at or before it, and where that stands."""
    at = np.maximum.accumulate(np.where(mark != _NOWHERE, np.arange(len(mark)), -1))
    return np.where(at >= 0, mark[at], carried), at


def _last(flags: np.ndarray) -> np.ndarray:
    last: np.ndarray = np.maximum.accumulate(np.where(flags, np.arange(len(flags)), -1))
    return last


def _before(cumulated: np.ndarray, row: int) -> int:
    return int(cumulated[row - 1]) if row else 0


def _before_rows(cumulated: np.ndarray, rows: np.ndarray) -> np.ndarray:
    return np.where(rows > 0, cumulated[rows - 1], 0)


def _spread(spans: list[Span], count: int, values: list[int]) -> np.ndarray:
    """A value of each set, on all its rows."""
    spread = np.zeros(count, np.int64)
    for span, value in zip(spans, values, strict=True):
        spread[span.begin : span.end] = value
    return spread


def members(places: Places, rows: np.ndarray) -> list[tuple[RemittanceSet, slice]]:
    """Which of some rows, in file order, belong to which set."""
    begins = np.searchsorted(rows, [span.begin for span in places.spans])
    ends = np.searchsorted(rows, [span.end for span in places.spans])
    return [(span.st, slice(int(a), int(z))) for span, a, z in zip(places.spans, begins, ends, strict=True)]
