"""The sha256 of a set's body: the same whatever envelope, delimiters and line ends it came in."""

import hashlib

import numpy as np

from revcycle.foundation.x12.remittance.envelope import Span
from revcycle.foundation.x12.segment_window import SegmentWindow
from revcycle.foundation.x12.segments import Delimiters

# What the delimiters become: the separators of ASCII, which stand in no data.
_SEGMENT, _ELEMENT, _REPETITION, _COMPONENT = b"\x1c", b"\x1d", b"\x1e", b"\x1f"


class Body:
    """Takes in the segments behind ST up to SE, window by window."""

    def __init__(self) -> None:
        self._digest = hashlib.sha256()

    def take(self, window: SegmentWindow, span: Span) -> None:
        """The rows of a span; ST and SE, which hold the control number, are left out."""
        first = span.begin + span.opens
        last = span.end - _ends_with_se(window, span)
        if window.overlong or first >= last:
            return
        begin = int(window.end[first - 1]) + 1 if first else 0
        data = window.data[begin : int(window.end[last - 1]) + 1]
        gaps = window.start[first:last] - np.concatenate(([begin], window.end[first : last - 1] + 1))
        if gaps.any():
            data = _without_gaps(window, first, last)
        self._digest.update(data.translate(_table(window.delimiters)))

    def sha256(self) -> str:
        """Of all that was taken in."""
        return self._digest.hexdigest()


def _ends_with_se(window: SegmentWindow, span: Span) -> bool:
    return span.closes and span.end > span.begin and window.raw(span.end - 1, 0) == "SE"


def _without_gaps(window: SegmentWindow, first: int, last: int) -> bytes:
    """The segments without the line ends between them."""
    begin, end = window.start[first:last].tolist(), window.end[first:last].tolist()
    return b"".join(window.data[a : z + 1] for a, z in zip(begin, end, strict=True))


def _table(delimiters: Delimiters) -> bytes:
    marks = delimiters.segment + delimiters.element + delimiters.component + delimiters.repetition
    return bytes.maketrans(marks, (_SEGMENT + _ELEMENT + _COMPONENT + _REPETITION)[: len(marks)])
