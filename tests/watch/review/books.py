"""A practice written straight into the tables, row by row, as a review finds it: synthetic, and dated at will."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from itertools import count
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Engine, Table, insert

from revcycle.foundation.archive import Archive
from revcycle.foundation.store.runs import Step, begin
from revcycle.foundation.store.tables import (
    answer,
    archive_object,
    charge_line,
    claim,
    claim_event,
    claim_submission,
    denial,
    encounter,
    encounter_version,
    expected_answer,
    finding,
    interchange,
    journal_entry,
    patient_identity,
    practice,
    received_file,
    remittance,
    remittance_claim,
    remittance_match,
    transfer,
    work_event,
    work_item,
)
from revcycle.watch.review import Proof, Review, build

ZONE = ZoneInfo("America/New_York")
MONDAY = date(2026, 11, 2)
SUNDAY = date(2026, 11, 8)
LATER = date(2026, 11, 9)
NOW = datetime(2027, 2, 1, tzinfo=UTC)


def at(day: date, hour: int = 12) -> datetime:
    """An instant by the practice's clock."""
    return datetime.combine(day, time(hour), ZONE).astimezone(UTC)


@dataclass
class Sent:
    """A submission that was published."""

    claim: int
    submission: int
    interchange: int
    encounter: int


class Books:
    """Writes facts; every method returns the key of what it wrote."""

    def __init__(self, engine: Engine, archive: Archive, zone: str = ZONE.key) -> None:
        self.engine, self.archive = engine, archive
        self._next = count(1)
        self.dated(MONDAY)
        self._add(practice, name="Fixture practice", time_zone=zone, version=1)

    def dated(self, day: date) -> None:
        """What is written from now on belongs to a run of this business date."""
        with self.engine.begin() as connection:
            self.run_id = begin(connection, Step("test", f"{day}", "books", business_date=day))

    def review(self, week: date = MONDAY, *further: Proof, name: str = "review") -> Review:
        step = Step("test", name, "review")
        return build(self.engine, self.archive, week=week, now=NOW, step=step, further=further)

    def page(self, week: date = MONDAY) -> str:
        """The page of the week, from the archive."""
        return self.archive.path(self.review(week).sha256).read_text()

    def entered(self, day: date, *, served: date | None = None, **more: Any) -> int:
        """An encounter first entered on a day, with one line."""
        number = next(self._next)
        one = self._add(encounter, source_system="csv", source_encounter_id=f"E{number}", current_version=1)
        self.version(one, 1, day, served=served, **more)
        return one

    def version(self, one: int, version: int, day: date, *, served: date | None = None, **more: Any) -> None:
        """A delivery of the encounter, entered on a day."""
        patient = self._add(patient_identity)
        self._add(
            encounter_version,
            encounter_id=one,
            version=version,
            content_sha256="",
            patient_id=patient,
            billing_npi="1000000012",
            status=more.pop("status", ""),
            entered_on=day,
            charge_cents=12_000,
        )
        line = {"encounter_id": one, "version": version, "line": 1, "patient_id": patient, "place_of_service": "11"}
        line |= {"date_from": served or day, "procedure": "99213", "units": 1, "charge_cents": 12_000}
        self._add(charge_line, **line | more)

    def found(
        self, one: int, rule: str, severity: str = "block", state: str = "open", version: int = 1, **more: Any
    ) -> None:
        """A finding of the sweep."""
        values = {"encounter_id": one, "version": version, "rule": rule, "fingerprint": str(next(self._next))}
        values |= {"severity": severity, "lines": [1], "codes": [], "details": [], "state": state}
        self._add(finding, **values | more)

    def claim(self, one: int, payer: str = "MEDICARE") -> int:
        number = f"C{next(self._next):09}"
        values = {"claim_number": number, "encounter_id": one, "responsibility": "P", "payer": payer}
        return self._add(claim, state="submitted", **values)

    def sent(self, claim_id: int, one: int, when: datetime, *, ordinal: int = 1, cents: int = 12_000) -> Sent:
        """A submission in an interchange of its own, published at an instant."""
        number = next(self._next)
        file = self.stored(f"837 {number}".encode())
        there = {"partner": "clearinghouse", "isa13": number, "gs06": number, "bht03": str(number), "usage": "T"}
        there |= {"billing_npi": "1000000012", "remote_name": f"{number}.837", "sha256": file, "manifest_sha256": file}
        there |= {"bytes": 5, "claims": 1, "amount_cents": cents, "prepared_at": when, "state": "published"}
        place = self._add(interchange, published_at=when, **there)
        values = {"claim_id": claim_id, "ordinal": ordinal, "encounter_id": one, "version": 1, "patient_row": 1}
        values |= {"coverage_row": 1, "patient_control_number": f"P{number}", "frequency": "1", "amount_cents": cents}
        closed = {} if ordinal == 1 else {"closed_at": when, "closed_because": "rejected"}
        submission = self._add(claim_submission, interchange_id=place, position=1, **values | closed)
        return Sent(claim_id, submission, place, one)

    def rejected(self, sent: Sent, when: datetime, **detail: Any) -> None:
        """An answer of the clearinghouse that refuses the claim."""
        said = {"verdict": "rejected", "codes": ["A7:562:85"]} | detail
        values = {"file_id": self.file(), "st_index": 1, "position": 5, "kind": "277CA", "level": "claim", "code": "A7"}
        one = self._add(answer, party="clearinghouse", at=when, submission_id=sent.submission, detail=said, **values)
        event = {"claim_id": sent.claim, "submission_id": sent.submission, "source_kind": "answer", "source_id": one}
        self._add(claim_event, kind="277CA A7", party="clearinghouse", at=when, detail=said, **event)

    def file(self) -> int:
        number = next(self._next)
        sha = self.stored(f"file {number}".encode())
        return self._add(received_file, partner="clearinghouse", sha256=sha, kind="835", first_name=f"{number}.txt")

    def stored(self, content: bytes) -> str:
        """An object of the archive, registered by the run of these books."""
        sha = self.archive.put(content)
        self._add(archive_object, sha256=sha, bytes=len(content))
        return sha

    def remitted(self, claim_id: int, day: date, *, submission: int | None = None, status: str = "1") -> int:
        """A remittance of one claim, posted on a day."""
        number = next(self._next)
        values = {"payer_trn03": "1", "trn02": str(number), "amount_cents": 1, "payee": "1", "state": "posted"}
        sums = dict.fromkeys(("claims", "services", "paid_cents", "adjusted_cents", "patient_cents"), 0)
        values |= sums | {"provider_adjustment_cents": 0, "file_id": self.file(), "st_index": 1, "body_sha256": ""}
        one = self._add(remittance, effective_date=day, accounting_date=day, **values)
        read = {"remittance_id": one, "position": 1, "segment": 5, "patient_control_number": "P", "status": status}
        self._add(remittance_claim, charge_cents=12_000, paid_cents=0, **read)
        match = {"remittance_id": one, "claim_position": 1, "ordinal": 1, "method": "exact"}
        self._add(remittance_match, claim_id=claim_id, submission_id=submission, **match)
        return one

    def denied(self, one: int, claim_id: int, cents: int, reason: str = "16", **more: Any) -> None:
        """An amount that the remittance refuses."""
        place = {"remittance_id": one, "claim_position": 1, "service_position": 0, "ordinal": next(self._next)}
        values = {"claim_id": claim_id, "group_code": "CO", "reason": reason, "amount_cents": cents, "owner": "biller"}
        self._add(denial, **place | values | {"category": "information"} | more)

    def moved(self, kind: str, day: date, debit: str, credit: str, cents: int, **more: Any) -> int:
        """A journal entry of one transfer."""
        reverses = more.pop("reverses", None)
        source = {"source_kind": "claim", "source_id": next(self._next), "ordinal": 1}
        dates = {"accounting_date": day, "effective_date": more.pop("effective", day)}
        entry = self._add(journal_entry, kind=kind, reverses=reverses, **source | dates)
        sides = {"debit_account": debit, "credit_account": credit, "amount_cents": cents}
        self._add(transfer, entry_id=entry, ordinal=1, **sides | more)
        return entry

    def charged(self, one: int, day: date, cents: int = 12_000) -> int:
        return self.moved("charge", day, "receivable.unbilled", "revenue", cents, encounter_id=one)

    def assigned(self, one: int, claim_id: int, day: date, cents: int = 12_000) -> int:
        sides = ("receivable.insurance", "receivable.unbilled")
        return self.moved("assignment", day, *sides, cents, encounter_id=one, debit_claim=claim_id)

    def paid(self, one: int, claim_id: int, day: date, cents: int) -> int:
        sides = ("remittance_clearing", "receivable.insurance")
        return self.moved("claim_payment", day, *sides, cents, encounter_id=one, credit_claim=claim_id)

    def item(self, queue: str, owner: str, opened: datetime, *, closed: datetime | None = None, **more: Any) -> int:
        """A piece of work; `by` names who wrote something on it."""
        by: str = more.pop("by", "")
        state = "closed" if closed else "assigned" if owner else "open"
        values = {"cause_kind": "rejection", "cause_id": next(self._next), "queue": queue, "owner": owner}
        one = self._add(work_item, state=state, closed_at=closed, **values | more)
        self._add(work_event, item_id=one, ordinal=1, at=opened, who="revcycle", what="opened")
        if by:
            self._add(work_event, item_id=one, ordinal=2, at=opened, who=by, what="note")
        return one

    def owed(self, sent: Sent, due: datetime, *, met: datetime | None = None, kind: str = "835") -> None:
        """An answer that the payer owes for a submission."""
        values = {"subject_kind": "submission", "subject_id": sent.submission, "kind": kind, "party": "payer"}
        self._add(expected_answer, due_at=due, met_at=met, met_by=0 if met else None, **values)

    def _add(self, table: Table, **values: Any) -> int:
        row: Mapping[str, Any] = values | ({"run_id": self.run_id} if "run_id" in table.c else {})
        with self.engine.begin() as connection:
            written = connection.execute(insert(table).values(row)).inserted_primary_key
        assert written is not None
        return written[0]
