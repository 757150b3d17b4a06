"""Columns of a window's rows: claims, services, adjustments, provider adjustments, and every other segment as read."""

from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from revcycle.foundation.x12.arrow import ints
from revcycle.foundation.x12.remittance.balances import Sums
from revcycle.foundation.x12.remittance.envelope import IDS
from revcycle.foundation.x12.remittance.loops import AMOUNTS, AS_READ
from revcycle.foundation.x12.remittance.places import Places
from revcycle.foundation.x12.remittance.problems import Report
from revcycle.foundation.x12.remittance.window import Window, code

Tables = dict[str, tuple[np.ndarray, pa.Table]]
"""Name -> the set of each row, and the rows."""
CLAIM_TEXTS = {
    "patient_control_number": 1,
    "status": 2,
    "filing_indicator": 6,
    "payer_claim_number": 7,
    "facility_type": 8,
    "frequency": 9,
    "drg": 11,
    "drg_weight": 12,
    "discharge_fraction": 13,
}
CLAIM_DATES = {b"232": "statement_from", b"233": "statement_to", b"050": "received_on"}
NO_DETAIL = np.array([*IDS, *(code(name) for name in AS_READ)], np.uint32)
REASONS = 6
"""Of a CAS, and of a PLB."""


class Columns:
    """Tables of a file's windows; numbers that cannot be read are told to the report."""

    def __init__(self, report: Report) -> None:
        self._report = report
        self._provider_adjustments: dict[int, int] = {}
        self._details: dict[int, int] = {}

    def read(self, window: Window, places: Places) -> tuple[Tables, Sums]:
        """Every table of the window's rows, and the cents that have to balance."""
        self._window, self._places = window, places
        claims, charge, paid = self._claims()
        services, service_charge, service_paid = self._services()
        adjustments, adjusted_rows, adjusted, of_patient = self._adjustments()
        provider, provider_rows, provider_cents = self._provider()
        tables: Tables = {}
        for name, rows, table in (
            ("remittance_claim", places.rows["CLP"], claims),
            ("remittance_service", places.rows["SVC"], services),
            ("remittance_adjustment", adjusted_rows, adjustments),
            ("provider_adjustment", provider_rows, provider),
            ("remittance_detail", *self._detail()),
        ):
            tables[name] = (places.set[rows], pa.table(table))
        sums = Sums(
            charge,
            paid,
            service_charge,
            service_paid,
            adjusted_rows,
            adjusted,
            of_patient,
            provider_rows,
            provider_cents,
        )
        return tables, sums

    def _segment(self, rows: np.ndarray) -> pa.Array:
        return ints(rows + self._window.base)

    def _number(self, rows: np.ndarray, element: int, scale: int = 2) -> tuple[np.ndarray, np.ndarray]:
        value, present, unreadable = self._window.number(rows, element, scale)
        reason = "not a number: minus, digits, one point, two decimals"
        tell = self._report.tell
        tell(self._window, self._places.set, rows[unreadable], "amount.unreadable", reason, element=element)
        return value, present | unreadable

    def _amount(self, segment: str, element: int) -> np.ndarray:
        """An amount that may not be missing."""
        rows = self._places.rows[segment]
        value, present = self._number(rows, element)
        reason = f"{segment}{element:02} is missing"
        self._report.tell(self._window, self._places.set, rows[~present], "amount.missing", reason)
        return value

    def _optional(self, rows: np.ndarray, element: int, scale: int = 2) -> pa.Array:
        value, present = self._number(rows, element, scale)
        return ints(value, present)

    def _claims(self) -> tuple[dict[str, Any], np.ndarray, np.ndarray]:
        window, places = self._window, self._places
        rows = places.rows["CLP"]
        charge, paid = (self._amount("CLP", element) for element in AMOUNTS["CLP"])
        table: dict[str, Any] = {"position": ints(places.claim[rows]), "segment": self._segment(rows)}
        table |= {name: window.text(rows, element) for name, element in CLAIM_TEXTS.items()}
        table |= {"charge_cents": ints(charge), "paid_cents": ints(paid), "patient_cents": self._optional(rows, 5)}
        nm1 = places.rows["NM1"]
        nm1 = nm1[(places.claim[nm1] > 0) & ~window.empty(nm1, 9)]
        insured, patient = nm1[window.equals(nm1, 1, b"IL")], nm1[window.equals(nm1, 1, b"QC")]
        table["member_id"] = self._last_of(rows, np.concatenate((patient, insured)), 9)
        table |= self._dates(rows, CLAIM_DATES, service=False)
        return table, charge, paid

    def _services(self) -> tuple[dict[str, Any], np.ndarray, np.ndarray]:
        window, places = self._window, self._places
        rows = places.rows["SVC"]
        charge, paid = (self._amount("SVC", element) for element in AMOUNTS["SVC"])
        numbers = places.rows["REF"]
        numbers = numbers[(places.service[numbers] > 0) & window.equals(numbers, 1, b"6R")]
        dated = self._dates(rows, {b"472": "on", b"150": "from", b"151": "to"}, service=True)
        table = {
            "claim_position": ints(places.claim[rows]),
            "position": ints(places.service[rows]),
            "segment": self._segment(rows),
            "qualifier": window.text(rows, 1, 1),
            "procedure": window.text(rows, 1, 2),
            "modifiers": self._modifiers(rows, 1),
            "submitted_procedure": window.text(rows, 6, 2),
            "submitted_modifiers": self._modifiers(rows, 6),
            "revenue_code": window.text(rows, 4),
            "charge_cents": ints(charge),
            "paid_cents": ints(paid),
            "units_thousandths": self._optional(rows, 5, 3),
            "submitted_units_thousandths": self._optional(rows, 7, 3),
            "line_control_number": self._last_of(rows, numbers, 2),
            "date_from": pc.coalesce(dated["on"], dated["from"]),
            "date_to": pc.coalesce(dated["on"], dated["to"], dated["from"]),
        }
        return table, charge, paid

    def _modifiers(self, rows: np.ndarray, element: int) -> pa.Array:
        """Up to four, in order, with `;` between them: components 3 to 6."""
        return self._window.joined(rows, element, 3, 6)

    def _owner(self, rows: np.ndarray, found: np.ndarray) -> np.ndarray:
        """For each found row the place in `rows` of the claim or service it stands in."""
        return np.searchsorted(rows, found, "right") - 1

    def _last_of(self, rows: np.ndarray, found: np.ndarray, element: int) -> pa.Array:
        """Of each row in `rows` the element of the last one found below it, as text."""
        pick = np.full(len(rows), -1, np.int64)
        pick[self._owner(rows, found)] = np.arange(len(found))
        texts = self._window.text(found, element)
        return pc.fill_null(texts.take(ints(np.maximum(pick, 0), pick >= 0)), "")

    def _dates(self, rows: np.ndarray, meant: dict[bytes, str], *, service: bool) -> dict[str, pa.Array]:
        """The dates below each row by their qualifier (DTM01)."""
        window, places = self._window, self._places
        dtm = places.rows["DTM"]
        dtm = dtm[(places.claim[dtm] > 0) & ((places.service[dtm] > 0) == service)]
        columns = {}
        for qualifier, name in meant.items():
            found = dtm[window.equals(dtm, 1, qualifier)]
            days, right, wrong = window.dates(found, 2)
            reason, tell = "not a date: CCYYMMDD", self._report.tell
            tell(window, places.set, found[wrong], "date.unreadable", reason, fatal=False, element=2)
            value, valid = np.zeros(len(rows), np.int64), np.zeros(len(rows), bool)
            at = self._owner(rows, found[right])
            value[at], valid[at] = days[right], True
            columns[name] = ints(value, valid).cast(pa.int32()).view(pa.date32())
        return columns

    def _adjustments(self) -> tuple[dict[str, Any], np.ndarray, np.ndarray, np.ndarray]:
        """A row for each reason of each CAS; a gap among its six is not an end."""
        window, places = self._window, self._places
        cas = places.rows["CAS"]
        tell = self._report.tell
        extra = cas[window.count[cas] > 1 + 3 * REASONS]
        tell(window, places.set, extra, "structure.order", "more than six reasons in one CAS")
        bare = cas[window.empty(cas, 2) & window.empty(cas, 3)]
        tell(window, places.set, bare, "amount.missing", "CAS03 is missing")
        pieces: list[Any] = []
        for place in range(REASONS):
            rows = cas[window.count[cas] > 1 + 3 * place]
            if len(rows):
                amount, stands = self._repeated(rows, "CAS", 2 + 3 * place)
                quantity, counted = self._number(rows, 4 + 3 * place, 3)
                kept = rows[stands]
                pieces.append((kept, place, amount[stands], quantity[stands], counted[stands]))
        rows, order = _in_order(pieces)
        amount, quantity, counted = (_joined([piece[at] for piece in pieces], order) for at in (2, 3, 4))
        reasons = pa.concat_arrays([window.text(kept, 2 + 3 * place) for kept, place, *_ in pieces] or [_NO_TEXT])
        table = {
            "claim_position": ints(places.claim[rows]),
            "service_position": ints(places.service[rows]),
            "ordinal": ints(_counted(places, rows)),
            "segment": self._segment(rows),
            "group_code": window.text(rows, 1),
            "reason": reasons.take(ints(order)),
            "amount_cents": ints(amount),
            "quantity_thousandths": ints(quantity, counted.astype(bool)),
        }
        return table, rows, amount, window.equals(rows, 1, b"PR")

    def _repeated(self, rows: np.ndarray, segment: str, element: int) -> tuple[np.ndarray, np.ndarray]:
        """The amount after a reason, and where there is one; one without the other is told."""
        window, places, tell = self._window, self._places, self._report.tell
        amount, present = self._number(rows, element + 1)
        reason = ~window.empty(rows, element)
        missing = f"{segment}{element + 1:02} is missing beside its reason"
        tell(window, places.set, rows[reason & ~present], "amount.missing", missing)
        unnamed = f"{segment}{element:02} is missing beside its amount"
        tell(window, places.set, rows[present & ~reason], "structure.order", unnamed)
        return amount, present | reason

    def _provider(self) -> tuple[dict[str, Any], np.ndarray, np.ndarray]:
        window, places = self._window, self._places
        plb = places.rows["PLB"]
        tell = self._report.tell
        extra = plb[window.count[plb] > 2 + 2 * REASONS]
        tell(window, places.set, extra, "structure.order", "more than six adjustments in one PLB")
        bare = plb[window.empty(plb, 3) & window.empty(plb, 4)]
        tell(window, places.set, bare, "amount.missing", "PLB04 is missing")
        pieces: list[tuple[np.ndarray, int, np.ndarray]] = []
        for place in range(REASONS):
            rows = plb[window.count[plb] > 2 + 2 * place]
            if len(rows):
                amount, stands = self._repeated(rows, "PLB", 3 + 2 * place)
                pieces.append((rows[stands], place, amount[stands]))
        rows, order = _in_order(pieces)
        amount = _joined([piece[2] for piece in pieces], order)
        days, right, wrong = window.dates(rows, 2)
        tell(window, places.set, rows[wrong], "date.unreadable", "not a date: CCYYMMDD", fatal=False, element=2)
        texts = [
            pa.concat_arrays([window.text(kept, 3 + 2 * place, part) for kept, place, _ in pieces] or [_NO_TEXT])
            for part in (1, 2)
        ]
        table = {
            "ordinal": ints(self._running(self._provider_adjustments, rows)),
            "segment": self._segment(rows),
            "provider": window.text(rows, 1),
            "fiscal_period_end": ints(days, right).cast(pa.int32()).view(pa.date32()),
            "reason": texts[0].take(ints(order)),
            "reference": texts[1].take(ints(order)),
            "amount_cents": ints(amount),
        }
        return table, rows, amount

    def _detail(self) -> tuple[np.ndarray, dict[str, Any]]:
        """Every other segment of a set, as it was read."""
        window, places = self._window, self._places
        rows = np.flatnonzero((places.set > 0) & ~np.isin(window.id, NO_DETAIL))
        ordinal = _counted(places, rows)
        outside = places.claim[rows] == 0
        ordinal[outside] = self._running(self._details, rows[outside])
        table = {
            "claim_position": ints(places.claim[rows]),
            "service_position": ints(places.service[rows]),
            "ordinal": ints(ordinal),
            "segment": self._segment(rows),
            "segment_id": window.text(rows, 0),
            "elements": window.whole(rows),
        }
        return rows, table

    def _running(self, counts: dict[int, int], rows: np.ndarray) -> np.ndarray:
        """The number of each row within its set, over all windows."""
        ordinal = np.zeros(len(rows), np.int64)
        owner = self._places.set[rows]
        for index in np.unique(owner).tolist():
            mine = owner == index
            before = counts.get(index, 0)
            ordinal[mine] = before + np.arange(1, int(mine.sum()) + 1)
            counts[index] = before + int(mine.sum())
        return ordinal


_NO_TEXT = pa.array([], pa.string())


def _in_order(pieces: list[Any]) -> tuple[np.ndarray, np.ndarray]:
    """The rows of all pieces in file order (of one segment by place), and how to bring their columns into it."""
    if not pieces:
        return np.zeros(0, np.int64), np.zeros(0, np.int64)
    rows = np.concatenate([piece[0] for piece in pieces])
    place = np.concatenate([np.full(len(piece[0]), piece[1]) for piece in pieces])
    order = np.lexsort((place, rows))
    return rows[order], order


def _joined(columns: list[np.ndarray], order: np.ndarray) -> np.ndarray:
    return np.concatenate(columns)[order] if columns else np.zeros(0, np.int64)


def _counted(places: Places, rows: np.ndarray) -> np.ndarray:
    """The number of each row within its claim and service, from 1; rows of one stand together."""
    if not len(rows):
        return np.zeros(0, np.int64)
    key = np.stack((places.set[rows], places.claim[rows], places.service[rows]))
    begins = np.concatenate(([True], (key[:, 1:] != key[:, :-1]).any(axis=0)))
    first = np.flatnonzero(begins)
    return np.arange(len(rows)) - np.repeat(first, np.diff(np.append(first, len(rows)))) + 1
