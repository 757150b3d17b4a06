"""Claims that were sent, put into the tables directly, and files received in answer to them."""

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta

from sqlalchemy import Connection, Engine, Table, insert, select, text, update

from revcycle.foundation import practice
from revcycle.foundation.archive import Archive
from revcycle.foundation.state import State
from revcycle.foundation.store import tables as t
from revcycle.foundation.store.runs import Step, begin
from tests.answer_files import Sent, write_837
from tests.deliveries import BILLING, PATIENT, RENDERING, SETTINGS

SENT = datetime(2026, 11, 24, 5, tzinfo=UTC)
PARTNER = "clearinghouse"
STEP = Step("test", "answers", "answers")
PARTNERS = """
trading_partners:
  - connection: clearinghouse
    name: Fixture Clearinghouse
    sender_id: FIXTURE01
    receiver_id: CLEARING1
    submitter_name: Fixture Group
    submitter_id: FIX001
    contact_name: Billing
    contact_phone: "2075550100"
    receiver_name: Fixture Clearinghouse
"""
CLAIM_RULES = """
    claims:
      - {valid_from: 2010-01-01, source: companion guide, partner: clearinghouse, payer_id: SMEDB, filing_indicator: MB}
  - code: SILENT
    name: Silent Health Plan
    kind: commercial
    time_zone: America/New_York
    claims:
      - {valid_from: 2010-01-01, source: companion guide, partner: clearinghouse, payer_id: SILNT, filing_indicator: CI,
         sends_277ca: false}
staff:
"""
BILLERS = """
  - {username: bo, roles: [biller, ops], credentials: [], specialties: []}
"""


class Office:
    """A practice that sent claims, and the partner that answers."""

    def __init__(self, engine: Engine, state: State) -> None:
        self.engine, self.archive, self._sent, self._files = engine, Archive(state.archive), 0, 0
        settings = SETTINGS.replace("staff:\n", CLAIM_RULES.lstrip("\n")) + BILLERS.lstrip("\n") + PARTNERS
        state.practice_yaml.write_text(settings)
        with engine.begin() as connection:
            self.run_id = begin(connection, STEP)
            practice.load(connection, practice.read(state.practice_yaml), run_id=self.run_id, now=SENT)
            row = PATIENT | {"birth_date": date(1961, 3, 4), "source_patient_id": "P1", "patient_id": 1}
            shared = {"source_system": "csv", "version": 1, "run_id": self.run_id}
            connection.execute(insert(t.patient_identity).values(id=1, run_id=self.run_id))
            self._patient = self._add(connection, t.patient, row | shared)

    def send(
        self,
        claims: int = 1,
        *,
        payer: str = "MEDICARE",
        state: str = "published",
        attempts: int = 1,
        dues: bool = True,
    ) -> Sent:
        """One interchange with so many new claims of one line and 120.00 each."""
        number = self._sent = self._sent + 1
        numbers = [f"{number:04}{claim:06}" for claim in range(1, claims + 1)]
        with self.engine.begin() as connection:
            coverage = self._coverage(connection, payer)
            encounters = self._encounters(connection, numbers)
            rows = [
                {"claim_number": one, "encounter_id": encounter, "responsibility": "P", "payer": payer}
                | {"state": "submitted", "run_id": self.run_id}
                for one, encounter in zip(numbers, encounters, strict=True)
            ]
            ids = self._add_all(connection, t.claim, rows)
            sent = self._interchange(connection, [f"{one}01" for one in numbers], number, state)
            submissions = [
                {"claim_id": claim, "ordinal": 1, "encounter_id": encounter, "version": 1}
                | {"patient_row": self._patient, "coverage_row": coverage, "patient_control_number": pcn}
                | {"frequency": "1", "amount_cents": 12000, "interchange_id": sent.id, "position": position}
                | {"run_id": self.run_id}
                for position, (claim, encounter, pcn) in enumerate(zip(ids, encounters, sent.pcns, strict=True), 1)
            ]
            written = self._add_all(connection, t.claim_submission, submissions)
            lines = [
                {"submission_id": submission, "line": 1, "line_control_number": f"{pcn}L01", "charge_line": 1}
                | {"procedure": "99213", "units": 1, "charge_cents": 12000, "run_id": self.run_id}
                for submission, pcn in zip(written, sent.pcns, strict=True)
            ]
            connection.execute(insert(t.submission_line), lines)
            for attempt in range(1, attempts + 1):
                row = {"interchange_id": sent.id, "attempt": attempt, "at": SENT, "found": "prepared"}
                connection.execute(insert(t.publish_attempt), row | {"reached": "published", "run_id": self.run_id})
            if dues:
                self._dues(connection, sent.id, written, payer)
        return sent

    def resubmit(self, pcn: str, *, batched: bool) -> str:
        """What assemble and batch do with a claim that may go again: the next submission; returns its number."""
        with self.engine.begin() as connection:
            old = connection.execute(
                select(t.claim_submission).where(t.claim_submission.c.patient_control_number == pcn)
            ).one()
            number = f"{pcn[:-2]}{old.ordinal + 1:02}"
            again = {name: value for name, value in old._mapping.items() if name not in ("id", "recorded_at")}
            again |= {"ordinal": old.ordinal + 1, "patient_control_number": number, "closed_at": None}
            again |= {"closed_because": "", "interchange_id": None, "position": None}
            if batched:
                self._sent += 1
                again |= {"interchange_id": self._interchange(connection, [number], self._sent, "published").id}
                again["position"] = 1
                connection.execute(update(t.claim).where(t.claim.c.id == old.claim_id).values(state="submitted"))
            self._add(connection, t.claim_submission, again)
        return number

    def receive(self, content: str, kind: str, name: str = "", partner: str = PARTNER) -> str:
        """A file of the partner's, fetched and registered; returns its sha256."""
        self._files += 1
        sha256 = self.archive.put(content.encode("latin-1"))
        with self.engine.begin() as connection:
            self._stored(connection, sha256, len(content))
            row = {"partner": partner, "sha256": sha256, "kind": kind, "first_name": name or f"file{self._files}.txt"}
            connection.execute(insert(t.received_file), row | {"state": "registered", "run_id": self.run_id})
        return sha256

    def _coverage(self, connection: Connection, payer: str) -> int:
        known = connection.scalar(select(t.coverage.c.id).where(t.coverage.c.payer == payer))
        if known:
            return int(known)
        responsibility = "PST"[len(connection.execute(select(t.coverage.c.id)).all())]
        row = {"patient_id": 1, "responsibility": responsibility, "valid_from": date(2018, 1, 1), "payer": payer}
        row |= {"member_id": "SYN0042", "relationship": "self", "version": 1, "run_id": self.run_id}
        return self._add(connection, t.coverage, row)

    def _encounters(self, connection: Connection, numbers: Sequence[str]) -> list[int]:
        rows = [
            {"source_system": "csv", "source_encounter_id": f"E{one}", "current_version": 1, "run_id": self.run_id}
            for one in numbers
        ]
        ids = self._add_all(connection, t.encounter, rows)
        shared = {"version": 1, "patient_id": 1, "charge_cents": 12000, "run_id": self.run_id}
        version = {"content_sha256": "x", "billing_npi": BILLING, "status": "", "entered_on": date(2026, 11, 20)}
        line = {"line": 1, "rendering_npi": RENDERING, "date_from": date(2026, 11, 19), "place_of_service": "11"}
        line |= {"procedure": "99213", "units": 1}
        connection.execute(insert(t.encounter_version), [shared | version | {"encounter_id": one} for one in ids])
        connection.execute(insert(t.charge_line), [shared | line | {"encounter_id": one} for one in ids])
        return ids

    def _interchange(self, connection: Connection, pcns: Sequence[str], number: int, state: str) -> Sent:
        isa13, gs06, bht03 = number, 100 + number, f"B{number:010}"
        content = write_837(isa13, gs06, bht03, pcns).encode()
        sha256 = self.archive.put(content)
        self._stored(connection, sha256, len(content))
        row = {"partner": PARTNER, "isa13": isa13, "gs06": gs06, "bht03": bht03, "usage": "T", "billing_npi": BILLING}
        row |= {"remote_name": f"F-{isa13:09}.837", "sha256": sha256, "manifest_sha256": sha256, "bytes": len(content)}
        row |= {"claims": len(pcns), "amount_cents": 12000 * len(pcns), "prepared_at": SENT, "state": state}
        row |= {"published_at": SENT if state == "published" else None, "run_id": self.run_id}
        return Sent(self._add(connection, t.interchange, row), isa13, gs06, bht03, tuple(pcns))

    def _dues(self, connection: Connection, interchange: int, submissions: Sequence[int], payer: str) -> None:
        kinds = [("TA1", PARTNER, 2), ("999", PARTNER, 24)]
        rows = [
            {"subject_kind": "interchange", "subject_id": interchange, "kind": kind, "party": "clearinghouse"}
            | {"due_at": SENT + timedelta(hours=hours), "run_id": self.run_id}
            for kind, _, hours in kinds
        ]
        parties = [("277CA", "clearinghouse", 48), ("835", "payer", 720)]
        parties += [("277CA", "payer", 48)] * (payer != "SILENT")
        rows += [
            {"subject_kind": "submission", "subject_id": one, "kind": kind, "party": party}
            | {"due_at": SENT + timedelta(hours=hours), "run_id": self.run_id}
            for one in submissions
            for kind, party, hours in parties
        ]
        connection.execute(insert(t.expected_answer), rows)

    def _stored(self, connection: Connection, sha256: str, size: int) -> None:
        known = connection.scalar(select(t.archive_object.c.sha256).where(t.archive_object.c.sha256 == sha256))
        if known is None:
            connection.execute(insert(t.archive_object), {"sha256": sha256, "bytes": size, "run_id": self.run_id})

    @staticmethod
    def _add(connection: Connection, table: Table, row: dict[str, object]) -> int:
        return int(connection.execute(insert(table).values(**row).returning(table.c.id)).scalar_one())

    @staticmethod
    def _add_all(connection: Connection, table: Table, rows: Sequence[dict[str, object]]) -> list[int]:
        query = insert(table).returning(table.c.id, sort_by_parameter_order=True)
        return [int(one) for one in connection.execute(query, list(rows)).scalars()]

    def one(self, query: str, **asked: object) -> object:
        """The only value of a query."""
        with self.engine.connect() as connection:
            return connection.execute(text(query), asked).scalar_one()

    def all(self, query: str, **asked: object) -> list[tuple[object, ...]]:
        """The rows of a query."""
        with self.engine.connect() as connection:
            return [tuple(row) for row in connection.execute(text(query), asked)]
