"""An 835 file as Arrow tables, window by window, with every balance checked.

Nothing is lost and nothing is guessed: each byte belongs to a numbered segment or to a problem. The verdict on a set is
known at its end: what reads it keeps the rows aside until then.
"""

from collections.abc import Iterator

import numpy as np
import pyarrow as pa

from revcycle.foundation.x12.file_bytes import FileBytes
from revcycle.foundation.x12.fixed_point import Dates, dates
from revcycle.foundation.x12.remittance.adjustments import read_adjustments
from revcycle.foundation.x12.remittance.balances import check_balances
from revcycle.foundation.x12.remittance.claims import read_claims
from revcycle.foundation.x12.remittance.complaints import Complaints
from revcycle.foundation.x12.remittance.details import read_details
from revcycle.foundation.x12.remittance.envelope import Envelope, Span
from revcycle.foundation.x12.remittance.header import Header
from revcycle.foundation.x12.remittance.header_rows import read_headers
from revcycle.foundation.x12.remittance.informational import check_informational
from revcycle.foundation.x12.remittance.layout import Loop
from revcycle.foundation.x12.remittance.open_set import OpenSet
from revcycle.foundation.x12.remittance.part import Part
from revcycle.foundation.x12.remittance.places import Places, place
from revcycle.foundation.x12.remittance.problem_log import ProblemLog
from revcycle.foundation.x12.remittance.provider_adjustments import read_provider_adjustments
from revcycle.foundation.x12.remittance.services import read_services
from revcycle.foundation.x12.remittance.structure import check_structure
from revcycle.foundation.x12.remittance.sums import add_adjustments, add_claims
from revcycle.foundation.x12.remittance.transaction_set import RemittanceSet
from revcycle.foundation.x12.segment_window import SegmentWindow
from revcycle.foundation.x12.segments import Problem
from revcycle.foundation.x12.windows import LONGEST_CLAIM, WINDOW, Windows


class RemittanceReader:
    """Reads a file once. `sets` and `problems` fill on the way; `problems` is in order of the file at the end."""

    def __init__(self, data: bytes | FileBytes, window: int = WINDOW) -> None:
        self.sets: list[RemittanceSet] = []
        self._log = ProblemLog()
        self.problems: list[Problem] = self._log.problems
        self._windows = Windows(data, self.problems, window)
        self._envelope = Envelope(self._log, self.sets)
        self._open: dict[int, OpenSet] = {}
        self._loop: int = Loop.TRAILER

    def __iter__(self) -> Iterator[Part]:
        """Every set has a last part, also one that is cut or is no 835. Raises: UnreadableFile."""
        for window in self._windows:
            yield from self._read(window)
        if cut := self._envelope.finish(self._windows.cut_at, self._windows.count):
            yield self._part(cut, {}, last=True)
        self._log.close(None)
        self.problems.sort(key=lambda problem: (problem.segment, problem.st_index))

    def _read(self, window: SegmentWindow) -> Iterator[Part]:
        spans = self._envelope.follow(window)
        for span in spans:
            if span.opens:
                self._open[span.st.index] = OpenSet(span.st, Header(span.st, self._log))
        tables = self._tables(window, spans)
        for span in spans:
            self._open[span.st.index].body.take(window, span)
            pieces = {name: _piece(table, rows, span) for name, (table, rows) in tables.items()}
            pieces = {name: piece for name, piece in pieces.items() if piece.num_rows}
            if pieces or span.closes:
                yield self._part(span.st, pieces, last=span.closes)

    def _part(self, st: RemittanceSet, tables: dict[str, pa.Table], *, last: bool) -> Part:
        if last:
            self._open.pop(st.index).close(self._log)
        return Part(st, tables, last)

    def _tables(self, window: SegmentWindow, spans: list[Span]) -> dict[str, tuple[pa.Table, np.ndarray]]:
        """Each table of the window with the row of the window that each of its rows comes from."""
        if not any(span.st.readable for span in spans):
            return {}
        places = place(window, spans, self._loop)
        complaints = Complaints(places, self._log)
        self._check_whole_claim(places)
        self._loop = int(places.loop[-1])
        check_structure(complaints, self._open)
        read_headers(complaints, self._open)
        days = self._dates(complaints)
        claim_table, claims = read_claims(complaints, days)
        service_table, services = read_services(complaints, days)
        adjustment_table, adjustments = read_adjustments(complaints)
        provider_table, provider = read_provider_adjustments(complaints, self._open)
        details_table, details = read_details(places, self._open)
        check_informational(complaints)
        check_balances(complaints, claims, services, adjustments)
        add_claims(places, claims, services)
        add_adjustments(places, adjustments, provider)
        return {
            "remittance_claim": (claim_table, claims.rows),
            "remittance_service": (service_table, services.rows),
            "remittance_adjustment": (adjustment_table, adjustments.rows),
            "provider_adjustment": (provider_table, provider.rows),
            "remittance_detail": (details_table, details),
        }

    def _check_whole_claim(self, places: Places) -> None:
        """A claim that no window holds whole cannot be balanced."""
        window, span = places.window, places.spans[-1]
        if window.splits_claim and span.end == len(window):
            number, reason = window.base + len(window) - 1, f"a claim is longer than {LONGEST_CLAIM} bytes"
            self._log.say(span.st, number, "structure.truncated", reason)

    def _dates(self, complaints: Complaints) -> Dates:
        """The dates of all DTM segments."""
        rows = complaints.places.rows("DTM")
        days = dates(complaints.places.window, rows, 2)
        reason = "DTM02 is not a date"
        wrong = rows[~days.present]
        complaints.rows(wrong, "date.unreadable", reason, element=2, expected="CCYYMMDD", fatal=False)
        return days


def _piece(table: pa.Table, rows: np.ndarray, span: Span) -> pa.Table:
    """The rows of a set."""
    begin, end = np.searchsorted(rows, (span.begin, span.end)).tolist()
    return table.slice(begin, end - begin)
