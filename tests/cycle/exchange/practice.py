"""A practice with one partner and an interchange to send, as rows: what assembly and batching would have left."""

import os
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from sqlalchemy import Engine, insert, select, text

from revcycle.cycle.exchange import Login, Mailbox, open_mailbox
from revcycle.foundation.archive import Archive
from revcycle.foundation.practice.partner import TradingPartner
from revcycle.foundation.store.runs import Step, begin
from revcycle.foundation.store.tables import (
    archive_object,
    claim,
    claim_submission,
    encounter,
    interchange,
    payer_rule,
    practice,
    publish_attempt,
    received_file,
    trading_partner,
    work_item,
)
from tests.cycle.exchange.partner_server import PASSWORD, USER, PartnerServer

NOW = datetime(2026, 11, 24, 6, tzinfo=UTC)
STEP = Step("test", "test", "exchange")
PARTNER = "clearinghouse"
PAYER = "LARKSPUR"


def isa(isa13: int, body: str = "", end: str = "~") -> bytes:
    """An interchange around a body; what is between ISA and IEA is of no account to the exchange."""
    head = ["ISA", "00", " " * 10, "00", " " * 10, "ZZ", "SENDER".ljust(15), "ZZ", "RECEIVER".ljust(15)]
    head += ["261124", "0600", "^", "00501", f"{isa13:09}", "0", "T", ":"]
    return ("*".join(head) + end + body + f"IEA*1*{isa13:09}{end}").encode()


def answer(isa13: int, kind: str = "999") -> bytes:
    """What a partner answers, as far as collecting looks at it."""
    body = f"GS*FA*R*S*20261124*0600*{isa13}*X*005010X231A1~ST*{kind}*0001~SE*2*0001~GE*1*{isa13}~"
    return isa(isa13, body)


@dataclass
class Practice:
    """The practice's database, archive and partner."""

    engine: Engine
    archive: Archive
    server: PartnerServer
    manners: dict[str, Any] = field(default_factory=dict)
    settings: dict[str, Any] = field(default_factory=dict)

    @property
    def partner(self) -> TradingPartner:
        return TradingPartner.model_validate(
            {
                "connection": PARTNER,
                "name": "Clearinghouse",
                "sender_id": "SENDER",
                "receiver_id": "RECEIVER",
                "submitter_name": "Practice",
                "submitter_id": "1",
                "contact_name": "Desk",
                "contact_phone": "2175550100",
                "receiver_name": "Clearinghouse",
                "host_keys": [self.server.host_key()],
                "mailbox": self.manners,
                **self.settings,
            }
        )

    def login(self, **given: Any) -> Login:
        return Login(
            **({"host": "127.0.0.1", "port": self.server.port, "username": USER, "password": PASSWORD} | given)
        )

    def box(self, *, seconds: float = 5, **given: Any) -> Callable[[], AbstractContextManager[Mailbox]]:
        return lambda: open_mailbox(self.login(**given), self.partner, seconds=seconds)

    def settle_in(self) -> "Practice":
        """Write the settings that sending reads."""
        partner = self.partner
        rule = {"valid_from": "2020-01-01", "source": "ours", "partner": PARTNER, "payer_id": "11111"}
        with self.engine.begin() as connection:
            run = begin(connection, STEP)
            connection.execute(
                insert(practice).values(name="Practice", time_zone="America/Chicago", version=1, run_id=run)
            )
            connection.execute(
                insert(trading_partner).values(
                    connection=PARTNER,
                    usage=partner.usage,
                    settings=partner.model_dump(mode="json"),
                    version=1,
                    run_id=run,
                )
            )
            connection.execute(
                insert(payer_rule).values(
                    payer=PAYER,
                    kind="claims",
                    valid_from=date(2020, 1, 1),
                    value=rule | {"filing_indicator": "CI"},
                    source="ours",
                    version=1,
                    run_id=run,
                )
            )
        return self

    def interchange(self, isa13: int = 1, *, size: int = 200_000, usage: str = "T", claims: int = 2) -> int:
        """An interchange in state prepared, with its bytes and live submissions."""
        content = isa(isa13, "".join(f"HL*{n}**20*1~" for n in range(size // 12)))
        sha256 = self.archive.put(content)
        with self.engine.begin() as connection:
            run = begin(connection, STEP)
            connection.execute(insert(archive_object).values(sha256=sha256, bytes=len(content), run_id=run))
            values = {
                "partner": PARTNER,
                "isa13": isa13,
                "gs06": isa13,
                "bht03": f"B{isa13:010}",
                "usage": usage,
                "billing_npi": "1234567893",
                "remote_name": f"SENDER-{isa13:09}.837",
                "sha256": sha256,
                "manifest_sha256": sha256,
                "bytes": len(content),
                "claims": claims,
                "amount_cents": 1000,
                "prepared_at": NOW,
                "state": "prepared",
                "run_id": run,
            }
            made = int(connection.execute(insert(interchange).values(values).returning(interchange.c.id)).scalar_one())
            for place in range(1, claims + 1):
                self._submission(connection, made, isa13 * 100 + place, place, run)
        return made

    def _submission(self, connection: Any, interchange_id: int, number: int, place: int, run: int) -> None:
        values = {"source_system": "csv", "source_encounter_id": str(number), "current_version": 1, "run_id": run}
        encounter_id = connection.execute(insert(encounter).values(values).returning(encounter.c.id)).scalar_one()
        values = {
            "claim_number": f"C{number:09}",
            "encounter_id": encounter_id,
            "responsibility": "P",
            "payer": PAYER,
            "state": "submitted",
            "run_id": run,
        }
        claim_id = connection.execute(insert(claim).values(values).returning(claim.c.id)).scalar_one()
        connection.execute(
            insert(claim_submission).values(
                claim_id=claim_id,
                ordinal=1,
                encounter_id=encounter_id,
                version=1,
                patient_row=1,
                coverage_row=1,
                patient_control_number=f"C{number:09}01",
                frequency="1",
                amount_cents=500,
                interchange_id=interchange_id,
                position=place,
                run_id=run,
            )
        )

    def state_of(self, interchange_id: int) -> str:
        with self.engine.connect() as connection:
            query = select(interchange.c.state).where(interchange.c.id == interchange_id)
            return str(connection.execute(query).scalar_one())

    def sha256_of(self, interchange_id: int) -> str:
        with self.engine.connect() as connection:
            query = select(interchange.c.sha256).where(interchange.c.id == interchange_id)
            return str(connection.execute(query).scalar_one())

    def attempts(self, interchange_id: int) -> list[tuple[str, str, str]]:
        table = publish_attempt
        query = select(table.c.found, table.c.reached, table.c.error_class)
        with self.engine.connect() as connection:
            rows = connection.execute(query.where(table.c.interchange_id == interchange_id).order_by(table.c.attempt))
            return [tuple(row) for row in rows]

    def open_items(self, kind: str) -> list[int]:
        query = select(work_item.c.cause_id).where(work_item.c.cause_kind == kind, work_item.c.closed_at.is_(None))
        with self.engine.connect() as connection:
            return list(connection.scalars(query.order_by(work_item.c.cause_id)))

    def received(self) -> list[tuple[str, str, str]]:
        """First name, kind and state of every file of the register."""
        query = select(received_file.c.first_name, received_file.c.kind, received_file.c.state)
        with self.engine.connect() as connection:
            return [tuple(row) for row in connection.execute(query.order_by(received_file.c.id))]

    def deliver(self, name: str, content: bytes, *, mtime: int = 1_790_000_000) -> Path:
        """Put a file into the mailbox that we collect from."""
        path = self.server.outbound / name
        path.write_bytes(content)
        os.utime(path, (mtime, mtime))
        return path

    def scalar(self, statement: str, **values: Any) -> Any:
        with self.engine.begin() as connection:
            return connection.execute(text(statement), values).scalar_one()
