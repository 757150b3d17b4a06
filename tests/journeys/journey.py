"""From coded encounters to answered claims, through every room and a clearinghouse, verb by verb as in the DAGs."""

from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime

from clearinghouse_simulator import Simulator
from revcycle.cycle import answers
from revcycle.cycle.answers import ApplyCounts
from revcycle.cycle.exchange import (
    Login,
    Mailbox,
    PartnerAway,
    collect,
    open_mailbox,
    publish,
    settle_doubts,
    waiting,
)
from revcycle.foundation.practice.partners import stored_partners
from tests.cycle.claims.biller import Biller
from tests.deliveries import NOW

PARTNER = "clearinghouse"


@dataclass
class Journey:
    """One practice and its partner."""

    biller: Biller
    house: Simulator

    def encounters(self, count: int, **line: str) -> None:
        """So many patients with an encounter of one line each, swept."""
        self.biller.desk.patients(*(f"P{n}" for n in range(count)))
        self.biller.charges(*({"encounter_id": f"E{n}", "patient_id": f"P{n}"} | line for n in range(count)))
        self.biller.sweep()

    def box(self) -> AbstractContextManager[Mailbox]:
        """The partner's mailbox, as its connection opens it."""
        with self.biller.engine.connect() as connection:
            partner = stored_partners(connection)[PARTNER]
        house = self.house
        login = Login(house.host, house.port, house.user, house.password, host_keys=(house.host_key,))
        return open_mailbox(login, partner, seconds=5)

    def send(self, now: datetime = NOW) -> int:
        """Assemble, batch, publish; returns how many claims were written."""
        self.biller.assemble(now)
        written = self.biller.batch(now)
        settle_doubts(self.biller.engine, now=now, step=self.biller.step("doubts"))
        for interchange in waiting(self.biller.engine):
            try:
                self._publish(interchange, now)
            except PartnerAway:  # as the task is tried again
                self._publish(interchange, now)
        return written.claims

    def _publish(self, interchange: int, now: datetime) -> None:
        engine, archive, step = self.biller.engine, self.biller.archive, self.biller.step("publish")
        publish(engine, archive, interchange, self.box, state_holds_sample=False, now=now, step=step)

    def hear(self, now: datetime = NOW) -> ApplyCounts:
        """Collect and apply what the partner has answered by now."""
        self.house.settle()
        engine, archive, step = self.biller.engine, self.biller.archive, self.biller.step
        collect(engine, archive, PARTNER, self.box, now=now, step=step("collect"), interval=0.05)
        return answers.apply(engine, archive, now=now, step=step("apply"))

    def states(self) -> dict[str, int]:
        """Claims by state."""
        return dict(self.biller.rows("SELECT state, count(*) FROM claim GROUP BY state"))
